/* status.c - FORMAT supervise/status: 35 bytes, big-endian, replaced whole
 * by rename.  Writer: supervise.  Readers: svstat, svwait, rc, reeve and
 * s6's own tools.  Described in servicedir(5). */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* renameat */
#include <string.h>
#include <unistd.h>

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
	wr_u8(&w,
		(st->paused ? F_PAUSED : 0u) |
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

/* Bytes of the old file from one on; its blocks are there already. */
static int
overwrite(int at, const unsigned char *buf, size_t from)
{
	ssize_t n = (ssize_t)(STATUS_SIZE - from);
	int r, fd = openat(at, STATUS_FILE, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	r = pwrite(fd, buf + from, (size_t)n, (off_t)from) == n ? 0 : -1;
	close(fd);
	return r;
}

static int
replace(int at, const unsigned char *buf)
{
	int e,
		fd = openat(at, STATUS_FILE ".new",
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd >= 0) {
		if (file_write_all(fd, buf, STATUS_SIZE) == 0) {
			close(fd);
			return renameat(
				at, STATUS_FILE ".new", at, STATUS_FILE);
		}
		e = errno;
		close(fd);
		errno = e;
	}
	e = errno;
	if ((e == ENOSPC || e == EDQUOT) && overwrite(at, buf, 0) == 0)
		return 0;
	errno = e;
	return -1;
}

int
status_write(int at, const struct status *st, unsigned char known[STATUS_SIZE])
{
	enum { FLAGS = STATUS_SIZE - 1 };
	unsigned char buf[STATUS_SIZE];

	status_pack(buf, st);
	/* No reader can see half of one byte. */
	if (memcmp(buf, known, FLAGS) || overwrite(at, buf, FLAGS) < 0) {
		memset(known, 0, STATUS_SIZE);
		if (replace(at, buf) < 0)
			return -1;
	}
	memcpy(known, buf, STATUS_SIZE);
	return 0;
}

int
status_is_up(const struct status *st)
{
	return st->pid && !st->finishing;
}
