/* ending.c - the request to end a machine, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "init/ending.h"

static void
round_trip(void **state)
{
	static const struct ending all[] = {
		{ 0, END_HALT, 0, 0 },
		{ 0, END_POWEROFF, 1, 3000 },
		{ 0, END_REBOOT, 3600500, ENDING_GRACE_MAX },
		{ 0, END_KEXEC, 999, 1 },
	};
	unsigned char buf[ENDING_SIZE];
	struct ending e;

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		memset(&e, 0xff, sizeof e);
		assert_int_equal(ending_pack(buf, &all[i]), ENDING_SIZE);
		assert_int_equal(
			ending_unpack(&e, buf, sizeof buf), ENDING_SIZE);
		assert_int_equal(e.how, all[i].how);
		assert_int_equal(e.delay_ms, all[i].delay_ms);
		assert_int_equal(e.grace_ms, all[i].grace_ms);
		assert_int_equal(e.cancel, 0);
		/* Cut short: more is needed, nothing changed. */
		for (size_t n = 0; n < sizeof buf; n++)
			assert_int_equal(ending_unpack(&e, buf, n), 0);
	}
	e = (struct ending){ .cancel = 1 };
	assert_int_equal(ending_pack(buf, &e), 1);
	assert_int_equal(*buf, 'c');
	assert_int_equal(ending_unpack(&e, buf, 1), 1);
	assert_int_equal(e.cancel, 1);
}

/* The bytes of s6-linux-init: reboot in 1.5 s, 2 s of grace. */
static void
golden(void **state)
{
	static const unsigned char bytes[] = { 'r', 0x40, 0, 0, 0, 0, 0, 0, 1,
		0x1d, 0xcd, 0x65, 0, 0, 0, 0x07, 0xd0 };
	struct ending e;

	(void)state;
	assert_int_equal(ending_unpack(&e, bytes, sizeof bytes), 17);
	assert_int_equal(e.how, END_REBOOT);
	assert_int_equal(e.delay_ms, 1500);
	assert_int_equal(e.grace_ms, 2000);
}

static void
bad(void **state)
{
	unsigned char buf[ENDING_SIZE];
	struct ending e = { .delay_ms = 77 }, ok = { .how = END_HALT };

	(void)state;
	assert_int_equal(ending_unpack(&e, "x", 1), -1);
	assert_int_equal(ending_unpack(&e, "S", 1), -1);
	assert_int_equal(ending_unpack(&e, "", 0), 0);
	ending_pack(buf, &ok);
	buf[1] = 0; /* before 1970, as it were */
	assert_int_equal(ending_unpack(&e, buf, sizeof buf), -1);
	ending_pack(buf, &ok);
	buf[4] = 1; /* in thousands of years */
	assert_int_equal(ending_unpack(&e, buf, sizeof buf), -1);
	ending_pack(buf, &ok);
	buf[9] = 0xff; /* more nanoseconds than a second has */
	assert_int_equal(ending_unpack(&e, buf, sizeof buf), -1);
	ending_pack(buf, &ok);
	buf[13] = 0x40; /* grace of days */
	assert_int_equal(ending_unpack(&e, buf, sizeof buf), -1);
	assert_int_equal(e.delay_ms, 77);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(golden),
		cmocka_unit_test(bad),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
