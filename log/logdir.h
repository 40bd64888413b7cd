/* logdir.h - FORMAT a log directory: current, archives named by time stamp,
 * lock, state and what is there during a rotation.  s6-log's own format.
 * Writer: logact.c.  Reader: logs.c.  See reeve-logdir(5). */
#ifndef LOG_LOGDIR_H
#define LOG_LOGDIR_H

#include <stddef.h>
#include <stdint.h>
#include <skalibs/tai.h>

enum {
	LOGDIR_STAMP = 25, /* '@' and 24 hexadecimal digits */
	LOGDIR_NAME = 36 /* stamp, ".s" or ".u", a suffix, NUL */
};

/* Archive name for a stamp: kind is 's' (finished) or 'u' (found unfinished);
 * suffix "" or ".gz" and kin. */
void logdir_name(
	char name[LOGDIR_NAME], const tain *, char kind, const char *suffix);
/* 1 if name is an archive's; then *kind, *stamp and *suffix (pointer into
 * name) are set, each unless it is a null pointer.  Else 0. */
int logdir_parse(
	const char *name, tain *stamp, char *kind, const char **suffix);

struct logdir_archive {
	char name[LOGDIR_NAME];
	uint64_t size;
};
struct logdir_list {
	struct logdir_archive *v; /* owned; oldest first */
	size_t n;
	uint64_t bytes;
};
/* The archives of a directory, with their sizes if they are wanted, which
 * costs a call for each; else 0.  0, or -1 and errno. */
int logdir_list(struct logdir_list *, int dirfd, int sizes);
void logdir_list_free(struct logdir_list *);

/* The time stamp at the head of a line: TAI64N ("@..."), ISO as written by
 * T ("2026-01-31 12:00:00.123456789", local time), or a JSON line of ours.
 * 1, *when set and *skip the bytes to the text (0 for JSON); else 0. */
int logdir_line_stamp(const char *line, size_t len, tain *when, size_t *skip);
/* The text of such a JSON line, decoded in place.  1, *text and *tlen set;
 * or 0. */
int logdir_json_text(char *line, size_t len, char **text, size_t *tlen);

#endif
