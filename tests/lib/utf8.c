/* utf8.c - what steers a terminal is found among bytes and characters. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "lib/utf8.h"

static void
is(const char *s, size_t want, int want_control)
{
	int control = -1;

	assert_int_equal(utf8_char(s, strlen(s) ? strlen(s) : 1, &control),
		want);
	assert_int_equal(control, want_control);
}

static void
shown(void **state)
{
	(void)state;
	is("a", 1, 0);
	is("\xc2\xa0", 2, 0);
	is("\xc3\x9b", 2, 0);
	is("\xe2\x82\xac", 3, 0);
	is("\xf0\x9f\x98\x80", 4, 0);
	/* Not UTF-8, and nothing that steers. */
	is("\xe9 ", 1, 0);
	is("\xc2", 1, 0);
	is("\xff", 1, 0);
}

static void
steers(void **state)
{
	(void)state;
	is("", 1, 1);
	is("\t", 1, 1);
	is("\033[", 1, 1);
	is("\x7f", 1, 1);
	is("\x9b", 1, 1);
	is("\x80\x80", 1, 1);
	is("\xc2\x9b", 2, 1);
	is("\xc2\x80", 2, 1);
	is("\xc2\x9f", 2, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(shown),
		cmocka_unit_test(steers) };

	return cmocka_run_group_tests(tests, 0, 0);
}
