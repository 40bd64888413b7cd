/* block.c - a block is found, its spaces are cut, and an open one refused. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "lib/block.h"

static void
words(void **state)
{
	char a[] = " a", b[] = "  b", c[] = "c", e[] = "", p[] = "prog";
	char *argv[] = { a, b, c, e, p, 0 };

	(void)state;
	assert_int_equal(block_take(argv), 3);
	assert_string_equal(argv[0], "a");
	assert_string_equal(argv[1], " b"); /* a nested block's word */
	assert_string_equal(argv[2], "c");
	assert_null(argv[3]);
	assert_string_equal(argv[4], "prog");
}

static void
empty(void **state)
{
	char e[] = "", space[] = " ";
	char *none[] = { 0 }, *only[] = { e, 0 }, *word[] = { space, e, 0 };

	(void)state;
	assert_int_equal(block_take(none), -1);
	assert_int_equal(block_take(only), 0);
	assert_int_equal(block_take(word), 1);
	assert_string_equal(word[0], ""); /* an empty word in the block */
}

static void
no_end(void **state)
{
	char a[] = " a";
	char *argv[] = { a, 0 };

	(void)state;
	assert_int_equal(block_take(argv), -1);
	assert_string_equal(argv[0], " a");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(words),
		cmocka_unit_test(empty), cmocka_unit_test(no_end) };

	return cmocka_run_group_tests(tests, 0, 0);
}
