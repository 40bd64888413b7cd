/* background-watch.c - run a daemon that cannot stay in the foreground, and
 * stand in for it: pass on signals, end when it ends.
 * See s6-background-watch(1). */

#include <getopt.h>
#include <limits.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/service/background.h"

static const struct opt opts[] = {
	{ 't', "timeout-ready", "MS",
		"the daemon must be in the background, and its\n"
		"pidfile there, within this time (default 0:\n"
		"for ever); else exit 99" },
	{ 'd', "notification-fd", "FD", "write a newline there when it is" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = { "[-t MS] [-d FD] pidfile prog...",
	"Run prog, which starts a daemon, writes its process id to pidfile and\n"
	"exits.  Then pass on signals to the daemon, and exit when it does.",
	opts,
	"Exit status: that of the daemon, or of prog if it fails, or 128 + n if\n"
	"signal n ended it; 99 it took too long; 100 misuse; 104 pidfile names\n"
	"no process; 111 system error; 112 system cannot adopt a daemon;\n"
	"126 and 127 prog cannot be executed, or was not found." };

enum { EX_UNSUPPORTED = 112 };

int
main(int argc, char **argv)
{
	struct background b = {
		.fd = -1, .overall = 1, .unsupported = EX_UNSUPPORTED
	};
	int c;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == 't')
			b.ms = opt_uint("the timeout", optarg, 0, UINT_MAX);
		else
			b.fd = (int)opt_uint(
				"the descriptor", optarg, 0, INT_MAX);
	}
	argv += optind;
	if (!argv[0] || !argv[1])
		opt_usage(&usage);
	b.pidfile = argv[0];
	b.argv = argv + 1;
	background_run(&b);
}
