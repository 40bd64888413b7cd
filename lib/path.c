/* path.c - joins paths in fixed buffers, or says that they do not fit. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/path.h"

int
path_join_n(char *buf, size_t max, const char *const *parts)
{
	size_t n = 0;

	for (; *parts; parts++) {
		size_t len = strlen(*parts);
		int slash = n && buf[n - 1] != '/';

		if (len + (size_t)slash >= max - n) {
			buf[0] = 0;
			errno = ENAMETOOLONG;
			return -1;
		}
		if (slash)
			buf[n++] = '/';
		memcpy(buf + n, *parts, len);
		n += len;
	}
	buf[n] = 0;
	return 0;
}

const char *
path_base(const char *s)
{
	const char *slash = strrchr(s, '/');

	return slash ? slash + 1 : s;
}

int
path_absolute(char *buf, size_t max, const char *s)
{
	char cwd[PATH_LEN];

	if (*s == '/')
		return path_join(buf, max, s);
	if (!getcwd(cwd, sizeof cwd))
		return -1;
	return path_join(buf, max, cwd, s);
}

int
path_real(char *buf, const char *s)
{
	char dir[PATH_LEN], name[PATH_LEN], real[PATH_LEN];
	char *slash;
	size_t n;

	/* realpath has no length, but writes at most PATH_MAX, which is ours
	 * where there is one. */
	if (realpath(s, real))
		return path_join(buf, PATH_LEN, real);
	if (errno != ENOENT || !*s || path_absolute(dir, sizeof dir, s) < 0)
		return -1;
	for (n = strlen(dir); n > 1 && dir[n - 1] == '/'; n--)
		dir[n - 1] = 0;
	slash = strrchr(dir, '/');
	strcpy(name, slash + 1);
	slash[slash == dir] = 0;
	if (!*name || !strcmp(name, ".") || !strcmp(name, "..") ||
		!realpath(dir, real)) {
		errno = ENOENT;
		return -1;
	}
	return path_join(buf, PATH_LEN, real, name);
}

/* Where path_remove is: a directory that it went into, and its name in the one
 * above.  What the one above was is kept to know it again, as whoever may
 * write in the tree may move it while we are in there. */
struct level {
	dev_t dev;
	ino_t ino;
	char *name;
};

/* Empty the directory fd of everything but non-empty directories.  Name of one
 * of these (malloced), or 0. */
static char *
empty_one(int fd, int *err)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again < 0 ? 0 : fdopendir(again);
	struct dirent *d;
	char *met = 0;

	if (!dir) {
		*err = *err ? *err : errno;
		if (again >= 0)
			close(again);
		return 0;
	}
	while (!met && (d = readdir(dir))) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		if (unlinkat(fd, d->d_name, 0) == 0 ||
			unlinkat(fd, d->d_name, AT_REMOVEDIR) == 0 ||
			errno == ENOENT)
			continue;
		if (errno == ENOTEMPTY || errno == EEXIST)
			met = strdup(d->d_name);
		if (!met && !*err)
			*err = errno;
	}
	closedir(dir);
	return met;
}

/* Go from fd into name, which becomes a level.  The new fd (fd is closed), or
 * -1 and errno. */
static int
go_down(int fd, const char *name, struct level *l)
{
	struct stat st;
	int below = openat(
		    fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
	    e;

	if (below >= 0 && fstat(fd, &st) == 0) {
		l->dev = st.st_dev;
		l->ino = st.st_ino;
		close(fd);
		return below;
	}
	e = errno;
	if (below >= 0)
		close(below);
	errno = e;
	return -1;
}

/* Back from fd to the directory above and remove what we were in.  The new
 * fd (fd is closed), or -1 and errno: it was moved elsewhere. */
static int
go_up(int fd, const struct level *l, int *err)
{
	int above = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC), e;
	struct stat st;

	if (above < 0 || fstat(above, &st) < 0)
		goto fail;
	if (st.st_dev != l->dev || st.st_ino != l->ino) {
		errno = EXDEV;
		goto fail;
	}
	close(fd);
	if (unlinkat(above, l->name, AT_REMOVEDIR) < 0 && !*err)
		*err = errno;
	return above;
fail:
	e = errno;
	if (above >= 0)
		close(above);
	errno = e;
	return -1;
}

/* Depth first without recursion: go down into the first directory that is not
 * empty; when a level is empty go up and remove it.  Never by a path, any part
 * of which could be a link by now.  Closes fd. */
static int
empty_tree(int fd)
{
	struct level *levels = 0;
	size_t n = 0, max = 0;
	int err = 0, next;

	for (;;) {
		char *name = empty_one(fd, &err);

		if (!name && (err || !n))
			break;
		if (!name) {
			next = go_up(fd, &levels[--n], &err);
			free(levels[n].name);
		} else {
			if (n == max) {
				size_t more = max ? 2 * max : 8;
				struct level *v =
					realloc(levels, more * sizeof *v);

				if (!v) {
					err = errno;
					free(name);
					break;
				}
				levels = v;
				max = more;
			}
			levels[n].name = name;
			next = go_down(fd, name, &levels[n]);
			if (next < 0)
				free(name);
			else
				n++;
		}
		if (next < 0) {
			err = err ? err : errno;
			break;
		}
		fd = next;
	}
	while (n)
		free(levels[--n].name);
	free(levels);
	close(fd);
	errno = err;
	return err ? -1 : 0;
}

int
path_remove(int at, const char *name)
{
	int fd;

	if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (unlinkat(at, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return -1;
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || empty_tree(fd) < 0)
		return -1;
	return unlinkat(at, name, AT_REMOVEDIR);
}

int
path_remove_or_move(int at, const char *name, char *left)
{
	enum { TRIES = 1000 };
	int dir = (int)(path_base(name) - name), why;

	*left = 0;
	if (path_remove(at, name) == 0)
		return 0;
	why = errno;
	for (int i = 1; i <= TRIES; i++) {
		int n = snprintf(
			left, PATH_LEN, "%.*s" PATH_LEFT "%d", dir, name, i);

		if (n < 0 || n >= PATH_LEN)
			break;
		/* An empty directory of that name is replaced. */
		if (renameat(at, name, at, left) == 0) {
			errno = why;
			return 0;
		}
		if (errno != ENOTEMPTY && errno != EEXIST && errno != EISDIR &&
			errno != ENOTDIR)
			break;
	}
	*left = 0;
	errno = why;
	return -1;
}
