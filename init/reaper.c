/* reaper.c - waits for children until a deadline, and ends all that is left.
 * */

#include <errno.h>
#include <limits.h>
#include <string.h>
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

/* Those of faults as well: one that a process sends is like any other, and a
 * real fault ends us whether its signal is blocked or not. */
void
reaper_block(sigset_t *set, sigset_t *old)
{
	static const int ignored[] = { SIGCHLD, SIGWINCH, SIGURG };
	struct sigaction sa;

	memset(&sa, 0, sizeof sa);
	sa.sa_handler = nothing;
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		sigaction(ignored[i], &sa, 0);
	/* Last: with the first handler musl unblocks 33 and 34, its own. */
	machine_block_all(set, old);
}

int
reaper_wait(const sigset_t *set, uint64_t deadline)
{
	uint64_t now;
	int sig, ms = -1;

	for (;;) {
		if (deadline) {
			now = clock_now();
			if (now >= deadline)
				return 0;
			ms = deadline - now > INT_MAX ? INT_MAX
						      : (int)(deadline - now);
		}
		sig = machine_next_signal(set, ms);
		if (sig > 0)
			return sig;
	}
}

static void
tell_all(int sig, pid_t group)
{
	if (getpid() == 1)
		kill(-1, sig);
	else if (machine_kill_children(sig) < 0 && group > 1)
		kill(-group, sig);
}

/* The same once, and for what is not our child yet: whose parent dies then
 * comes to us, and has been told. */
static void
tell_once(int sig, pid_t group)
{
	if (getpid() == 1)
		kill(-1, sig);
	else if (machine_tell_descendants(sig, 0) < 0)
		tell_all(sig, group);
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
reap_until(const sigset_t *set, uint64_t deadline, int again, pid_t group,
	void (*seen)(pid_t, int))
{
	uint64_t now, step;

	while (reap(seen)) {
		now = clock_now();
		if (now >= deadline)
			return 0;
		step = now + TRIES_APART_MS;
		reaper_wait(set, again && step < deadline ? step : deadline);
		if (again)
			tell_all(SIGKILL, group);
	}
	return 1;
}

int
reaper_end(const sigset_t *set, uint64_t kill_at, pid_t group,
	void (*seen)(pid_t, int))
{
	if (!reap(seen))
		return 0;
	/* Interactive shells ignore TERM and end when the terminal hangs up;
	 * who has none may know TERM only, and HUP would kill it in the middle
	 * of what it does then. */
	tell_once(SIGTERM, group);
	machine_tell_descendants(SIGHUP, 1);
	tell_once(SIGCONT, group);
	if (kill_at > clock_now() && reap_until(set, kill_at, 0, group, seen))
		return 0;
	tell_all(SIGKILL, group);
	reap_until(set, clock_now() + AFTER_KILL_MS, 1, group, seen);
	return 1;
}

int
reaper_code(int wstat)
{
	return WIFSIGNALED(wstat) ? 128 + WTERMSIG(wstat) : WEXITSTATUS(wstat);
}
