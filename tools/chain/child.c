/* child.c - see child.h. */

#include <errno.h>
#include <signal.h>
#include <spawn.h>

#include "tools/chain/child.h"

extern char **environ;

pid_t
child_start(char **argv)
{
	pid_t pid;
	int e = posix_spawnp(&pid, argv[0], 0, 0, argv, environ);

	if (e) {
		errno = e;
		return -1;
	}
	/* Only now, for it would inherit this.  The kernel reaps it. */
	signal(SIGCHLD, SIG_IGN);
	return pid;
}
