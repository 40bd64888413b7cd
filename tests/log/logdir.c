/* log/logdir.c - names of archives, stamps of lines, times as people write
 * them, and the tables of rotation and repair. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "log/logdir.h"
#include "log/rotate.h"
#include "log/when.h"

static void
names(void **state)
{
	static const char *const good[] = {
		"@4000000069500000000000ff.s", "@4000000069500000000000ff.u",
		"@4000000069500000000000ff.s.gz",
		"@4000000069500000000000ff.s.zst",
		"@ffffffffffffffffffffffff.s",
	}, *const bad[] = { "", "@", "current", "lock",
		"@4000000069500000000000ff", "@4000000069500000000000ff.",
		"@4000000069500000000000ff.x", "@4000000069500000000000fF.s",
		"@4000000069500000000000fg.s", "@4000000069500000000000f.s",
		"@4000000069500000000000ff.s.exe",
		"@4000000069500000000000ff.s.gzz",
		"@4000000069500000000000fff.s",
		"4000000069500000000000ff.s", };
	const char *suffix;
	char kind, name[LOGDIR_NAME];
	tain t;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_int_equal(logdir_parse(good[i], &t, &kind, &suffix), 1);
		logdir_name(name, &t, kind, suffix);
		if (i < 4)
			assert_string_equal(name, good[i]);
		assert_true(t.nano <= 999999999);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (logdir_parse(bad[i], 0, 0, 0))
			fail_msg("accepted: %s", bad[i]);
}

static int
stamp(const char *line, tain *t, size_t *skip)
{
	/* Exactly as long as the line, so that a read beyond it is seen. */
	size_t n = strlen(line);
	char *copy = malloc(n ? n : 1);
	int r;

	memcpy(copy, line, n);
	r = logdir_line_stamp(copy, n, t, skip);
	free(copy);
	return r;
}

static void
stamps(void **state)
{
	tain a, b, c;
	size_t skip;

	(void)state;
	assert_int_equal(stamp("@400000006950003500000001 x", &a, &skip), 1);
	assert_int_equal(skip, 26);
	assert_int_equal(
		stamp("2025-12-27 15:49:26.000000001  x", &b, &skip), 1);
	assert_int_equal(skip, 31);
	assert_int_equal(stamp("{\"time\":\"2025-12-27T15:49:26.000000001Z\","
			       "\"service\":\"x\",\"text\":\"\"}",
				 &c, &skip),
		1);
	assert_int_equal(skip, 0);
	assert_true(b.sec.x == c.sec.x && b.nano == 1 && c.nano == 1);
	assert_int_equal(stamp("", &a, &skip), 0);
	assert_int_equal(stamp("@4000000069500035000001 x", &a, &skip), 0);
	assert_int_equal(stamp("@400000006950003500000001", &a, &skip), 0);
	assert_int_equal(
		stamp("2025-13-27 15:49:26.000000001  x", &a, &skip), 0);
	assert_int_equal(
		stamp("2025-12-27 15:49:26.00000000x  x", &a, &skip), 0);
	assert_int_equal(stamp("{\"time\":\"2025", &a, &skip), 0);
}

static long
at(const char *text)
{
	struct timespec ts = { .tv_sec = 1700000000 }; /* 2023-11-14 22:13 */
	tain now, t;

	tain_from_timespec_sysclock(&now, &ts);
	if (!when_parse(text, &now, 1, &t))
		return -1;
	timespec_sysclock_from_tain(&ts, &t);
	return (long)ts.tv_sec;
}

static void
times(void **state)
{
	static const char *const bad[] = { "", "x", "10", "2023-11",
		"2023-13-01", "2023-11-32", "25:00", "12:60", "12:00:61",
		"2023-11-14 ", "2023-11-14 12", "2023-11-14 12:00x", "@", "@x",
		"ago", "-", "10 parsecs ago", "2023-11-14T12:00:00ZZ",
		"99999999999999999999999d", "2023-02-29", "2023-11-14+1:00",
		"2023-11-14T12:00:00+01", "today12:00", "todays", "@1.x",
		"@99999999999999999999", "yesterday ", "12:00 ago", ":00" };

	(void)state;
	assert_int_equal(at("now"), 1700000000);
	assert_int_equal(at("10m"), 1700000000 - 600);
	assert_int_equal(at("10m ago"), 1700000000 - 600);
	assert_int_equal(at("-2h"), 1700000000 - 7200);
	assert_int_equal(at("today"), 1699920000);
	assert_int_equal(at("yesterday"), 1699920000 - 86400);
	assert_int_equal(at("12:00"), 1699920000 + 43200);
	assert_int_equal(at("9:00"), 1699920000 + 32400);
	assert_int_equal(at("today 08:00"), 1699920000 + 28800);
	assert_int_equal(at("yesterday 12:00"), 1699920000 - 43200);
	assert_int_equal(at("1 hour ago"), 1700000000 - 3600);
	assert_int_equal(at("2 days ago"), 1700000000 - 172800);
	assert_int_equal(at("2023-11-14T12:00:00+01:00"), 1699920000 + 39600);
	assert_int_equal(at("2023-11-14T12:00:00.5-00:30"), 1699920000 + 45000);
	assert_int_equal(at("2024-02-29"), 1709164800);
	assert_int_equal(at("@1700000000.5"), 1700000000);
	assert_int_equal(at("12:00:30"), 1699920000 + 43230);
	assert_int_equal(at("2023-11-14"), 1699920000);
	assert_int_equal(at("2023-11-14 12:00"), 1699920000 + 43200);
	assert_int_equal(at("2023-11-14T12:00:01.5Z"), 1699920000 + 43201);
	assert_int_equal(at("@1699920000"), 1699920000);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (at(bad[i]) != -1)
			fail_msg("accepted: %s", bad[i]);
}

/* From each step the rotation comes to its end, both ways. */
static void
rotation(void **state)
{
	(void)state;
	for (int i = 0; i < ROTATE_STEPS; i++) {
		enum rotate_step a = (enum rotate_step)i, b = a;

		assert_non_null(rotate_table[i].doing);
		for (int n = 0; n < ROTATE_STEPS; n++) {
			a = a == ROTATE_IDLE ? a : rotate_table[a].next;
			b = b == ROTATE_IDLE ? b
					     : rotate_table[b].next_processor;
		}
		assert_int_equal(a, ROTATE_IDLE);
		assert_int_equal(b, ROTATE_IDLE);
	}
}

/* Whatever a killed logger has left: no text is lost and none counts
 * twice. */
static void
repair(void **state)
{
	(void)state;
	for (unsigned seen = 0; seen <= SEEN_ALL; seen++)
		for (int processor = 0; processor < 2; processor++) {
			unsigned r = rotate_repair(seen, processor);
			int whole = (seen & SEEN_PROCESSED_WHOLE) != 0;
			int kept = ((r & REPAIR_PREVIOUS_S) != 0) +
				((r & REPAIR_PREVIOUS_U) != 0) +
				((r & REPAIR_RESUME) != 0) +
				((r & REPAIR_DROP_PREVIOUS) != 0);

			/* Each file has exactly one end. */
			assert_int_equal(kept, (seen & SEEN_PREVIOUS) != 0);
			if (r & REPAIR_DROP_PREVIOUS)
				assert_true(
					whole && (r & REPAIR_KEEP_PROCESSED));
			assert_int_equal(
				(r & REPAIR_KEEP_PROCESSED) != 0, whole);
			if (r & REPAIR_RESUME)
				assert_true(processor);
			if ((seen & SEEN_CURRENT) &&
				!(seen & SEEN_CURRENT_WHOLE))
				assert_true(r & REPAIR_CURRENT_U);
			else
				assert_false(r & REPAIR_CURRENT_U);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(stamps),
		cmocka_unit_test(times),
		cmocka_unit_test(rotation),
		cmocka_unit_test(repair),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, 0, 0);
}
