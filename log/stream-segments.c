/* stream-segments.c - the files of a log directory that a stream reads, in
 * their order, while a logger renames them. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "log/stream-segments.h"

static struct segment *
add_segment(struct stream *s, const char *name)
{
	struct segment *v;

	/* Doubled at powers of two. */
	if (!(s->nseg & (s->nseg - 1))) {
		v = realloc(s->seg, (s->nseg ? 2 * s->nseg : 1) * sizeof *v);
		if (!v)
			return 0;
		s->seg = v;
	}
	v = s->seg + s->nseg++;
	memset(v, 0, sizeof *v);
	strcpy(v->name, name);
	v->fd = -1;
	tain_wallclock_read(&v->end);
	return v;
}

void
segments_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
segments_drop(struct stream *s)
{
	for (size_t i = 0; i < s->nseg; i++)
		segments_close(&s->seg[i].fd);
	s->nseg = 0;
	s->has_current = 0;
}

int
segments_is_seen(const struct seen *f, const struct stat *st)
{
	return f->fd >= 0 && f->dev == st->st_dev && f->ino == st->st_ino;
}

int
segments_stat(const struct stream *s, const struct segment *g, struct stat *st)
{
	return g->fd < 0 ? fstatat(s->dirfd, g->name, st, 0) : fstat(g->fd, st);
}

/* Is what is open the newest archive?  s6-log gives previous and processed
 * that second name before it removes the first. */
static int
is_archive_already(const struct stream *s, int fd)
{
	struct segment known = { .fd = -1 };
	const struct segment *g = s->nseg ? s->seg + s->nseg - 1 : &known;
	struct stat a, b;

	logdir_name(known.name, &s->known, 's', "");
	return fstat(fd, &a) == 0 && segments_stat(s, g, &b) == 0 &&
		a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Remember the file of a segment. */
static int
remember(struct seen *f, int fd)
{
	struct stat st;

	f->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (f->fd < 0 || fstat(fd, &st) < 0) {
		segments_close(&f->fd);
		return -1;
	}
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	return 0;
}

/* Open processed, if it counts already.  -1 if not. */
static int
open_processed(struct stream *s)
{
	struct stat st;
	int fd = file_open_regular(s->dirfd, "processed");

	if (fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & S_IXUSR))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* What is between the archives and current: the output of a processor if it
 * counts already, else its input.  0, or -1 and errno. */
static int
add_between(struct stream *s)
{
	const char *name = "processed";
	struct segment *g;
	int fd = open_processed(s);

	if (fd < 0) {
		name = "previous";
		fd = file_open_regular(s->dirfd, name);
	}
	/* Previous goes when processed begins to count: that may have been
	 * just now. */
	if (fd < 0) {
		name = "processed";
		fd = open_processed(s);
	}
	if (fd < 0)
		return 0;
	if (is_archive_already(s, fd)) {
		close(fd);
		return 0;
	}
	g = add_segment(s, name);
	if (!g) {
		close(fd);
		return -1;
	}
	g->fd = fd;
	return 0;
}

/* The archives later than `after' and not later than `until'.  *newest is
 * set to the last of the directory if that is later.  0, or -1 and errno. */
static int
add_archives(
	struct stream *s, const tain *after, const tain *until, tain *newest)
{
	struct logdir_list l;
	int e = 0;

	if (logdir_list(&l, s->dirfd, 0) < 0)
		return -1;
	for (size_t i = 0; i < l.n && !e; i++) {
		struct segment *g;
		tain t;

		logdir_parse(l.v[i].name, &t, 0, 0);
		if (tain_less(newest, &t))
			*newest = t;
		if (!until || !tain_less(after, &t) || tain_less(until, &t))
			continue;
		g = add_segment(s, l.v[i].name);
		if (!g) {
			e = errno;
			break;
		}
		g->end = t;
		g->fd = file_open_regular(s->dirfd, g->name);
		/* Trimmed at this moment. */
		if (g->fd < 0 && errno == ENOENT)
			s->nseg--;
		/* There are too many to hold them all: this one is opened
		 * when it is read. */
		else if (g->fd >= s->fd_max)
			segments_close(&g->fd);
	}
	logdir_list_free(&l);
	errno = e;
	return e ? -1 : 0;
}

/* Everything newer than `after', in order, as it is at one instant: that is
 * so if current, and the newest archive, are the same before and after.  With
 * `partly', the archives only.  1, 0 if it changed meanwhile, -1 and errno.
 *
 * The names are listed twice: what is older than the newest of the first
 * time was there before the second began, so that none is missing. */
int
segments_take(struct stream *s, const tain *after, int partly)
{
	struct stat st, now;
	tain newest = *after, later;
	int fd = -1;

	segments_drop(s);
	if (!partly) {
		fd = file_open_regular(s->dirfd, "current");
		if (fd < 0)
			return errno == ENOENT ? 0 : -1;
	}
	if (add_archives(s, after, 0, &newest) < 0)
		goto fail;
	later = newest;
	if (add_archives(s, after, &newest, &later) < 0)
		goto fail;
	if (partly) {
		s->known = newest;
		return 1;
	}
	if (add_between(s) < 0 || !add_segment(s, "current"))
		goto fail;
	s->seg[s->nseg - 1].fd = fd;
	s->has_current = 1;
	fd = -1;
	if (add_archives(s, after, 0, &later) < 0)
		goto fail;
	if (tain_less(&newest, &later) ||
		fstat(s->seg[s->nseg - 1].fd, &st) < 0 ||
		fstatat(s->dirfd, "current", &now, 0) < 0 ||
		st.st_dev != now.st_dev || st.st_ino != now.st_ino)
		return 0;
	s->known = newest;
	return 1;
fail:
	if (fd >= 0) {
		int e = errno;

		close(fd);
		errno = e;
	}
	return -1;
}

/* The files of the segments that will be renamed are held.  0, or -1. */
int
segments_hold(struct stream *s, struct seen *between, struct seen *current)
{
	size_t n = s->nseg;

	between->fd = current->fd = -1;
	if (!s->has_current)
		return 0;
	if (n > 1 && *s->seg[n - 2].name == 'p' &&
		remember(between, s->seg[n - 2].fd) < 0)
		return -1;
	return remember(current, s->seg[n - 1].fd);
}
