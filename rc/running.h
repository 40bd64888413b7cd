/* running.h - FORMAT running/NAME in the directory of the oneshot daemon: the
 * script of a oneshot that runs, for the next daemon should this one be
 * killed; and ended/NAME, the last one of NAME that ended, for who asks again
 * what became of it.  A detail of supervise (its pid, start and deadline),
 * the answer (zeroes while it runs), then the request that it was started
 * for.  The detail is written by the script's own process before it executes;
 * see reeve-rc-oneshotd(1).  The file is kept for the next script of NAME: so
 * the down script finds room for its note where nothing else does. */
#ifndef RC_RUNNING_H
#define RC_RUNNING_H

#include <stddef.h>
#include <sys/types.h>

#include "rc/request.h"
#include "supervise/detail.h"

#define RUNNING_DIR "running"
#define ENDED_DIR "ended"

struct running {
	int fd; /* of the file, or -1 */
	unsigned limit_ms; /* 0: none */
	pid_t daemon;
	struct detail dt; /* working */
};

/* The script of NAME is about to run.  0; or -1 and errno, and then nothing is
 * noted. */
int running_begin(struct running *, const char *name, const void *request,
	size_t len, unsigned limit_ms);
/* spawn.before: this process is it.  If that cannot be noted, it ends; if the
 * daemon is gone too, and what it has noted is withdrawn. */
void running_announce(void *running);
/* Parent: the file is written. */
void running_begun(struct running *);
/* It ended so, which stands in the state.  0 or -1. */
int running_ended(const char *name, const struct answer *);
/* It never ran. */
void running_drop(const char *name);
/* Script NAME ended under this ticket: 1 and how; else 0. */
int running_outcome(struct answer *, const char *name, uint64_t ticket);
/* Read NAME.  The request, of *len bytes, malloced; or 0: nothing runs that
 * was started since this boot. */
unsigned char *running_read(struct detail *, size_t *len, const char *name);
/* 1 if the process that was noted has ended without having been the script;
 * to be asked when it has ended.  Else 0. */
int running_withdrawn(const char *name);
/* Is anything noted, in the live directory at this path? */
int running_any(const char *live);
/* The script that is noted there for NAME: pid of its process group, or 0. */
long running_pid(const char *live, const char *name);
/* The same of any script, and its name in name, of max bytes. */
long running_pid_any(const char *live, char *name, size_t max);

#endif
