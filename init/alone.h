/* alone.h - one command as a container, without services. */
#ifndef INIT_ALONE_H
#define INIT_ALONE_H

#include <signal.h>
#include <stdint.h>

struct alone {
	char **command;		/* borrowed from argv */
	uint64_t grace_ms;	/* a stop takes no longer, all in all */
	int stop_signal;	/* besides TERM, INT and QUIT; 0 none */
	int verbose;
	sigset_t old_mask;	/* mask that the command gets back */
	sigset_t set;		/* what we wait for: see reaper.h */
};

/* Start the command, pass signals on, reap; its exit code. */
int alone_run(const struct alone *);

/* In a child: own process group, in the foreground if there is a terminal,
 * the old signal mask, then exec.  Exits 126 or 127. */
_Noreturn void alone_child(char **command, const sigset_t *mask);

/* A mask as a number, for the hand-over of one program to the next. */
uint64_t alone_mask_number(const sigset_t *);
void alone_mask_set(sigset_t *, uint64_t number);

/* Begins a stop (TERM, INT, QUIT, the configured one or 0). */
int alone_is_stop(int configured, int sig);

#endif
