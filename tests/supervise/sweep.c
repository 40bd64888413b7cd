/* sweep.c - the lists of pids that the kernel gives. */

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "supervise/sweep.h"

static void
next(void **state)
{
	char text[200], *at = text;

	(void)state;
	snprintf(text, sizeof text, "1\n\n0\n%d\n%u\nx\n-5\n 7\n9 \n12",
		INT_MAX, INT_MAX + 1u);
	assert_int_equal(sweep_next(&at, '\n'), 1);
	assert_ptr_equal(at, text + 2);
	/* No pid, but the list goes on. */
	assert_int_equal(sweep_next(&at, '\n'), 0);
	assert_int_equal(sweep_next(&at, '\n'), 0);
	assert_int_equal(sweep_next(&at, '\n'), INT_MAX);
	assert_int_equal(sweep_next(&at, '\n'), 0);
	assert_int_equal(sweep_next(&at, '\n'), 0);
	assert_int_equal(sweep_next(&at, '\n'), 0);
	assert_int_equal(sweep_next(&at, '\n'), 0);
	assert_int_equal(sweep_next(&at, '\n'), 0);
	/* Half a number is none. */
	assert_int_equal(sweep_next(&at, '\n'), -1);
	assert_string_equal(at, "12");
}

static void
blanks(void **state)
{
	char text[] = "30 4 ", *at = text;

	(void)state;
	assert_int_equal(sweep_next(&at, ' '), 30);
	assert_int_equal(sweep_next(&at, ' '), 4);
	assert_int_equal(sweep_next(&at, ' '), -1);
	assert_int_equal(sweep_next(&at, ' '), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(next),
		cmocka_unit_test(blanks),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
