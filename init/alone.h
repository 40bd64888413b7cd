/* alone.h - one command as a container, without services. */
#ifndef INIT_ALONE_H
#define INIT_ALONE_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

#include "init/passing.h"

enum {
	ALONE_TELL = 1, /* say what signal ended the command */
	ALONE_GROUP = 2, /* signals go to all of its process group */
	ALONE_SESSION = 4, /* it gets a session of its own */
	ALONE_BARE = 8, /* no grace time, and what it leaves behind is
				 * left: TERM is only passed on */
	ALONE_REAPED = 16 /* say what orphan was reaped */
};

struct alone {
	char **command; /* borrowed from argv; 0: only reap and wait */
	uint64_t grace_ms; /* a stop takes no longer, all in all */
	int stop_signal; /* besides TERM, INT and QUIT; 0 none */
	unsigned flags;
	struct passing pass;
	sigset_t old_mask; /* mask that the command gets back */
	sigset_t set; /* what we wait for: see reaper.h */
};

/* Start the command, pass signals on, reap; its exit code. */
int alone_run(const struct alone *);

/* In a child: own process group or session, in the foreground if there is a
 * terminal, the old signal mask, then exec.  Exits 126 or 127. */
_Noreturn void alone_child(
	char **command, const sigset_t *mask, unsigned flags);

/* A mask as a number, for the hand-over of one program to the next. */
uint64_t alone_mask_number(const sigset_t *);
void alone_mask_set(sigset_t *, uint64_t number);

/* Begins a stop (TERM, INT, QUIT, the configured one or 0). */
int alone_is_stop(int configured, int sig);
/* A signal on its way to the command: to its group, if the flags say so. */
void alone_pass(const struct passing *, pid_t command, unsigned flags, int sig);

#endif
