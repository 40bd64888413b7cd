/* adopt.h - going on with a service that another supervise, or our own
 * former self, has started. */
#ifndef SUPERVISE_ADOPT_H
#define SUPERVISE_ADOPT_H

#include "supervise/act.h"

/* Read what the last supervise left in the lock file, and if its service or
 * finish ran on without it, take that over.  1 if so, else 0. */
int adopt(struct super *);

/* The adopted process ended (its pidfd says so, or the time to look again
 * has come).  1 and s->wstat set once it is known how, or that it never
 * will be; 0: look again at s->peek. */
int adopt_ended(struct super *);

/* Start the newly installed program's check of itself and of what we have
 * written down; failure is a message. */
void adopt_check(struct super *);
/* The check ended.  If all is well s->become is set. */
void adopt_checked(struct super *, int wstat);
/* Replace this program by the new one, which goes on with everything.
 * Returns only on failure, with a message. */
void adopt_reexec(struct super *);
/* In a new program that is being checked: 0 if it can go on from what is
 * written in a service directory; or -1 and errno. */
int adopt_understood(const char *servicedir);
/* In the new program: 1 if we are one, and everything is as it was. */
int adopt_resume(struct super *);

/* FORMAT of what the new program is told by its environment: decimal numbers,
 * each with a space after it.  pack writes ADOPT_TEXT bytes at most; unpack
 * changes the text: 1, or 0 if it is not that. */
enum { ADOPT_NUMBERS = 11, ADOPT_TEXT = ADOPT_NUMBERS * 21 + 1 };
void adopt_numbers_pack(char *, const uint64_t *);
int adopt_numbers_unpack(uint64_t *, char *text);

#endif
