/* forking.c - keep a daemon that goes to the background in sight.  See
 * reeve-forking(1).  It adopts the orphans of the program, reads from the
 * pid file which of them is the daemon, passes signals to it and ends as it
 * ends, so that a supervisor may treat it as the daemon itself. */

#include <getopt.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/service/background.h"

static const struct opt opts[] = {
	{ '3', "notification-fd", "FD",
		"write a newline there when the "
		"daemon is ready:\nwhen program has ended well" },
	{ 't', "timeout", "MS",
		"how long the pid file may take to appear "
		"after that\n(default 10000)" },
	{ 0 }
};
static const struct usage usage = {
	"[-3 fd] [-t ms] pidfile program [argument...]",
	"Run a program that goes to the background, and stay until the "
	"daemon whose pid it\nwrites to pidfile ends.",
	opts,
	"Signals are passed to the daemon.  Exit status: that of the daemon, "
	"or of program\nif it fails; 99 no pid file in time, 100 misuse, 111 "
	"system error."
};

int
main(int argc, char **argv)
{
	struct background b = { .fd = -1,
		.ms = 10000,
		.own = 1,
		.alike = 1,
		.unsupported = EX_SYSTEM };
	int c;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == '3')
			b.fd = (int)opt_uint(
				"notification fd", optarg, 3, 65535);
		else if (c == 't')
			b.ms = opt_uint("timeout", optarg, 0, 86400000);
	}
	argv += optind;
	if (!argv[0] || !argv[1])
		opt_usage(&usage);
	b.pidfile = argv[0];
	b.argv = argv + 1;
	background_run(&b);
}
