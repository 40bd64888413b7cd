/* watch.h - restart-with of services that die by themselves: whenever a
 * service starts that others are to be restarted with, "reeve-rc follow" is
 * run, which takes the lock and looks who is older than what it follows.
 * Part of the oneshot daemon; no process, no timer while nothing happens. */
#ifndef RC_WATCH_H
#define RC_WATCH_H

#include <stdint.h>
#include <sys/types.h>

#include "lib/ready.h"
#include "rc/scan.h"

struct watch {
	struct ready *ready;	/* borrowed */
	uint64_t key;		/* reported when watch_hear is due */
	struct scan_ear ear;
	pid_t pid;		/* of reeve-rc follow, or 0 */
	int again;
};

/* Read anew who is to be watched.  Nothing is watched if that fails, which is
 * said. */
void watch_load(struct watch *, const char *live);
/* The same when the daemon starts: who was away makes up for that. */
void watch_begin(struct watch *, const char *live);
/* Something watched did something. */
void watch_hear(struct watch *, const char *live);
/* A child ended.  1 if it was ours. */
int watch_reaped(struct watch *, pid_t pid, const char *live);

#endif
