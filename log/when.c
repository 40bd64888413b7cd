/* when.c - see when.h. */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/num.h"
#include "log/logdir.h"
#include "log/when.h"

/* n digits; -1 if they are not. */
static int
number(const char **s, int n)
{
	int v = 0;

	while (n--) {
		if (**s < '0' || **s > '9')
			return -1;
		v = v * 10 + (*(*s)++ - '0');
	}
	return v;
}

/* A point and at least one digit.  0 if there is none, and *s is at it. */
static uint32_t
fraction(const char **s)
{
	uint32_t ns = 0, unit = 100000000;

	if ((*s)[1] < '0' || (*s)[1] > '9')
		return 0;
	for ((*s)++; **s >= '0' && **s <= '9'; (*s)++, unit /= 10)
		ns += unit * (uint32_t)(**s - '0');
	return ns;
}

/* [H]H:MM[:SS[.frac]] */
static int
clock_time(const char **s, struct tm *tm, uint32_t *ns)
{
	*ns = 0;
	tm->tm_hour = number(s, **s && (*s)[1] == ':' ? 1 : 2);
	if (tm->tm_hour < 0 || tm->tm_hour > 23 || *(*s)++ != ':')
		return 0;
	tm->tm_min = number(s, 2);
	if (tm->tm_min < 0 || tm->tm_min > 59)
		return 0;
	tm->tm_sec = 0;
	if (**s != ':')
		return 1;
	(*s)++;
	tm->tm_sec = number(s, 2);
	if (tm->tm_sec < 0 || tm->tm_sec > 60)
		return 0;
	if (**s == '.')
		*ns = fraction(s);
	return 1;
}

/* Nothing, Z or +HH:MM (at most 14 hours, as on Kiritimati): 1 with *utc set,
 * and *off the seconds east of it; or 0. */
static int
zone(const char **s, int *utc, int *off)
{
	int sign = **s == '-' ? -1 : 1, h, m;

	*off = 0;
	if (!**s)
		return 1;
	*utc = 1;
	if (*(*s)++ == 'Z')
		return 1;
	if ((*s)[-1] != '+' && (*s)[-1] != '-')
		return 0;
	h = number(s, 2);
	if (h < 0 || *(*s)++ != ':')
		return 0;
	m = number(s, 2);
	if (m < 0 || m > 59 || h * 60 + m > 14 * 60)
		return 0;
	*off = sign * (h * 3600 + m * 60);
	return 1;
}

static int
date(const char **s, struct tm *tm)
{
	int y = number(s, 4), m, d;

	if (y < 0 || *(*s)++ != '-')
		return 0;
	m = number(s, 2);
	if (m < 1 || m > 12 || *(*s)++ != '-')
		return 0;
	d = number(s, 2);
	if (d < 1 || d > 31)
		return 0;
	tm->tm_year = y - 1900;
	tm->tm_mon = m - 1;
	tm->tm_mday = d;
	return 1;
}

static int
from_tm(struct tm *tm, uint32_t ns, int utc, int off, tain *t)
{
	struct timespec ts = { .tv_nsec = (long)ns };

	tm->tm_isdst = -1;
	ts.tv_sec = (utc ? timegm(tm) : mktime(tm)) - off;
	return tain_from_timespec_sysclock(t, &ts);
}

/* Is there such a day?  The library makes March of the 30th of February. */
static int
is_day(const struct tm *day)
{
	struct tm tm = *day;

	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	return timegm(&tm) != (time_t)-1 && tm.tm_mday == day->tm_mday;
}

/* The day of now, at midnight. */
static int
midnight(const tain *now, int utc, struct tm *tm)
{
	struct timespec ts;

	if (!timespec_sysclock_from_tain(&ts, now) ||
		!(utc ? gmtime_r(&ts.tv_sec, tm) : localtime_r(&ts.tv_sec, tm)))
		return 0;
	tm->tm_hour = tm->tm_min = tm->tm_sec = 0;
	return 1;
}

static int
at_sign(const char *text, tain *t)
{
	struct timespec ts = { 0 };
	uint64_t u = 0;

	if (strlen(text) == LOGDIR_STAMP && timestamp_scan(text, t))
		return t->nano < 1000000000;
	if (*++text < '0' || *text > '9')
		return 0;
	for (; *text >= '0' && *text <= '9' && u < 4102444800; text++)
		u = u * 10 + (uint64_t)(*text - '0');
	ts.tv_sec = (time_t)u;
	if (*text == '.')
		ts.tv_nsec = (long)fraction(&text);
	return !*text && tain_from_timespec_sysclock(t, &ts);
}

static int
before(const char *text, const tain *now, tain *t)
{
	char buf[64];
	size_t n = strlen(text);
	uint64_t ms;
	tain ago;

	if (*text == '-') {
		text++;
		n--;
	}
	if (n > 4 && !strcmp(text + n - 4, " ago"))
		n -= 4;
	if (n >= sizeof buf)
		return 0;
	memcpy(buf, text, n);
	buf[n] = 0;
	/* A number without a unit could be anything. */
	if (!buf[strspn(buf, "0123456789")] || !num_duration(buf, 1000, &ms))
		return 0;
	ago.sec.x = ms / 1000;
	ago.nano = (uint32_t)(ms % 1000) * 1000000;
	return tain_sub(t, now, &ago);
}

/* "today" or "yesterday", perhaps with a time of the day.  What is after it,
 * or 0. */
static const char *
day_word(const char *text, struct tm *tm)
{
	static const char *const words[] = { "today", "yesterday" };

	for (int i = 0; i < 2; i++) {
		size_t n = strlen(words[i]);

		if (strncmp(text, words[i], n) || (text[n] && text[n] != ' '))
			continue;
		tm->tm_mday -= i;
		return text + n;
	}
	return 0;
}

int
when_parse(const char *text, const tain *now, int utc, tain *t)
{
	const char *s;
	struct tm tm;
	uint32_t ns = 0;
	int off;

	if (!strcmp(text, "now")) {
		*t = *now;
		return 1;
	}
	if (*text == '@')
		return at_sign(text, t);
	if (!midnight(now, utc, &tm))
		return 0;
	s = day_word(text, &tm);
	if (!s && strlen(text) >= 10 && text[4] == '-') {
		s = text;
		if (!date(&s, &tm) || !is_day(&tm))
			return 0;
	} else if (!s && strlen(text) >= 4 &&
		(text[1] == ':' || text[2] == ':')) {
		s = text;
		return clock_time(&s, &tm, &ns) && zone(&s, &utc, &off) &&
			!*s && from_tm(&tm, ns, utc, off, t);
	} else if (!s) {
		return before(text, now, t);
	}
	if (*s == 'T' || *s == ' ') {
		s++;
		if (!clock_time(&s, &tm, &ns))
			return 0;
	}
	return zone(&s, &utc, &off) && !*s && from_tm(&tm, ns, utc, off, t);
}
