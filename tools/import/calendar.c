/* calendar.c - PURE an OnCalendar= of systemd as a schedule of ours; see
 * import.h.  The zone of the machine holds for both. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/num.h"
#include "rc/compile/cron.h"
#include "tools/import/import.h"

enum { FIELD_MAX = 64 };

static const char *
shorthand(const char *s)
{
	static const struct {
		const char *word, *times;
	} words[] = { { "minutely", "* * * * *" }, { "hourly", "@hourly" },
		{ "daily", "@daily" }, { "weekly", "0 0 * * 1" },
		{ "monthly", "@monthly" }, { "yearly", "@yearly" },
		{ "annually", "@yearly" }, { "anually", "@yearly" },
		{ "quarterly", "0 0 1 1,4,7,10 *" },
		{ "semiannually", "0 0 1 1,7 *" },
		{ "semi-annually", "0 0 1 1,7 *" },
		{ "biannually", "0 0 1 1,7 *" },
		{ "bi-annually", "0 0 1 1,7 *" } };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcasecmp(s, words[i].word))
			return words[i].times;
	return 0;
}

/* 1 (Monday) to 7, or 0. */
static unsigned
weekday(const char *s, size_t n)
{
	static const char *const names[] = { "monday", "tuesday", "wednesday",
		"thursday", "friday", "saturday", "sunday" };

	for (unsigned i = 0; i < 7; i++)
		if ((n == 3 || n == strlen(names[i])) &&
			!strncasecmp(s, names[i], n))
			return i + 1;
	return 0;
}

/* "Mon,Wed..Fri" as "1,3-5". */
static int
weekdays(char *out, const char *s)
{
	size_t len = 0;

	for (;;) {
		size_t n = strcspn(s, ",.-");
		unsigned a = weekday(s, n), b = a;

		s += n;
		if (!strncmp(s, "..", 2) || *s == '-') {
			s += 1 + (*s == '.');
			n = strcspn(s, ",");
			b = weekday(s, n);
			s += n;
		}
		if (!a || !b || b < a || len > FIELD_MAX - 8)
			return 0;
		len += (size_t)snprintf(out + len, FIELD_MAX - len,
			b > a ? "%s%u-%u" : "%s%u", len ? "," : "", a, b);
		if (!*s)
			return 1;
		if (*s++ != ',' || !*s)
			return 0;
	}
}

/* A part of a date or a time: "*", "5", "1..5", "0/15", "1,7". */
static int
part(char *out, const char *s, size_t n)
{
	size_t len = 0;

	if (n == 1 && *s == '*') {
		strcpy(out, "*");
		return 1;
	}
	if (!n || n > FIELD_MAX / 2)
		return 0;
	while (n) {
		if (*s == '.' && n > 1 && s[1] == '.') {
			out[len++] = '-';
			s++, n--;
		} else if (isdigit((unsigned char)*s)) {
			/* 03 is 3. */
			if (*s != '0' || n == 1 ||
				!isdigit((unsigned char)s[1]) ||
				(len && isdigit((unsigned char)out[len - 1])))
				out[len++] = *s;
		} else if (*s == ',' || *s == '/') {
			out[len++] = *s;
		} else
			return 0;
		s++, n--;
	}
	out[len] = 0;
	return 1;
}

/* "*-*-1", "*-1,7-1", "1-1": month and day. */
static const char *
date(char *month, char *day, const char *s)
{
	const char *first = strchr(s, '-'), *last = strrchr(s, '-');

	if (strchr(s, '~'))
		return "the last days of a month cannot be said";
	if (first != last) {
		if (first != s + 1 || *s != '*')
			return "a year cannot be said";
		s = first + 1;
	}
	return part(month, s, (size_t)(last - s)) &&
			part(day, last + 1, strlen(last + 1))
		? 0
		: "unknown date";
}

/* "HH:MM" and perhaps ":SS". */
static const char *
hours(char *hour, char *minute, const char *s, unsigned *seconds)
{
	const char *first = strchr(s, ':'), *last = strrchr(s, ':');

	*seconds = 0;
	if (first != last) {
		if (!num_uint(last + 1, seconds))
			return "more than once a minute cannot be said; an "
			       "interval can: every 10s";
	} else
		last = s + strlen(s);
	return part(hour, s, (size_t)(first - s)) &&
			part(minute, first + 1, (size_t)(last - first - 1))
		? 0
		: "unknown time";
}

const char *
calendar_schedule(char *out, size_t max, const char *text, unsigned *seconds)
{
	char copy[256], week[FIELD_MAX] = "*", month[FIELD_MAX] = "*",
			day[FIELD_MAX] = "*", hour[FIELD_MAX] = "0",
			minute[FIELD_MAX] = "0", *save = 0;
	const char *why = 0, *times = shorthand(text);
	struct cron c;

	*seconds = 0;
	if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy)
		return "too long";
	if (times) {
		snprintf(out, max, "%s", times);
		return 0;
	}
	for (char *w = strtok_r(copy, " \t", &save); w && !why;
		w = strtok_r(0, " \t", &save)) {
		if (strchr(w, ':'))
			why = hours(hour, minute, w, seconds);
		else if (isalpha((unsigned char)*w))
			why = weekdays(week, w)
				? 0
				: "a time zone cannot be said: times are local";
		else if (strchr(w, '-'))
			why = date(month, day, w);
		else
			why = "unknown form";
	}
	if (why)
		return why;
	/* In cron either of two days will do, unless one begins with a star:
	 * and every seventh day of a week is its Sunday. */
	if (strcmp(day, "*") && strcmp(week, "*")) {
		if (strcmp(week, "7"))
			return "a day of the month and of the week at once "
			       "cannot be said";
		strcpy(week, "*/7");
	}
	snprintf(out, max, "%s %s %s %s %s", minute, hour, day, month, week);
	return cron_parse(&c, out, &why) ? 0 : why;
}
