/* follow.h - restart-with of services that die by themselves: whenever a
 * service starts that others are to be restarted with, "reeve-rc follow" is
 * run, which takes the lock and looks who is older than what it follows.
 * Part of the oneshot daemon; no process, no timer while nothing happens. */
#ifndef RC_FOLLOW_H
#define RC_FOLLOW_H

#include <stdint.h>
#include <sys/types.h>

#include "lib/ready.h"
#include "rc/scan.h"

struct follow {
	struct ready *ready; /* borrowed */
	uint64_t key; /* reported when follow_hear is due */
	struct scan_ear ear;
	pid_t pid; /* of reeve-rc follow, or 0 */
	int again;
};

/* Read anew who is to be watched.  Nothing is watched if that fails, which is
 * said. */
void follow_load(struct follow *, const char *live);
/* The same when the daemon starts: who was away makes up for that. */
void follow_begin(struct follow *, const char *live);
/* Something watched did something. */
void follow_hear(struct follow *, const char *live);
/* A child ended.  1 if it was ours. */
int follow_reaped(struct follow *, pid_t pid, const char *live);

#endif
