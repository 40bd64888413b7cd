/* svlisten.c - start a program when the events of services are listened to,
 * then wait for their state.  See reeve-svlisten(1). */

#include <errno.h>
#include <getopt.h>

#include "lib/block.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/chain/child.h"
#include "tools/client/waitopt.h"

static const struct opt opts[] = { WAIT_GOALS, WAIT_HOWMANY, WAIT_TIMEOUT,
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[-u | -U | -d | -D | -r | -R] [-a | -o] [-t MS] "
	"{ servicedir... } prog...",
	"Subscribe to services, run prog, then wait until they are in a state\n"
	"(default: up).  The braces are an execline block; without execline,\n"
	"end the list with an empty word.",
	opts,
	"Exit status: 0 they are; 99 it took too long; 100 misuse; 111 system\n"
	"error; otherwise the number of services that failed for good or lost\n"
	"their supervise."
};

int
main(int argc, char **argv)
{
	struct waitopt o = WAITOPT;
	struct waiting w;
	int c, n;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		waitopt_take(&o, c, optarg);
	argv += optind;
	n = block_take(argv);
	if (n <= 0 || !argv[n + 1])
		opt_usage(&usage);
	if (wait_begin(&w, argv, (unsigned)n, o.goal, o.any) < 0)
		die_sys(EX_SYSTEM, "unable to %s %s", w.verb, w.culprit);
	if (child_start(argv + n + 1) < 0) {
		wait_end(&w);
		die_sys(EX_SYSTEM, "unable to start %s", argv[n + 1]);
	}
	return waitopt_finish(&w, o.timeout_ms);
}
