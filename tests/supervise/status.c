/* status.c - the status file: round trip, exact size, s6's bytes. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "supervise/status.h"

static void
golden(void **state)
{
	/* A dump of Debian's s6-supervise after SIGTERM to the service. */
	static const unsigned char bytes[STATUS_SIZE] = {
		0x40, 0, 0, 0, 0x66, 0x55, 0x44, 0x33, 0, 0, 0, 9,
		0x40, 0, 0, 0, 0x66, 0x55, 0x44, 0x34, 0, 0, 0, 8,
		0, 0, 0, 0, 0, 0, 0x10, 0x01, 0, 15, 12 };
	unsigned char out[STATUS_SIZE];
	struct status st;

	(void)state;
	assert_true(status_unpack(&st, bytes, sizeof bytes));
	assert_int_equal(st.pid, 4097);
	assert_int_equal(st.wstat, 15);
	assert_true(st.wanted_up && st.ready);
	assert_false(st.paused || st.finishing);
	assert_true(status_is_up(&st));
	status_pack(out, &st);
	assert_memory_equal(out, bytes, sizeof bytes);
}

static void
wrong_size(void **state)
{
	unsigned char bytes[STATUS_SIZE + 1] = { 0 };
	struct status st = { .pid = 42 };

	(void)state;
	for (size_t n = 0; n <= sizeof bytes; n++)
		if (n != STATUS_SIZE)
			assert_false(status_unpack(&st, bytes, n));
	assert_int_equal(st.pid, 42);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(golden),
		cmocka_unit_test(wrong_size) };

	return cmocka_run_group_tests(tests, 0, 0);
}
