/* svok.c - is a service directory supervised?  See reeve-svok(1). */

#include <unistd.h>
#include <getopt.h>
#include <fcntl.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "supervise/control.h"

static const struct usage usage = { "servicedir",
	"Exit 0 if a supervise runs for servicedir, 1 if not.", 0,
	"Exit status: 0 supervised, 1 not, 100 misuse, 111 system error." };

int
main(int argc, char **argv)
{
	int r;

	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	if (argc - optind != 1)
		opt_usage(&usage);
	r = control_alive(AT_FDCWD, argv[optind]);
	if (r < 0)
		die_sys(EX_SYSTEM, "unable to check %s", argv[optind]);
	return r ? EX_OK : EX_NO;
}
