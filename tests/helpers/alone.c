/* alone.c - `alone COMMAND...' runs COMMAND and, when it has ended, kills
 * what it left behind: for tests where no pid namespace can be had.  As a
 * subreaper it inherits every orphan.  Its exit code is the command's. */

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/os.h"

enum { ROUNDS = 1000 };

/* Kill all children; those of theirs become ours then.  How many. */
static int
kill_children(void)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	int n = 0;

	if (!d)
		return 0;
	while ((e = readdir(d))) {
		pid_t pid = (pid_t)atol(e->d_name);

		if (pid > 0 && os_parent(pid) == getpid()) {
			kill(pid, SIGKILL);
			n++;
		}
	}
	closedir(d);
	return n;
}

static pid_t child;

/* Its time is over. */
static void
end_it(int sig)
{
	(void)sig;
	kill(child, SIGKILL);
}

int
main(int argc, char **argv)
{
	int w, code = 111;
	pid_t pid;

	if (argc < 2)
		return 100;
	if (os_subreaper() < 0)
		fprintf(stderr, "alone: what is left behind stays\n");
	child = fork();
	if (!child) {
		setsid();
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	signal(SIGTERM, end_it);
	while ((pid = waitpid(-1, &w, 0)) > 0 || errno == EINTR)
		if (pid == child)
			break;
	if (pid == child)
		code = WIFSIGNALED(w) ? 128 + WTERMSIG(w) : WEXITSTATUS(w);
	for (int i = 0; i < ROUNDS && kill_children(); i++)
		while (waitpid(-1, &w, 0) > 0)
			if (!kill_children())
				break;
	return code;
}
