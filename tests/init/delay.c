/* delay.c - times as shutdown(8) takes them, and when people are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "init/delay.h"

#define AT(h, m) ((h) * 3600u + (m) * 60u)

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
	ms = 7;
	assert_false(delay_parse("", 0, &ms));
	assert_false(delay_parse("24:00", 0, &ms));
	assert_false(delay_parse("10:60", 0, &ms));
	assert_false(delay_parse("10:6", 0, &ms));
	assert_false(delay_parse("100:00", 0, &ms));
	assert_false(delay_parse("-5", 0, &ms));
	assert_false(delay_parse("+", 0, &ms));
	assert_false(delay_parse("tomorrow", 0, &ms));
	assert_false(delay_parse("+99999999999999", 0, &ms));
	assert_int_equal(ms, 7);
}

static void
text(void **state)
{
	(void)state;
	assert_string_equal(delay_text(0), "now");
	assert_string_equal(delay_text(1000), "in 1 second");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse), cmocka_unit_test(text),
		cmocka_unit_test(announce),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
