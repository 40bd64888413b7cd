/* tally.c - FORMAT; see tally.h and reeve-servicedir(5). */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* renameat */
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/path.h"
#include "supervise/tally.h"

#define TALLY_NEW TALLY_FILE ".new"

struct death
tally_death(const tain *when, int wstat)
{
	struct death d = { .when = *when };

	if (WIFSIGNALED(wstat)) {
		d.signal = (unsigned)WTERMSIG(wstat);
		d.code = 128 + d.signal;
	} else {
		d.code = (unsigned)WEXITSTATUS(wstat);
	}
	return d;
}

void
tally_pack(unsigned char *buf, const struct death *d)
{
	struct wr w = wr_init(buf, TALLY_RECORD);
	char stamp[TAIN_PACK];

	tain_pack(stamp, &d->when);
	wr_mem(&w, stamp, TAIN_PACK);
	wr_u8(&w, d->code);
	wr_u8(&w, d->signal);
}

int
tally_unpack(struct death *d, const void *buf, size_t len)
{
	struct rd r = rd_init(buf, len);
	const unsigned char *when = rd_mem(&r, TAIN_PACK);
	struct death n;

	n.code = rd_u8(&r);
	n.signal = rd_u8(&r);
	if (!rd_done(&r))
		return 0;
	tain_unpack((const char *)when, &n.when);
	*d = n;
	return 1;
}

/* All but the oldest records to a new file, and the record after them. */
static int
rewrite(int at, int fd, off_t skip, const unsigned char *rec)
{
	unsigned char buf[TALLY_RECORD * 32];
	ssize_t r;
	int e,
		w = openat(at, TALLY_NEW,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (w < 0)
		return -1;
	while ((r = pread(fd, buf, sizeof buf, skip)) > 0) {
		r -= r % TALLY_RECORD;
		if (!r || file_write_all(w, buf, (size_t)r) < 0)
			break;
		skip += r;
	}
	if (r < 0 || file_write_all(w, rec, TALLY_RECORD) < 0 ||
		renameat(at, TALLY_NEW, at, TALLY_FILE) < 0) {
		e = errno;
		close(w);
		unlinkat(at, TALLY_NEW, 0);
		errno = e;
		return -1;
	}
	close(w);
	return 0;
}

int
tally_add(int at, const struct death *d, unsigned max)
{
	unsigned char rec[TALLY_RECORD];
	struct stat st;
	off_t n;
	int fd, r = -1, e;

	if (!max)
		return 0;
	tally_pack(rec, d);
	fd = openat(
		at, TALLY_FILE, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		goto done;
	n = st.st_size / TALLY_RECORD;
	if (st.st_size % TALLY_RECORD == 0 && n < (off_t)max)
		/* One small write at the end: whole for every reader. */
		r = file_write_all(fd, rec, sizeof rec);
	else
		r = rewrite(at, fd,
			n < (off_t)max ? 0
				       : (n - (off_t)max + 1) * TALLY_RECORD,
			rec);
done:
	e = errno;
	close(fd);
	errno = e;
	return r;
}

int
tally_read(struct death *d, unsigned max, int at, const char *servicedir)
{
	unsigned char rec[TALLY_RECORD];
	char path[PATH_LEN];
	struct stat st;
	off_t n, i;
	unsigned got = 0;
	int fd, e = 0;

	if (path_join(path, sizeof path, servicedir, TALLY_FILE) < 0)
		return -1;
	fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (fstat(fd, &st) < 0) {
		e = errno;
	} else if (st.st_size % TALLY_RECORD) {
		e = EPROTO;
	} else {
		n = st.st_size / TALLY_RECORD;
		for (i = n > (off_t)max ? n - (off_t)max : 0; i < n; i++) {
			if (pread(fd, rec, sizeof rec, i * TALLY_RECORD) !=
				sizeof rec)
				break;
			tally_unpack(&d[got++], rec, sizeof rec);
		}
	}
	close(fd);
	errno = e;
	return e ? -1 : (int)got;
}
