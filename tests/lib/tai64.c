/* tai64.c - stamps of loggers become dates. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "lib/tai64.h"

static void
dates(void **state)
{
	char buf[TAI64_TEXT] = "as it was";

	(void)state;
	assert_int_equal(tai64_text(buf, sizeof buf, "no stamp", 1), 0);
	assert_int_equal(tai64_text(buf, sizeof buf, "", 1), 0);
	assert_int_equal(tai64_text(buf, sizeof buf, "@40000000", 1), 0);
	/* a thousand million nanoseconds and more */
	assert_int_equal(
		tai64_text(buf, sizeof buf, "@400000006748b5f8ffffffff x", 1),
		0);
	assert_string_equal(buf, "as it was");
	/* 37 s ahead of UTC by then */
	assert_int_equal(
		tai64_text(buf, sizeof buf, "@400000006748b5f81e8d4f8c x", 1),
		25);
	assert_string_equal(buf, "2024-11-28 18:26:27.512577420");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(dates) };

	return cmocka_run_group_tests(tests, 0, 0);
}
