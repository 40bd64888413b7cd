/* cron.c - reads the fields of a schedule, and finds the next time at which
 * all of them hold. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/num.h"
#include "rc/compile/cron.h"

/* same: 29 February comes after eight years at most. */
enum { YEARS = 8, ALL_HOURS = (1 << 24) - 1 };

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
	"jul", "aug", "sep", "oct", "nov", "dec", 0 };
static const char *const weekdays[] = { "sun", "mon", "tue", "wed", "thu",
	"fri", "sat", 0 };

static const struct field {
	unsigned min, max;
	const char *const *names; /* of min, min + 1... */
	const char *what;
} fields[] = {
	{ 0, 59, 0, "the minute must be 0 to 59, with , - * and /" },
	{ 0, 23, 0, "the hour must be 0 to 23, with , - * and /" },
	{ 1, 31, 0, "the day must be 1 to 31, with , - * and /" },
	{ 1, 12, months,
		"the month must be 1 to 12 or jan to dec, with , - "
		"* and /" },
	{ 0, 7, weekdays,
		"the day of the week must be 0 to 7 or sun to sat, "
		"with , - * and /" },
};

static int
value(const struct field *f, const char *s, size_t n, unsigned *v)
{
	char text[8];

	if (!n || n >= sizeof text)
		return 0;
	memcpy(text, s, n);
	text[n] = 0;
	for (unsigned i = 0; f->names && f->names[i]; i++)
		if (!strcasecmp(text, f->names[i])) {
			*v = f->min + i;
			return 1;
		}
	return num_uint(text, v) && *v >= f->min && *v <= f->max;
}

/* One of what commas part: "*", "5", "1-5", each perhaps with "/2". */
static int
range(const struct field *f, const char *s, size_t n, uint64_t *set)
{
	const char *slash = memchr(s, '/', n), *dash;
	unsigned from = f->min, to = f->max, step = 1;
	size_t len = slash ? (size_t)(slash - s) : n;
	char text[8];

	if (slash) {
		size_t k = n - len - 1;

		if (!k || k >= sizeof text)
			return 0;
		memcpy(text, slash + 1, k);
		text[k] = 0;
		if (!num_uint(text, &step) || !step || step > f->max)
			return 0;
	}
	dash = memchr(s, '-', len);
	if (len == 1 && *s == '*') {
		if (f->max == 7)
			to = 6;
	} else if (dash) {
		if (!value(f, s, (size_t)(dash - s), &from) ||
			!value(f, dash + 1, len - (size_t)(dash - s) - 1,
				&to) ||
			from > to)
			return 0;
	} else {
		if (!value(f, s, len, &from))
			return 0;
		if (!slash)
			to = from;
	}
	for (unsigned i = from; i <= to; i += step)
		*set |= (uint64_t)1 << i;
	return 1;
}

static int
field(const struct field *f, const char *s, size_t n, uint64_t *set)
{
	*set = 0;
	for (;;) {
		const char *comma = memchr(s, ',', n);
		size_t len = comma ? (size_t)(comma - s) : n;

		if (!len || !range(f, s, len, set))
			return 0;
		if (!comma)
			return 1;
		s += len + 1;
		n -= len + 1;
	}
}

static int
interval(struct cron *c, const char *s, const char **what)
{
	uint64_t ms;

	s += strspn(s, " \t");
	if (!num_duration(s, 1000, &ms) || ms < 1000) {
		*what = "expected every DURATION, as in: every 15 min";
		return 0;
	}
	c->every_s = ms / 1000;
	return 1;
}

int
cron_parse(struct cron *out, const char *text, const char **what)
{
	static const struct {
		const char *name, *fields;
	} names[] = { { "@hourly", "0 * * * *" }, { "@daily", "0 0 * * *" },
		{ "@midnight", "0 0 * * *" }, { "@weekly", "0 0 * * 0" },
		{ "@monthly", "0 0 1 * *" }, { "@yearly", "0 0 1 1 *" },
		{ "@annually", "0 0 1 1 *" } };
	struct cron c = { 0 };
	uint64_t set[5];
	const char *s = text;

	if (!strncmp(s, "every", 5) && (s[5] == ' ' || s[5] == '\t')) {
		if (!interval(&c, s + 5, what))
			return 0;
		*out = c;
		return 1;
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(s, names[i].name))
			s = names[i].fields;
	if (*s == '@') {
		*what = "expected @hourly, @daily, @midnight, @weekly, "
			"@monthly, @yearly or @annually";
		return 0;
	}
	for (int i = 0; i < 5; i++) {
		size_t n;

		s += strspn(s, " \t");
		n = strcspn(s, " \t");
		if (!n) {
			*what = "expected five fields (minute, hour, day, "
				"month, day of the week), @daily and the "
				"like, or every DURATION";
			return 0;
		}
		if (!field(fields + i, s, n, set + i)) {
			*what = fields[i].what;
			return 0;
		}
		if (i == 2)
			c.any_day = *s == '*';
		if (i == 4)
			c.any_weekday = *s == '*';
		s += n;
	}
	if (s[strspn(s, " \t")]) {
		*what = "unexpected text after the five fields";
		return 0;
	}
	c.minutes = set[0];
	c.hours = (uint32_t)set[1];
	c.days = (uint32_t)set[2];
	c.months = (uint32_t)set[3];
	c.weekdays = (uint32_t)set[4];
	if (c.weekdays & 1 << 7)
		c.weekdays |= 1;
	*out = c;
	return 1;
}

/* If both kinds of day are restricted, either will do. */
static int
day_fits(const struct cron *c, const struct tm *t)
{
	int day = c->days >> t->tm_mday & 1,
	    weekday = c->weekdays >> t->tm_wday & 1;

	return c->any_day || c->any_weekday ? day && weekday : day || weekday;
}

/* Normalise, letting the system find out about summer time.  *gap: this
 * hour was to come, and the clock went over it. */
static time_t
settle(struct tm *t, time_t last, int *gap)
{
	int hour = t->tm_hour + (t->tm_min > 59);
	time_t now;

	t->tm_isdst = -1;
	now = mktime(t);
	if (now == -1)
		return -1;
	/* A time that does not exist may be taken for one before. */
	if (now <= last) {
		now = last - last % 3600 + 3600;
		if (!localtime_r(&now, t))
			return -1;
	}
	*gap = hour < 23 && t->tm_hour == hour + 1;
	return now;
}

static int
fits(const struct cron *c, const struct tm *t)
{
	return c->months >> (t->tm_mon + 1) & 1 && day_fits(c, t) &&
		c->hours >> t->tm_hour & 1 && c->minutes >> t->tm_min & 1;
}

/* What runs in every hour does so in the one that the end of summer time
 * repeats as well, which counting in local time goes over: so the next two
 * hours are looked at minute by minute.  -1: nothing fits. */
static time_t
within_hours(const struct cron *c, time_t from)
{
	struct tm t;

	for (time_t now = from - from % 60 + 60; now - from <= 7200; now += 60)
		if (localtime_r(&now, &t) && !t.tm_sec && fits(c, &t))
			return now;
	return -1;
}

static time_t
next_local(const struct cron *c, time_t from)
{
	struct tm t;
	time_t now;
	int last, gap = 0;

	if (!localtime_r(&from, &t))
		return -1;
	last = t.tm_year + YEARS;
	t.tm_sec = 0;
	t.tm_min++;
	now = settle(&t, from - 1, &gap);
	while (now != -1 && t.tm_year <= last) {
		int day = c->months >> (t.tm_mon + 1) & 1 && day_fits(c, &t);

		/* What was due in the hour that is left out is due now. */
		if (gap && day && now > from && c->hours >> (t.tm_hour - 1) & 1)
			return now;
		if (!(c->months >> (t.tm_mon + 1) & 1)) {
			t.tm_mon++;
			t.tm_mday = 1;
			t.tm_hour = t.tm_min = 0;
		} else if (!day) {
			t.tm_mday++;
			t.tm_hour = t.tm_min = 0;
		} else if (!(c->hours >> t.tm_hour & 1)) {
			t.tm_hour++;
			t.tm_min = 0;
		} else if (!(c->minutes >> t.tm_min & 1) || now <= from) {
			t.tm_min++;
		} else
			return now;
		now = settle(&t, now, &gap);
	}
	return -1;
}

time_t
cron_next(const struct cron *c, time_t from)
{
	time_t next;

	if (c->every_s)
		return from + (time_t)c->every_s;
	next = c->hours == ALL_HOURS ? within_hours(c, from) : -1;
	return next == -1 ? next_local(c, from) : next;
}
