/* act.h - carrying out what machine.c says, for one service.  The current
 * directory is the service directory. */
#ifndef SUPERVISE_ACT_H
#define SUPERVISE_ACT_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

#include "supervise/control.h"
#include "supervise/detail.h"
#include "supervise/machine.h"
#include "supervise/status.h"

/* Units of os_now(). */
#define MS UINT64_C(1000000)
#define SEC (1000 * MS)

struct super {
	const char *argv0; /* our own name */
	const char *name; /* as given: argument of run and finish */
	enum state state;
	struct status st; /* what is published */
	struct detail dt; /* and what besides */
	int lock; /* supervise/lock, holds dt as well */
	int control;
	int notify; /* run tells its readiness here, or -1 */
	int pidfd; /* of a process that is not our child, or -1 */
	int in, out; /* fifos kept for the service, or -1 */
	int wstat; /* of the process that ended last */
	uint64_t deadline; /* of the state; 0 none.  All in os_now ns */
	uint64_t republish; /* status could not be written; try again */
	uint64_t peek; /* look again how the adopted process ended */
	uint64_t peek_end; /* until then */
	uint64_t died; /* when run ended */
	uint64_t readied; /* when it was ready; 0: not since its start */
	pid_t checker; /* tries the new program; 0: none */
	uint64_t check_until;
	unsigned spawn_fails; /* in a row */
	unsigned unready; /* bytes on notify without a newline */
	unsigned asked : 1; /* a command sent it a signal that may end it */
	unsigned once : 1; /* policy of file restart ended it */
	unsigned permanent : 1; /* finish exited 125 */
	unsigned unheard : 1; /* run has yet to say that it is ready */
	unsigned become : 1; /* the new program, which passed its check */
	char letters[8]; /* events to be told with the next status */
	unsigned char published[STATUS_SIZE]; /* what status_write knows */
};

/* Signals with handlers in supervise, ends with 0. */
extern const int act_signals[];

/* One event: the machine's cell, its actions, and what they led to.  sig
 * belongs to CMD_SIGNAL: the command that came. */
void act(struct super *, enum event, const struct command *sig);

/* An event that is told with the next status; what does not fit is left out. */
void act_letter(struct super *, char);
/* Write status and detail, then send the events that are due. */
void act_publish(struct super *);
/* Only the detail. */
void act_detail(struct super *);

/* run wrote to, or closed, its readiness descriptor. */
void act_notified(struct super *);
/* It is ready: to be published. */
void act_ready(struct super *);
/* Forget the readiness descriptor. */
void act_deafen(struct super *);

#endif
