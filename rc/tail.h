/* tail.h - the last lines of a service's log, for whoever says that it failed:
 * the switch, and the start of a container or a machine. */
#ifndef RC_TAIL_H
#define RC_TAIL_H

#include "rc/db.h"

/* Tell the last lines of the log of service i, with times for people, or that
 * they are in the log catch-all, if there is one.  Nothing where it has no
 * log.  logs: the default log directory, or 0. */
void tail_tell(const struct db *, uint32_t i, const char *logs);

#endif
