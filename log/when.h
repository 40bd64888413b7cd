/* when.h - PURE times as people write them. */
#ifndef LOG_WHEN_H
#define LOG_WHEN_H

#include <skalibs/tai.h>

/* "2026-01-31 12:00[:00[.5]]", "2026-01-31", "12:00[:00]" (today), "now",
 * "today", "yesterday", "10m" or "10m ago" (before now), RFC 3339 with Z,
 * "@TAI64N", "@unix-seconds".  Local time unless utc or Z.  1 and *t set, or
 * 0. */
int when_parse(const char *text, const tain *now, int utc, tain *t);

#endif
