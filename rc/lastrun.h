/* lastrun.h - FORMAT last-run: start, end and result of the last run of a
 * scheduled command, one line "START END exit N" or "START END signal N" in
 * seconds of Unix time.  Writer: reeve-schedule; readers: itself, and reeve
 * status.  See reeve-schedule(1). */
#ifndef RC_LASTRUN_H
#define RC_LASTRUN_H

#include <stddef.h>

#define LASTRUN_FILE "last-run"
enum { LASTRUN_LINE = 128 };

struct lastrun {
	long long start, end;
	int wstat; /* as wait(2) has it */
};

/* Bytes of the line, newline included, at most LASTRUN_LINE; no NUL. */
size_t lastrun_pack(char *buf, const struct lastrun *);
/* 1 if len bytes are exactly one such line; else 0, *r is left alone. */
int lastrun_unpack(struct lastrun *r, const char *buf, size_t len);
/* Read the file.  1, or 0: there is none, or not a whole one. */
int lastrun_read(struct lastrun *, int at, const char *name);

#endif
