/* stamp.c - time stamps: to the digit, over every boundary of the calendar
 * that a minute kept for the next line could miss. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "log/stamp.h"

enum { ALL = STAMP_WANT_TAI64N | STAMP_WANT_ISO | STAMP_WANT_UTC };

static struct stamp s;

static void
at(time_t second, long ns, const char *iso, const char *utc, const char *tai)
{
	struct timespec ts = { .tv_sec = second, .tv_nsec = ns };

	stamp_at(&s, ALL, &ts);
	/* Kept, so that the calendar is asked once a minute. */
	assert_int_equal(s.iso_minute, second / 60);
	assert_int_equal(s.utc_minute, second / 60);
	assert_memory_equal(s.iso, iso, STAMP_ISO);
	assert_memory_equal(s.utc, utc, STAMP_RFC3339);
	assert_memory_equal(s.tai64n, tai, STAMP_TAI64N);
}

static void
digits(void **state)
{
	(void)state;
	memset(&s, 0, sizeof s);
	setenv("TZ", "XXX-5:30", 1);
	tzset();
	at(1000000000, 1, "2001-09-09 07:16:40.000000001  ",
		"2001-09-09T01:46:40.000000001Z", "@400000003b9aca2000000001 ");
	/* The same minute, then the next. */
	at(1000000019, 999999999, "2001-09-09 07:16:59.999999999  ",
		"2001-09-09T01:46:59.999999999Z", "@400000003b9aca333b9ac9ff ");
	at(1000000020, 120000000, "2001-09-09 07:17:00.120000000  ",
		"2001-09-09T01:47:00.120000000Z", "@400000003b9aca3407270e00 ");
	/* New day here, not there; new year there. */
	at(1767204000, 0, "2025-12-31 23:30:00.000000000  ",
		"2025-12-31T18:00:00.000000000Z", "@40000000695564c500000000 ");
	at(1767223799, 0, "2026-01-01 04:59:59.000000000  ",
		"2025-12-31T23:29:59.000000000Z", "@400000006955b21c00000000 ");
	/* Back an hour, to the minute. */
	at(1767220199, 0, "2026-01-01 03:59:59.000000000  ",
		"2025-12-31T22:29:59.000000000Z", "@400000006955a40c00000000 ");
	at(4102444800, 0, "2100-01-01 05:30:00.000000000  ",
		"2100-01-01T00:00:00.000000000Z", "@40000000f486572500000000 ");
}

static void
only_those_wanted(void **state)
{
	struct timespec ts = { .tv_sec = 1000000000 };
	struct stamp blank;

	(void)state;
	memset(&blank, 0, sizeof blank);
	memset(&s, 0, sizeof s);
	stamp_now(&s, 0);
	assert_memory_equal(&s, &blank, sizeof s);
	stamp_at(&s, STAMP_WANT_ISO, &ts);
	assert_true(*s.iso && !*s.utc && !*s.tai64n);
	stamp_at(&s, STAMP_WANT_UTC, &ts);
	assert_true(*s.utc && !*s.tai64n);
	memset(&s, 0, sizeof s);
	stamp_at(&s, STAMP_WANT_TAI64N, &ts);
	assert_true(*s.tai64n && !*s.utc && !*s.iso);
	stamp_now(&s, STAMP_WANT_UTC);
	assert_memory_equal(s.utc, "20", 2);
	assert_true(strcmp(s.utc, "2026") > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits),
		cmocka_unit_test(only_those_wanted),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
