/* when.h - PURE times as people write them. */
#ifndef LOG_WHEN_H
#define LOG_WHEN_H

#include <skalibs/tai.h>

/* "2026-01-31 12:00[:00[.5]]", "2026-01-31", "12:00[:00]" (today), "now",
 * "today", "yesterday 12:00", "10m" or "10 minutes ago" (before now),
 * RFC 3339 with Z or an offset, "@TAI64N", "@unix-seconds[.5]".  Local time
 * unless utc, Z or offset.  1 and *t set, or 0. */
int when_parse(const char *text, const tain *now, int utc, tain *t);

#endif
