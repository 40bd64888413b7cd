/* choose.c - what svscan makes of a scan: every combination of what it knows
 * of a service. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "svscan/choose.h"

static void
after_scan(void **state)
{
	(void)state;
	for (int n = 0; n < 16; n++) {
		struct service s = {
			.used = n & 1, .seen = n >> 1 & 1, .pid = n >> 2 & 1
		};
		int added = n >> 3;
		enum choice want = !s.used	    ? CHOOSE_NOTHING
			: !s.seen && !s.pid	    ? CHOOSE_FORGET
			: s.seen && s.pid && !added ? CHOOSE_HOLD
						    : CHOOSE_NOTHING;

		assert_int_equal(choose_after_scan(&s, added), want);
	}
}

static void
start(void **state)
{
	struct service s = { .used = 1,
		.there = 1,
		.next = 5,
		.pipe = { -1, -1 } },
		       peer = { .used = 1, .pipe = { -1, -1 } };

	(void)state;
	assert_int_equal(choose_start(&s, 0, 4), CHOOSE_LATER);
	assert_int_equal(choose_start(&s, 0, 5), CHOOSE_START);
	assert_int_equal(choose_start(&s, &peer, 4), CHOOSE_LATER);
	assert_int_equal(choose_start(&s, &peer, 5), CHOOSE_NOTHING);
	/* The pipe lies with the producer, which is either. */
	peer.pipe[0] = 0;
	assert_int_equal(choose_start(&s, &peer, 5), CHOOSE_START);
	peer.pipe[0] = -1;
	s.pipe[0] = 0;
	assert_int_equal(choose_start(&s, &peer, 5), CHOOSE_START);
	s.pid = 1;
	assert_int_equal(choose_start(&s, 0, 4), CHOOSE_NOTHING);
	assert_int_equal(choose_start(&s, 0, 5), CHOOSE_NOTHING);
	s.pid = 0;
	s.there = 0;
	assert_int_equal(choose_start(&s, 0, 5), CHOOSE_NOTHING);
	s.there = 1;
	s.used = 0;
	assert_int_equal(choose_start(&s, 0, 5), CHOOSE_NOTHING);
}

static void
pauses(void **state)
{
	(void)state;
	assert_int_equal(choose_pause(0), CHOOSE_MIN_MS);
	assert_int_equal(choose_pause(1), 2 * CHOOSE_MIN_MS);
	for (unsigned n = 1; n < 64; n++)
		assert_true(choose_pause(n) >= choose_pause(n - 1) &&
			choose_pause(n) <= CHOOSE_MAX_MS);
	assert_int_equal(choose_pause(63), CHOOSE_MAX_MS);
	assert_int_equal(choose_pause(UINT32_MAX), CHOOSE_MAX_MS);
}

static void
nuke(void **state)
{
	(void)state;
	for (int was = 0; was < 3; was++)
		for (int all = 0; all < 2; all++) {
			assert_int_equal(choose_nuke(was, all, 0), 0);
			assert_int_equal(choose_nuke(was, all, 1),
				all || was == 2 ? 2 : 1);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(after_scan),
		cmocka_unit_test(start), cmocka_unit_test(pauses),
		cmocka_unit_test(nuke) };

	return cmocka_run_group_tests(tests, 0, 0);
}
