/* shquote.c - every word comes back from sh as it was. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/shquote.h"

static void
words(void **state)
{
	static const char *const w[][2] = {
		{ "plain", "plain" },
		{ "a/b-c_d=e:f,g.h%i@j+1", "a/b-c_d=e:f,g.h%i@j+1" },
		{ "", "''" },
		{ " ", "' '" },
		{ "a b", "'a b'" },
		{ "'", "''\\'''" },
		{ "it's", "'it'\\''s'" },
		{ "$x`y`", "'$x`y`'" },
		{ "a\nb", "'a\nb'" },
		{ "~", "'~'" },
	};
	char buf[64];

	(void)state;
	for (size_t i = 0; i < sizeof w / sizeof *w; i++) {
		assert_int_equal(
			shquote(buf, sizeof buf, w[i][0]), strlen(w[i][1]));
		assert_string_equal(buf, w[i][1]);
	}
}

/* All bytes but NUL, through a real shell. */
static void
through_sh(void **state)
{
	char s[256], buf[2048], got[512], cmd[4096];
	size_t n;
	FILE *f;

	(void)state;
	for (int i = 1; i < 256; i++)
		s[i - 1] = (char)i;
	s[255] = 0;
	assert_true(shquote(buf, sizeof buf, s) > 255);
	snprintf(cmd, sizeof cmd, "printf %%s %s", buf);
	f = popen(cmd, "r");
	assert_non_null(f);
	n = fread(got, 1, sizeof got, f);
	pclose(f);
	assert_int_equal(n, 255);
	assert_memory_equal(got, s, 255);
}

static void
too_long(void **state)
{
	char buf[16];

	(void)state;
	memset(buf, 'x', sizeof buf);
	assert_int_equal(shquote(buf, 8, "'''''''"), 0);
	assert_int_equal(buf[0], 0);
	assert_int_equal(buf[8], 'x');
	assert_int_equal(shquote(buf, 0, "a"), 0);
	assert_int_equal(shquote(buf, 1, "a"), 0);
	assert_int_equal(shquote(buf, sizeof buf, "abc"), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(through_sh),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
