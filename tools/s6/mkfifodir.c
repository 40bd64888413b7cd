/* mkfifodir.c - make a fifodir.  See s6-mkfifodir(1). */

#include <fcntl.h>
#include <getopt.h>
#include <limits.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "supervise/event.h"

static const struct opt opts[] = { { 'f', "force", 0,
					   "set its rights even if it exists" },
	{ 'g', "group", "GID",
		"only members of this group (a number) may\n"
		"listen (default: everybody may)" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = { "[-f] [-g GID] fifodir",
	"Make a directory in which those who listen to events have their\n"
	"fifos.",
	opts, "Exit status: 0 it exists; 100 misuse; 111 system error." };

int
main(int argc, char **argv)
{
	gid_t gid = (gid_t)-1;
	int c, force = 0;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == 'f')
			force = 1;
		else
			gid = (gid_t)opt_uint(
				"the group", optarg, 0, UINT_MAX - 1);
	}
	if (argc - optind != 1)
		opt_usage(&usage);
	if (event_make(AT_FDCWD, argv[optind], gid, force) < 0)
		die_sys(EX_SYSTEM, "unable to make %s", argv[optind]);
	return EX_OK;
}
