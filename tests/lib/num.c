/* num.c - numbers, signals, durations and sizes: the whole text or nothing. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <signal.h>
#include <cmocka.h>

#include "lib/num.h"

static void
numbers(void **state)
{
	unsigned u = 7;
	uint64_t v;

	(void)state;
	assert_true(num_uint("0", &u) && u == 0);
	assert_true(num_uint("4294967295", &u) && u == 4294967295u);
	assert_false(num_uint("4294967296", &u));
	assert_false(num_uint("", &u));
	assert_false(num_uint("-1", &u));
	assert_false(num_uint("3x4", &u));
	assert_false(num_uint(" 3", &u));
	assert_int_equal(u, 4294967295u);
	assert_true(num_u64("18446744073709551615", &v) && v == UINT64_MAX);
	assert_false(num_u64("18446744073709551616", &v));
}

static void
signals(void **state)
{
	(void)state;
	assert_int_equal(num_signal("TERM"), SIGTERM);
	assert_int_equal(num_signal("sigusr1"), SIGUSR1);
	assert_int_equal(num_signal("9"), SIGKILL);
	assert_int_equal(num_signal("0"), 0);
	assert_int_equal(num_signal("TER"), 0);
	assert_int_equal(num_signal(""), 0);
	assert_string_equal(num_signame(SIGHUP), "SIGHUP");
	assert_string_equal(num_signame(99), "SIG99");
}

static void
durations(void **state)
{
	uint64_t ms = 1;

	(void)state;
	assert_true(num_duration("500ms", 1, &ms) && ms == 500);
	assert_true(num_duration("5", 1000, &ms) && ms == 5000);
	assert_true(num_duration("5 ", 1, &ms) && ms == 5);
	assert_true(num_duration("1h30m", 1, &ms) && ms == 5400000);
	assert_true(num_duration("2 min 3 s", 1, &ms) && ms == 123000);
	assert_true(num_duration("1 week 2 days", 1, &ms) && ms == 777600000);
	assert_true(num_duration("5 minutes", 1, &ms) && ms == 300000);
	assert_false(num_duration("", 1, &ms));
	assert_false(num_duration("5 parsecs", 1, &ms));
	assert_false(num_duration("5 5", 1, &ms));
	assert_false(num_duration("1h30", 1000, &ms));
	assert_false(num_duration("30 1h", 1000, &ms));
	assert_false(num_duration("-5s", 1, &ms));
	assert_false(num_duration(" 5", 1, &ms));
	assert_false(num_duration("999999999999999999w", 1, &ms));
	assert_int_equal(ms, 300000);
}

static void
sizes(void **state)
{
	uint64_t n;

	(void)state;
	assert_true(num_size("4096", &n) && n == 4096);
	assert_true(num_size("10k", &n) && n == 10240);
	assert_true(num_size("2G", &n) && n == 2147483648u);
	assert_false(num_size("2X", &n));
	assert_false(num_size("1k1k", &n));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(numbers),
		cmocka_unit_test(signals), cmocka_unit_test(durations),
		cmocka_unit_test(sizes) };

	return cmocka_run_group_tests(tests, 0, 0);
}
