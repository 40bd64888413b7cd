/* svdir.c - the files of a service directory: good ones, absent ones, and
 * bad ones, which leave the default. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/file.h"
#include "supervise/svdir.h"

static void
put(const char *name, const char *text)
{
	assert_int_equal(
		file_write(AT_FDCWD, name, text, strlen(text), 0644, 0), 0);
}

static void
numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned want;
	} rows[] = { { "0\n", 0 }, { "1\n", 1 }, { "7000", 7000 },
		{ "12\nmore\n", 12 }, { "4294967295\n", 4294967295u },
		{ "", 5000 }, { "\n", 5000 }, { "3x4\n", 5000 },
		{ " 3\n", 5000 }, { "-1\n", 5000 }, { "4294967296\n", 5000 },
		{ "99999999999999999999999999999999999999999999999999999999999"
		  "9999999999999999999999999999\n",
			5000 } };
	unsigned u;

	(void)state;
	unlink("timeout-finish");
	assert_int_equal(svdir_number("", "timeout-finish"), 5000);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		put("timeout-finish", rows[i].text);
		assert_int_equal(
			svdir_number("", "timeout-finish"), rows[i].want);
	}
	unlink("timeout-finish");
	mkdir("timeout-finish", 0755);
	assert_int_equal(svdir_number("", "timeout-finish"), 5000);
	rmdir("timeout-finish");
	put("max-death-tally", "4097\n");
	assert_int_equal(svdir_number("", "max-death-tally"), 100);
	put("max-death-tally", "4096\n");
	assert_int_equal(svdir_number("", "max-death-tally"), 4096);
	u = 77;
	assert_int_equal(svdir_number_if("", "notification-fd", &u), 0);
	assert_int_equal(u, 77);
	put("notification-fd", "3\n");
	assert_int_equal(svdir_number_if("", "notification-fd", &u), 1);
	assert_int_equal(u, 3);
}

static void
signals(void **state)
{
	(void)state;
	assert_int_equal(svdir_signal("", "down-signal"), SIGTERM);
	assert_int_equal(svdir_signal("", "reload-signal"), SIGHUP);
	put("down-signal", "USR1\n");
	assert_int_equal(svdir_signal("", "down-signal"), SIGUSR1);
	put("down-signal", "SIGINT\n");
	assert_int_equal(svdir_signal("", "down-signal"), SIGINT);
	put("down-signal", "9\n");
	assert_int_equal(svdir_signal("", "down-signal"), SIGKILL);
	put("down-signal", "SIGNONE\n");
	assert_int_equal(svdir_signal("", "down-signal"), SIGTERM);
}

static void
policy(void **state)
{
	unsigned min, max;

	(void)state;
	assert_int_equal(svdir_restart(""), RESTART_ALWAYS);
	put("restart", "on-failure\n");
	assert_int_equal(svdir_restart(""), RESTART_ON_FAILURE);
	put("restart", "never\n");
	assert_int_equal(svdir_restart(""), RESTART_NEVER);
	put("restart", "on-success\n");
	assert_int_equal(svdir_restart(""), RESTART_ON_SUCCESS);
	put("restart", "on-signal\n");
	assert_int_equal(svdir_restart(""), RESTART_ON_SIGNAL);
	put("success-codes", "3 40-44 SIGUSR1\n");
	assert_true(svdir_lists("", "success-codes", 3 << 8));
	assert_true(svdir_lists("", "success-codes", 44 << 8));
	assert_true(svdir_lists("", "success-codes", SIGUSR1));
	assert_false(svdir_lists("", "success-codes", 45 << 8));
	assert_false(svdir_lists("", "success-codes", SIGUSR2));
	assert_false(svdir_lists("", "success-codes", 0));
	put("success-codes", "x-3 -4 SIGNONE 5- \n");
	for (int c = 0; c < 256; c++)
		assert_false(svdir_lists("", "success-codes", c << 8));
	put("restart", "sometimes\n");
	assert_int_equal(svdir_restart(""), RESTART_ALWAYS);
	svdir_backoff("", &min, &max);
	assert_int_equal(min, BACKOFF_MIN);
	assert_int_equal(max, BACKOFF_MAX);
	put("backoff", "10 200\n");
	svdir_backoff("", &min, &max);
	assert_int_equal(min, 10);
	assert_int_equal(max, 200);
	put("backoff", "300 200\n");
	svdir_backoff("", &min, &max);
	assert_int_equal(min, BACKOFF_MIN);
	put("backoff", "10\n");
	svdir_backoff("", &min, &max);
	assert_int_equal(min, BACKOFF_MIN);
	assert_int_equal(max, BACKOFF_MAX);
}

static void
elsewhere(void **state)
{
	char buf[16];

	(void)state;
	mkdir("d", 0755);
	put("d/stdin-fifo", "fifo\n");
	assert_int_equal(svdir_path("d", "stdin-fifo", buf, sizeof buf), 1);
	assert_string_equal(buf, "fifo");
	put("d/stdin-fifo", "a path that is longer than that\n");
	assert_int_equal(svdir_path("d", "stdin-fifo", buf, sizeof buf), 0);
	assert_int_equal(svdir_flag("d", "flag-newpidns"), 0);
	put("d/flag-newpidns", "");
	assert_int_equal(svdir_flag("d", "flag-newpidns"), 1);
	assert_null(svdir_find("runn"));
	assert_string_equal(svdir_find("finish")->name, "finish");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(numbers),
		cmocka_unit_test(signals), cmocka_unit_test(policy),
		cmocka_unit_test(elsewhere) };

	return cmocka_run_group_tests(tests, 0, 0);
}
