/* status.c - FORMAT supervise/status: 35 bytes, big-endian, replaced whole
 * by rename.  Writer: supervise.  Readers: svstat, svwait, rc, reeve and
 * s6's own tools.  Described in servicedir(5). */

#include <errno.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/path.h"
#include "supervise/status.h"

enum { F_PAUSED = 1, F_FINISHING = 2, F_WANTED_UP = 4, F_READY = 8 };

void
status_pack(unsigned char *buf, const struct status *st)
{
	struct wr w = wr_init(buf, STATUS_SIZE);
	char stamp[TAIN_PACK];

	tain_pack(stamp, &st->changed);
	wr_mem(&w, stamp, TAIN_PACK);
	tain_pack(stamp, &st->readied);
	wr_mem(&w, stamp, TAIN_PACK);
	wr_u64(&w, st->pid);
	wr_u16(&w, (unsigned)st->wstat & 0xffff);
	wr_u8(&w, (st->paused ? F_PAUSED : 0u) |
		(st->finishing ? F_FINISHING : 0u) |
		(st->wanted_up ? F_WANTED_UP : 0u) |
		(st->ready ? F_READY : 0u));
}

int
status_unpack(struct status *st, const void *buf, size_t len)
{
	struct rd r = rd_init(buf, len);
	struct status s = { .pid = 0 };
	const unsigned char *changed = rd_mem(&r, TAIN_PACK);
	const unsigned char *readied = rd_mem(&r, TAIN_PACK);
	unsigned flags;

	s.pid = rd_u64(&r);
	s.wstat = (int)rd_u16(&r);
	flags = rd_u8(&r);
	if (!rd_done(&r))
		return 0;
	tain_unpack((const char *)changed, &s.changed);
	tain_unpack((const char *)readied, &s.readied);
	s.paused = !!(flags & F_PAUSED);
	s.finishing = !!(flags & F_FINISHING);
	s.wanted_up = !!(flags & F_WANTED_UP);
	s.ready = !!(flags & F_READY);
	*st = s;
	return 1;
}

int
status_read(struct status *st, int at, const char *servicedir)
{
	char path[PATH_LEN], buf[STATUS_SIZE + 1];
	ssize_t r;

	if (path_join(path, sizeof path, servicedir, STATUS_FILE) < 0)
		return -1;
	r = file_read(at, path, buf, sizeof buf);
	if (r < 0)
		return -1;
	if (!status_unpack(st, buf, (size_t)r)) {
		errno = EPROTO;
		return -1;
	}
	return 0;
}

int
status_is_up(const struct status *st)
{
	return st->pid && !st->finishing;
}
