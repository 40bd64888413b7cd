/* ftrig-listen1.c - start a program when a fifodir is listened to, then wait
 * for events of it.  See s6-ftrig-listen1(1). */

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/chain/child.h"
#include "tools/s6/trig.h"

static const struct opt opts[] = {
	{ 't', "timeout", "MS",
		"give up after MS milliseconds, exit 1\n"
		"(default 0: never)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = { "[-t MS] fifodir regex prog...",
	"Subscribe to a fifodir, run prog, then wait until what the fifodir is\n"
	"told matches a POSIX extended regular expression, and print what was\n"
	"heard.",
	opts,
	"Exit status: 0 it matched; 1 it took too long; 100 misuse; 111 system\n"
	"error." };

int
main(int argc, char **argv)
{
	unsigned timeout_ms = 0;
	struct trig t;
	int c, r;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		timeout_ms = opt_uint("the timeout", optarg, 0, UINT_MAX);
	if (argc - optind < 3)
		opt_usage(&usage);
	argv += optind;
	if (trig_begin(&t, argv[0], argv[1]) < 0)
		die_sys(EX_SYSTEM, "unable to subscribe to %s with '%s'",
			argv[0], argv[1]);
	if (child_start(argv + 2) < 0) {
		trig_end(&t);
		die_sys(EX_SYSTEM, "unable to start %s", argv[2]);
	}
	r = trig_wait(&t, 1, 0, timeout_ms);
	if (r == 0)
		puts(t.heard);
	trig_end(&t);
	if (r < 0)
		die_sys(errno == ETIMEDOUT ? EX_NO : EX_SYSTEM,
			"no event of %s has matched '%s'", argv[0], argv[1]);
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write to stdout");
	return EX_OK;
}
