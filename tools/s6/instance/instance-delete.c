/* instance-delete.c - stop an instance and remove it.
 * See s6-instance-delete(1). */

#include <fcntl.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "tools/s6/instance/instance.h"

static const struct opt opts[] = {
	{ 'X', "no-wait", 0, "do not wait for the end of it" },
	{ 't', "timeout", "MS", "wait MS at most (for ever)" }, { 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -X ] [ -t timeout ] service instancename",
	"Stop an instance of an instanced service and remove its copy of the\n"
	"template.",
	opts,
	"Exit status: 0 done (also if it was not there), 99 timeout,\n"
	"100 misuse, 111 system error."
};

int
main(int argc, char **argv)
{
	char scan[PATH_LEN], copy[PATH_LEN];
	struct words w = { 0 };
	int code;

	prog_init(argv[0]);
	argv = instance_operands(&w, "svunlink", &usage, argc, argv);
	if (path_join(scan, sizeof scan, argv[0], "instance") < 0 ||
		path_join(copy, sizeof copy, "../instances", argv[1]) < 0)
		die_sys(EX_SYSTEM, "unable to use the names");
	if (chdir(scan) < 0)
		die_sys(EX_SYSTEM, "unable to chdir to %s", scan);
	if (file_exists(AT_FDCWD, argv[1])) {
		words_add(&w, argv[1]);
		code = instance_run(&w);
		if (code)
			return code;
	}
	if (path_remove(AT_FDCWD, copy) < 0)
		die_sys(EX_SYSTEM, "unable to remove %s/%s", scan, copy);
	return 0;
}
