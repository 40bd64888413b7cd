/* choose.h - PURE: what becomes of each service after a scan, and when it is
 * started.  act.c does it. */
#ifndef SVSCAN_CHOOSE_H
#define SVSCAN_CHOOSE_H

#include <stdint.h>

#include "svscan/table.h"

enum choice {
	CHOOSE_NOTHING,
	CHOOSE_HOLD, /* look whether it has another fifo now */
	CHOOSE_FORGET, /* no entry, and nothing runs for it */
	CHOOSE_START, /* start its supervise */
	CHOOSE_LATER /* the same, at its time `next' */
};

/* A whole scan has set `seen'; added: and has found new services. */
enum choice choose_after_scan(const struct service *, int added);
/* peer: the other one of its pair, or 0. */
enum choice choose_start(
	const struct service *, const struct service *peer, uint64_t now);
/* Ms until the next try, after so many failures in a row before this one;
 * from the first to the last. */
enum { CHOOSE_MIN_MS = 100, CHOOSE_MAX_MS = 2000 };
uint64_t choose_pause(unsigned failures);
/* What is owed after the next whole scan (svscan.nuke: 0 nothing, 1 or 2),
 * given what was, whether `all' is asked for now, and whether the last scan
 * was cut short. */
int choose_nuke(int was, int all, int partial);

#endif
