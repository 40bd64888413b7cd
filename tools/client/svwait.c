/* svwait.c - wait until services are up, ready, down or restarted.
 * See reeve-svwait(1). */

#include <errno.h>
#include <getopt.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/client/wait.h"
#include "tools/client/waitopt.h"

enum { PATIENCE_MS = 5000 }; /* with what has not been supervised yet */

static const struct opt opts[] = { WAIT_GOALS, WAIT_HOWMANY, WAIT_TIMEOUT,
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[-u | -U | -d | -D | -r | -R] [-a | -o] [-t MS] servicedir...",
	"Wait until services are in a state (default: up).", opts,
	"Exit status: 0 they are; 99 it took too long; 100 misuse; 111 system\n"
	"error; otherwise the number of services that failed for good or lost\n"
	"their supervise."
};

int
main(int argc, char **argv)
{
	struct waitopt o = WAITOPT;
	struct waiting w;
	uint64_t end;
	int c, left;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		waitopt_take(&o, c, optarg);
	if (optind == argc) {
		/* All of none are as wanted, for s6. */
		if (prog_as_s6)
			return EX_OK;
		opt_usage(&usage);
	}
	end = clock_deadline(o.timeout_ms);
	if (wait_begin_patiently(&w, argv + optind, (unsigned)(argc - optind),
		    o.goal, o.any,
		    clock_deadline(o.timeout_ms && o.timeout_ms < PATIENCE_MS
				    ? o.timeout_ms
				    : PATIENCE_MS)) < 0)
		die_sys(EX_SYSTEM, "unable to %s %s", w.verb, w.culprit);
	left = clock_left(end);
	/* 0 would be for ever. */
	return waitopt_finish(&w, left < 0 ? 0 : left ? (unsigned)left : 1);
}
