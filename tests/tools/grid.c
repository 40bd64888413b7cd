/* grid.c - columns line up, narrow terminals lose the least of them, and
 * nothing in a cell can spoil the screen. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tools/front/grid.h"

static const struct column cols[] = { { "NAME", 0, 0 }, { "PID", 1, 1 },
	{ "TEXT", 0, 2 } };

static void
check(int width, int colour, const char *text, const char *want)
{
	char *got = 0;
	size_t len;
	FILE *f = open_memstream(&got, &len);
	struct grid t;

	grid_begin(&t, cols, 3);
	grid_cell(&t, PLAIN, "web");
	grid_cell(&t, RED, "7");
	grid_cell(&t, PLAIN, text);
	grid_cell(&t, PLAIN, "database");
	grid_cell(&t, PLAIN, "12345");
	grid_cell(&t, PLAIN, "");
	grid_print(&t, f, width, colour);
	fclose(f);
	assert_string_equal(got, want);
	free(got);
}

static void
widths(void **state)
{
	(void)state;
	check(0, 0, "some text",
		"NAME        PID  TEXT\n"
		"web           7  some text\n"
		"database  12345\n");
	check(34, 0, "some text that is long",
		"NAME        PID  TEXT\n"
		"web           7  some text that ..\n"
		"database  12345\n");
	check(20, 0, "some text that is long",
		"NAME        PID\nweb           7\ndatabase  12345\n");
	check(10, 0, "x", "NAME\nweb\ndatabase\n");
	check(3, 0, "x", "NAME\nweb\ndatabase\n");
}

static void
safe(void **state)
{
	(void)state;
	check(0, 0, "a\033[2Jb\nc",
		"NAME        PID  TEXT\n"
		"web           7  a?[2Jb?c\n"
		"database  12345\n");
	check(0, 0, "\xc3\xa9t\xc3\xa9",
		"NAME        PID  TEXT\n"
		"web           7  \xc3\xa9t\xc3\xa9\n"
		"database  12345\n");
	/* Two columns each; one with an accent of its own; a control of
	 * eight bits, and what is no character. */
	check(24, 0, "\xe6\xbc\xa2\xe5\xad\x97 x",
		"NAME        PID  TEXT\n"
		"web           7  \xe6\xbc\xa2\xe5\xad\x97 x\n"
		"database  12345\n");
	check(31, 0,
		"\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2"
		"\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2",
		"NAME        PID  TEXT\n"
		"web           7  \xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2"
		"\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2..\n"
		"database  12345\n");
	check(0, 0, "e\xcc\x81 \xc2\x9b \xff\xe6\xbc",
		"NAME        PID  TEXT\n"
		"web           7  e\xcc\x81 ? ???\n"
		"database  12345\n");
	assert_int_equal(grid_columns("e\xcc\x81 \xc2\x9b \xff"), 5);
	{
		char *got = 0;
		size_t len;
		FILE *f = open_memstream(&got, &len);

		grid_cut(f, "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2", 5);
		fclose(f);
		assert_string_equal(got, "\xe6\xbc\xa2...");
		free(got);
	}
	check(0, 1, "x",
		"\033[1mNAME\033[0m        \033[1mPID\033[0m  "
		"\033[1mTEXT\033[0m\n"
		"web           \033[31m7\033[0m  x\n"
		"database  12345\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(widths),
		cmocka_unit_test(safe) };

	return cmocka_run_group_tests(tests, 0, 0);
}
