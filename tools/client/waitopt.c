/* waitopt.c - see waitopt.h. */

#include <errno.h>
#include <limits.h>

#include "lib/msg.h"
#include "tools/client/waitopt.h"

void
waitopt_take(struct waitopt *o, int letter, const char *arg)
{
	switch (letter) {
	case 'a':
		o->any = 0;
		break;
	case 'o':
		o->any = 1;
		break;
	case 't':
		o->timeout_ms = opt_uint("the timeout", arg, 0, UINT_MAX);
		break;
	default:
		o->goal = (char)letter;
	}
}

/* Exit codes from 99 on have meanings of their own. */
enum { FAILED_MAX = 98 };

int
waitopt_finish(struct waiting *w, unsigned timeout_ms)
{
	int code = wait_run(w, timeout_ms);

	if (code < 0 && errno == ETIMEDOUT) {
		say("fatal: timed out");
		code = EX_TIMEOUT;
	} else if (code < 0) {
		warn_sys("unable to wait for events");
		code = EX_SYSTEM;
	} else if (code > 0) {
		for (unsigned i = 0; i < w->n; i++)
			if (w->v[i].failed)
				warn("%s failed for good, or its supervise "
				     "exited",
					w->v[i].dir);
		if (code > FAILED_MAX)
			code = FAILED_MAX;
	}
	wait_end(w);
	return code;
}
