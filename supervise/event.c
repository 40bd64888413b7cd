/* event.c - FORMAT event/ (a fifodir).  A listener makes a fifo there under
 * a hidden name and renames it to ftrig1:@STAMP:XXXXXX, 39 characters; the
 * notifier opens each such name for writing and writes its letters.
 * Source of the names: s6's libftrig (see fifodir(5)). */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <skalibs/tai.h>
#include <skalibs/djbtime.h>

#include "lib/file.h"
#include "lib/os.h"
#include "lib/path.h"
#include "supervise/event.h"

#define PREFIX "ftrig1:@"
enum { NAME_LEN = 39, STAMP_LEN = 24, TRIES = 100 };

int
event_make(int at, const char *path, gid_t gid, int force)
{
	mode_t mode = gid == (gid_t)-1 ? 01733 : 03730;
	int fd, made, e, r = -1;
	struct stat st;

	/* Private until it has its final rights. */
	made = mkdirat(at, path, 0700) == 0;
	if (!made) {
		if (errno != EEXIST)
			return -1;
		if (fstatat(at, path, &st, 0) < 0)
			return -1;
		if (!S_ISDIR(st.st_mode)) {
			errno = ENOTDIR;
			return -1;
		}
		if (!force)
			return 0;
	}
	/* By descriptor: the owner of the directory above can put something
	 * else under that name at any time. */
	fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && made && st.st_uid != geteuid())
		errno = EPERM;
	else if (gid == (gid_t)-1 || fchown(fd, (uid_t)-1, gid) == 0)
		r = fchmod(fd, mode);
	e = errno;
	close(fd);
	errno = e;
	return r;
}

struct message {
	int dir;
	const char *letters;
	size_t len;
};

/* One name of the fifodir: if it is a listener, write to it. */
static int
tell(void *arg, const char *name)
{
	const struct message *m = arg;
	int fd;

	if (strncmp(name, PREFIX, sizeof PREFIX - 1) ||
		strlen(name) != NAME_LEN)
		return 0;
	fd = openat(
		m->dir, name, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		if (errno == ENXIO)
			unlinkat(m->dir, name, 0);
		return 0;
	}
	/* Whoever may listen may also put another file here. */
	if (m->len && file_is_fifo(fd) && write(fd, m->letters, m->len) < 0 &&
		errno == EPIPE)
		unlinkat(m->dir, name, 0);
	close(fd);
	return 0;
}

/* Write letters to every listener; with none, only look for dead fifos. */
static int
each(int at, const char *path, const char *letters, size_t len)
{
	struct message m = { .letters = letters, .len = len };
	int r, e;

	m.dir = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m.dir < 0)
		return -1;
	/* Of other files that others can make there each would cost a call. */
	r = os_each_fifo(m.dir, tell, &m);
	e = errno;
	close(m.dir);
	errno = e;
	return r;
}

int
event_notify(int at, const char *path, const char *letters, size_t len)
{
	return each(at, path, letters, len);
}

int
event_clean(int at, const char *path)
{
	return each(at, path, "", 0);
}

/* Open a fifo that lies in what may be another's directory. */
static int
open_fifo(const char *path, int flags)
{
	int fd = open(path, flags | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 || file_is_fifo(fd))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

/* Six characters that differ between the listeners of one nanosecond. */
static void
suffix(char *s)
{
	static const char set[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
	static uint64_t count;
	tain now;
	uint64_t x;

	tain_wallclock_read(&now);
	x = now.nano * 2654435761u + (uint64_t)getpid() * 40503u + count++;
	for (int i = 0; i < 6; i++, x /= sizeof set - 1)
		s[i] = set[x % (sizeof set - 1)];
	s[6] = 0;
}

int
event_listen(struct listener *l, const char *path)
{
	char stamp[TIMESTAMP + 1], tail[7], hidden[PATH_LEN], name[PATH_LEN];
	mode_t mask;
	tain now;
	int e;

	tain_wallclock_read(&now);
	stamp[timestamp_fmt(stamp, &now)] = 0; /* with its '@' */
	l->fd = l->keep = -1;
	l->path = 0;
	for (int i = 0;; i++) {
		int n;

		suffix(tail);
		n = snprintf(hidden, sizeof hidden, "%s/.ftrig1:%s:%s", path,
			stamp, tail);
		if (n < 0 || (size_t)n >= sizeof hidden) {
			errno = ENAMETOOLONG;
			return -1;
		}
		/* Not by chmod afterwards, when it may be a link to something
		 * of ours: the directory can be another's. */
		mask = umask(0);
		e = mkfifo(hidden, 0622) < 0 ? errno : 0;
		umask(mask);
		if (!e)
			break;
		errno = e;
		if (e != EEXIST || i == TRIES)
			return -1;
	}
	snprintf(name, sizeof name, "%s/ftrig1:%s:%s", path, stamp, tail);
	l->fd = open_fifo(hidden, O_RDONLY);
	if (l->fd < 0)
		goto fail;
	l->keep = open_fifo(hidden, O_WRONLY);
	if (l->keep < 0)
		goto fail;
	l->path = strdup(name);
	if (!l->path || rename(hidden, name) < 0)
		goto fail;
	return 0;
fail:
	e = errno;
	unlink(hidden);
	free(l->path);
	l->path = 0;
	if (l->fd >= 0)
		close(l->fd);
	if (l->keep >= 0)
		close(l->keep);
	l->fd = l->keep = -1;
	errno = e;
	return -1;
}

void
event_unlisten(struct listener *l)
{
	if (l->path)
		unlink(l->path);
	free(l->path);
	l->path = 0;
	if (l->fd >= 0)
		close(l->fd);
	if (l->keep >= 0)
		close(l->keep);
	l->fd = l->keep = -1;
}
