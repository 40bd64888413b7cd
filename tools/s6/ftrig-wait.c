/* ftrig-wait.c - wait for events of a fifodir.  See s6-ftrig-wait(1). */

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/s6/trig.h"

static const struct opt opts[] = {
	{ 't', "timeout", "MS",
		"give up after MS milliseconds, exit 99\n"
		"(default 0: never)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = { "[-t MS] fifodir regex",
	"Wait until what the fifodir is told matches a POSIX extended regular\n"
	"expression, then print what was heard.",
	opts,
	"Exit status: 0 it matched; 99 it took too long; 100 misuse; 111 system\n"
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
	if (argc - optind != 2)
		opt_usage(&usage);
	argv += optind;
	if (trig_begin(&t, argv[0], argv[1]) < 0)
		die_sys(EX_SYSTEM, "unable to subscribe to %s with '%s'",
			argv[0], argv[1]);
	r = trig_wait(&t, 1, 0, timeout_ms);
	if (r == 0)
		puts(t.heard);
	trig_end(&t);
	if (r < 0)
		die_sys(errno == ETIMEDOUT ? EX_TIMEOUT : EX_SYSTEM,
			"no event of %s has matched '%s'", argv[0], argv[1]);
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write to stdout");
	return EX_OK;
}
