/* live-seen.h - a database whose checksum is known.  It is verified before it
 * enters a live directory.  What it is there (owner, inode, size, times) is
 * kept beside it: as long as that holds, nobody has written to it, and
 * commands need not sum up all its bytes again. */
#ifndef RC_LIVE_SEEN_H
#define RC_LIVE_SEEN_H

#include <stddef.h>

#define LIVE_SEEN "db.seen" /* in a generation, beside its database */
enum { LIVE_SEEN_MAX = 160 };

/* What belongs into that file now.  Its length, or -1 and errno. */
int live_seen_text(char *buf, size_t max, int genfd);
/* 1 if it is still so, 0 if not or if that cannot be told. */
int live_seen_unchanged(int genfd);

#endif
