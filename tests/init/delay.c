/* delay.c - times as shutdown(8) takes them, and when people are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "init/delay.h"

#define AT(h, m) ((h)*3600u + (m)*60u)

static void
parse(void **state)
{
	uint64_t ms = 5;

	(void)state;
	assert_true(delay_parse("now", 0, &ms) && ms == 0);
	assert_true(delay_parse("+0", 0, &ms) && ms == 0);
	assert_true(delay_parse("+5", 0, &ms) && ms == 300000);
	assert_true(delay_parse("5", 0, &ms) && ms == 300000);
	assert_true(delay_parse("+90s", 0, &ms) && ms == 90000);
	assert_true(delay_parse("23:15", AT(23, 0), &ms) && ms == 900000);
	assert_true(delay_parse("0:05", AT(23, 55), &ms) && ms == 600000);
	assert_true(delay_parse("10:00", AT(10, 0), &ms) && ms == 0);
	assert_true(delay_parse("23:59", 0, &ms) && ms == 86340000);
	assert_true(delay_parse("365d", 0, &ms) && ms == 31536000000);
	ms = 7;
	assert_false(delay_parse("", 0, &ms));
	assert_false(delay_parse("24:00", 0, &ms));
	assert_false(delay_parse("10:60", 0, &ms));
	assert_false(delay_parse("10:6", 0, &ms));
	assert_false(delay_parse("100:00", 0, &ms));
	assert_false(delay_parse("-5", 0, &ms));
	assert_false(delay_parse("+", 0, &ms));
	assert_false(delay_parse(":00", 0, &ms));
	assert_false(delay_parse(":10", 0, &ms));
	assert_false(delay_parse("1:000", 0, &ms));
	assert_false(delay_parse("001:00", 0, &ms));
	assert_false(delay_parse("+a", 0, &ms));
	assert_false(delay_parse("/5", 0, &ms));
	assert_false(delay_parse("365d1ms", 0, &ms));
	assert_false(delay_parse("31536000001ms", 0, &ms));
	assert_false(delay_parse("tomorrow", 0, &ms));
	assert_false(delay_parse("+99999999999999", 0, &ms));
	assert_int_equal(ms, 7);
}

static void
text(void **state)
{
	(void)state;
	assert_string_equal(delay_text(0), "now");
	assert_string_equal(delay_text(1), "in 1 second");
	assert_string_equal(delay_text(1000), "in 1 second");
	assert_string_equal(delay_text(1001), "in 2 seconds");
	assert_string_equal(delay_text(119000), "in 119 seconds");
	assert_string_equal(delay_text(119001), "in 2 minutes");
	assert_string_equal(delay_text(120000), "in 2 minutes");
	assert_string_equal(delay_text(149000), "in 2 minutes");
	assert_string_equal(delay_text(150000), "in 3 minutes");
	assert_string_equal(delay_text(3600000), "in 60 minutes");
	assert_string_equal(delay_text(90000), "in 90 seconds");
	assert_string_equal(delay_text(300000), "in 5 minutes");
}

/* Whoever asks again at `next' tells at every mark once. */
static void
announce(void **state)
{
	uint64_t left = 20 * 60000 + 500, mark = UINT64_MAX, next;
	int told = 0;

	(void)state;
	while (left) {
		told += delay_announce(left, &mark, &next);
		assert_true(next > 0 && next <= left);
		left -= next;
	}
	/* At once, and 15, 10, 5, 2, 1 minutes, 30 and 10 s before. */
	assert_int_equal(told, 8);
}

/* From mark to mark, to the millisecond. */
static void
marks(void **state)
{
	static const unsigned at[] = { 3600, 1800, 900, 600, 300, 120, 60, 30,
		10, 0 };
	uint64_t mark = UINT64_MAX, next = 0, left = 3600000 + 1;

	(void)state;
	assert_int_equal(delay_announce(left, &mark, &next), 1);
	assert_true(mark == left && next == 1);
	assert_int_equal(delay_announce(left, &mark, &next), 0);
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		left -= next;
		assert_true(left == at[i] * (uint64_t)1000);
		assert_int_equal(delay_announce(left, &mark, &next), 1);
		assert_true(mark == left);
		assert_int_equal(delay_announce(left, &mark, &next), 0);
		if (left > 1) {
			uint64_t n;

			assert_int_equal(
				delay_announce(left - 1, &mark, &n), 0);
			assert_true(n == next - 1);
		}
	}
	assert_true(left == 0 && next == 0);
	/* One that begins at a mark, and one that begins between two. */
	mark = UINT64_MAX;
	assert_int_equal(delay_announce(60000, &mark, &next), 1);
	assert_true(mark == 60000 && next == 30000);
	mark = UINT64_MAX;
	assert_int_equal(delay_announce(59000, &mark, &next), 1);
	assert_true(next == 29000);
	assert_int_equal(delay_announce(58000, &mark, &next), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse),
		cmocka_unit_test(text),
		cmocka_unit_test(announce),
		cmocka_unit_test(marks),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
