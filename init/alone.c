/* alone.c - one command and no services: what tini does, without a tree.
 * Called by init-alone.c, which is as small as it can be: nothing here, and
 * nothing that it calls, uses printf or allocates.  After the command runs
 * nothing opens or forks either, so nothing can fail any more. */

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/alone.h"
#include "init/reaper.h"
#include "lib/clock.h"
#include "lib/msg-brief.h"
#include "lib/msg.h"
#include "lib/num.h"

enum { FORK_AGAIN_MS = 100 };

static pid_t main_pid;
static int main_status;

int
alone_is_stop(int configured, int sig)
{
#ifdef SIGPWR
	if (sig == SIGPWR)	/* what lxc-stop sends */
		return 1;
#endif
	return sig == SIGTERM || sig == SIGINT || sig == SIGQUIT ||
		(sig && sig == configured);
}

enum { MASK_SIGNALS = 64 };

uint64_t
alone_mask_number(const sigset_t *mask)
{
	uint64_t n = 0;

	for (int sig = 1; sig <= MASK_SIGNALS; sig++)
		if (sigismember(mask, sig) == 1)
			n |= (uint64_t)1 << (sig - 1);
	return n;
}

void
alone_mask_set(sigset_t *mask, uint64_t number)
{
	sigemptyset(mask);
	for (int sig = 1; sig <= MASK_SIGNALS; sig++)
		if (number >> (sig - 1) & 1)
			sigaddset(mask, sig);
}

void
alone_child(char **command, const sigset_t *mask)
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
	sigprocmask(SIG_SETMASK, mask, 0);
	execvp(command[0], command);
	brief_die_sys(errno == ENOENT ? EX_NOTFOUND : EX_NOEXEC,
		"unable to execute ", command[0]);
}

/* Shortage of processes passes; try until the grace time is over. */
static pid_t
fork_patiently(const struct alone *c)
{
	uint64_t until = clock_now() + c->grace_ms;
	pid_t pid;

	while ((pid = fork()) < 0) {
		if (errno != EAGAIN && errno != ENOMEM)
			break;
		if (clock_now() >= until)
			break;
		if (alone_is_stop(c->stop_signal, reaper_wait(&c->set,
			clock_now() + FORK_AGAIN_MS)))
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
alone_run(const struct alone *c)
{
	uint64_t kill_at = 0;
	pid_t group;
	int w, sig;

	main_pid = fork_patiently(c);
	if (main_pid < 0)
		brief_die_sys(EX_SYSTEM, "unable to start ", c->command[0]);
	if (!main_pid)
		alone_child(c->command, &c->old_mask);
	group = main_pid;
	for (;;) {
		for (pid_t pid; (pid = waitpid(-1, &w, WNOHANG)) > 0; )
			seen(pid, w);
		if (!main_pid)
			break;
		sig = reaper_wait(&c->set, kill_at);
		if (!sig) {
			brief(c->command[0], " did not end within the grace "
				"time: killed", "");
			kill(main_pid, SIGKILL);
			kill_at = 0;
		} else if (!is_private(sig)) {
			kill(main_pid, sig);
			if (!kill_at && alone_is_stop(c->stop_signal, sig))
				kill_at = clock_now() +
					c->grace_ms * STOP_SERVICES / 100;
		}
	}
	reaper_end(&c->set, clock_now() + c->grace_ms *
		(STOP_KILL - STOP_SERVICES) / 100, group, 0);
	if (c->verbose && WIFSIGNALED(main_status))
		brief(c->command[0], " was ended by ",
			num_signame(WTERMSIG(main_status)));
	return reaper_code(main_status);
}
