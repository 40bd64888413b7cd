/* control.h - FORMAT supervise/control: one byte per command, written to a
 * fifo.  The one list of commands: supervise obeys it, svc sends it and
 * prints it in --help. */
#ifndef SUPERVISE_CONTROL_H
#define SUPERVISE_CONTROL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "supervise/machine.h"

#define CONTROL_FILE "supervise/control"
#define LOCK_FILE "supervise/lock"

struct command {
	char letter;
	int signal; /* what a plain signal command sends, or 0 */
	unsigned event; /* column of the state machine */
	const char *name; /* long option of svc */
	const char *help;
};
/* Ends with a row whose letter is 0. */
extern const struct command control_commands[];

/* The row for a letter, or 0. */
const struct command *control_find(char letter);

/* Send len letters to the supervise of a service directory, all or none.
 * 0, or -1 and errno: ENXIO no supervise listens, ENOENT no such fifo,
 * ENODEV it is there but not a fifo. */
int control_send(
	int at, const char *servicedir, const char *letters, size_t len);

/* How many letters were sent that supervise has not read yet, or -1 and
 * errno. */
int control_unread(int at, const char *servicedir);
/* The same of bytes in any fifo. */
int control_fifo_unread(int at, const char *path);

/* Pid of the supervise that watches this service directory (1 if it is in a
 * pid namespace that is not ours), 0 if none, -1 and errno. */
pid_t control_pid(int at, const char *servicedir);
/* 1 if a supervise watches this service directory, 0 if none, -1 and errno.
 * Who may read the status and not ask for the lock is told 1. */
int control_alive(int at, const char *servicedir);
/* 1 if the process with this pid, which the status names, does not exist any
 * more, though its supervise has not said so yet; else 0, also if that cannot
 * be seen from our pid namespace, or pid is 0. */
int control_lost(int at, const char *servicedir, uint64_t pid);

#endif
