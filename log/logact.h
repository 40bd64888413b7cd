/* logact.h - carry out what is written to a log directory: lines, rotation,
 * repair.  A line given is either in current or still the caller's. */
#ifndef LOG_LOGACT_H
#define LOG_LOGACT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <skalibs/tai.h>

#include "log/rotate.h"
#include "log/script.h"

enum { ACT_GRACE_MS = 10000 }; /* how long lines wait for a processor */

struct logact_dir {
	const struct script_dir *spec; /* borrowed */
	unsigned mode; /* of files: who may list may read */
	int dirfd, lockfd, fd; /* fd: current, or -1 */
	uint64_t size; /* of current */
	int midline; /* current does not end in a newline */
	enum rotate_step step;
	int wanted; /* rotate when the line is whole */
	int outgrown; /* rotate at once: a limit of the system
					 * is reached */
	int said_limit;
	tain stamp; /* of the archive being made */
	tain last; /* of the newest archive */
	pid_t pid; /* of the processor, or 0 */
	int failed; /* errno of what fails now and has been
					 * said; -1 the processor */
	int64_t retry_at; /* monotonic ms; 0 nothing to retry */
	int64_t grace_until; /* lines wait for the processor; 0 no */
	int overgrown; /* the grace time has passed */
	int64_t rotate_at; /* of R; 0 none */
	int64_t look_at; /* then: was it removed? */
	int gone; /* it was, and cannot be made again yet */
	int closing; /* the logger ends */
	int64_t close_at; /* then the processor is given up */
};

int64_t logact_now(void); /* monotonic ms */

/* Make (mode 02700), lock, repair and open.  0, or -1 after a message. */
int logact_open(struct logact_dir *, const struct script_dir *, int64_t now);
/* Write bytes (whole lines, or the rest of one) to current and rotate on the
 * way.  Bytes taken; less than len if it cannot go on now. */
size_t logact_write(
	struct logact_dir *, const char *buf, size_t len, int64_t now);
/* Rotate as soon as the line is whole.  An empty current is not rotated. */
void logact_want_rotation(struct logact_dir *, int64_t now);
/* Do what is due.  The next time it wants to be called, or 0. */
int64_t logact_tick(struct logact_dir *, int64_t now);
/* A child has ended.  1 if it was this directory's processor. */
int logact_child(struct logact_dir *, pid_t, int wstat, int64_t now);
/* End: 1 when it is closed, 0 if it must be ticked on. */
int logact_close(struct logact_dir *, int64_t now);

#endif
