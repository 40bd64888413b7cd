/* running.c - notes which script of a oneshot runs, and reads that for the
 * next daemon and for whoever asks. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/identity.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "lib/path.h"
#include "rc/live.h"
#include "rc/request.h"
#include "rc/running.h"

enum { HEAD = DETAIL_SIZE + ANSWER_SIZE };

int
running_begin(struct running *l, const char *name, const void *request,
	size_t len, unsigned limit_ms)
{
	static const unsigned char none[HEAD];
	char path[PATH_LEN], old[PATH_LEN];

	memset(l, 0, sizeof *l);
	l->fd = -1;
	l->limit_ms = limit_ms;
	l->daemon = getpid();
	if (path_join(path, sizeof path, RUNNING_DIR, name) < 0 ||
		path_join(old, sizeof old, ENDED_DIR, name) < 0 ||
		(mkdir(RUNNING_DIR, 0700) < 0 && errno != EEXIST) ||
		(mkdir(ENDED_DIR, 0700) < 0 && errno != EEXIST))
		return -1;
	l->fd = open(old, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (l->fd < 0)
		return -1;
	l->dt.boot = os_boot_token();
	l->dt.started = os_boot_now();
	/* The old head first: the new request never stands under it. */
	if (file_write_all(l->fd, none, sizeof none) == 0 &&
		file_write_all(l->fd, request, len) == 0 &&
		ftruncate(l->fd, (off_t)(HEAD + len)) == 0 &&
		rename(old, path) == 0)
		return 0;
	running_begun(l);
	return -1;
}

/* If the daemon was killed before this is announced, the next one may have
 * looked already, and this is the script too many.  If the next one has read
 * that this runs, it is told otherwise before this ends: else it would take
 * the end of this process for that of the script. */
void
running_announce(void *running)
{
	struct running *l = running;
	unsigned char buf[DETAIL_SIZE];
	static const unsigned char none[DETAIL_SIZE];
	ssize_t r;

	if (getppid() != l->daemon)
		_exit(EX_SYSTEM);
	if (l->fd < 0)
		return;
	l->dt.pid = (uint64_t)getpid();
	l->dt.started_by = os_boot_now();
	l->dt.deadline = l->limit_ms ? clock_now() + l->limit_ms : 0;
	detail_pack(buf, &l->dt);
	/* There is room for it already. */
	r = pwrite(l->fd, buf, sizeof buf, 0);
	if (r == sizeof buf && getppid() == l->daemon)
		return;
	r = pwrite(l->fd, none, sizeof none, 0);
	(void)r;
	_exit(EX_SYSTEM);
}

void
running_begun(struct running *l)
{
	int e = errno;

	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	errno = e;
}

int
running_ended(const char *name, const struct answer *a)
{
	char path[PATH_LEN], to[PATH_LEN];
	unsigned char buf[ANSWER_SIZE];
	ssize_t r;
	int fd, e;

	if (path_join(path, sizeof path, RUNNING_DIR, name) < 0 ||
		path_join(to, sizeof to, ENDED_DIR, name) < 0)
		return -1;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	answer_pack(buf, a);
	do
		r = pwrite(fd, buf, sizeof buf, DETAIL_SIZE);
	while (r < 0 && errno == EINTR);
	e = r < 0 ? errno : EIO;
	close(fd);
	errno = e;
	return r == sizeof buf ? rename(path, to) : -1;
}

int
running_outcome(struct answer *a, const char *name, uint64_t ticket)
{
	char path[PATH_LEN], *buf = 0;
	struct request q;
	struct detail d;
	ssize_t r = path_join(path, sizeof path, ENDED_DIR, name) < 0
		? -1
		: file_slurp(AT_FDCWD, path, &buf, HEAD + REQUEST_MAX);
	int known = r >= HEAD && detail_unpack(&d, buf, DETAIL_SIZE) && d.pid &&
		!identity_other_boot(d.boot, d.started) &&
		answer_unpack(a, buf + DETAIL_SIZE, ANSWER_SIZE) &&
		request_unpack(&q, buf + HEAD, (size_t)r - HEAD) &&
		q.ticket == ticket;

	if (r >= 0)
		free(buf);
	return known;
}

void
running_drop(const char *name)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, RUNNING_DIR, name) == 0)
		unlink(path);
}

unsigned char *
running_read(struct detail *d, size_t *len, const char *name)
{
	char path[PATH_LEN], *buf = 0;
	ssize_t r;

	if (path_join(path, sizeof path, RUNNING_DIR, name) < 0)
		return 0;
	r = file_slurp(AT_FDCWD, path, &buf, HEAD + REQUEST_MAX);
	if (r < HEAD || !detail_unpack(d, buf, DETAIL_SIZE) || !d->pid ||
		identity_other_boot(d->boot, d->started)) {
		if (r >= 0)
			free(buf);
		return 0;
	}
	*len = (size_t)r - HEAD;
	memmove(buf, buf + HEAD, *len);
	return (unsigned char *)buf;
}

int
running_withdrawn(const char *name)
{
	char path[PATH_LEN];
	unsigned char buf[DETAIL_SIZE];
	struct detail d;

	return path_join(path, sizeof path, RUNNING_DIR, name) == 0 &&
		file_read(AT_FDCWD, path, buf, sizeof buf) == DETAIL_SIZE &&
		!(detail_unpack(&d, buf, DETAIL_SIZE) && d.pid);
}

int
running_any(const char *live)
{
	char path[PATH_LEN];
	struct dirent *d;
	DIR *dir;
	int any = 0;

	if (path_join(path, sizeof path, live, "servicedirs", LIVE_RUNNER,
		    RUNNING_DIR) < 0)
		return 0;
	dir = opendir(path);
	while (dir && !any && (d = readdir(dir)))
		any = *d->d_name != '.';
	if (dir)
		closedir(dir);
	return any;
}

static long
pid_in(int dir, const char *name)
{
	unsigned char buf[DETAIL_SIZE];
	struct detail d;

	return file_read(dir, name, buf, sizeof buf) == DETAIL_SIZE &&
			detail_unpack(&d, buf, DETAIL_SIZE) && detail_alive(&d)
		? (long)d.pid
		: 0;
}

long
running_pid(const char *live, const char *name)
{
	char path[PATH_LEN];

	return path_join(path, sizeof path, live, "servicedirs", LIVE_RUNNER,
		       RUNNING_DIR, name) < 0
		? 0
		: pid_in(AT_FDCWD, path);
}

long
running_pid_any(const char *live, char *name, size_t max)
{
	char path[PATH_LEN];
	struct dirent *d;
	long pid = 0;
	DIR *dir;

	if (path_join(path, sizeof path, live, "servicedirs", LIVE_RUNNER,
		    RUNNING_DIR) < 0)
		return 0;
	dir = opendir(path);
	while (dir && !pid && (d = readdir(dir)))
		if (*d->d_name != '.' && strlen(d->d_name) < max) {
			pid = pid_in(dirfd(dir), d->d_name);
			if (pid)
				strcpy(name, d->d_name);
		}
	if (dir)
		closedir(dir);
	return pid;
}
