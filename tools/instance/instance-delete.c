/* instance-delete.c - stop an instance and remove it.
 * See reeve-instance-delete(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "lib/words.h"

static const struct opt opts[] = {
	{ 'X', "no-wait", 0, "do not wait for the end of it" },
	{ 't', "timeout", "MS", "wait MS at most (for ever)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -X ] [ -t timeout ] service instancename",
	"Stop an instance of an instanced service and remove its copy of the\n"
	"template.",
	opts, "Exit status: 0 done (also if it was not there), 99 timeout,\n"
	"100 misuse, 111 system error."
};

int
main(int argc, char **argv)
{
	char scan[PATH_LEN], copy[PATH_LEN];
	struct words w = { 0 };
	int c, status;
	pid_t pid;

	prog_init(argv[0]);
	words_sister(&w, "svunlink");
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		words_fmt(&w, "-%c", c);
		if (optarg)
			words_fmt(&w, "%u", opt_uint("-t", optarg, 0, ~0u));
	}
	argv += optind;
	if (argc - optind != 2)
		opt_usage(&usage);
	if (!*argv[1] || *argv[1] == '.' || strchr(argv[1], '/'))
		die(EX_MISUSE, "an instance's name has no slash and does not"
			" begin with a dot: '%s'", argv[1]);
	if (path_join(scan, sizeof scan, argv[0], "instance") < 0
		|| path_join(copy, sizeof copy, "../instances", argv[1]) < 0)
		die_sys(EX_SYSTEM, "unable to use the names");
	if (chdir(scan) < 0)
		die_sys(EX_SYSTEM, "unable to chdir to %s", scan);
	if (!file_exists(AT_FDCWD, argv[1]))
		goto gone;
	words_add(&w, "--");
	words_add(&w, ".");
	words_add(&w, argv[1]);
	pid = fork();
	if (pid < 0)
		die_sys(EX_SYSTEM, "unable to fork");
	if (pid == 0)
		words_exec(&w);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SYSTEM;
gone:
	if (path_remove(AT_FDCWD, copy) < 0)
		die_sys(EX_SYSTEM, "unable to remove %s/%s", scan, copy);
	return 0;
}
