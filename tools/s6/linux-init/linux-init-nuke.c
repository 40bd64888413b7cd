/* linux-init-nuke.c - SIGKILL to every process that may be signalled.
 * See s6-linux-init-nuke(8). */

#include <errno.h>
#include <getopt.h>
#include <signal.h>

#include "lib/msg.h"
#include "lib/opt.h"

static const struct usage usage = { "",
	"Send SIGKILL to every process but process 1 and this one.", 0,
	"Exit status: 0 done, 111 system error." };

int
main(int argc, char **argv)
{
	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	if (argc != optind)
		opt_usage(&usage);
	if (kill(-1, SIGKILL) < 0 && errno != ESRCH)
		die_sys(EX_SYSTEM, "unable to kill all processes");
	return 0;
}
