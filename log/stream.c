/* stream.c - see stream.h.
 *
 * The logger renames current while we read.  What is open stays readable,
 * so: hold current open; when the name stands for another file, read ours to
 * its end, and go on with what came after it.  The archives newer than those
 * known when current was opened are, in order, ours (which may have gone
 * through a processor and be another file), and those after it.
 *
 * A directory cannot be read at one instant.  What was read counts if
 * nothing has changed meanwhile; while a logger rotates faster than that, the
 * archives alone are taken, which change no more, and the rest later. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/confine.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "log/stream-segments.h"

extern char **environ;

enum {
	CHUNK = 65536,
	TRIES = 10,
	OPEN_TRIES = 300,
	NOGROUP = 65534,
	LINE_BYTES = 16 << 20 /* a longer one comes in pieces */
};

int
stream_open(struct stream *s, const char *path, int follow)
{
	struct rlimit lim = { .rlim_cur = 0 };
	int r = 0;

	memset(s, 0, sizeof *s);
	getrlimit(RLIMIT_NOFILE, &lim);
	/* Half of all, for there are other streams and other files. */
	s->fd_max =
		lim.rlim_cur / 2 > 1 << 20 ? 1 << 20 : (int)(lim.rlim_cur / 2);
	s->fd = s->dirfd = s->between.fd = s->current.fd = -1;
	s->follow = follow;
	s->known = tain_zero;
	s->path = strdup(path);
	s->max = 2 * CHUNK;
	s->buf = malloc(s->max);
	if (!s->path || !s->buf)
		goto fail;
	s->dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dirfd < 0)
		goto fail;
	for (int i = 0; i < OPEN_TRIES && !r; i++) {
		r = segments_take(s, &tain_zero, 0);
		/* The logger is between two renames, or not started. */
		if (!r)
			usleep(i < 10 ? 1000 : 10000);
	}
	if (!r) {
		r = segments_take(s, &tain_zero, 1);
		if (r > 0 && !s->nseg) {
			errno = ENOENT;
			r = -1;
		}
	}
	if (r < 0 || segments_hold(s, &s->between, &s->current) < 0)
		goto fail;
	return 0;
fail : {
	int e = errno;

	stream_close(s);
	errno = e;
}
	return -1;
}

static void
end_reading(struct stream *s)
{
	segments_close(&s->fd);
	if (s->pid) {
		int w;

		while (waitpid(s->pid, &w, 0) < 0 && errno == EINTR)
			;
		if (WIFEXITED(w) && WEXITSTATUS(w) == EX_NOTFOUND)
			warn("unable to read %s/%s: %s is not installed "
			     "(going on with the next file)",
				s->path, s->seg[s->at].name, s->command);
		else if (WIFEXITED(w) && WEXITSTATUS(w) == EX_SYSTEM)
			warn("unable to read %s/%s: unable to become its "
			     "owner (user %lu) for %s (going on with the "
			     "next file)",
				s->path, s->seg[s->at].name,
				(unsigned long)s->owner, s->command);
		else if (w && !(WIFSIGNALED(w) && WTERMSIG(w) == SIGPIPE))
			warn("%s/%s is damaged, says %s (what could be read "
			     "is shown; going on with the next file)",
				s->path, s->seg[s->at].name, s->command);
		if (w && !(WIFSIGNALED(w) && WTERMSIG(w) == SIGPIPE))
			s->failed = 1;
	}
	s->pid = 0;
}

void
stream_close(struct stream *s)
{
	if (s->nseg)
		end_reading(s);
	segments_drop(s);
	segments_close(&s->between.fd);
	segments_close(&s->current.fd);
	segments_close(&s->dirfd);
	free(s->path);
	free(s->buf);
	free(s->seg);
	s->path = s->buf = 0;
	s->seg = 0;
}

void
stream_seek(struct stream *s, size_t segment)
{
	end_reading(s);
	s->start = s->end = s->scanned = 0;
	s->at = segment < s->nseg ? segment : s->nseg - 1;
	s->past = 0;
}

/* The command that reads what begins so, or 0. */
static const char *
decompressor(const unsigned char *b, ssize_t n)
{
	static const struct {
		const char *magic;
		ssize_t n;
		const char *cmd;
	} known[] = {
		{ "\x1f\x8b", 2, "gzip" },
		{ "\x28\xb5\x2f\xfd", 4, "zstd" },
		{ "\xfd"
		  "7zXZ",
			5, "xz" },
		{ "BZh", 3, "bzip2" },
		{ "\x04\x22\x4d\x18", 4, "lz4" },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (n >= known[i].n &&
			!memcmp(b, known[i].magic, (size_t)known[i].n))
			return known[i].cmd;
	return 0;
}

/* Of ours it has the three that it is given, whatever we were started with. */
static void
close_others(void)
{
	DIR *dir = opendir("/dev/fd");
	const struct dirent *e;

	for (int fd = 3; !dir && fd < 1024; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	while (dir && (e = readdir(dir))) {
		unsigned fd;

		if (num_uint(e->d_name, &fd) && fd > 2)
			fcntl((int)fd, F_SETFD, FD_CLOEXEC);
	}
}

/* What root would decompress for another user it does as that user, with
 * nothing of its own but the path: the program meets what he has written.  It
 * needs no group, so not that of root either, and no terminal, which whoever
 * traces a process of his could type into.  0, or -1. */
static int
become_owner(const struct stat *st)
{
	static char path[4096], *only_path[] = { path, 0 };
	const char *p = getenv("PATH");
	gid_t gid = st->st_gid ? st->st_gid : NOGROUP;

	if (p && strlen(p) < sizeof path - 5) {
		strcpy(path, "PATH=");
		strcat(path, p);
	}
	if (setsid() < 0 || setgroups(0, 0) < 0 || setgid(gid) < 0 ||
		setuid(st->st_uid) < 0)
		return -1;
	confine_privileges();
	close_others();
	environ = *path ? only_path : only_path + 1;
	return 0;
}

/* Read fd, which is closed, through `cmd -dc'. */
static int
decompress(struct stream *s, int fd, const char *cmd)
{
	struct stat st;
	int p[2];

	if (fstat(fd, &st) < 0 || pipe(p) < 0)
		return -1;
	fcntl(p[0], F_SETFD, FD_CLOEXEC);
	s->owner = st.st_uid;
	s->pid = fork();
	if (s->pid < 0) {
		s->pid = 0;
		close(p[0]);
		close(p[1]);
		return -1;
	}
	if (!s->pid) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(fd, 0);
		dup2(p[1], 1);
		close(p[1]);
		/* What is wrong with the file is said by end_reading. */
		if (null >= 0)
			dup2(null, 2);
		if (!geteuid() && st.st_uid && become_owner(&st) < 0)
			_exit(EX_SYSTEM);
		execlp(cmd, cmd, "-dc", (char *)0);
		_exit(EX_NOTFOUND);
	}
	close(p[1]);
	close(fd);
	s->fd = p[0];
	s->command = cmd;
	return 0;
}

static int
is_current(const struct stream *s)
{
	return s->has_current && s->at == s->nseg - 1;
}

static void
say_unreadable(struct stream *s)
{
	warn_sys("unable to read %s/%s (going on with the next file)", s->path,
		s->seg[s->at].name);
	s->failed = 1;
}

/* Open the segment that is next.  1; 0 if it cannot be read, which has been
 * said; -1 and errno if it is current. */
static int
begin_reading(struct stream *s)
{
	struct segment *g = s->seg + s->at;
	unsigned char magic[6];
	const char *cmd = 0;
	ssize_t r = 0;
	int fd = g->fd, ok;

	/* A descriptor of its own, so that a segment can be read again. */
	fd = fd < 0 ? file_open_regular(s->dirfd, g->name)
		    : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	/* Removed by its logger since it was seen. */
	if (fd < 0 && errno == ENOENT)
		return 0;
	ok = fd >= 0 && lseek(fd, 0, SEEK_SET) == 0;
	if (ok && !is_current(s)) {
		r = pread(fd, magic, sizeof magic, 0);
		cmd = decompressor(magic, r);
		ok = r >= 0;
	}
	s->fd = fd;
	if (ok && cmd)
		ok = decompress(s, fd, cmd) == 0;
	if (ok)
		return 1;
	if (is_current(s))
		return -1;
	say_unreadable(s);
	return 0;
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
		!segments_is_seen(&s->current, &st);
}

/* Forget the first n segments. */
static void
drop_first(struct stream *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		segments_close(&s->seg[i].fd);
	s->nseg -= n;
	memmove(s->seg, s->seg + n, s->nseg * sizeof *s->seg);
}

/* Segments that have been taken after f was read, up to f's.  0 if it is not
 * among them. */
static size_t
up_to(const struct stream *s, const struct seen *f)
{
	struct stat st;

	for (size_t i = 0; f->fd >= 0 && i < s->nseg; i++)
		if (segments_stat(s, s->seg + i, &st) == 0 &&
			segments_is_seen(f, &st))
			return i + 1;
	return 0;
}

/* Drop from new segments what has been read already under another name. */
static void
drop_read(struct stream *s)
{
	struct seen *read[] = { &s->between, &s->current };
	size_t n;

	for (int i = 1; i >= 0; i--) {
		n = up_to(s, read[i]);
		if (!n)
			continue;
		drop_first(s, n);
		for (; i >= 0; i--)
			segments_close(&read[i]->fd);
	}
	/* A processor has made another file of it: then it is the first. */
	for (int i = 0; i < 2; i++) {
		if (read[i]->fd < 0)
			continue;
		if (s->nseg > (size_t)s->has_current)
			drop_first(s, 1);
		else if (!s->has_current)
			continue; /* it is still to come */
		segments_close(&read[i]->fd);
	}
}

/* What came after the segments that were read to their end?  1, 0 if that
 * cannot be said yet: something changes at this moment, and that will be
 * seen by who watches the directory.  -1 and errno. */
static int
go_past(struct stream *s)
{
	tain after = s->known;
	struct seen between, current;
	int r = 0;

	for (int i = 0; i < TRIES && !r; i++)
		r = segments_take(s, &after, 0);
	if (!r)
		r = segments_take(s, &after, 1);
	if (r < 0 || segments_hold(s, &between, &current) < 0)
		return -1;
	drop_read(s);
	if (s->has_current) {
		s->between = between;
		s->current = current;
	}
	s->at = 0;
	if (!s->nseg)
		return 0;
	s->past = 0;
	return 1;
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

/* The end of a segment: to the next one. */
static void
next_segment(struct stream *s)
{
	end_reading(s);
	/* Not to be read again, unless somebody counts lines first. */
	if (s->follow)
		segments_close(&s->seg[s->at].fd);
	if (s->at + 1 < s->nseg)
		s->at++;
	else
		s->past = 1;
}

int
stream_line(struct stream *s, char **line, size_t *len)
{
	for (;;) {
		int r, rotated;

		if (take_line(s, line, len))
			return 1;
		if (s->past && !s->follow)
			return 0;
		if (s->past && (r = go_past(s)) <= 0)
			return r;
		if (s->fd < 0 && (r = begin_reading(s)) <= 0) {
			if (r < 0)
				return -1;
			next_segment(s);
			continue;
		}
		if (s->end - s->start >= LINE_BYTES)
			return take_rest(s, line, len);
		rotated = is_current(s) && s->follow && was_rotated(s);
		r = fill(s);
		if (r > 0)
			continue;
		if (r < 0 && is_current(s))
			return -1;
		if (r < 0)
			say_unreadable(s);
		/* The end of this file.  If it is current, and had been
		 * renamed before this last read, it is complete. */
		if (is_current(s) && s->follow && !rotated)
			return 0;
		if (take_rest(s, line, len))
			return 1;
		if (is_current(s) && !s->follow)
			return 0;
		next_segment(s);
	}
}

const struct segment *
stream_segment(const struct stream *s)
{
	return s->seg + s->at;
}
