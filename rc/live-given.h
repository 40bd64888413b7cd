/* live-given.h - what the user of a service gets of a definition that others
 * could not read. */
#ifndef RC_LIVE_GIVEN_H
#define RC_LIVE_GIVEN_H

#include "rc/db.h"

/* In the directory `at', whose files are written: its own script, and if all
 * is closed its data and env, can be read by the user's group, and by nobody
 * else.  Not where that group has other members, or the user's name is not
 * the group's: it would be theirs as well.  0, or -1 and errno. */
int live_give(int at, const struct db_service *, int all_closed);

#endif
