/* instance-list.c - names of the instances of a service.
 * See s6-instance-list(1). */

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"

static const struct usage usage = { "service",
	"Print the names of the instances of an instanced service, one a line.",
	0, "Exit status: 0 done, 100 misuse, 111 system error." };

int
main(int argc, char **argv)
{
	char path[PATH_LEN];
	struct dirent **list;
	int n;

	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	if (argc - optind != 1)
		opt_usage(&usage);
	if (path_join(path, sizeof path, argv[optind], "instance") < 0 ||
		(n = scandir(path, &list, 0, alphasort)) < 0)
		die_sys(EX_SYSTEM, "unable to chdir to %s", path);
	for (int i = 0; i < n; i++)
		if (list[i]->d_name[0] != '.')
			puts(list[i]->d_name);
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	return 0;
}
