/* run.h - carry out one half of a change on a live set: bring a set of
 * services up, or take it down, in one process, in parallel by dependency.
 * Longruns by their control fifos and events, oneshots by the daemon. */
#ifndef RC_RUN_H
#define RC_RUN_H

#include <stdint.h>

#include "rc/live.h"

enum run_mode {
	RUN_UP,
	RUN_DOWN, /* and that is that */
	RUN_OWE /* down, to be brought back: STATE_OWED */
};

/* Results, the worst of all services; those of s6-rc. */
enum {
	RUN_OK = 0,
	RUN_FAILED = 1,
	RUN_TIMEOUT = 2,
	RUN_INTERRUPTED = 30,
	RUN_SYSTEM = 111
};

struct run {
	struct live *live; /* borrowed, opened for writing */
	int verbosity;
	unsigned timeout_ms; /* for all of it; 0 none */
	unsigned jobs; /* oneshots at once; 0 no bound */
	unsigned deaths; /* give up on a service that died so often
				 * while it was started; 0 never */
	int ignore_down; /* a oneshot whose down script fails counts
				 * as down all the same */
	int no_progress; /* on a terminal: somebody else shows it */
	unsigned start_ms; /* for a longrun that has to say that it is
				 * ready and names no limit; 0 none */
	unsigned settle_ms; /* a longrun that does not say so has to live
				 * so long; 0 none.  What depends on it does
				 * not wait for that */
	uint64_t deadline; /* set by run_begin; 0 none */
	const unsigned char *wishes; /* borrowed, a byte a service, or 0:
				 * those whose failure is said and counts for
				 * nothing else */
	int interrupted; /* set when a signal came, or by the caller */
	int result; /* the worst so far */
	uint32_t *failed; /* owned; services that failed in the last
				 * half, in order */
	uint32_t nfailed;
	uint32_t left_undone; /* not tried or cut off */
	int lost; /* a script was asked for, and nobody tells
				 * what becomes of it: nothing more is done */
	int ready; /* run_begin was called */
};

/* Take the lock of the live, or of the state, directory at path; waiting is
 * said (and refused if it would be for ever: a script that is run by the
 * change that holds the lock), and counts for timeout_ms.  The fd that holds
 * it, or -1 and errno (ETIMEDOUT).  From here on we end with the front end that
 * started us. */
int run_lock(struct run *, const char *path, int block);
/* Ms of timeout_ms that are left, at least 1; 0: there is no limit. */
unsigned run_left(const struct run *);
/* Set by a front end for its worker, which takes it away again: our parent. */
#define RUN_FRONT "REEVE_FRONT"
/* A signal came meanwhile?  Then run->interrupted is set. */
void run_signals(struct run *);
/* Trap signals, start the clock.  0 or -1.  Once a process. */
int run_begin(struct run *);
/* All of set goes up or down.  What becomes of each is in the state of live
 * and printed as verbosity asks.  Returns the result of this half and
 * raises run->result. */
int run_half(struct run *, const unsigned char *set, enum run_mode);
/* Wait until no script of an earlier, dead changer runs; then the state is
 * read again.  0, or -1 (no daemon: nothing runs either). */
int run_settle(struct run *);
/* Tell the daemon of the oneshots that the set of services is another one. */
void run_look(struct run *);
/* The daemon of the oneshots is up.  0 or -1 and errno. */
int run_runner(struct run *);
/* Ask one service to reload.  RUN_*. */
int run_reload(struct run *, uint32_t i);
/* Clear STATE_UP in memory for longruns that supervise says are down and
 * meant to be.  waiting, if not 0, has room for each: whether it is up in the
 * state, has ended, and will be started again. */
void run_truth(struct live *, unsigned char *waiting);
/* Start such a one now, if its supervise can. */
void run_hasten(const struct live *, uint32_t i);
/* A oneshot that was marked as owed by a change that was cut off, and was not
 * taken down, is up and owed no more. */
void run_keep_untaken(struct live *);
/* What supervise says: 1 up, 0 down and meant to be, -1 unknown or between. */
int run_actual(const struct live *, uint32_t i);
void run_end(struct run *);

#endif
