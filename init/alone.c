/* alone.c - one command and no services: what tini does, without a tree.
 * Called by init-alone.c, which is as small as it can be: nothing here, and
 * nothing that it calls, uses printf or allocates.  After the command runs
 * nothing opens or forks either, so nothing can fail any more. */

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/types.h>

#include "init/alone.h"
#include "init/os.h"
#include "init/reaper.h"
#include "lib/clock.h"
#include "lib/msg-brief.h"
#include "lib/msg.h"
#include "lib/num.h"

enum { FORK_AGAIN_MS = 100 };

static pid_t main_pid;
static int main_status;
static int main_paused; /* it stopped, and we have not yet */
static int told_to_pause; /* it was by a signal that we passed on */

int
alone_is_stop(int configured, int sig)
{
#ifdef SIGPWR
	if (sig == SIGPWR) /* what lxc-stop sends */
		return 1;
#endif
	return sig == SIGTERM || sig == SIGINT || sig == SIGQUIT ||
		(sig && sig == configured);
}

uint64_t
alone_mask_number(const sigset_t *mask)
{
	uint64_t n = 0;

	for (int sig = 1; sig <= PASSING_SIGNALS; sig++)
		if (sigismember(mask, sig) == 1)
			n |= (uint64_t)1 << (sig - 1);
	return n;
}

void
alone_mask_set(sigset_t *mask, uint64_t number)
{
	sigemptyset(mask);
	for (int sig = 1; sig <= PASSING_SIGNALS; sig++)
		if (number >> (sig - 1) & 1)
			sigaddset(mask, sig);
}

/* Its own session, with the terminal if we had it; else its own group in the
 * foreground.  Ctrl-C of a terminal is for the command, not for us.  While
 * TTOU is blocked a process in the background may do this. */
static void
come_first(unsigned flags)
{
	sigset_t ttou;

	if (flags & ALONE_SESSION) {
		setsid();
		if (isatty(0))
			ioctl(0, TIOCSCTTY, 0);
		return;
	}
	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, 0);
	setpgid(0, 0);
	if (isatty(0))
		tcsetpgrp(0, getpid());
}

void
alone_child(char **command, const sigset_t *mask, unsigned flags)
{
	static const int back[] = { SIGCHLD, SIGWINCH, SIGURG };

	come_first(flags);
	for (size_t i = 0; i < sizeof back / sizeof *back; i++)
		signal(back[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, 0);
	execvp(command[0], command);
	brief_die_sys(errno == ENOENT ? EX_NOTFOUND : EX_NOEXEC,
		"unable to execute ", command[0]);
}

void
alone_pass(const struct passing *p, pid_t command, unsigned flags, int sig)
{
	sig = passing_signal(p, sig);
	if (sig && command > 0)
		kill(flags & (ALONE_GROUP | ALONE_SESSION) ? -command : command,
			sig);
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
		if (alone_is_stop(c->stop_signal,
			    reaper_wait(&c->set, clock_now() + FORK_AGAIN_MS)))
			break;
	}
	return pid;
}

static void
seen(pid_t pid, int wstat)
{
	if (pid != main_pid)
		return;
	main_status = wstat;
	main_pid = 0;
}

static void
tell_reaped(pid_t pid)
{
	char n[UINT_FMT];

	n[uint_fmt(n, (unsigned)pid)] = 0;
	brief("Reaped zombie process with pid=", n, "");
}

static void
reap(const struct alone *c)
{
	int w;

	for (pid_t pid; (pid = waitpid(-1, &w, WNOHANG | WUNTRACED)) > 0;) {
		if (WIFSTOPPED(w)) {
			main_paused |= pid == main_pid &&
				WSTOPSIG(w) == SIGTSTP && !told_to_pause;
			continue;
		}
		if (pid != main_pid && c->flags & ALONE_REAPED)
			tell_reaped(pid);
		seen(pid, w);
	}
}

/* Stop as the command did, so that the shell that started us goes on; when it
 * continues us, so does the command.  Process 1 has no such shell. */
static void
pause_too(pid_t group)
{
	if (getpid() == 1)
		return;
	if (isatty(0) && tcgetpgrp(0) == group)
		tcsetpgrp(0, getpgrp());
	else
		group = 0;
	kill(getpid(), SIGSTOP);
	if (group && tcgetpgrp(0) == getpgrp())
		tcsetpgrp(0, group);
}

static int
is_job_control(int sig)
{
	return sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

/* A signal from outside.  1 if it begins the stop. */
static int
take(const struct alone *c, int sig)
{
	if (sig == SIGCHLD)
		return 0;
	if (is_job_control(sig))
		told_to_pause = 1;
	alone_pass(&c->pass, main_pid, c->flags, sig);
	if (is_job_control(sig))
		pause_too(main_pid);
	if (sig == SIGCONT)
		told_to_pause = 0;
	return alone_is_stop(c->stop_signal, sig);
}

/* Only reap, until a stop. */
static int
wait_for_stop(const struct alone *c)
{
	int sig;

	do {
		reap(c);
		sig = reaper_wait(&c->set, 0);
	} while (!alone_is_stop(c->stop_signal, sig));
	reaper_end(&c->set, clock_now() + c->grace_ms * STOP_KILL / 100, 0, 0);
	return 0;
}

/* Pass signals on until the command ends. */
static void
watch(const struct alone *c)
{
	uint64_t kill_at = 0;
	int sig;

	for (;;) {
		reap(c);
		if (!main_pid)
			return;
		if (main_paused) {
			main_paused = 0;
			pause_too(main_pid);
			kill(-main_pid, SIGCONT);
			continue;
		}
		sig = reaper_wait(&c->set, kill_at);
		if (!sig) {
			brief(c->command[0],
				" did not end within the grace "
				"time: killed",
				"");
			kill(main_pid, SIGKILL);
			kill_at = 0;
		} else if (take(c, sig) && !kill_at &&
			!(c->flags & ALONE_BARE)) {
			kill_at =
				clock_now() + c->grace_ms * STOP_SERVICES / 100;
		}
	}
}

int
alone_run(const struct alone *c)
{
	pid_t group;
	int dir;

	if (!c->command)
		return wait_for_stop(c);
	if (c->flags & ALONE_SESSION)
		machine_leave_terminal();
	/* The command starts here, but its directory may be unmounted later. */
	dir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0 && chdir("/") < 0) {
		close(dir);
		dir = -1;
	}
	group = main_pid = fork_patiently(c);
	if (main_pid < 0)
		brief_die_sys(EX_SYSTEM, "unable to start ", c->command[0]);
	if (!main_pid) {
		if (dir >= 0 && fchdir(dir) < 0)
			brief_die_sys(EX_SYSTEM,
				"unable to go back to the "
				"first directory",
				"");
		alone_child(c->command, &c->old_mask, c->flags);
	}
	close(dir);
	watch(c);
	if (c->flags & ALONE_SESSION)
		kill(-group, SIGTERM);
	if (!(c->flags & ALONE_BARE))
		reaper_end(&c->set,
			clock_now() +
				c->grace_ms * (STOP_KILL - STOP_SERVICES) / 100,
			group, 0);
	if (c->flags & ALONE_TELL && WIFSIGNALED(main_status))
		brief(c->command[0], " was ended by ",
			num_signame(WTERMSIG(main_status)));
	return c->pass.code[reaper_code(main_status) & 255];
}
