/* cleanfifodir.c - remove fifos of listeners that are gone.
 * See s6-cleanfifodir(1). */

#include <fcntl.h>
#include <getopt.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "supervise/event.h"

static const struct usage usage = { "fifodir",
	"Remove the fifos in a fifodir that nobody reads any more.", 0,
	"Exit status: 0 done; 100 misuse; 111 system error." };

int
main(int argc, char **argv)
{
	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	if (argc - optind != 1)
		opt_usage(&usage);
	if (event_clean(AT_FDCWD, argv[optind]) < 0)
		die_sys(EX_SYSTEM, "unable to clean up %s", argv[optind]);
	return EX_OK;
}
