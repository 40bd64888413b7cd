/* fghack.c - run a program that puts itself into the background, and stay
 * until it and its children are gone.  See s6-fghack(1). */

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/opt.h"

extern char **environ;

static const struct usage usage = { "prog...",
	"Run prog, and exit when every process that it left behind has ended\n"
	"or closed all descriptors.  Do not use this if there is another way:\n"
	"signals do not reach the program.",
	0,
	"Exit status: that of prog, or 128 + n if signal n ended it; 100 misuse;\n"
	"111 system error." };

int
main(int argc, char **argv)
{
	int p[2], wstat, e;
	pid_t pid;
	char c;

	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	argv += optind;
	if (!*argv)
		opt_usage(&usage);
	/* The child, and its children, inherit the write end. */
	if (pipe(p) < 0)
		die_sys(EX_SYSTEM, "unable to make a pipe");
	e = posix_spawnp(&pid, argv[0], 0, 0, argv, environ);
	if (e) {
		errno = e;
		die_sys(EX_SYSTEM, "unable to start %s", argv[0]);
	}
	close(p[1]);
	while (read(p[0], &c, 1) < 0 && errno == EINTR)
		;
	while (waitpid(pid, &wstat, 0) < 0)
		if (errno != EINTR)
			die_sys(EX_SYSTEM, "unable to wait for %s", argv[0]);
	return WIFSIGNALED(wstat) ? 128 + WTERMSIG(wstat) : WEXITSTATUS(wstat);
}
