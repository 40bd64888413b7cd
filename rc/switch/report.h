/* report.h - what a switch says to people: the plan, and what became of what
 * failed.  Called by update.c; changes nothing. */
#ifndef RC_REPORT_H
#define RC_REPORT_H

#include "rc/switch/update.h"

/* What people know a generation of the live directory by: the number under
 * which reeve-switch keeps it, or the database that it was made from.
 * Returns buf. */
const char *report_generation(
	const struct update *, uint32_t gen, char *buf, size_t size);

/* The exit code of a switch as a word, for programs. */
const char *report_outcome(int code);

/* A line for each service that something is done to, with the reason: to
 * standard output in a dry run or if the plan is to be shown, else as messages,
 * from verbosity 2 on. */
void report_plan(struct update *, const struct diff *);

/* The set is the same: a line for each service that runs with an earlier
 * definition.  1 if there is any. */
int report_outdated(const struct update *);

/* The last lines of the logs of all that failed, or where they are. */
void report_logs(const struct update *);

#endif
