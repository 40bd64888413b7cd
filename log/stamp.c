/* stamp.c - see stamp.h.  The calendar is asked once a minute only: no time
 * zone changes within one. */

#include <string.h>
#include <time.h>

#include <skalibs/tai.h>

#include "log/stamp.h"

static void
put(char *at, unsigned long value, int digits)
{
	while (digits--) {
		at[digits] = (char)('0' + value % 10);
		value /= 10;
	}
}

/* "YYYY-MM-DD?HH:MM:SS.nnnnnnnnn" of a broken down minute. */
static void
put_minute(char *at, char sep, const struct tm *tm)
{
	put(at, (unsigned long)(tm->tm_year + 1900), 4);
	at[4] = at[7] = '-';
	put(at + 5, (unsigned long)(tm->tm_mon + 1), 2);
	put(at + 8, (unsigned long)tm->tm_mday, 2);
	at[10] = sep;
	put(at + 11, (unsigned long)tm->tm_hour, 2);
	at[13] = at[16] = ':';
	put(at + 14, (unsigned long)tm->tm_min, 2);
	at[19] = '.';
}

void
stamp_at(struct stamp *s, unsigned want, const struct timespec *ts)
{
	struct tm tm;
	time_t minute = ts->tv_sec / 60;
	unsigned long second = (unsigned long)(ts->tv_sec % 60);

	if (want & STAMP_WANT_TAI64N) {
		tain t;

		tain_from_timespec_sysclock(&t, ts);
		timestamp_fmt(s->tai64n, &t);
		s->tai64n[STAMP_TAI64N - 1] = ' ';
	}
	if (want & STAMP_WANT_ISO) {
		if (s->iso_minute != minute && localtime_r(&ts->tv_sec, &tm)) {
			put_minute(s->iso, ' ', &tm);
			s->iso_minute = minute;
		}
		put(s->iso + 17, second, 2);
		put(s->iso + 20, (unsigned long)ts->tv_nsec, 9);
		s->iso[29] = s->iso[30] = ' ';
	}
	if (want & STAMP_WANT_UTC) {
		if (s->utc_minute != minute && gmtime_r(&ts->tv_sec, &tm)) {
			put_minute(s->utc, 'T', &tm);
			s->utc_minute = minute;
		}
		put(s->utc + 17, second, 2);
		put(s->utc + 20, (unsigned long)ts->tv_nsec, 9);
		s->utc[29] = 'Z';
	}
}

void
stamp_now(struct stamp *s, unsigned want)
{
	struct timespec ts;

	if (!want)
		return;
	clock_gettime(CLOCK_REALTIME, &ts);
	stamp_at(s, want, &ts);
}
