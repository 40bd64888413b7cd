/* cron.c - schedules: every field to the bit, what is refused with its
 * reason, and the next time against a search minute by minute. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "rc/compile/cron.h"

#define ALL(max) (((uint64_t)1 << ((max) + 1)) - 1)
#define BIT(n) ((uint64_t)1 << (n))

static void
good(const char *text, uint64_t minutes, uint64_t hours, uint64_t days,
	uint64_t months, uint64_t weekdays)
{
	const char *what = 0;
	struct cron c;

	memset(&c, 0xff, sizeof c);
	if (!cron_parse(&c, text, &what))
		fail_msg("'%s' is refused: %s", text, what);
	if (c.minutes != minutes || c.hours != hours || c.days != days ||
		c.months != months || c.weekdays != weekdays || c.every_s)
		fail_msg("'%s': %llx %x %x %x %x", text,
			(unsigned long long)c.minutes, c.hours, c.days,
			c.months, c.weekdays);
}

static void
fields(void **state)
{
	uint64_t m = ALL(59), h = ALL(23), d = ALL(31) & ~BIT(0),
		 mo = ALL(12) & ~BIT(0), w = ALL(6);

	(void)state;
	good("* * * * *", m, h, d, mo, w);
	good("0 0 1 1 0", 1, 1, 2, 2, 1);
	good("59 23 31 12 6", BIT(59), BIT(23), BIT(31), BIT(12), BIT(6));
	/* Sunday has two numbers; 7 says 0 as well. */
	good("* * * * 7", m, h, d, mo, BIT(7) | 1);
	good("* * * * 5-7", m, h, d, mo, BIT(5) | BIT(6) | BIT(7) | 1);
	good("* * * * sun", m, h, d, mo, 1);
	good("* * * * Mon,WED-fri", m, h, d, mo,
		BIT(1) | BIT(3) | BIT(4) | BIT(5));
	good("* * * jan,Dec *", m, h, d, BIT(1) | BIT(12), w);
	good("* * * feb-apr *", m, h, d, BIT(2) | BIT(3) | BIT(4), w);
	good("*/20 */12 */15 */6 */3", BIT(0) | BIT(20) | BIT(40),
		BIT(0) | BIT(12), BIT(1) | BIT(16) | BIT(31), BIT(1) | BIT(7),
		BIT(0) | BIT(3) | BIT(6));
	good("5/25 1-5/2 * * *", BIT(5) | BIT(30) | BIT(55),
		BIT(1) | BIT(3) | BIT(5), d, mo, w);
	good("1,2,2 * * * *", BIT(1) | BIT(2), h, d, mo, w);
	good("*/59 * * * *", BIT(0) | BIT(59), h, d, mo, w);
	good("5-5 * * * *", BIT(5), h, d, mo, w);
	good("  1\t2  3 4\t5 \t", BIT(1), BIT(2), BIT(3), BIT(4), BIT(5));
	good("@hourly", 1, h, d, mo, w);
	good("@daily", 1, 1, d, mo, w);
	good("@midnight", 1, 1, d, mo, w);
	good("@weekly", 1, 1, d, mo, 1);
	good("@monthly", 1, 1, 2, mo, w);
	good("@yearly", 1, 1, 2, 2, w);
	good("@annually", 1, 1, 2, 2, w);
}

static void
bad(const char *text, const char *reason)
{
	struct cron c, was;
	const char *what = "";

	memset(&c, 0x5a, sizeof c);
	was = c;
	if (cron_parse(&c, text, &what))
		fail_msg("'%s' is taken", text);
	if (!strstr(what, reason))
		fail_msg("'%s': '%s', not about %s", text, what, reason);
	assert_memory_equal(&c, &was, sizeof c);
}

static void
refused(void **state)
{
	(void)state;
	bad("", "five fields");
	bad("1 2 3 4", "five fields");
	bad("* * * * * *", "unexpected text");
	bad("60 * * * *", "minute");
	bad("-1 * * * *", "minute");
	bad("1- * * * *", "minute");
	bad("5-4 * * * *", "minute");
	bad("1, * * * *", "minute");
	bad(",1 * * * *", "minute");
	bad("*/0 * * * *", "minute");
	bad("*/60 * * * *", "minute");
	bad("*/ * * * *", "minute");
	bad("*/x * * * *", "minute");
	bad("*/00000002 * * * *", "minute");
	bad("** * * * *", "minute");
	bad("00000001 * * * *", "minute");
	bad("mon * * * *", "minute");
	bad("* 24 * * *", "hour");
	bad("* * 0 * *", "the day must");
	bad("* * 32 * *", "the day must");
	bad("* * * 0 *", "month");
	bad("* * * 13 *", "month");
	bad("* * * janu *", "month");
	bad("* * * * 8", "week");
	bad("* * * * sat-mon", "week");
	bad("@dayly", "@daily");
	bad("every", "minute");
	bad("every 0", "every DURATION");
	bad("every 999 ms", "every DURATION");
	bad("every x", "every DURATION");
}

/* Which of the two kinds of day is restricted decides how they combine. */
static void
any(const char *text, int day, int weekday)
{
	const char *what;
	struct cron c;

	assert_true(cron_parse(&c, text, &what));
	assert_int_equal(!c.any_day, !day);
	assert_int_equal(!c.any_weekday, !weekday);
}

static void
any_day(void **state)
{
	(void)state;
	any("0 0 * * *", 1, 1);
	any("* * 1 * *", 0, 1);
	any("0 0 * 1 1", 1, 0);
	any("* * 1 * 1", 0, 0);
	any("0 0 */2 1 *", 1, 1);
}

static void
intervals(void **state)
{
	const char *what;
	struct cron c;

	(void)state;
	assert_true(cron_parse(&c, "every 1s", &what));
	assert_int_equal(c.every_s, 1);
	assert_true(cron_parse(&c, "every\t15 min", &what));
	assert_int_equal(c.every_s, 900);
	assert_int_equal(cron_next(&c, 1000), 1900);
	assert_true(cron_parse(&c, "every 1000", &what));
	assert_int_equal(c.every_s, 1000);
}

/* --- the next time --- */

static int
fits(const struct cron *c, const struct tm *t)
{
	int day = c->days >> t->tm_mday & 1,
	    wday = c->weekdays >> t->tm_wday & 1;

	/* cron(8): if both are restricted, either is enough. */
	if (!c->any_day && !c->any_weekday)
		day = day || wday;
	else
		day = day && wday;
	return day && c->minutes >> t->tm_min & 1 &&
		c->hours >> t->tm_hour & 1 && c->months >> (t->tm_mon + 1) & 1;
}

/* Minute by minute, for at most `days'; -1 if there is none. */
static time_t
search(const struct cron *c, time_t from, long days)
{
	struct tm t;

	for (time_t now = from - from % 60 + 60; now <= from + days * 86400;
		now += 60)
		if (localtime_r(&now, &t) && fits(c, &t))
			return now;
	return -1;
}

static uint64_t seed = 42;

static unsigned
rnd(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static void
zone(const char *name)
{
	assert_int_equal(setenv("TZ", name, 1), 0);
	tzset();
}

static void
next_is_the_first(void **state)
{
	static const char *const texts[] = { "* * * * *", "0 0 * * *",
		"59 23 * * *", "*/7 * * * *", "30 2 * * *", "0 * * * *",
		"15 3 13 * 5", "0 12 * * mon", "5 4 1 * *", "0 0 31 * *",
		"0 6 29 2 *", "1 1 * 12 *", "0 0 1 1 0", "10-20/5 8-18 * * 1-5",
		"0 22 * * 7", "45 23 31 12 *", "*/5 * * 6 *", "0 * 1 * *",
		"30 * * * tue" };
	const char *what;
	struct cron c;

	(void)state;
	zone("UTC0");
	for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
		assert_true(cron_parse(&c, texts[k], &what));
		assert_int_equal(
			c.any_weekday, texts[k][strlen(texts[k]) - 1] == '*');
		for (int i = 0; i < 12; i++) {
			time_t from = 1700000000 + (time_t)rnd(200000000),
			       want = search(&c, from, 62);

			if (want == -1)
				want = search(&c, from, 3000);
			if (cron_next(&c, from) != want)
				fail_msg("'%s' after %ld: %ld, not %ld",
					texts[k], (long)from,
					(long)cron_next(&c, from), (long)want);
		}
	}
	/* A time that fits is not its own successor. */
	assert_true(cron_parse(&c, "0 0 * * *", &what));
	assert_int_equal(cron_next(&c, 86400 * 20000), 86400 * 20001);
	assert_int_equal(cron_next(&c, 86400 * 20000 - 1), 86400 * 20000);
	assert_true(cron_parse(&c, "* * * * *", &what));
	assert_int_equal(cron_next(&c, 120), 180);
	assert_int_equal(cron_next(&c, 179), 180);
}

static void
never(void **state)
{
	const char *what;
	struct cron c;

	(void)state;
	zone("UTC0");
	assert_true(cron_parse(&c, "0 0 30 2 *", &what));
	assert_int_equal(cron_next(&c, 1700000000), -1);
	/* 2100 has no 29 February: eight years from 2096 to 2104. */
	assert_true(cron_parse(&c, "0 0 29 2 *", &what));
	assert_int_equal(cron_next(&c, 3981484800), 4233686400);
}

static void
is_at(const char *text, time_t from, time_t want)
{
	const char *what;
	struct cron c;

	assert_true(cron_parse(&c, text, &what));
	if (cron_next(&c, from) != want)
		fail_msg("'%s' after %ld: %ld, not %ld", text, (long)from,
			(long)cron_next(&c, from), (long)want);
}

/* Summer time of 2026 in Berlin begins on 29 March at 1:00 UTC and ends on
 * 25 October at 1:00 UTC. */
static void
summer_time(void **state)
{
	time_t begin = 1774746000, end = 1792890000;

	(void)state;
	zone("CET-1CEST,M3.5.0,M10.5.0/3");
	/* What was due in the hour left out is due at its end, once. */
	is_at("30 2 * * *", begin - 7200, begin);
	is_at("30 2 * * *", begin, begin + 23 * 3600 + 1800);
	is_at("30 3 * * *", begin - 7200, begin + 1800);
	is_at("30 1 * * *", begin - 7200, begin - 1800);
	is_at("0 * * * *", begin - 60, begin);
	is_at("30 * * * *", begin - 60, begin + 1800);
	/* The wrong day for it, and the wrong month. */
	is_at("30 2 * * mon", begin - 7200, begin + 23 * 3600 + 1800);
	is_at("30 2 1 4 *", begin - 7200, begin + 3 * 86400 - 1800);
	/* What has an hour runs once when it is there twice; what runs in
	 * every hour runs in both. */
	is_at("30 2 * * *", end - 7200, end - 1800);
	is_at("30 2 * * *", end - 1800, end + 24 * 3600 + 1800);
	is_at("30 * * * *", end - 1800, end + 1800);
	is_at("0 * * * *", end - 3600, end);
	is_at("0 * * * *", end, end + 3600);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(refused),
		cmocka_unit_test(any_day),
		cmocka_unit_test(intervals),
		cmocka_unit_test(next_is_the_first),
		cmocka_unit_test(never),
		cmocka_unit_test(summer_time),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
