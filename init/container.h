/* container.h - reeve-init as the entry point of a container: what was asked
 * for, and the three lives it has: alone (one command, no services), the
 * beginning of a tree, and the stage 2 that stands beside svscan. */
#ifndef INIT_CONTAINER_H
#define INIT_CONTAINER_H

#include <signal.h>
#include <stdint.h>

#include "init/passing.h"
#include "init/initplaces.h"

struct container {
	char **command; /* main command, or 0; borrowed from argv */
	uint64_t grace_ms; /* a stop takes no longer, all in all */
	uint64_t start_ms; /* as of reeve-switch; 0 none */
	int stop_signal; /* besides TERM, INT and QUIT; 0 none */
	int verbose; /* 0 one line at most, 1 steps, 2 all */
	const char *run; /* --run, or 0 */
	int always_tree; /* services even where none are defined */
	unsigned flags; /* ALONE_*, of how the command is run */
	int pause; /* no command and no services: only reap */
	struct passing pass;
	int require; /* every service that fails is essential */
	sigset_t old_mask; /* mask that children get back */
	int cwd; /* where we were started, -1 none */
	sigset_t set; /* what we wait for */
	struct initplaces at; /* filled by container_run */
};

/* Do it all.  Does not return. */
_Noreturn void container_run(struct container *);

/* Beside svscan: bring up, main command, stop.  Reads svscan's readiness
 * from fd.  Does not return. */
_Noreturn void stage2_run(struct container *, int ready_fd);

/* The stop without a stage 2: services down in order, then svscan told to
 * end.  The current directory is the scan directory. */
_Noreturn void stage2_stop(void);

/* What svscan executes: argv[0] is a signal's name, finish or crash. */
int hook_is_name(const char *base);
_Noreturn void hook_run(const char *base);

#endif
