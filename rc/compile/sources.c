/* sources.c - see sources.h.  The sum does not depend on the order in which
 * a directory is listed. */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "lib/os.h"
#include "rc/compile/sources.h"

enum { DEPTH = 32 }; /* a circle of links ends here */

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

struct walk {
	struct sources *s;
	int fd; /* of the directory */
	uint64_t where; /* hash of its path */
	int depth;
};

static int look(void *arg, const char *name);

/* All below a directory.  DEPTH bounds the recursion. */
static int
look_through(const struct walk *up, int at, const char *name)
{
	struct walk w = { up->s,
		openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		mix_text(up->where, name), up->depth + 1 };
	int r, e;

	if (w.fd < 0)
		return -1;
	r = w.depth > DEPTH ? -1 : os_each_name(w.fd, look, &w);
	e = w.depth > DEPTH ? ELOOP : errno;
	close(w.fd);
	errno = e;
	return r;
}

static int
look(void *arg, const char *name)
{
	struct walk *w = arg;
	struct stat st, target;
	uint64_t h;

	if (fstatat(w->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	h = sum_up(w->s, w->where, name, &st);
	if (S_ISLNK(st.st_mode) && fstatat(w->fd, name, &target, 0) == 0) {
		st = target;
		h = sum_up(w->s, h, "", &st);
	}
	add(w->s, h);
	return S_ISDIR(st.st_mode) ? look_through(w, w->fd, name) : 0;
}

int
sources_add(struct sources *s, const char *dir)
{
	struct walk top = { .s = s, .where = s->files };
	struct stat st;

	if (stat(dir, &st) == 0)
		add(s, sum_up(s, mix_text(top.where, dir), "", &st));
	return look_through(&top, AT_FDCWD, dir);
}

void
sources_text(struct sources *s, const char *text)
{
	add(s, mix_text(s->files, text));
}
