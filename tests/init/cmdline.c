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
	struct cmdline w = read_all("singles xsingle SS 11 reeve.debugs "
		"reeve.debug=1 =single \"single x\" root=single", 0);

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
	/* Longer than any of ours: none of ours. */
	memset(big + 10, 'x', sizeof big - 11);
	read_all(big, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known), cmocka_unit_test(unknown),
		cmocka_unit_test(wrong),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
