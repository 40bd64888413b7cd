/* rc/recovery.c - every case of a switch that failed, or was cut off, has one
 * way on and one way back, and no case is left without an end. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rc/switch/recovery.h"
#include "rc/switch/update.h"

/* A switch from 1 to 2; and the undo of it, from 2 to 3, which is as 1. */
static struct cut_off
at(uint32_t live, uint32_t from, uint32_t to, uint32_t origin, int other)
{
	return (struct cut_off){ .live = live,
		.from = from,
		.to = to,
		.origin = origin,
		.other_set = other };
}

static void
forward(void **state)
{
	struct cut_off c = at(1, 1, 2, 1, 0);

	(void)state;
	/* Before its commit. */
	assert_int_equal(recovery_go_on(&c), RECOVERY_FORGET);
	assert_int_equal(recovery_abort(&c), RECOVERY_START);
	assert_false(recovery_renames(&c, 0));
	assert_false(recovery_renames(&c, 1));
	c.other_set = 1;
	assert_int_equal(recovery_go_on(&c), RECOVERY_FORGET);
	/* After it. */
	c = at(2, 1, 2, 1, 0);
	assert_int_equal(recovery_go_on(&c), RECOVERY_START);
	assert_int_equal(recovery_abort(&c), RECOVERY_UNDO);
	assert_true(recovery_renames(&c, 0));
	assert_true(recovery_renames(&c, 1));
	c.other_set = 1;
	assert_int_equal(recovery_go_on(&c), RECOVERY_STOP);
}

static void
back(void **state)
{
	struct cut_off c = at(2, 2, 3, 1, 0);

	(void)state;
	/* The undo has not reached its commit. */
	assert_int_equal(recovery_go_on(&c), RECOVERY_BACK);
	assert_int_equal(recovery_abort(&c), RECOVERY_BACK);
	assert_false(recovery_renames(&c, 0));
	/* Also if another set comes next: the one that is live is not the one
	 * that is booted. */
	c.other_set = 1;
	assert_int_equal(recovery_go_on(&c), RECOVERY_BACK);
	assert_int_equal(recovery_abort(&c), RECOVERY_BACK);
	c = at(3, 2, 3, 1, 0);
	assert_int_equal(recovery_go_on(&c), RECOVERY_START);
	assert_int_equal(recovery_abort(&c), RECOVERY_START);
	assert_true(recovery_renames(&c, 0));
	assert_true(recovery_renames(&c, 1));
	c.other_set = 1;
	assert_int_equal(recovery_go_on(&c), RECOVERY_STOP);
}

static void
damaged(void **state)
{
	struct cut_off c = at(2, 1, 2, 1, 0);

	(void)state;
	c.damaged = 1;
	assert_int_equal(recovery_go_on(&c), RECOVERY_FORGET);
	assert_false(recovery_renames(&c, 0));
	/* A generation that no journal names. */
	c = at(7, 1, 2, 1, 0);
	assert_int_equal(recovery_go_on(&c), RECOVERY_FORGET);
	assert_false(recovery_renames(&c, 0));
}

static void
undo(void **state)
{
	static const int codes[] = { UPDATE_OK, UPDATE_FAILED, UPDATE_TIMEOUT,
		UPDATE_UNFINISHED, UPDATE_SYSTEM };

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		for (int bits = 0; bits < 8; bits++) {
			int bad = codes[i] == UPDATE_FAILED ||
				codes[i] == UPDATE_TIMEOUT;

			/* Wished, no undo already, something worse. */
			assert_int_equal(recovery_goes_back(codes[i], bits & 1,
						 !!(bits & 2), !!(bits & 4)),
				bad && bits == 5);
		}
	assert_int_equal(recovery_undo_code(UPDATE_OK), UPDATE_UNDONE);
	assert_int_equal(recovery_undo_code(UPDATE_FAILED), UPDATE_UNDONE_PART);
	assert_int_equal(
		recovery_undo_code(UPDATE_TIMEOUT), UPDATE_UNDONE_PART);
	assert_int_equal(recovery_undo_code(UPDATE_CUT_OFF), UPDATE_CUT_OFF);
	assert_int_equal(recovery_undo_code(UPDATE_SYSTEM), UPDATE_SYSTEM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(forward),
		cmocka_unit_test(back), cmocka_unit_test(damaged),
		cmocka_unit_test(undo) };

	return cmocka_run_group_tests(tests, 0, 0);
}
