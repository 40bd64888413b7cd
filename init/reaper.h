/* reaper.h - waiting for children with a deadline, and the end of all that is
 * left.  Used by every program that ends a container or a machine. */
#ifndef INIT_REAPER_H
#define INIT_REAPER_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

/* When in a stop, counted in percent of the grace time: the main command is
 * killed, the services are no longer waited for, what is left is killed.
 * All is over before an orchestrator with the same limit would strike. */
enum { STOP_MAIN = 60, STOP_SERVICES = 80, STOP_KILL = 95 };

/* Block every signal, and put the set in *set and the mask that was in *old
 * (if not null).  From now on reaper_wait sees them. */
void reaper_block(sigset_t *set, sigset_t *old);

/* Wait for a signal of the set until the deadline (0: without one).  The
 * signal, or 0 if it is later than the deadline. */
int reaper_wait(const sigset_t *set, uint64_t deadline);

/* End everything but ourselves: TERM and CONT once (HUP to what has a
 * terminal), KILL at kill_at, give up 1 s later.  Process 1 asks the whole pid
 * namespace, another all that descends from it (orphans come to it) and, where
 * the system cannot list them, process group `group' (0: none).  `seen' (may be null) is told of
 * every child reaped.  1 if something had to be killed, else 0. */
int reaper_end(const sigset_t *set, uint64_t kill_at, pid_t group,
	void (*seen)(pid_t pid, int wstat));

/* Exit code for a wait status: the code, or 128 + the signal. */
int reaper_code(int wstat);

#endif
