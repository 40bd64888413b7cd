/* tai64.c - reads TAI64N stamps at the start of lines, and prints them as
 * dates. */

#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <skalibs/djbtime.h>
#include <skalibs/tai.h>

#include "lib/tai64.h"

size_t
tai64_text(char *buf, size_t max, const char *s, int utc)
{
	char date[TAI64_TEXT];
	struct tm tm;
	uint64_t when;
	time_t t;
	tain a;

	if (*s != '@' || timestamp_scan(s, &a) != TIMESTAMP ||
		a.nano > 999999999 || !utc_from_tai(&when, tain_secp(&a)))
		return 0;
	t = (time_t)(when - TAI_MAGIC);
	if (!(utc ? gmtime_r(&t, &tm) : localtime_r(&t, &tm)) ||
		!strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &tm))
		return 0;
	snprintf(buf, max, "%s.%09u", date, (unsigned)a.nano);
	return TIMESTAMP;
}
