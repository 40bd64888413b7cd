/* alone.c - one command and no services: what tini does, without a tree.
 * Called by container.c.  After the command runs nothing here allocates, opens
 * or forks, so nothing can fail any more. */

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/container.h"
#include "init/rest.h"
#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/num.h"

enum { FORK_AGAIN_MS = 100 };

static pid_t main_pid;
static int main_status;

int
container_is_stop(const struct container *c, int sig)
{
#ifdef SIGPWR
	if (sig == SIGPWR)	/* what lxc-stop sends */
		return 1;
#endif
	return sig == SIGTERM || sig == SIGINT || sig == SIGQUIT ||
		(sig && sig == c->stop_signal);
}

void
alone_child(const struct container *c)
{
	static const int back[] = { SIGCHLD, SIGWINCH, SIGURG };

	sigset_t ttou;

	/* Ctrl-C of a terminal is for the command, not for us.  While TTOU
	 * is blocked a process in the background may do this. */
	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, 0);
	setpgid(0, 0);
	if (isatty(0))
		tcsetpgrp(0, getpid());
	for (size_t i = 0; i < sizeof back / sizeof *back; i++)
		signal(back[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, &c->old_mask, 0);
	if (c->cwd >= 0 && fchdir(c->cwd) < 0)
		die_sys(EX_SYSTEM, "unable to go back to the first directory");
	chain_exec(c->command);
}

/* Shortage of processes passes; try until the grace time is over. */
static pid_t
fork_patiently(const struct container *c)
{
	uint64_t until = rest_now() + c->grace_ms;
	pid_t pid;

	while ((pid = fork()) < 0) {
		if (errno != EAGAIN && errno != ENOMEM)
			break;
		if (rest_now() >= until)
			break;
		if (container_is_stop(c, rest_wait(&c->set,
			rest_now() + FORK_AGAIN_MS)))
			break;
	}
	return pid;
}

static void
seen(pid_t pid, int wstat)
{
	if (pid == main_pid) {
		main_status = wstat;
		main_pid = 0;
	}
}

/* Not for the command: its own, or the terminal's. */
static int
is_private(int sig)
{
	return sig == SIGCHLD || sig == SIGALRM || sig == SIGTSTP ||
		sig == SIGTTIN || sig == SIGTTOU || sig == SIGURG;
}

int
alone_run(struct container *c)
{
	uint64_t kill_at = 0;
	pid_t group;
	int w, sig;

	main_pid = fork_patiently(c);
	if (main_pid < 0)
		die_sys(EX_SYSTEM, "unable to start %s", c->command[0]);
	if (!main_pid)
		alone_child(c);
	group = main_pid;
	for (;;) {
		for (pid_t pid; (pid = waitpid(-1, &w, WNOHANG)) > 0; )
			seen(pid, w);
		if (!main_pid)
			break;
		sig = rest_wait(&c->set, kill_at);
		if (!sig) {
			say("%s did not end within the grace time: killed",
				c->command[0]);
			kill(main_pid, SIGKILL);
			kill_at = 0;
		} else if (!is_private(sig)) {
			kill(main_pid, sig);
			if (!kill_at && container_is_stop(c, sig))
				kill_at = rest_now() +
					c->grace_ms * STOP_SERVICES / 100;
		}
	}
	rest_end(&c->set, rest_now() + c->grace_ms *
		(STOP_KILL - STOP_SERVICES) / 100, group, 0);
	if (c->verbose && WIFSIGNALED(main_status))
		info("%s was ended by %s", c->command[0],
			num_signame(WTERMSIG(main_status)));
	return rest_code(main_status);
}
