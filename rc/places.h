/* places.h - the default places of a tree, for root and for a user.
 * Root: definitions /etc/reeve/sv over /usr/share/reeve/sv, state
 * /var/lib/reeve, live /run/reeve, scan directory /run/service, logs
 * /var/log/reeve.  User: $XDG_CONFIG_HOME/reeve/sv, state
 * $XDG_STATE_HOME/reeve, live $XDG_RUNTIME_DIR/reeve (or below the state
 * directory), logs below the state directory; a user's tree that runs in one
 * of these is found there whatever the environment says; and
 * in a container it is the container's.  Each can be set by an
 * environment variable: REEVE_SOURCES (colon separated), REEVE_STATE,
 * REEVE_LIVE, REEVE_SCANDIR, REEVE_LOGS; REEVE_HOME=DIR puts them all
 * below one directory (sv, state, live, service, log). */
#ifndef RC_PLACES_H
#define RC_PLACES_H

#include "lib/path.h"

enum { PLACES_SOURCES = 16 };

/* The catch-all log of a machine. */
#define UNCAUGHT_LOGS "/run/uncaught-logs"

struct places {
	int user; /* 0 root's tree, 1 a user's */
	int container; /* that of a container, see places-container.h */
	int nsources; /* first has precedence */
	char sources[PLACES_SOURCES][512];
	char state[PATH_LEN]; /* generations are kept here */
	char live[PATH_LEN];
	char scandir[PATH_LEN];
	char logs[PATH_LEN];
	char boot[PATH_LEN]; /* state/boot: link to the database
					 * of the next boot */
};

/* Fill from uid and environment.  0, or -1 with a message in err (no HOME,
 * a path too long). */
int places_default(struct places *, char *err, size_t errmax);

/* Where what services without a logger write is, for a message: "is in the log
 * catch-all (reeve logs catch-all)". */
const char *places_unlogged(const struct places *);

#endif
