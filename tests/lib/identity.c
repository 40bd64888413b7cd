/* identity.c - one process and another of the same number; this boot and
 * another. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/identity.h"
#include "lib/os.h"

#define SECOND UINT64_C(1000000000)

static struct identity
leader(int session)
{
	struct identity id = { .boot = os_boot_token(),
		.started = os_boot_now() };
	int said[2];
	char c;

	assert_int_equal(pipe(said), 0);
	id.pid = fork();
	if (!id.pid) {
		if (session)
			setsid();
		(void)!write(said[1], "", 1);
		for (;;)
			pause();
	}
	assert_int_equal(read(said[0], &c, 1), 1);
	close(said[0]);
	close(said[1]);
	id.started_by = os_boot_now();
	return id;
}

static void
end(const struct identity *id)
{
	kill(id->pid, SIGKILL);
	waitpid(id->pid, 0, 0);
}

static void
processes(void **state)
{
	struct identity id = leader(1), other = id;

	(void)state;
	if (!id.started) {
		/* This system does not tell when a process started. */
		assert_int_equal(identity_ask(&id), IDENTITY_UNKNOWN);
		end(&id);
		assert_int_equal(identity_ask(&id), IDENTITY_GONE);
		return;
	}
	assert_int_equal(identity_ask(&id), IDENTITY_SAME);
	other.boot = 0;
	assert_int_equal(identity_ask(&other), IDENTITY_SAME);
	other.started_by = id.started - SECOND;
	other.started = other.started_by - SECOND;
	assert_int_equal(identity_ask(&other), IDENTITY_GONE);
	other.started = other.started_by = id.started_by + SECOND / 10;
	assert_int_equal(identity_ask(&other), IDENTITY_GONE);
	other = id;
	other.boot = id.boot + 1;
	if (id.boot)
		assert_int_equal(identity_ask(&other), IDENTITY_GONE);
	other = id;
	other.pid = 0;
	assert_int_equal(identity_ask(&other), IDENTITY_GONE);
	end(&id);
	assert_int_equal(identity_ask(&id), IDENTITY_GONE);
	id = leader(0);
	assert_int_equal(identity_ask(&id), IDENTITY_GONE);
	end(&id);
}

static void
boots(void **state)
{
	uint64_t now = os_boot_now(), token = os_boot_token();

	(void)state;
	assert_false(identity_other_boot(token, now));
	assert_false(identity_other_boot(0, now));
	if (token) {
		assert_true(identity_other_boot(token + 1, now));
		assert_false(identity_other_boot(token, now + SECOND));
	}
	if (now)
		assert_true(identity_other_boot(0, now + SECOND));
	assert_true(identity_same_boot("a 1", "a 1"));
	assert_false(identity_same_boot("a 1", "a 2"));
	assert_false(identity_same_boot("a 1", "b 1"));
	assert_false(identity_same_boot("a 1", "ab 1"));
	assert_false(identity_same_boot("a 1", "a 12"));
	assert_true(identity_same_boot("- 1", "b 1"));
	assert_true(identity_same_boot("a 1", "- -"));
	assert_true(identity_same_boot("a", "a 1"));
	assert_true(identity_same_kernel("a 1", "a 2"));
	assert_false(identity_same_kernel("a 1", "b 1"));
	assert_false(identity_same_kernel("- 1", "- 1"));
	assert_false(identity_same_kernel("a 1", "- 1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(processes),
		cmocka_unit_test(boots) };

	return cmocka_run_group_tests(tests, 0, 0);
}
