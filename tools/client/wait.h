/* wait.h - wait until service directories reach a state: subscribe to their
 * events, then read their status, so that nothing is missed and nothing is
 * polled.  Used by svwait, svlisten, svlisten1 and svc -w. */
#ifndef TOOLS_WAIT_H
#define TOOLS_WAIT_H

#include <stdint.h>

#include "supervise/event.h"

struct watched {
	const char *dir; /* borrowed */
	struct listener events;
	unsigned up : 1;
	unsigned ready : 1;
	unsigned was_down : 1; /* at some time since the beginning */
	unsigned failed : 1; /* will not get there: counted once */
};

struct waiting {
	struct watched *v; /* owned */
	unsigned n;
	char goal; /* u U d D r R, as svwait's options */
	int any; /* one of them is enough */
	const char *culprit; /* directory that an error was about */
	const char *verb; /* and what was not possible */
};

/* Subscribe to n directories and read their status.  0, or -1 with errno,
 * culprit and verb set. */
int wait_begin(struct waiting *, char **dirs, unsigned n, char goal, int any);

/* The same, but a directory that nobody has supervised yet, and that has a
 * run, gets until the deadline to be: a scanner may just be starting.  Only
 * if it is to come up. */
int wait_begin_patiently(struct waiting *, char **dirs, unsigned n, char goal,
	int any, uint64_t deadline);

/* Wait at most ms (0: for ever).  The number of services that failed for
 * good; -1 and errno (ETIMEDOUT) otherwise. */
int wait_run(struct waiting *, uint64_t ms);

/* Unsubscribe and free. */
void wait_end(struct waiting *);

#endif
