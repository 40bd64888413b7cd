/* watch.h - the live view of `reeve status --watch', and what it shares with
 * the table. */
#ifndef TOOLS_REEVE_WATCH_H
#define TOOLS_REEVE_WATCH_H

#include "tools/front/grid.h"
#include "tools/front/model.h"

/* Exit code.  Only the n named ones, or all. */
int watch_run(
	const char *scandir, int all, int colour, char *const *names, size_t n);

enum colour status_colour(const struct item *);
/* Not shown unless asked for: log companions, Reeve's own services. */
int status_hidden(const struct item *);

#endif
