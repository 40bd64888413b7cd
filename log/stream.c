/* stream.c - see stream.h.
 *
 * The logger renames current while we read.  What is open stays readable,
 * so: hold current open; when the name stands for another file, read ours to
 * its end, and go on with what came after it.  The archives newer than those
 * known when current was opened are, in order, ours (which may have gone
 * through a processor and be another file), and those after it. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "log/stream.h"

enum { CHUNK = 65536, TRIES = 100 };

static int
open_at(int dirfd, const char *name)
{
	return openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

static struct segment *
add_segment(struct stream *s, const char *name)
{
	struct segment *v = realloc(s->seg, (s->nseg + 1) * sizeof *v);

	if (!v)
		return 0;
	s->seg = v;
	v += s->nseg++;
	memset(v, 0, sizeof *v);
	strcpy(v->name, name);
	v->fd = -1;
	tain_wallclock_read(&v->end);
	return v;
}

static void
drop_segments(struct stream *s)
{
	for (size_t i = 0; i < s->nseg; i++)
		if (s->seg[i].fd >= 0)
			close(s->seg[i].fd);
	s->nseg = 0;
}

/* Open processed, if it counts already.  -1 if not. */
static int
open_processed(struct stream *s)
{
	struct stat st;
	int fd = open_at(s->dirfd, "processed");

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
		fd = open_at(s->dirfd, name);
	}
	/* Previous goes when processed begins to count: that may have been
	 * just now. */
	if (fd < 0) {
		name = "processed";
		fd = open_processed(s);
	}
	if (fd < 0)
		return 0;
	g = add_segment(s, name);
	if (!g) {
		close(fd);
		return -1;
	}
	g->fd = fd;
	return 0;
}

static int
same_file(int dirfd, const char *name, const struct stat *a)
{
	struct stat b;

	return fstatat(dirfd, name, &b, 0) == 0 && a->st_dev == b.st_dev &&
		a->st_ino == b.st_ino;
}

/* Everything newer than `after', in order, as it is at one instant: that is
 * so if current, and the newest archive, are the same before and after.  1,
 * 0 if it changed meanwhile (try again), -1 and errno. */
static int
take_segments(struct stream *s, const tain *after)
{
	struct logdir_list l;
	struct stat st;
	tain newest = *after;
	int r, fd = open_at(s->dirfd, "current");

	drop_segments(s);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (fstat(fd, &st) < 0 || logdir_list(&l, s->dirfd) < 0) {
		close(fd);
		return -1;
	}
	for (size_t i = 0; i < l.n; i++) {
		struct segment *g;
		tain t;

		logdir_parse(l.v[i].name, &t, 0, 0);
		if (!tain_less(after, &t))
			continue;
		g = add_segment(s, l.v[i].name);
		if (!g)
			break;
		g->end = newest = t;
		g->fd = open_at(s->dirfd, g->name);
		/* Trimmed at this moment. */
		if (g->fd < 0)
			s->nseg--;
	}
	logdir_list_free(&l);
	r = add_between(s);
	if (r < 0 || !add_segment(s, "current")) {
		close(fd);
		return -1;
	}
	s->seg[s->nseg - 1].fd = fd;
	if (logdir_list(&l, s->dirfd) < 0)
		return -1;
	if (l.n) {
		tain t;

		logdir_parse(l.v[l.n - 1].name, &t, 0, 0);
		r = !tain_less(&newest, &t);
	} else {
		r = 1;
	}
	logdir_list_free(&l);
	if (!r || !same_file(s->dirfd, "current", &st))
		return 0;
	s->known = newest;
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	s->between = 0;
	if (s->nseg > 1 && *s->seg[s->nseg - 2].name == 'p' &&
		fstat(s->seg[s->nseg - 2].fd, &st) == 0) {
		s->between = 1;
		s->between_dev = st.st_dev;
		s->between_ino = st.st_ino;
	}
	return 1;
}

static int
take_stable(struct stream *s, const tain *after)
{
	for (int i = 0; i < TRIES; i++) {
		int r = take_segments(s, after);

		if (r)
			return r < 0 ? -1 : 0;
		/* The logger is between two renames, or not started. */
		usleep(1000);
	}
	errno = ENOENT;
	return -1;
}

int
stream_open(struct stream *s, const char *path, int follow)
{
	memset(s, 0, sizeof *s);
	s->fd = s->dirfd = -1;
	s->follow = follow;
	s->known = tain_zero;
	s->path = strdup(path);
	s->max = 2 * CHUNK;
	s->buf = malloc(s->max);
	if (!s->path || !s->buf)
		goto fail;
	s->dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dirfd < 0 || take_stable(s, &s->known) < 0)
		goto fail;
	return 0;
fail:
	{
		int e = errno;

		stream_close(s);
		errno = e;
	}
	return -1;
}

static void
end_reading(struct stream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	if (s->pid) {
		int w;

		while (waitpid(s->pid, &w, 0) < 0 && errno == EINTR)
			;
		if (w && !(WIFSIGNALED(w) && WTERMSIG(w) == SIGPIPE))
			warn("%s/%s is damaged, or its decompressor is not "
				"installed (going on with the next file)",
				s->path, s->seg[s->at].name);
	}
	s->pid = 0;
}

void
stream_close(struct stream *s)
{
	if (s->nseg)
		end_reading(s);
	drop_segments(s);
	if (s->dirfd >= 0)
		close(s->dirfd);
	s->dirfd = -1;
	free(s->path);
	free(s->buf);
	free(s->seg);
	s->path = s->buf = 0;
	s->seg = 0;
}

int
stream_seek(struct stream *s, size_t segment)
{
	end_reading(s);
	s->start = s->end = s->scanned = 0;
	s->at = segment < s->nseg ? segment : s->nseg - 1;
	s->at_end = 0;
	return 0;
}

/* The command that reads what begins so, or 0. */
static const char *
decompressor(const unsigned char *b, ssize_t n)
{
	static const struct { const char *magic; ssize_t n; const char *cmd; }
		known[] = {
		{ "\x1f\x8b", 2, "gzip" }, { "\x28\xb5\x2f\xfd", 4, "zstd" },
		{ "\xfd" "7zXZ", 5, "xz" }, { "BZh", 3, "bzip2" },
		{ "\x04\x22\x4d\x18", 4, "lz4" },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (n >= known[i].n && !memcmp(b, known[i].magic,
			(size_t)known[i].n))
			return known[i].cmd;
	return 0;
}

/* Read fd through `cmd -dc'. */
static int
decompress(struct stream *s, int fd, const char *cmd)
{
	int p[2];

	if (pipe(p) < 0)
		return -1;
	fcntl(p[0], F_SETFD, FD_CLOEXEC);
	s->pid = fork();
	if (s->pid < 0) {
		s->pid = 0;
		close(p[0]);
		close(p[1]);
		return -1;
	}
	if (!s->pid) {
		dup2(fd, 0);
		dup2(p[1], 1);
		close(p[1]);
		execlp(cmd, cmd, "-dc", (char *)0);
		_exit(EX_NOTFOUND);
	}
	close(p[1]);
	s->fd = p[0];
	return 0;
}

static int
begin_reading(struct stream *s)
{
	struct segment *g = s->seg + s->at;
	unsigned char magic[6];
	const char *cmd;
	ssize_t r;
	int last = s->at == s->nseg - 1;

	r = pread(g->fd, magic, sizeof magic, 0);
	if (r < 0)
		return -1;
	cmd = last ? 0 : decompressor(magic, r);
	if (cmd && decompress(s, g->fd, cmd) == 0)
		return 0;
	if (cmd)
		return -1;
	/* A descriptor of its own, so that a segment can be read again. */
	if (lseek(g->fd, 0, SEEK_SET) < 0)
		return -1;
	s->fd = fcntl(g->fd, F_DUPFD_CLOEXEC, 3);
	return s->fd < 0 ? -1 : 0;
}

/* More bytes into the buffer.  1; 0 at the end of this file; -1. */
static int
fill(struct stream *s)
{
	ssize_t r;

	if (s->start) {
		memmove(s->buf, s->buf + s->start, s->end - s->start);
		s->end -= s->start;
		s->scanned -= s->start;
		s->start = 0;
	}
	if (s->max - s->end < CHUNK) {
		char *p = realloc(s->buf, 2 * s->max);

		if (!p)
			return -1;
		s->buf = p;
		s->max *= 2;
	}
	/* One byte stays free behind a last line: see stream_line. */
	do
		r = read(s->fd, s->buf + s->end, CHUNK - 1);
	while (r < 0 && errno == EINTR);
	if (r > 0)
		s->end += (size_t)r;
	return r < 0 ? -1 : r > 0;
}

/* Does the name current still stand for the file that is open?  While a
 * logger is between two renames there is none: then nothing can be said. */
static int
was_rotated(struct stream *s)
{
	struct stat st;

	return fstatat(s->dirfd, "current", &st, 0) == 0 &&
		(st.st_dev != s->dev || st.st_ino != s->ino);
}

static int
is_file(int fd, dev_t dev, ino_t ino)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

static void
remove_segment(struct stream *s, size_t i)
{
	close(s->seg[i].fd);
	s->nseg--;
	memmove(s->seg + i, s->seg + i + 1, (s->nseg - i) * sizeof *s->seg);
}

/* Ours was read to its end and renamed: what came after it?  0 or -1. */
static int
go_past(struct stream *s)
{
	tain after = s->known;
	dev_t dev = s->dev, bdev = s->between_dev;
	ino_t ino = s->ino, bino = s->between_ino;
	size_t read_already = s->between ? 2 : 1, skip = 0;
	int found = 0;

	end_reading(s);
	if (take_stable(s, &after) < 0)
		return -1;
	for (size_t i = 0; read_already == 2 && i + 1 < s->nseg; i++) {
		if (!is_file(s->seg[i].fd, bdev, bino))
			continue;
		remove_segment(s, i);
		read_already = 1;
	}
	for (size_t i = 0; i + 1 < s->nseg; i++) {
		if (!is_file(s->seg[i].fd, dev, ino))
			continue;
		found = 1;
		skip = i + 1;
	}
	/* A processor has made other files of them: they are the first. */
	if (!found)
		skip = read_already < s->nseg ? read_already : s->nseg - 1;
	s->at = skip;
	return 0;
}

/* A whole line in the buffer? */
static int
take_line(struct stream *s, char **line, size_t *len)
{
	char *nl = memchr(s->buf + s->scanned, '\n', s->end - s->scanned);

	if (!nl) {
		s->scanned = s->end;
		return 0;
	}
	*line = s->buf + s->start;
	*len = (size_t)(nl - *line);
	s->start = s->scanned = (size_t)(nl - s->buf) + 1;
	return 1;
}

/* What is left at the end of a file, as a line. */
static int
take_rest(struct stream *s, char **line, size_t *len)
{
	if (s->start == s->end)
		return 0;
	*line = s->buf + s->start;
	*len = s->end - s->start;
	s->start = s->scanned = s->end;
	return 1;
}

int
stream_line(struct stream *s, char **line, size_t *len)
{
	for (;;) {
		int r, last = s->at == s->nseg - 1, rotated;

		if (take_line(s, line, len))
			return 1;
		if (s->fd < 0 && begin_reading(s) < 0)
			return -1;
		rotated = last && s->follow && was_rotated(s);
		r = fill(s);
		if (r < 0 && !last)
			r = 0;
		if (r < 0)
			return -1;
		if (r)
			continue;
		/* The end of this file.  If it is current, and had been
		 * renamed before this last read, it is complete. */
		if (last && s->follow && !rotated)
			return 0;
		if (take_rest(s, line, len))
			return 1;
		if (last && !s->follow)
			return 0;
		if (!last) {
			end_reading(s);
			s->at++;
		} else if (go_past(s) < 0) {
			return -1;
		}
	}
}

const struct segment *
stream_segment(const struct stream *s)
{
	return s->seg + s->at;
}
