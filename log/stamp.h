/* stamp.h - time stamps at the head of lines, made once for each batch of
 * input.  The stamp of a line is the time at which it was read. */
#ifndef LOG_STAMP_H
#define LOG_STAMP_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum { STAMP_TAI64N = 26, STAMP_ISO = 31, STAMP_RFC3339 = 30 };

struct stamp {
	char tai64n[STAMP_TAI64N + 1]; /* "@...24... " */
	char iso[STAMP_ISO + 1]; /* "2026-01-31 12:00:00.123456789  " */
	char utc[STAMP_RFC3339 + 1]; /* "2026-01-31T12:00:00.123456789Z" */
	time_t iso_minute, utc_minute; /* of what the texts hold; 0 nothing */
};

enum { STAMP_WANT_TAI64N = 1, STAMP_WANT_ISO = 2, STAMP_WANT_UTC = 4 };

/* PURE but for the time zone: make those wanted say this time (1970 or
 * later). */
void stamp_at(struct stamp *, unsigned want, const struct timespec *);
/* Make those wanted say now. */
void stamp_now(struct stamp *, unsigned want);

#endif
