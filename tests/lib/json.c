/* json.c - whatever the bytes, the output is one valid JSON string. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "lib/json.h"

static void
check(const char *in, size_t len, const char *want)
{
	char buf[256];
	size_t n = json_string(buf, sizeof buf, in, len);

	assert_int_equal(n, strlen(want));
	assert_memory_equal(buf, want, n);
	/* One byte less does not fit, and says so. */
	assert_int_equal(json_string(buf, n - 1, in, len), 0);
}

static void
escapes(void **state)
{
	(void)state;
	check("", 0, "\"\"");
	check("web", 3, "\"web\"");
	check("a\"b\\c\n\t", 7, "\"a\\\"b\\\\c\\n\\t\"");
	check("\xc2\x9b\xe2\x80\xae", 5, "\"\\u009b\\u202e\"");
	check("\0\x1f\x7f", 3, "\"\\u0000\\u001f\\u007f\"");
	check("\xc3\xa9", 2, "\"\xc3\xa9\"");
}

static void
not_utf8(void **state)
{
	(void)state;
	check("\xff", 1, "\"\xef\xbf\xbd\"");
	check("\xc3", 1, "\"\xef\xbf\xbd\"");
	check("\xc0\x80", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"");
	check("\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void
pieces(void **state)
{
	char buf[256] = "";
	FILE *f = fmemopen(buf, sizeof buf, "w");
	struct json j = { f, 0 };

	(void)state;
	assert_non_null(f);
	json_begin(&j, 0, '{');
	json_text(&j, "a\"", "b");
	json_text(&j, "none", 0);
	json_begin(&j, "v", '[');
	json_end(&j, ']');
	json_begin(&j, "w", '[');
	json_number(&j, 0, -1);
	json_line(&j);
	json_begin(&j, 0, '{');
	json_bool(&j, "x", 2);
	json_end(&j, '}');
	json_bool(&j, 0, -1);
	json_end(&j, ']');
	json_null(&j, "z");
	json_end(&j, '}');
	fclose(f);
	assert_string_equal(buf,
		"{\"a\\\"\":\"b\",\"none\":null,\"v\":[],\"w\":[-1,\n"
		"{\"x\":true},null],\"z\":null}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(escapes),
		cmocka_unit_test(not_utf8), cmocka_unit_test(pieces) };

	return cmocka_run_group_tests(tests, 0, 0);
}
