/* compile.h - definitions to a database, as one call.  Used by
 * reeve-rc-compile, reeve-switch and reeve check. */
#ifndef RC_COMPILE_H
#define RC_COMPILE_H

#include <stddef.h>

#include "rc/compile/diag.h"

/* What a user or group that the system does not know is. */
enum { USERS_WARN, USERS_ERROR, USERS_IGNORE };

struct compile {
	const char *const *sources; /* directories, in order */
	int nsources;
	int lax; /* what s6-rc ignores is ignored */
	int s6_only; /* files that s6-rc does not know count
				 * only in a source with a file `reeve' */
	int override; /* of a name in two sources the later wins,
				 * else it is an error */
	int verbosity; /* 0 errors, 1 warnings, 2 notes */
	const char *logs; /* log directory for `logger', or 0 default */
	const char *loguser; /* user of log companions, or 0: that of a
				 * file log-user in a source, or none */
	int users; /* USERS_* */
	/* Where messages go, or 0: to stderr. */
	void (*report)(void *arg, enum diag_level, const char *file,
		unsigned line, const char *text);
	void *report_arg; /* borrowed */
};

/* warn, error or ignore, as --users takes it; -1: none of them. */
int compile_users(const char *word);

/* Compile into malloced memory; *data is the caller's to free.  Every error
 * found is said, "FILE:LINE: what, expected what".  0, 1 for an error in a
 * definition, 111 for a system error (already reported). */
int compile(const struct compile *, char **data, size_t *len);

#endif
