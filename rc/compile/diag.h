/* diag.h - what is wrong in definitions: all of it, each with its place. */
#ifndef RC_DIAG_H
#define RC_DIAG_H

#include "lib/msg.h"

enum diag_level { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };

struct diag {
	/* 0: print to stderr.  line 0: the file as a whole. */
	void (*report)(void *arg, enum diag_level, const char *file,
		unsigned line, const char *text);
	void *arg; /* borrowed */
	int verbosity; /* 0 errors, 1 warnings, 2 notes */
	int lax; /* what s6-rc ignores is ignored */
	int code; /* exit code of the first error, 0 if none */
	unsigned errors, warnings;
};

/* code: 1 a definition is wrong, 111 the system says no. */
void diag_error(struct diag *, int code, const char *file, unsigned line,
	const char *fmt, ...) MSG_LIKE(5, 6);
void diag_warn(struct diag *, const char *file, unsigned line, const char *fmt,
	...) MSG_LIKE(4, 5);
void diag_note(struct diag *, const char *file, unsigned line, const char *fmt,
	...) MSG_LIKE(4, 5);
/* Not wrong, but told unless only errors are. */
void diag_info(struct diag *, const char *file, unsigned line, const char *fmt,
	...) MSG_LIKE(4, 5);
/* An error that s6-rc does not see: a warning if lax. */
void diag_strict(struct diag *, const char *file, unsigned line,
	const char *fmt, ...) MSG_LIKE(4, 5);
/* "FILE: TEXT: strerror(errno)", code 111. */
void diag_sys(struct diag *, const char *file, const char *text);

#endif
