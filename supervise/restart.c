/* restart.c - when a service that has ended starts again, and why then. */

#include <sys/wait.h>

#include "lib/msg.h"
#include "supervise/restart.h"
#include "supervise/svdir.h"

enum { S6_PAUSE_MS = 1000 };

/* Does that end count as a success? */
static int
succeeded(const struct super *s)
{
	int w = s->st.wstat;

	return (WIFEXITED(w) && !WEXITSTATUS(w)) ||
		svdir_lists(s->dt.def, "success-codes", w);
}

/* Is it to stay down, by file restart or after such an end? */
int
restart_is_over(const struct super *s)
{
	if (svdir_lists(s->dt.def, "no-restart-codes", s->st.wstat))
		return 1;
	switch (svdir_restart(s->dt.def)) {
	case RESTART_NEVER:
		return 1;
	case RESTART_ON_FAILURE:
		return succeeded(s);
	case RESTART_ON_SUCCESS:
		return !succeeded(s);
	case RESTART_ON_SIGNAL:
		return !WIFSIGNALED(s->st.wstat) || succeeded(s);
	case RESTART_ALWAYS:
		break;
	}
	return 0;
}

static void
plan_backoff(struct super *s)
{
	uint64_t life = s->died - s->dt.run_started, delay;
	unsigned min, max;

	svdir_backoff(s->dt.def, &min, &max);
	delay = min;
	for (unsigned i = 1; i < s->dt.fast && delay < max; i++)
		delay *= 2;
	if (delay > max)
		delay = max;
	/* What never got ready has not lived, however long it tried. */
	if (s->asked || (life >= min * MS && !s->unheard)) {
		/* A service that falls over now and then keeps its place,
		 * until it has lived as long as it last had to wait. */
		if (life >= delay * MS)
			s->dt.fast = 0;
		s->deadline = s->died;
		return;
	}
	if (s->dt.fast++ && delay < max) {
		delay *= 2;
		if (delay > max)
			delay = max;
	}
	s->dt.reason = WHY_BACKOFF;
	s->deadline = s->died + delay * MS;
}

/* When run may start again, after it has ended, and why then. */
void
restart_plan(struct super *s)
{
	uint64_t pause;

	if (!s->st.wanted_up) {
		/* Whoever wants it up later is not made to wait for what
		 * happened before. */
		s->dt.fast = 0;
		s->dt.reason = s->permanent ? WHY_PERMANENT
			: s->once
			? s->st.wstat && succeeded(s) ? WHY_DONE : WHY_POLICY
			: s->dt.stopping ? WHY_ASKED
					 : WHY_ONCE;
		s->deadline = 0;
		return;
	}
	s->dt.reason = WHY_EXITED;
	if (prog_as_s6) {
		s->deadline =
			(s->readied ? s->readied : s->died) + S6_PAUSE_MS * MS;
		return;
	}
	plan_backoff(s);
	pause = s->asked ? 0 : svdir_number(s->dt.def, "restart-delay") * MS;
	if (s->deadline < s->died + pause)
		s->deadline = s->died + pause;
}
