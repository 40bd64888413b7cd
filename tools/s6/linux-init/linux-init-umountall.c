/* linux-init-umountall.c - unmount everything, last first.
 * See s6-linux-init-umountall(8). */

#include <getopt.h>
#include <string.h>

#include "init/os.h"
#include "lib/msg.h"
#include "lib/opt.h"

static const struct usage usage = {
	"",
	"Unmount every file system, the last mounted first; what is busy is\n"
	"mounted read-only.",
	0,
	"Exit status: the number of file systems left writable; 111 system error."
};

static void
failed(const char *dir, int err)
{
	warn("unable to unmount %s: %s", dir, strerror(err));
}

int
main(int argc, char **argv)
{
	int n;

	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	if (argc != optind)
		opt_usage(&usage);
	n = machine_unmount_all(failed);
	if (n < 0)
		die_sys(EX_SYSTEM, "unable to unmount anything");
	return n > 99 ? 99 : n;
}
