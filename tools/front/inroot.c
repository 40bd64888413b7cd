/* inroot.c - see inroot.h. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/path.h"
#include "tools/front/inroot.h"

enum { LINKS = 40 };

/* Put the target of a link in front of what is left of the path. */
static int
put_in_front(char *left, const char *target)
{
	char all[PATH_LEN];

	if (path_join(all, sizeof all, target, *left ? left : 0) < 0)
		return -1;
	strcpy(left, all);
	return 0;
}

const char *
inroot(char *buf, const char *root, const char *path)
{
	char left[PATH_LEN], target[PATH_LEN], *name;
	size_t base, n;
	int links = 0;
	struct stat st;

	if (!root)
		return path_join(buf, PATH_LEN, path) < 0 ? 0 : buf;
	if (path_join(buf, PATH_LEN, root) < 0 ||
		path_join(left, sizeof left, path) < 0)
		return 0;
	base = strlen(buf);
	for (;;) {
		name = left + strspn(left, "/");
		n = strcspn(name, "/");
		if (!n)
			return buf;
		memcpy(target, name, n);
		target[n] = 0;
		memmove(left, name + n, strlen(name + n) + 1);
		if (!strcmp(target, "..")) {
			char *slash = strrchr(buf + base, '/');

			if (slash)
				*slash = 0;
			continue;
		}
		n = strlen(buf);
		if (n + strlen(target) + 2 > PATH_LEN) {
			errno = ENAMETOOLONG;
			return 0;
		}
		buf[n] = '/';
		strcpy(buf + n + 1, target);
		if (lstat(buf, &st) < 0 || !S_ISLNK(st.st_mode))
			continue;
		if (++links > LINKS) {
			errno = ELOOP;
			return 0;
		}
		memset(target, 0, sizeof target);
		if (readlink(buf, target, sizeof target - 1) < 0 ||
			put_in_front(left, target) < 0)
			return 0;
		buf[*target == '/' ? base : n] = 0;
	}
}
