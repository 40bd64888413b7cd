/* path.c - see path.h. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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
path_mkdirs(const char *path, unsigned mode)
{
	char buf[PATH_LEN];
	struct stat st;

	if (path_join(buf, sizeof buf, path) < 0)
		return -1;
	for (char *p = buf + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		if (mkdir(buf, 0777) < 0 && errno != EEXIST &&
			(stat(buf, &st) < 0 || !S_ISDIR(st.st_mode)))
			return -1;
		*p = '/';
	}
	if (mkdir(buf, mode) == 0)
		return 0;
	if (errno != EEXIST || stat(buf, &st) < 0)
		return -1;
	if (S_ISDIR(st.st_mode))
		return 0;
	errno = ENOTDIR;
	return -1;
}

/* One level of path_remove: empties the directory fd (which it closes) of
 * everything but non-empty directories.  1 if it met such a directory,
 * whose name is then in name. */
static int
empty_one(int fd, char *name, size_t max, int *err)
{
	DIR *dir = fdopendir(fd);
	struct dirent *d;
	int met = 0;

	if (!dir) {
		*err = *err ? *err : errno;
		close(fd);
		return 0;
	}
	while (!met && (d = readdir(dir))) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		if (unlinkat(dirfd(dir), d->d_name, 0) == 0 ||
			unlinkat(dirfd(dir), d->d_name, AT_REMOVEDIR) == 0 ||
			errno == ENOENT)
			continue;
		if ((errno == ENOTEMPTY || errno == EEXIST) &&
			strlen(d->d_name) < max) {
			strcpy(name, d->d_name);
			met = 1;
		} else if (!*err) {
			*err = errno;
		}
	}
	closedir(dir);
	return met;
}

int
path_remove(int at, const char *name)
{
	char path[PATH_LEN];
	size_t top;
	int err = 0;

	if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (unlinkat(at, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return -1;
	if (path_join(path, sizeof path, name) < 0)
		return -1;
	top = strlen(path);
	/* Depth first without recursion: go down into the first directory
	 * that is not empty; when a level is empty remove it and go up. */
	for (;;) {
		size_t len = strlen(path);
		int fd = openat(at, path, O_RDONLY | O_DIRECTORY |
			O_NOFOLLOW | O_CLOEXEC);

		if (fd < 0) {
			err = err ? err : errno;
		} else if (len + 2 < sizeof path) {
			path[len] = '/';
			if (empty_one(fd, path + len + 1,
				sizeof path - len - 1, &err))
				continue;
			path[len] = 0;
		} else {
			close(fd);
			err = ENAMETOOLONG;
		}
		if (unlinkat(at, path, AT_REMOVEDIR) < 0 && !err)
			err = errno;
		if (err || len == top)
			break;
		*strrchr(path, '/') = 0;
	}
	if (!err)
		return 0;
	errno = err;
	return -1;
}
