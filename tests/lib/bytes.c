/* bytes.c - reads past the end give 0 and set bad; writes never overflow. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "lib/bytes.h"

static void
round_trip(void **state)
{
	unsigned char buf[64];
	struct wr w = wr_init(buf, sizeof buf);
	struct rd r;

	(void)state;
	wr_u8(&w, 0xab);
	wr_u16(&w, 0x1234);
	wr_u32(&w, 0xdeadbeef);
	wr_u64(&w, 0x0123456789abcdef);
	wr_str(&w, "hi");
	assert_int_equal(wr_done(&w), 21);
	assert_int_equal(buf[1], 0x12);
	r = rd_init(buf, 21);
	assert_int_equal(rd_u8(&r), 0xab);
	assert_int_equal(rd_u16(&r), 0x1234);
	assert_int_equal(rd_u32(&r), 0xdeadbeef);
	assert_true(rd_u64(&r) == 0x0123456789abcdef);
	assert_int_equal(rd_u32(&r), 2);
	assert_memory_equal(rd_mem(&r, 2), "hi", 2);
	assert_true(rd_done(&r));
}

static void
every_length(void **state)
{
	unsigned char buf[15] = { 0 };

	(void)state;
	for (size_t len = 0; len < 15; len++) {
		struct wr w = wr_init(buf, len);
		struct rd r = rd_init(buf, len);

		wr_u64(&w, 1), wr_u32(&w, 2), wr_u16(&w, 3), wr_u8(&w, 4);
		assert_int_equal(wr_done(&w), 0);
		rd_u64(&r), rd_u32(&r), rd_u16(&r), rd_u8(&r);
		assert_false(rd_done(&r));
		assert_null(rd_mem(&r, (size_t)-1));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(round_trip),
		cmocka_unit_test(every_length) };

	return cmocka_run_group_tests(tests, 0, 0);
}
