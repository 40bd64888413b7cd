/* svlisten1.c - svlisten for one service.  See s6-svlisten1(1). */

#include <errno.h>
#include <getopt.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/chain/child.h"
#include "tools/client/waitopt.h"

static const struct opt opts[] = { WAIT_GOALS, WAIT_TIMEOUT, { 0, 0, 0, 0 } };
static const struct usage usage = {
	"[-u | -U | -d | -D | -r | -R] [-t MS] servicedir prog...",
	"Subscribe to a service, run prog, then wait until the service is in a\n"
	"state (default: up).",
	opts,
	"Exit status: 0 it is; 1 it failed for good or lost its supervise; 99\n"
	"it took too long; 100 misuse; 111 system error."
};

int
main(int argc, char **argv)
{
	struct waitopt o = WAITOPT;
	struct waiting w;
	int c;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		waitopt_take(&o, c, optarg);
	argv += optind;
	if (!argv[0] || !argv[1])
		opt_usage(&usage);
	if (wait_begin(&w, argv, 1, o.goal, 0) < 0)
		die_sys(EX_SYSTEM, "unable to %s %s", w.verb, w.culprit);
	if (child_start(argv + 1) < 0) {
		wait_end(&w);
		die_sys(EX_SYSTEM, "unable to start %s", argv[1]);
	}
	return waitopt_finish(&w, o.timeout_ms);
}
