/* sources.c - see sources.h.  The sum does not depend on the order in which
 * a directory is listed. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/path.h"
#include "config.h"
#include "rc/sources.h"

enum { DEPTH = 32 };	/* a circle of links ends here */

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

static uint64_t
mix_text(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return mix(h, 1);
}

static void
add(struct sources *s, uint64_t h)
{
	s->sum[0] += h;
	s->sum[1] += mix(h, 0x5851f42d4c957f2du);
	s->files++;
}

static uint64_t
ns(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

static uint64_t
sum_up(struct sources *s, uint64_t where, const char *name,
	const struct stat *st)
{
	uint64_t h = mix_text(where, name), latest = ns(&st->st_ctim);

	h = mix(h, (uint64_t)st->st_dev);
	h = mix(h, (uint64_t)st->st_ino);
	h = mix(h, (uint64_t)st->st_mode);
	/* The size of a directory says nothing, and may differ. */
	if (!S_ISDIR(st->st_mode))
		h = mix(h, (uint64_t)st->st_size);
	h = mix(h, ns(&st->st_mtim));
	h = mix(h, latest);
	if (ns(&st->st_mtim) > latest)
		latest = ns(&st->st_mtim);
	if (latest > s->newest)
		s->newest = latest;
	return h;
}

struct level {
	DIR *dir;
	uint64_t where;		/* hash of the path */
};

static int
push(struct level *stack, int *top, int at, const char *name, uint64_t where)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (*top == DEPTH) {
		close(fd);
		errno = ELOOP;
		return -1;
	}
	stack[*top].dir = fdopendir(fd);
	if (!stack[*top].dir) {
		close(fd);
		return -1;
	}
	stack[(*top)++].where = where;
	return 0;
}

static int
one(struct sources *s, struct level *stack, int *top, const char *name)
{
	struct level *l = stack + *top - 1;
	struct stat st, target;
	uint64_t h;

	if (fstatat(dirfd(l->dir), name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	h = sum_up(s, l->where, name, &st);
	if (S_ISLNK(st.st_mode) &&
		fstatat(dirfd(l->dir), name, &target, 0) == 0) {
		st = target;
		h = sum_up(s, h, "", &st);
	}
	add(s, h);
	if (!S_ISDIR(st.st_mode))
		return 0;
	return push(stack, top, dirfd(l->dir), name,
		mix_text(l->where, name));
}

int
sources_add(struct sources *s, const char *dir)
{
	struct level stack[DEPTH];
	struct dirent *d;
	int top = 0, r;

	r = push(stack, &top, AT_FDCWD, dir, mix_text(s->files, dir));
	if (r == 0) {
		struct stat st;

		if (fstat(dirfd(stack[0].dir), &st) == 0)
			add(s, sum_up(s, stack[0].where, "", &st));
	}
	while (r == 0 && top) {
		d = readdir(stack[top - 1].dir);
		if (!d) {
			closedir(stack[--top].dir);
			continue;
		}
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, ".."))
			r = one(s, stack, &top, d->d_name);
	}
	while (top) {
		int e = errno;

		closedir(stack[--top].dir);
		errno = e;
	}
	return r;
}

void
sources_text(struct sources *s, const char *text)
{
	add(s, mix_text(s->files, text));
}
