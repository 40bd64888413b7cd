/* svdt-clear.c - forget how a service has died.  See reeve-svdt-clear(1). */

#include <fcntl.h>
#include <getopt.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "supervise/tally.h"

static const struct usage usage = { "servicedir",
	"Empty the death tally of a service.", 0,
	"Exit status: 0 done; 100 misuse; 111 system error." };

int
main(int argc, char **argv)
{
	char path[PATH_LEN];
	int fd;

	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	if (argc - optind != 1)
		opt_usage(&usage);
	if (path_join(path, sizeof path, argv[optind], TALLY_FILE) < 0)
		die_sys(EX_SYSTEM, "unable to clear %s", argv[optind]);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		0666);
	if (fd < 0)
		die_sys(EX_SYSTEM, "unable to clear %s", path);
	close(fd);
	return EX_OK;
}
