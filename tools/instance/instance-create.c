/* instance-create.c - start another instance of an instanced service.
 * See reeve-instance-create(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/copy.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "lib/words.h"

static const struct opt opts[] = {
	{ 'd', "down", 0, "do not start it" },
	{ 'D', "keep-down", 0, "do not start it, now or later" },
	{ 'P', "public", 0, "anyone may listen to its events" },
	{ 'f', "force", 0, "set the mode of event/ also if it exists" },
	{ 't', "timeout", "MS", "give up after MS (never)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -d | -D ] [ -f ] [ -P ] [ -t timeout ] service instancename",
	"Copy the template of the instanced service and start the copy.",
	opts, "Exit status: 0 supervised, 99 timeout, 100 misuse or it exists,\n"
	"111 system error."
};

int
main(int argc, char **argv)
{
	char copy[PATH_LEN], from[PATH_LEN], failed[PATH_LEN], scan[PATH_LEN];
	char target[PATH_LEN], own[PATH_LEN];
	struct words w = { 0 };
	struct stat st;
	int c, status, e;
	pid_t pid;

	prog_init(argv[0]);
	words_sister(&w, "svlink");
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
	if (path_join(from, sizeof from, argv[0], "template") < 0
		|| path_join(copy, sizeof copy, argv[0], "instances", argv[1])
			< 0
		|| path_join(scan, sizeof scan, argv[0], "instance") < 0
		|| path_join(target, sizeof target, "../instances", argv[1])
			< 0)
		die_sys(EX_SYSTEM, "unable to use the names");
	if (stat(from, &st) < 0)
		die_sys(EX_SYSTEM, "unable to find %s", from);
	path_join(own, sizeof own, argv[0], "instances");
	if (mkdir(own, 0755) < 0 && errno != EEXIST)
		die_sys(EX_SYSTEM, "unable to mkdir %s", own);
	if (mkdir(scan, 0755) < 0 && errno != EEXIST)
		die_sys(EX_SYSTEM, "unable to mkdir %s", scan);
	if (mkdir(copy, 0700) < 0) {
		if (errno == EEXIST)
			die(EX_MISUSE, "instance appears to already exist at"
				" %s", copy);
		die_sys(EX_SYSTEM, "unable to mkdir %s", copy);
	}
	if (copy_tree(from, copy, failed, sizeof failed) < 0
		|| chmod(copy, st.st_mode & 07777) < 0) {
		e = errno;
		path_remove(AT_FDCWD, copy);
		errno = e;
		die_sys(EX_SYSTEM, "unable to copy %s to %s", failed, copy);
	}
	/* A link relative to the scan directory survives a move of all. */
	if (chdir(scan) < 0)
		die_sys(EX_SYSTEM, "unable to chdir to %s", scan);
	words_add(&w, "--");
	words_add(&w, ".");
	words_add(&w, target);
	words_add(&w, argv[1]);
	pid = fork();
	if (pid < 0)
		die_sys(EX_SYSTEM, "unable to fork");
	if (pid == 0)
		words_exec(&w);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status && !(WIFEXITED(status) && WEXITSTATUS(status) == EX_TIMEOUT)
		&& !file_exists(AT_FDCWD, argv[1]))
		path_remove(AT_FDCWD, target);
	else if (file_exists(AT_FDCWD, argv[1]))
		/* svlink's is absolute and would not survive a move. */
		file_symlink(AT_FDCWD, target, argv[1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SYSTEM;
}
