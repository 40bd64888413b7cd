/* lastrun.c - the record of a scheduled run: both ways, what it must not
 * take, and files written once must decode for ever. */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "rc/lastrun.h"

static void
test_both_ways(void **state)
{
	static const int results[] = { 0, 255 << 8, 15, 9 };
	char buf[LASTRUN_LINE];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct lastrun a = { 1, 1000000000000, results[i] }, b;
		size_t n = lastrun_pack(buf, &a);

		assert_true(n < sizeof buf);
		assert_true(lastrun_unpack(&b, buf, n));
		assert_true(b.start == a.start && b.end == a.end);
		assert_int_equal(b.wstat, a.wstat);
		for (size_t k = 0; k < n; k++)
			assert_false(lastrun_unpack(&b, buf, k));
	}
}

static void
test_refuses(void **state)
{
	static const char *const bad[] = { "", "\n", "1 2 exit 3", "1 2 exit\n",
		"1 2 exit 256\n", "1 2 signal 0\n", "1 2 signal 127\n",
		"1 2 ended 3\n", "-1 2 exit 3\n", "1 2 exit 3 \n",
		"1  2 exit 3\n", "1 2 exit 3\n\n", "x 2 exit 3\n",
		"1 99999999999999999999 exit 3\n" };
	struct lastrun r = { 7, 7, 7 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(lastrun_unpack(&r, bad[i], strlen(bad[i])));
		assert_true(r.start == 7 && r.end == 7 && r.wstat == 7);
	}
	assert_false(lastrun_unpack(&r, "1 2 exit\0003\n", 11));
}

static void
test_golden(void **state)
{
	char path[4096];
	struct lastrun r;
	const char *src = getenv("SRC");

	(void)state;
	if (!src)
		skip();
	snprintf(path, sizeof path, "%s/tests/golden/lastrun/exited", src);
	assert_true(lastrun_read(&r, AT_FDCWD, path));
	assert_true(r.start == 1763776800 && r.end == 1763776812);
	assert_true(WIFEXITED(r.wstat) && WEXITSTATUS(r.wstat) == 3);
	snprintf(path, sizeof path, "%s/tests/golden/lastrun/killed", src);
	assert_true(lastrun_read(&r, AT_FDCWD, path));
	assert_true(WIFSIGNALED(r.wstat) && WTERMSIG(r.wstat) == 15);
	assert_false(lastrun_read(&r, AT_FDCWD, "none"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_golden),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
