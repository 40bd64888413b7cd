/* cmdline.c - words of the kernel command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "init/cmdline.h"

static struct cmdline
read_all(const char *text, int wrong)
{
	struct cmdline w;

	cmdline_init(&w);
	assert_int_equal(cmdline_read(&w, text), wrong);
	return w;
}

static void
known(void **state)
{
	struct cmdline w;

	(void)state;
	w = read_all("root=/dev/vda ro quiet single\n", 0);
	assert_true(w.single && !w.shell && !w.debug && w.verbose == -1);
	assert_true(read_all("S", 0).single);
	assert_true(read_all("s", 0).single);
	assert_true(read_all("1", 0).single);
	assert_true(read_all(" \t emergency", 0).shell);
	assert_true(read_all("reeve.shell", 0).shell);
	assert_true(read_all("reeve.debug", 0).debug);
	assert_int_equal(read_all("reeve.verbose=2", 0).verbose, 2);
	w = read_all("reeve.rc=/a/b reeve.console=ttyS0", 0);
	assert_string_equal(w.rcinit, "/a/b");
	assert_string_equal(w.console, "ttyS0");
	w = read_all("reeve.rc=\"/with a/blank\" single", 0);
	assert_string_equal(w.rcinit, "/with a/blank");
	assert_true(w.single);
}

static void
unknown(void **state)
{
	struct cmdline w =
		read_all("singles xsingle SS 11 reeve.debugs "
			 "reeve.debug=1 =single \"single x\" root=single",
			0);

	(void)state;
	assert_true(!w.single && !w.shell && !w.debug);
	read_all("", 0);
	read_all("\"", 0);
}

static void
wrong(void **state)
{
	char big[2000] = "reeve.rc=/";
	struct cmdline w;

	(void)state;
	w = read_all("reeve.verbose=3 reeve.verbose= reeve.verbose=x", 3);
	assert_int_equal(w.verbose, -1);
	w = read_all("reeve.rc=relative reeve.rc=", 2);
	assert_string_equal(w.rcinit, "");
	memset(big + 10, 'x', 400);
	w = read_all(big, 1);
	assert_string_equal(w.rcinit, "");
	w = read_all("reeve.verbose=/ reeve.verbose=10 reeve.verbose=: x "
		     "reeve.console=",
		4);
	assert_int_equal(w.verbose, -1);
	assert_int_equal(read_all("reeve.verbose=0", 0).verbose, 0);
	/* As long as there is room, and one byte more. */
	strcpy(big, "reeve.console=");
	memset(big + 14, 'x', sizeof w.console - 1);
	big[14 + sizeof w.console - 1] = 0;
	w = read_all(big, 0);
	assert_int_equal(strlen(w.console), sizeof w.console - 1);
	strcat(big, "x");
	w = read_all(big, 1);
	assert_string_equal(w.console, "");
	strcpy(big, "reeve.rc=/");
	/* Longer than any of ours: none of ours. */
	memset(big + 10, 'x', sizeof big - 11);
	read_all(big, 0);
}

static void
one_word(void **state)
{
	struct cmdline w;

	(void)state;
	memset(&w, 'x', sizeof w);
	cmdline_init(&w);
	assert_int_equal(cmdline_take(&w, "single", 6), 1);
	assert_int_equal(cmdline_take(&w, "emergency", 9), 1);
	assert_int_equal(cmdline_take(&w, "reeve.debug", 11), 1);
	assert_int_equal(cmdline_take(&w, "reeve.verbose=2x", 15), 1);
	assert_int_equal(cmdline_take(&w, "reeve.rc=/abc", 11), 1);
	assert_string_equal(w.rcinit, "/a");
	assert_int_equal(cmdline_take(&w, "reeve.console=tty", 17), 1);
	/* What was there is not read on. */
	memset(w.console, 'y', sizeof w.console);
	assert_int_equal(cmdline_take(&w, "reeve.console=a", 15), 1);
	assert_string_equal(w.console, "a");
	assert_int_equal(cmdline_take(&w, "quiet", 5), 0);
	assert_int_equal(cmdline_take(&w, "reeve.rc", 8), 0);
	assert_int_equal(cmdline_take(&w, "reeve.rc=", 9), -1);
}

/* A blank of any kind ends a word; two of them are no word. */
static void
blanks(void **state)
{
	char big[600];

	(void)state;
	assert_true(read_all("x\tsingle\tx", 0).single);
	assert_true(read_all("x\nsingle\nx", 0).single);
	assert_true(read_all("  single  ", 0).single);
	assert_false(read_all("sin gle", 0).single);
	assert_int_equal(read_all("reeve.verbose=7 \n \t  ", 1).verbose, -1);
	/* A word as long as the room for words, and one more byte. */
	memset(big, 'x', sizeof big);
	memcpy(big, "reeve.rc=relative", 17);
	big[511] = 0;
	read_all(big, 1);
	big[511] = 'x';
	big[512] = 0;
	read_all(big, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(unknown),
		cmocka_unit_test(wrong),
		cmocka_unit_test(one_word),
		cmocka_unit_test(blanks),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
