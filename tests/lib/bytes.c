/* bytes.c - reads past the end give 0 and set bad; writes never overflow. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
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

/* Both ways. */
static int
have_nul(const void *p, size_t n)
{
	int r = bytes_have_nul(p, n);

	assert_int_equal(bytes_have_nul_own(p, n), r);
	return r;
}

/* At each place of each length and alignment, among bytes of each kind. */
static void
nul(void **state)
{
	static const unsigned char fill[] = { 1, 'x', 0x7f, 0x80, 0x81, 0xff };
	unsigned char buf[300];

	(void)state;
	for (size_t f = 0; f < sizeof fill; f++) {
		memset(buf, fill[f], sizeof buf);
		for (size_t from = 0; from < 9; from++)
			for (size_t n = 0; n < 280; n += n < 140 ? 1 : 13) {
				buf[from + n] = 0;
				assert_false(have_nul(buf + from, n));
				buf[from + n] = fill[f];
				for (size_t i = 0; i < n; i++) {
					buf[from + i] = 0;
					assert_true(have_nul(buf + from, n));
					buf[from + i] = fill[f];
				}
			}
	}
}

/* Farther than what is looked at at once, after text that is not ASCII. */
static void
nul_far(void **state)
{
	static unsigned char buf[20000];

	(void)state;
	memset(buf, 'x', sizeof buf);
	for (size_t i = 0; i < sizeof buf; i += 5000)
		buf[i] = 0xc3;
	assert_false(have_nul(buf, sizeof buf));
	for (size_t i = 0; i < sizeof buf; i++) {
		unsigned char was = buf[i];

		buf[i] = 0;
		assert_true(have_nul(buf, sizeof buf));
		buf[i] = was;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(round_trip),
		cmocka_unit_test(every_length), cmocka_unit_test(nul),
		cmocka_unit_test(nul_far) };

	return cmocka_run_group_tests(tests, 0, 0);
}
