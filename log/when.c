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

/* HH:MM[:SS[.frac]] */
static int
clock_time(const char **s, struct tm *tm, uint32_t *ns)
{
	uint32_t unit = 100000000;

	*ns = 0;
	tm->tm_hour = number(s, 2);
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
	if (**s != '.')
		return 1;
	for ((*s)++; **s >= '0' && **s <= '9'; (*s)++, unit /= 10)
		*ns += unit * (uint32_t)(**s - '0');
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
from_tm(struct tm *tm, uint32_t ns, int utc, tain *t)
{
	struct timespec ts = { .tv_nsec = (long)ns };

	tm->tm_isdst = -1;
	ts.tv_sec = utc ? timegm(tm) : mktime(tm);
	return tain_from_timespec_sysclock(t, &ts);
}

/* The day of now, at midnight. */
static int
midnight(const tain *now, int utc, struct tm *tm)
{
	struct timespec ts;

	if (!timespec_sysclock_from_tain(&ts, now) ||
		!(utc ? gmtime_r(&ts.tv_sec, tm) : localtime_r(&ts.tv_sec,
		tm)))
		return 0;
	tm->tm_hour = tm->tm_min = tm->tm_sec = 0;
	return 1;
}

static int
at_sign(const char *text, tain *t)
{
	struct timespec ts = { 0 };
	uint64_t u;

	if (strlen(text) == LOGDIR_STAMP && timestamp_scan(text, t))
		return 1;
	if (!num_u64(text + 1, &u) || u > 4102444800u * 10)
		return 0;
	ts.tv_sec = (time_t)u;
	return tain_from_timespec_sysclock(t, &ts);
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

int
when_parse(const char *text, const tain *now, int utc, tain *t)
{
	const char *s = text;
	struct tm tm;
	uint32_t ns = 0;

	if (!strcmp(text, "now")) {
		*t = *now;
		return 1;
	}
	if (*text == '@')
		return at_sign(text, t);
	if (!midnight(now, utc, &tm))
		return 0;
	if (!strcmp(text, "today"))
		return from_tm(&tm, 0, utc, t);
	if (!strcmp(text, "yesterday")) {
		tm.tm_mday--;
		return from_tm(&tm, 0, utc, t);
	}
	if (strlen(text) >= 10 && text[4] == '-') {
		if (!date(&s, &tm))
			return 0;
		if (*s == 'T' || *s == ' ') {
			s++;
			if (!clock_time(&s, &tm, &ns))
				return 0;
		}
		if (*s == 'Z') {
			utc = 1;
			s++;
		}
		return !*s && from_tm(&tm, ns, utc, t);
	}
	if (strlen(text) >= 5 && text[2] == ':')
		return clock_time(&s, &tm, &ns) && !*s &&
			from_tm(&tm, ns, utc, t);
	return before(text, now, t);
}
