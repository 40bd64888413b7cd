/* verdict.h - PURE: what becomes of a service that is on its way up or down.
 * No system call; the times are milliseconds of clock_now that come from
 * outside.  job.c carries the verdicts out. */
#ifndef RC_VERDICT_H
#define RC_VERDICT_H

#include <stddef.h>
#include <stdint.h>

#include "rc/request.h"
#include "rc/run.h"

/* What a service is watched for. */
enum watch {
	W_START, /* told to be up; it does not say when it is ready */
	W_READY, /* told to be up; it says when it is ready */
	W_STEADY, /* counted as up, but does it stay so? */
	W_STOP, /* told to be down */
	W_SCRIPT, /* its script, up or down, runs */
	W_N
};

enum news {
	NEWS_STARTED, /* its process was started */
	NEWS_STARTED_NEW, /* the same, and it has to show that it stays */
	NEWS_REACHED, /* it is where it was to go */
	NEWS_PERMANENT, /* its finish script said 125 */
	NEWS_UNABLE, /* it could not be started, for a reason that stays */
	NEWS_DEATHS, /* it died as often as it may */
	NEWS_OVER_WELL, /* it ended, is not started again, and that is fine */
	NEWS_OVER_BADLY, /* ... and is not */
	NEWS_SETTLED, /* it lived for long enough */
	NEWS_LATE, /* out of time */
	NEWS_LATE_DIED, /* the same, and it died meanwhile */
	NEWS_NOSUPER, /* for long it has had no supervise */
	NEWS_STOP, /* a signal: nothing more is asked of anybody */
	NEWS_LEAVE, /* a second signal: leave at once */
	NEWS_N,
	NEWS_NONE = NEWS_N
};

enum verdict {
	V_NOTHING, /* it is watched on */
	V_DONE, /* it is where it was to go */
	V_WATCH, /* counts as up, what needs it goes on; then W_STEADY */
	V_FAIL, /* it failed */
	V_GIVE_UP, /* the same; if it was to be up it is told to stay
			 * down, so that what is recorded is true */
	V_UNDO, /* it was counted as up, and failed after all */
	V_LET_GO, /* watched no longer; what is recorded stays */
	V_BUG /* cannot happen; as V_NOTHING */
};

struct verdict_cell {
	unsigned set : 1; /* a cell that was left out has 0 here */
	enum verdict what;
	enum state_reason why;
};

extern const struct verdict_cell verdicts[W_N][NEWS_N];

/* --- what it tells by events */

struct heard {
	unsigned deaths;
	int started; /* W_START: that is all it waits for */
	int dead; /* its last death was not followed by a start */
	int permanent, unable;
	int super; /* a supervise has started since */
	int gone; /* its supervise has ended since */
	int over; /* it is down and nothing starts it again */
	int acted; /* its supervise did something for it */
};

/* Take letters until one ends what it is watched for; how many. */
size_t heard_letters(struct heard *, enum watch, const char *, size_t n);
/* What they amount to, if its status does not say that it has arrived.  deaths
 * in all; it may die so often (0: no bound).  Of OVER_BADLY its status has
 * yet to say whether it is OVER_WELL, or not over; of UNABLE its detail,
 * whether the reason stays. */
enum news heard_news(const struct heard *, enum watch, unsigned deaths,
	unsigned limit, int as_s6);

/* --- what its status says */

struct sight {
	int known; /* its status was read */
	int alive; /* run or finish has a process */
	int up, ready, wanted_up; /* as in its status */
	int mute; /* runs by a definition without readiness */
	int no_super;
	/* It may have been told to stop before, by a change that was cut off:
	 * so many ms ago; the rest counts only then. */
	int told;
	uint64_t told_ms;
	int unread; /* supervise has not read all of its fifo */
	int stopping; /* it was sent its signal */
	int kill_due; /* and will be killed */
	unsigned timeout_down; /* ms; 0 none */
};

enum {
	SIGHT_ARRIVED = -1,
	SIGHT_EVENTS = -2,
	REVIVE_MS = 5000 /* a dead supervise is back by then */
};

/* Has it arrived (SIGHT_ARRIVED), will an event tell (SIGHT_EVENTS), or in how
 * many ms is its status to be read again?  sight_first: just after it was
 * asked, with the status of before. */
int sight_first(const struct sight *, enum watch);
int sight_again(const struct sight *, enum watch);

/* --- what the time says; 0 is never */

struct times {
	uint64_t deadline;
	uint64_t settled; /* W_STEADY: passed then; 0 it is dead now */
	uint64_t revive; /* no supervise: until then; 0 there is one */
	uint64_t look; /* read its status then; 0 on events only */
	uint64_t hangs; /* W_SCRIPT: say then that it runs */
	uint64_t check; /* then, whether its supervise was told at all */
};

/* The first of them; UINT64_MAX if there is none. */
uint64_t times_first(const struct times *);
/* Of deadline, settled and revive, what has come; or NEWS_NONE. */
enum news times_due(const struct times *, unsigned deaths, uint64_t now);

/* --- what came of it */

/* What the daemon says of a script: 1 it ended well, or 0 and why. */
int verdict_of_answer(
	const struct answer *, enum state_reason *why, uint32_t *code);
/* STATE_* of a service that got where it was to go, or did not; wish: it is
 * only wanted by others, which do without it. */
unsigned verdict_flags(
	unsigned flags, enum run_mode, int oneshot, int wish, int ok);
/* RUN_* of a failure. */
int verdict_result(enum state_reason);
/* The worse of two RUN_*. */
int verdict_worst(int, int);
/* 1 if a oneshot is marked as owed by a change that was cut off before it was
 * taken down: it is up, and its up script must not run again. */
int verdict_untaken(const struct state_rec *);

#endif
