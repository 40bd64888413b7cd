/* utf8.c - what steers a terminal is found among bytes and characters. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "lib/shown.h"
#include "lib/utf8.h"

static void
is(const char *s, size_t want, int want_control)
{
	int control = -1;

	assert_int_equal(
		utf8_char(s, strlen(s) ? strlen(s) : 1, &control), want);
	assert_int_equal(control, want_control);
}

static void
harmless(void **state)
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
	is("\xe2\x80\xa7", 3, 0);
	is("\xe2\x80\xa8", 3, 1);
	is("\xe2\x80\xae", 3, 1);
	is("\xe2\x80\xaf", 3, 0);
	is("\xe2\x81\xa6", 3, 1);
	is("\xe2\x81\xaa", 3, 0);
}

static void
texts(void **state)
{
	char s[] = "a\033b\xc2\x9b"
		   "c\xe2\x80\xae\xc3\xa4\n";
	const char *plain = "\xc3\xa4 \\", *first, *other;

	(void)state;
	s[utf8_clean(s, strlen(s))] = 0;
	assert_string_equal(s, "a?b?c?\xc3\xa4?");
	assert_ptr_equal(shown(plain), plain);
	first = shown("a\n");
	other = shown("\xe9\xc2\x9b");
	assert_string_equal(first, "a\\x0a");
	assert_string_equal(other, "\\xe9\\xc2\\x9b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(harmless),
		cmocka_unit_test(steers), cmocka_unit_test(texts) };

	return cmocka_run_group_tests(tests, 0, 0);
}
