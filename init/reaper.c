/* reaper.c - waits for children until a deadline, and ends all that is left.
 * */

#include <errno.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init/os.h"
#include "init/reaper.h"
#include "lib/clock.h"

enum { TRIES_APART_MS = 50, AFTER_KILL_MS = 1000 };

/* Some systems throw a blocked signal away if its default is to be ignored;
 * with a handler (that never runs) they keep it. */
static void
nothing(int sig)
{
	(void)sig;
}

void
reaper_block(sigset_t *set, sigset_t *old)
{
	static const int faults[] = {
		SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS,
	};
	static const int ignored[] = { SIGCHLD, SIGWINCH, SIGURG };
	struct sigaction sa;

	sigfillset(set);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		sigdelset(set, faults[i]);
	sigprocmask(SIG_SETMASK, set, old);
	memset(&sa, 0, sizeof sa);
	sa.sa_handler = nothing;
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		sigaction(ignored[i], &sa, 0);
}

int
reaper_wait(const sigset_t *set, uint64_t deadline)
{
	struct itimerval timer;
	uint64_t now;
	int sig;

	memset(&timer, 0, sizeof timer);
	if (deadline) {
		now = clock_now();
		if (now >= deadline)
			return 0;
		timer.it_value.tv_sec = (time_t)((deadline - now) / 1000);
		timer.it_value.tv_usec = (deadline - now) % 1000 * 1000;
		setitimer(ITIMER_REAL, &timer, 0);
	}
	while (sigwait(set, &sig) != 0)
		;
	if (deadline) {
		memset(&timer, 0, sizeof timer);
		setitimer(ITIMER_REAL, &timer, 0);
	}
	return deadline && sig == SIGALRM ? 0 : sig;
}

static void
tell_all(int sig, pid_t group)
{
	if (getpid() == 1)
		kill(-1, sig);
	else if (machine_kill_children(sig) < 0 && group > 1)
		kill(-group, sig);
}

/* Reap what is dead.  0 if no child is left. */
static int
reap(void (*seen)(pid_t, int))
{
	pid_t pid;
	int w;

	while ((pid = waitpid(-1, &w, WNOHANG)) > 0)
		if (seen)
			seen(pid, w);
	return pid == 0;
}

/* Reap until nothing is left or the deadline; KILL goes again and again, for
 * what a dying process left as an orphan.  1 if nothing is left. */
static int
reap_until(const sigset_t *set, uint64_t deadline, int sig, pid_t group,
	void (*seen)(pid_t, int))
{
	uint64_t now, step;

	while (reap(seen)) {
		now = clock_now();
		if (now >= deadline)
			return 0;
		step = now + TRIES_APART_MS;
		reaper_wait(set, sig && step < deadline ? step : deadline);
		if (sig)
			tell_all(sig, group);
	}
	return 1;
}

int
reaper_end(const sigset_t *set, uint64_t kill_at, pid_t group,
	void (*seen)(pid_t, int))
{
	uint64_t now;

	if (!reap(seen))
		return 0;
	/* Interactive shells ignore TERM and end when the terminal hangs up.
	 * HUP for all comes late: it kills those who trap only TERM, in the
	 * middle of what they do then. */
	tell_all(SIGTERM, group);
	if (getpid() == 1)
		machine_hang_up();
	tell_all(SIGCONT, group);
	/* Not process 1: an orphan appears only when its parent has died, so
	 * it has to be told then. */
	now = clock_now();
	if (kill_at > now) {
		if (reap_until(set, now + (kill_at - now) / 2,
			getpid() == 1 ? 0 : SIGTERM, group, seen))
			return 0;
		tell_all(SIGHUP, group);
		if (reap_until(set, kill_at, getpid() == 1 ? 0 : SIGTERM,
			group, seen))
			return 0;
	}
	tell_all(SIGKILL, group);
	reap_until(set, clock_now() + AFTER_KILL_MS, SIGKILL, group, seen);
	return 1;
}

int
reaper_code(int wstat)
{
	return WIFSIGNALED(wstat) ? 128 + WTERMSIG(wstat) : WEXITSTATUS(wstat);
}
