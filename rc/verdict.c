/* verdict.c - what becomes of a service on its way: a table of what it is
 * watched for by what happens, and what letters, a status, the time and the
 * daemon's answers amount to.  Only data and arithmetic. */

#include <sys/wait.h>

#include "rc/verdict.h"

enum {
	/* A service in its restart pause that is told to stay down changes
	 * its status, but there is no event for that. */
	PAUSED_MS = 5,
	LEAVING_MS = 1000,
	STOPPING_MS = 60000, /* a process without limits that does not end */
	UNREAD_MS = 100 /* until a status is read again */
};

#define GO(verdict, reason)                                                    \
	{                                                                      \
		1, (verdict), (reason)                                         \
	}
#define DONE GO(V_DONE, REASON_NONE)
#define STAY GO(V_NOTHING, REASON_NONE)
#define LET_GO GO(V_LET_GO, REASON_NONE)
#define CANT GO(V_BUG, REASON_NONE)

const struct verdict_cell verdicts[W_N][NEWS_N] = {
	[W_START] = { [NEWS_STARTED] = DONE,
		[NEWS_STARTED_NEW] = GO(V_WATCH, REASON_NONE),
		[NEWS_REACHED] = DONE,
		[NEWS_PERMANENT] = GO(V_GIVE_UP, REASON_PERMANENT),
		[NEWS_UNABLE] = GO(V_GIVE_UP, REASON_NOEXEC),
		[NEWS_DEATHS] = STAY, /* it will be started, and that is all */
		[NEWS_OVER_WELL] = STAY,
		[NEWS_OVER_BADLY] = STAY,
		[NEWS_SETTLED] = CANT,
		[NEWS_LATE] = GO(V_GIVE_UP, REASON_TIMEOUT),
		/* What it did until now says more than the time does. */
		[NEWS_LATE_DIED] = GO(V_GIVE_UP, REASON_DEATHS),
		[NEWS_NOSUPER] = GO(V_GIVE_UP, REASON_NOSUPER),
		[NEWS_STOP] = GO(V_GIVE_UP, REASON_INTERRUPTED),
		[NEWS_LEAVE] = GO(V_GIVE_UP, REASON_INTERRUPTED) },
	[W_READY] = { [NEWS_STARTED] = STAY,
		[NEWS_STARTED_NEW] = STAY,
		[NEWS_REACHED] = DONE,
		[NEWS_PERMANENT] = GO(V_GIVE_UP, REASON_PERMANENT),
		[NEWS_UNABLE] = GO(V_GIVE_UP, REASON_NOEXEC),
		[NEWS_DEATHS] = GO(V_GIVE_UP, REASON_DEATHS),
		[NEWS_OVER_WELL] = STAY,
		[NEWS_OVER_BADLY] = STAY,
		[NEWS_SETTLED] = CANT,
		[NEWS_LATE] = GO(V_GIVE_UP, REASON_UNREADY),
		[NEWS_LATE_DIED] = GO(V_GIVE_UP, REASON_DEATHS),
		[NEWS_NOSUPER] = GO(V_GIVE_UP, REASON_NOSUPER),
		[NEWS_STOP] = GO(V_GIVE_UP, REASON_INTERRUPTED),
		[NEWS_LEAVE] = GO(V_GIVE_UP, REASON_INTERRUPTED) },
	/* What needs it goes on: it cannot be taken back as if it had never
	 * been up. */
	[W_STEADY] = { [NEWS_STARTED] = STAY,
		[NEWS_STARTED_NEW] = STAY,
		[NEWS_REACHED] = STAY,
		[NEWS_PERMANENT] = STAY, /* its end tells more */
		[NEWS_UNABLE] = STAY,
		[NEWS_DEATHS] = GO(V_UNDO, REASON_UNSTEADY),
		[NEWS_OVER_WELL] = LET_GO,
		[NEWS_OVER_BADLY] = GO(V_UNDO, REASON_UNSTEADY),
		[NEWS_SETTLED] = LET_GO,
		[NEWS_LATE] = LET_GO,
		[NEWS_LATE_DIED] = GO(V_UNDO, REASON_UNSTEADY),
		[NEWS_NOSUPER] = STAY,
		[NEWS_STOP] = LET_GO,
		[NEWS_LEAVE] = LET_GO },
	[W_STOP] = { [NEWS_STARTED] = STAY,
		[NEWS_STARTED_NEW] = STAY,
		[NEWS_REACHED] = DONE,
		[NEWS_PERMANENT] = STAY,
		[NEWS_UNABLE] = STAY,
		[NEWS_DEATHS] = STAY,
		[NEWS_OVER_WELL] = STAY,
		[NEWS_OVER_BADLY] = STAY,
		[NEWS_SETTLED] = CANT,
		[NEWS_LATE] = GO(V_GIVE_UP, REASON_TIMEOUT),
		[NEWS_LATE_DIED] = GO(V_GIVE_UP, REASON_TIMEOUT),
		[NEWS_NOSUPER] = GO(V_GIVE_UP, REASON_NOSUPER),
		[NEWS_STOP] = GO(V_GIVE_UP, REASON_INTERRUPTED),
		[NEWS_LEAVE] = GO(V_GIVE_UP, REASON_INTERRUPTED) },
	/* A script runs to its end: half of one is worse than all. */
	[W_SCRIPT] = { [NEWS_STARTED] = CANT,
		[NEWS_STARTED_NEW] = CANT,
		[NEWS_REACHED] = DONE,
		[NEWS_PERMANENT] = CANT,
		[NEWS_UNABLE] = CANT,
		[NEWS_DEATHS] = CANT,
		[NEWS_OVER_WELL] = CANT,
		[NEWS_OVER_BADLY] = CANT,
		[NEWS_SETTLED] = CANT,
		[NEWS_LATE] = GO(V_FAIL, REASON_TIMEOUT),
		[NEWS_LATE_DIED] = CANT,
		[NEWS_NOSUPER] = CANT,
		[NEWS_STOP] = STAY,
		[NEWS_LEAVE] = GO(V_FAIL, REASON_INTERRUPTED) }
};

/* --- events */

size_t
heard_letters(struct heard *h, enum watch w, const char *s, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		h->acted |= s[k] != 's' && s[k] != 'x';
		switch (s[k]) {
		case 'O':
			h->permanent = 1;
			break;
		case 'd':
			h->deaths++;
			h->dead = 1;
			break;
		case 'f':
			h->unable = 1;
			break;
		case 's':
			h->super = 1;
			h->gone = 0;
			break;
		case 'x':
			h->gone = 1;
			break;
		case 'D':
			h->over = 1;
			break;
		case 'u':
			h->dead = h->over = 0;
			h->started = 1;
			if (w == W_START)
				return k + 1;
			break;
		default:
			break;
		}
	}
	return n;
}

enum news
heard_news(const struct heard *h, enum watch w, unsigned deaths, unsigned limit,
	int as_s6)
{
	int often = limit && deaths >= limit;

	if (w == W_STEADY)
		return often	  ? NEWS_DEATHS
			: h->over ? NEWS_OVER_BADLY
				  : NEWS_NONE;
	return h->permanent	      ? NEWS_PERMANENT
		: h->unable && !as_s6 ? NEWS_UNABLE
		: often		      ? NEWS_DEATHS
				      : NEWS_NONE;
}

/* --- status */

static int
is_up(const struct sight *s, enum watch w)
{
	return s->up && (w == W_START || s->ready || s->mute);
}

/* Supervise has not read yet that it is to stop, or its process has not ended
 * yet, though it is up for now.  One that does not heed the signal at all,
 * and is not killed for that, is up.  Ms until the next look, or 0. */
static int
may_still_stop(const struct sight *s)
{
	unsigned ms = s->timeout_down;

	if (!s->told)
		return 0;
	if (s->told_ms < REVIVE_MS && (s->no_super || s->unread))
		return PAUSED_MS;
	if (!s->stopping)
		return 0;
	ms = !ms ? STOPPING_MS : ms > REVIVE_MS ? ms : REVIVE_MS;
	/* For its end there is an event. */
	return s->told_ms < ms || s->kill_due ? LEAVING_MS : 0;
}

int
sight_first(const struct sight *s, enum watch w)
{
	if (s->told)
		return 0;
	if (!s->known)
		return UNREAD_MS;
	if (w == W_STOP)
		return s->alive	       ? SIGHT_EVENTS
			: s->wanted_up ? PAUSED_MS
				       : SIGHT_ARRIVED;
	if (!is_up(s, w))
		return SIGHT_EVENTS;
	/* Up, but told to go down a moment ago: it probably ends and comes
	 * again, which there are events for. */
	if (!s->wanted_up)
		return LEAVING_MS;
	return s->no_super ? SIGHT_EVENTS : SIGHT_ARRIVED;
}

int
sight_again(const struct sight *s, enum watch w)
{
	int ms;

	/* No descriptors, no memory: no event will tell again. */
	if (!s->known)
		return UNREAD_MS;
	if (w == W_STOP)
		return s->alive	       ? SIGHT_EVENTS
			: s->wanted_up ? PAUSED_MS
				       : SIGHT_ARRIVED;
	if (!is_up(s, w))
		return SIGHT_EVENTS;
	ms = may_still_stop(s);
	return ms ? ms : SIGHT_ARRIVED;
}

/* --- time */

uint64_t
times_first(const struct times *t)
{
	const uint64_t all[] = { t->deadline, t->settled, t->revive, t->look,
		t->hangs, t->check };
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i] && all[i] < first)
			first = all[i];
	return first;
}

enum news
times_due(const struct times *t, unsigned deaths, uint64_t now)
{
	if (t->settled && t->settled <= now)
		return NEWS_SETTLED;
	if (t->deadline && t->deadline <= now)
		return deaths ? NEWS_LATE_DIED : NEWS_LATE;
	return t->revive && t->revive <= now ? NEWS_NOSUPER : NEWS_NONE;
}

/* --- outcomes */

int
verdict_of_answer(
	const struct answer *a, enum state_reason *why, uint32_t *code)
{
	int status = (int)a->value;

	*why = REASON_NONE;
	*code = a->value;
	if (a->kind == ANSWER_ERRNO)
		*why = REASON_NOEXEC;
	else if (a->kind == ANSWER_TIMEOUT)
		*why = REASON_TIMEOUT;
	else if (a->kind == ANSWER_UNKNOWN)
		*why = REASON_RUNNER;
	else if (WIFSIGNALED(status))
		*why = REASON_SIGNAL, *code = (uint32_t)WTERMSIG(status);
	else if (WEXITSTATUS(status))
		*why = REASON_EXIT, *code = (uint32_t)WEXITSTATUS(status);
	return *why == REASON_NONE;
}

unsigned
verdict_flags(unsigned flags, enum run_mode mode, int oneshot, int wish, int ok)
{
	const unsigned up = STATE_UP, owed = STATE_OWED;

	flags &= ~(unsigned)STATE_FAILED;
	/* A oneshot that is up is only started if it may be half down. */
	if (!ok && mode == RUN_UP && oneshot)
		flags &= ~up;
	/* Nobody owes what can be done without. */
	if (!ok)
		return (flags | STATE_FAILED) & ~(wish ? owed : 0);
	if (mode == RUN_UP)
		return (flags | up) & ~owed;
	return mode == RUN_OWE ? (flags | owed) & ~up : flags & ~(up | owed);
}

int
verdict_result(enum state_reason why)
{
	return why == REASON_TIMEOUT || why == REASON_UNREADY ? RUN_TIMEOUT
		: why == REASON_INTERRUPTED		      ? RUN_INTERRUPTED
							      : RUN_FAILED;
}

int
verdict_worst(int a, int b)
{
	static const int order[] = { RUN_FAILED, RUN_TIMEOUT, RUN_INTERRUPTED,
		RUN_SYSTEM };
	int worst = RUN_OK;

	for (size_t k = 0; k < sizeof order / sizeof *order; k++)
		if (order[k] == a || order[k] == b)
			worst = order[k];
	return worst;
}

/* Did its down script not run, or run well?  One that failed, or was not heard
 * of again, left it half down, and its up script puts that right. */
static int
is_whole(const struct state_rec *r)
{
	if (!(r->flags & STATE_FAILED))
		return 1;
	switch (r->reason) {
	case REASON_EXIT:
	case REASON_SIGNAL:
	case REASON_TIMEOUT:
	case REASON_RUNNER:
	case REASON_INTERRUPTED:
		return 0;
	case REASON_NONE:
	case REASON_PERMANENT:
	case REASON_NOSUPER:
	case REASON_NOEXEC:
	case REASON_DEPENDENCY:
	case REASON_DEATHS:
	case REASON_UNSTEADY:
	case REASON_UNREADY:
	case REASON_SYSTEM:
	case REASON_NOTASKED:
	case REASON_COUNT:
		break;
	}
	return 1;
}

/* Owed is written before a service is asked to go down, and the daemon writes
 * what came of a script. */
int
verdict_untaken(const struct state_rec *r)
{
	const unsigned both = STATE_UP | STATE_OWED;

	return (r->flags & both) == both && is_whole(r);
}
