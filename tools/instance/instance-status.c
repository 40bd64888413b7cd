/* instance-status.c - reeve-svstat for an instance.
 * See reeve-instance-status(1). */

#include <getopt.h>
#include <string.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "lib/words.h"

static const struct usage usage = {
	"[ -uwNrpgest | -o field,... ] [ -n ] service instancename",
	"Show the state of an instance of an instanced service.",
	0, "Options and exit status are those of reeve-svstat."
};

int
main(int argc, char **argv)
{
	char dir[PATH_LEN];
	struct words w = { 0 };

	prog_init(argv[0]);
	if (argc > 1 && (!strcmp(argv[1], "--help")
		|| !strcmp(argv[1], "--version")))
		opt_next(&usage, argc, argv);
	if (argc < 3)
		opt_usage(&usage);
	words_sister(&w, "svstat");
	for (int i = 1; i < argc - 2; i++)
		words_add(&w, argv[i]);
	if (path_join(dir, sizeof dir, argv[argc - 2], "instance",
		argv[argc - 1]) < 0)
		die_sys(EX_SYSTEM, "unable to use the names");
	words_add(&w, dir);
	words_exec(&w);
}
