/* kept.h - the generations that reeve-switch keeps, for those who read: which
 * is live, which is booted, and what is noted of each.  Nothing here ends the
 * program. */
#ifndef RC_KEPT_H
#define RC_KEPT_H

#include <time.h>

#include "rc/live.h"
#include "rc/places.h"

/* The number in ".../generations/N/db", the path of a database that
 * reeve-switch keeps; 0 for another path. */
unsigned kept_number(const char *path);
/* The number of what is live in this live directory, of those kept in dir; 0:
 * none, or a database from elsewhere.  0, or -1 and errno. */
int kept_live(const char *dir, const char *live, unsigned *n);
/* What is noted of generation n: id has LIVE_HEX bytes.  0, or -1 and
 * errno. */
int kept_info(const char *dir, unsigned n, char *id, time_t *when);

/* All of it, as far as it can be read. */
struct kept {
	unsigned live, booted; /* 0: none, or not one of those kept */
	char live_id[LIVE_HEX], booted_id[LIVE_HEX]; /* "": not known */
};
/* l: what is live, or 0. */
void kept_read(struct kept *, const struct places *, const struct live *l);

#endif
