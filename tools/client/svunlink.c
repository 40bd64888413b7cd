/* svunlink.c - take a service out of a running scan directory.
 * See reeve-svunlink(1). */

#include <getopt.h>
#include <limits.h>
#include <string.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/client/linking.h"

static const struct opt opts[] = {
	{ 'X', "no-wait", 0,
		"remove it and let svscan end its supervise, do\n"
		"not wait for that" },
	{ 't', "timeout", "MS",
		"wait at most MS milliseconds, exit 99\n"
		"(default 0: for ever)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = { "[-X] [-t MS] scandir name",
	"Stop service name, remove it from scandir and wait until its\n"
	"supervise, and that of its log, have ended.",
	opts,
	"Exit status: 0 it is gone; 99 it took too long; 100 misuse; 111 system\n"
	"error." };

int
main(int argc, char **argv)
{
	unsigned timeout_ms = 0;
	int c, wait = 1;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == 'X')
			wait = 0;
		if (c == 't')
			timeout_ms =
				opt_uint("the timeout", optarg, 0, UINT_MAX);
	}
	if (argc - optind != 2)
		opt_usage(&usage);
	argv += optind;
	if (!*argv[1] || *argv[1] == '.' || strpbrk(argv[1], "/\n"))
		die(EX_MISUSE, "'%s' cannot be the name of a service", argv[1]);
	c = linking_remove(argv[0], argv[1], wait, timeout_ms);
	/* s6-svunlink does not tell. */
	return prog_as_s6 && c == EX_TIMEOUT ? EX_OK : c;
}
