/* scan.c - see scan.h. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/path.h"
#include "rc/scan.h"
#include "supervise/control.h"
#include "supervise/event.h"
#include "supervise/status.h"
#include "svscan/scandir.h"

enum {
	POKE_EVERY = 64,
	LOOK_MS = 1000,
	DEAF_MS = 20, /* where nothing can be heard */
	TELL_MS = 2000
};

int
scan_send(const char *scandir, const char *letters)
{
	return scandir_send(AT_FDCWD, scandir, letters, strlen(letters));
}

int
scan_runs(const char *scandir)
{
	char lock[PATH_LEN];
	pid_t pid;

	if (path_join(lock, sizeof lock, scandir, SCANDIR_LOCK) < 0)
		return 0;
	pid = file_locked_by(AT_FDCWD, lock);
	if (pid < 0)
		return 0;
	/* Another's svscan may lock otherwise; it reads its fifo. */
	if (!pid)
		return scan_send(scandir, "") == 0;
	errno = ESHUTDOWN;
	return !scandir_ending(AT_FDCWD, scandir, pid);
}

int
scan_lost(int error)
{
	return error == ENXIO || error == ENOENT || error == ESHUTDOWN;
}

int
scan_entry(char *buf, size_t max, const struct live *l, const char *name)
{
	int n = snprintf(buf, max, "%s/%s%s", l->scandir, l->prefix, name);

	if (n < 0 || (size_t)n >= max) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}

int
scan_link(const struct live *l, const char *name)
{
	char entry[PATH_LEN], target[PATH_LEN], now[PATH_LEN];
	ssize_t r;

	if (scan_entry(entry, sizeof entry, l, name) < 0 ||
		path_join(target, sizeof target, l->path, "servicedirs", name) <
			0)
		return -1;
	if (symlink(target, entry) == 0)
		return 0;
	if (errno != EEXIST)
		return -1;
	r = readlink(entry, now, sizeof now - 1);
	if (r >= 0) {
		now[r] = 0;
		if (!strcmp(now, target))
			return 0;
	}
	return file_symlink(AT_FDCWD, target, entry);
}

static int
in_servicedir(
	char *buf, const struct live *l, const char *name, const char *what)
{
	return path_join(buf, PATH_LEN, l->path, "servicedirs", name, what);
}

int
scan_ear_open(struct scan_ear *e, const struct live *l,
	const char *const *names, uint32_t n)
{
	char event[PATH_LEN], other[PATH_LEN];

	memset(e, 0, sizeof *e);
	e->l.fd = e->l.keep = -1;
	e->paths = calloc(n ? n : 1, sizeof *e->paths);
	if (!e->paths || !n)
		return e->paths ? 0 : -1;
	if (in_servicedir(event, l, names[0], EVENT_DIR) < 0 ||
		event_listen(&e->l, event) < 0)
		return -1;
	for (uint32_t i = 1; i < n; i++)
		if (in_servicedir(event, l, names[i], EVENT_DIR) == 0 &&
			path_join(other, sizeof other, event,
				path_base(e->l.path)) == 0 &&
			link(e->l.path, other) == 0)
			e->paths[e->n++] = strdup(other);
	return 0;
}

void
scan_ear_close(struct scan_ear *e)
{
	for (uint32_t i = 0; i < e->n; i++)
		if (e->paths[i]) {
			unlink(e->paths[i]);
			free(e->paths[i]);
		}
	free(e->paths);
	e->paths = 0;
	e->n = 0;
	if (e->l.fd >= 0)
		event_unlisten(&e->l);
}

static int
alive(const struct live *l, const char *name)
{
	char dir[PATH_LEN];

	return path_join(dir, sizeof dir, "servicedirs", name) == 0 &&
		control_alive(l->fd, dir) > 0;
}

/* A supervise has its lock a moment before its first status; whoever looks
 * when we are done is to find both. */
static int
as_wanted(const struct live *l, const char *name, int wanted)
{
	char path[PATH_LEN];

	if (!wanted)
		return !alive(l, name);
	return alive(l, name) &&
		path_join(path, sizeof path, "servicedirs", name,
			STATUS_FILE) == 0 &&
		file_exists(l->fd, path) > 0;
}

static uint32_t
count_missing(const struct live *l, const char *const *names, uint32_t i,
	uint32_t n, int wanted)
{
	uint32_t missing = 0;

	for (; i < n; i++)
		missing += !as_wanted(l, names[i], wanted);
	return missing;
}

/* Every event is one supervise more (or less): then the first that was still
 * missing is looked at, and those behind it while they are as wanted.  A
 * supervise says that it ends a moment before it lets go of its lock, so the
 * next look comes soon, then later and later.  -1 and errno: what is wanted
 * will not come, as svscan is gone or ends. */
static long
wait_all(struct scan_ear *e, const struct live *l, const char *const *names,
	uint32_t n, int wanted, struct scan_patience ms)
{
	uint64_t start = clock_now(), last = start, tell = start + TELL_MS;
	char junk[512];
	uint32_t i = 0, seen;
	int look = e->l.fd >= 0 ? LOOK_MS : DEAF_MS, soon = look;
	size_t heard = 0;
	ssize_t r;

	for (;;) {
		struct pollfd p = { .fd = e->l.fd, .events = POLLIN };
		uint64_t now = clock_now(), end = UINT64_MAX;
		int limit = soon;

		for (seen = i; i < n && as_wanted(l, names[i], wanted); i++)
			;
		if (i > seen && !wanted)
			limit = soon = 1;
		if (i > seen)
			last = now;
		if (ms.all)
			end = start + ms.all;
		if (ms.each && last + ms.each < end)
			end = last + ms.each;
		if (i == n || now >= end)
			break;
		if (wanted && !scan_runs(l->scandir) && scan_lost(errno))
			return -1;
		if (ms.tell && now >= tell) {
			ms.tell(l, names[i],
				count_missing(l, names, i, n, wanted),
				(unsigned)((now - start) / 1000));
			tell = now + (now - start);
		}
		if (end - now < (uint64_t)limit)
			limit = (int)(end - now);
		if (ms.tell && tell - now < (uint64_t)limit)
			limit = (int)(tell - now);
		if (poll(&p, 1, limit) > 0) {
			/* One that comes and goes for ever is no progress. */
			while ((r = read(e->l.fd, junk, sizeof junk)) > 0)
				heard += (size_t)r;
			if (heard <= 2 * (size_t)n)
				last = clock_now();
			if (!wanted)
				soon = 1;
		} else if (soon < look / 2) {
			soon *= 2;
		}
	}
	return (long)count_missing(l, names, i, n, wanted);
}

long
scan_supervise(const struct live *l, const char *const *names, uint32_t n,
	struct scan_patience ms)
{
	struct scan_ear e = { .paths = 0, .l = { .fd = -1 } };
	long missing = -1;
	int saved;

	if (!n)
		return 0;
	/* What cannot be heard is looked at. */
	(void)scan_ear_open(&e, l, names, n);
	if (!scan_runs(l->scandir) && scan_lost(errno))
		goto out;
	for (uint32_t i = 0; i < n; i++) {
		if (scan_link(l, names[i]) < 0)
			goto out;
		/* svscan can begin with those that are there. */
		if (i % POKE_EVERY == POKE_EVERY - 1 &&
			scan_send(l->scandir, "a") < 0)
			goto out;
	}
	if (scan_send(l->scandir, "a") < 0)
		goto out;
	missing = wait_all(&e, l, names, n, 1, ms);
out:
	saved = errno;
	scan_ear_close(&e);
	errno = saved;
	return missing;
}

static int
has_entry(const struct live *l, const char *name)
{
	char entry[PATH_LEN];
	struct stat st;

	return scan_entry(entry, sizeof entry, l, name) == 0 &&
		lstat(entry, &st) == 0;
}

/* Its supervise has ended, or has been asked to.  An entry that could not be
 * removed is found again by its directory. */
static void
remove_directory(const struct live *l, const char *name,
	void (*fn)(const char *, const char *, const char *, int))
{
	char path[PATH_LEN], left[PATH_LEN];

	if (path_join(path, sizeof path, "servicedirs", name) < 0 ||
		alive(l, name) || has_entry(l, name))
		return;
	if (path_remove_or_move(l->fd, path, left) < 0)
		fn(name, "its directory", 0, errno);
	else if (*left)
		fn(name, "its directory", left, errno);
}

long
scan_remove(const struct live *l, const char *const *names, uint32_t n,
	struct scan_patience ms,
	void (*fn)(const char *, const char *, const char *, int))
{
	struct scan_ear e = { .paths = 0, .l = { .fd = -1 } };
	char path[PATH_LEN];
	long left;

	if (!n)
		return 0;
	/* One that cannot be heard is looked at. */
	(void)scan_ear_open(&e, l, names, n);
	for (uint32_t i = 0; i < n; i++) {
		/* While the directory is there it is known what to remove. */
		if (scan_entry(path, sizeof path, l, names[i]) < 0 ||
			(unlink(path) < 0 && errno != ENOENT))
			fn(names[i], "its entry in the scan directory", 0,
				errno);
		if (path_join(path, sizeof path, l->path, "servicedirs",
			    names[i]) == 0)
			control_send(AT_FDCWD, path, "Dx", 2);
	}
	/* n: svscan forgets those that are gone now. */
	scan_send(l->scandir, "an");
	left = wait_all(&e, l, names, n, 0, ms);
	scan_ear_close(&e);
	for (uint32_t i = 0; i < n; i++)
		remove_directory(l, names[i], fn);
	return left;
}

/* Cut the last component off a path.  Its start, or 0: there is none. */
static char *
cut_last(char *path)
{
	size_t n = strlen(path);
	char *slash;

	while (n > 1 && path[n - 1] == '/')
		path[--n] = 0;
	slash = strrchr(path, '/');
	if (!slash || slash == path)
		return 0;
	*slash = 0;
	return slash + 1;
}

int
scan_leads_into(const char *scandir, const char *name, const char *real)
{
	char entry[PATH_LEN], to[PATH_LEN], path[PATH_LEN], found[PATH_LEN];
	size_t len = strlen(real);
	char *dirs;

	if (path_join(entry, sizeof entry, scandir, name) < 0)
		return 0;
	file_link_text(AT_FDCWD, entry, to);
	if (!*to)
		return 0;
	if (!strncmp(to, real, len) && to[len] == '/')
		return 1;
	if ((*to == '/' ? path_join(path, sizeof path, to)
			: path_join(path, sizeof path, scandir, to)) < 0 ||
		!cut_last(path))
		return 0;
	dirs = cut_last(path);
	return dirs && !strcmp(dirs, "servicedirs") &&
		path_real(found, path) == 0 && !strcmp(found, real);
}

int
scan_taken(char *entry, const struct live *l, const char *name)
{
	char ours[PATH_LEN], now[PATH_LEN], real[PATH_LEN];
	ssize_t r;

	if (scan_entry(entry, PATH_LEN, l, name) < 0 ||
		path_join(ours, sizeof ours, l->path, "servicedirs", name) < 0)
		return 0;
	r = readlink(entry, now, sizeof now - 1);
	if (r < 0)
		return errno == EINVAL; /* a directory, or a file */
	now[r] = 0;
	return strcmp(now, ours) && file_exists(AT_FDCWD, entry) &&
		(path_real(real, l->path) < 0 ||
			!scan_leads_into(l->scandir, path_base(entry), real));
}

int
scan_forget(const char *live, const char *scandir)
{
	DIR *d = opendir(scandir);
	struct dirent *e;
	char real[PATH_LEN];
	int r = 0;

	if (!d)
		return errno == ENOENT ? 0 : -1;
	if (path_real(real, live) < 0)
		*real = 0;
	while ((e = readdir(d)))
		if ((scan_leads_into(scandir, e->d_name, live) ||
			    (*real &&
				    scan_leads_into(
					    scandir, e->d_name, real))) &&
			unlinkat(dirfd(d), e->d_name, 0) < 0)
			r = -1;
	closedir(d);
	return r;
}
