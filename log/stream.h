/* stream.h - a log directory as one stream of lines: archives (compressed
 * ones too), then what is being rotated, then current; following across
 * rotation without losing or repeating a line.  Reads only; needs no lock. */
#ifndef LOG_STREAM_H
#define LOG_STREAM_H

#include <stddef.h>
#include <sys/types.h>
#include <skalibs/tai.h>

#include "log/logdir.h"

struct segment {
	char name[LOGDIR_NAME]; /* in the directory */
	int fd; /* -1: to be opened when it is read */
	tain end; /* no line of it is later; now for current */
};

/* A file that has been read, or is, under a name that it does not keep.  It
 * stays open, so that no other file gets its number. */
struct seen {
	int fd; /* -1 none */
	dev_t dev;
	ino_t ino;
};

struct stream {
	char *path; /* owned */
	int dirfd;
	struct segment *seg; /* owned; oldest first */
	size_t nseg, at; /* the one being read */
	int fd_max; /* archives are not held above this */
	int has_current; /* the last segment is current */
	tain known; /* newest archive that needs no reading */
	struct seen between; /* was there between archives and current */
	struct seen current; /* the current that is in the segments */
	int past; /* all of the segments is read: find out what
				 * came after them */
	int fd; /* being read; -1 none */
	pid_t pid; /* decompressor, or 0 */
	const char *command; /* its name */
	uid_t owner; /* of the archive */
	char *buf; /* owned */
	size_t start, end, scanned, max;
	int failed; /* something could not be read; it was said */
	int follow; /* a last line without newline waits */
};

/* 0, or -1 and errno (ENOENT: no log directory). */
int stream_open(struct stream *, const char *path, int follow);
void stream_close(struct stream *);
/* Begin at an earlier segment; 0 is the oldest, nseg - 1 the newest.  Only
 * before the end was reached in follow mode. */
void stream_seek(struct stream *, size_t segment);
/* Next line, without its newline, valid until the next call; the byte after
 * it may be written to and restored.  1; 0 if there
 * is none now (in follow mode: call again when the directory has changed);
 * -1 and errno. */
int stream_line(struct stream *, char **line, size_t *len);
/* The segment that the last line came from. */
const struct segment *stream_segment(const struct stream *);

#endif
