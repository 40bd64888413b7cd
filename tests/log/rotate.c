/* rotate.c - a rotation and the repair of a log directory, every step and
 * every state of it: what counts is never dropped, nothing is done twice, and
 * the repair of what a kill at any step leaves has one right outcome. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "log/rotate.h"

/* The steps in order, as reeve-logdir(5) has them. */
static const enum rotate_step plain[] = { ROTATE_SYNC, ROTATE_SEAL, ROTATE_MOVE,
	ROTATE_NEW, ROTATE_TRIM, ROTATE_IDLE };
static const enum rotate_step processed[] = { ROTATE_SYNC, ROTATE_SEAL,
	ROTATE_MOVE, ROTATE_NEW, ROTATE_RUN, ROTATE_WAIT, ROTATE_SYNC_PROCESSED,
	ROTATE_COMMIT, ROTATE_DROP, ROTATE_STATE, ROTATE_KEEP, ROTATE_TRIM,
	ROTATE_IDLE };

static void
steps(void **state)
{
	(void)state;
	for (size_t i = 0; plain[i] != ROTATE_IDLE; i++)
		assert_int_equal(rotate_table[plain[i]].next, plain[i + 1]);
	for (size_t i = 0; processed[i] != ROTATE_IDLE; i++)
		assert_int_equal(rotate_table[processed[i]].next_processor,
			processed[i + 1]);
	/* Idle stays idle; what only a processor has leads the same way by
	 * both. */
	assert_int_equal(rotate_table[ROTATE_IDLE].next, ROTATE_IDLE);
	assert_int_equal(rotate_table[ROTATE_IDLE].next_processor, ROTATE_IDLE);
	for (int i = ROTATE_RUN; i <= ROTATE_KEEP; i++)
		assert_int_equal(
			rotate_table[i].next, rotate_table[i].next_processor);
	for (int i = 0; i < ROTATE_STEPS; i++) {
		const struct rotate_row *r = rotate_table + i;

		assert_non_null(r->doing);
		/* Between the seal and the new file no line may be
		 * written. */
		assert_int_equal(
			r->writable, !(i >= ROTATE_SYNC && i <= ROTATE_NEW));
		assert_int_equal(
			r->optional, i == ROTATE_SYNC || i == ROTATE_TRIM);
	}
}

/* What must be repaired, said a second time and in other words. */
static unsigned
expected(unsigned seen, int has_processor)
{
	int current = seen & SEEN_CURRENT, whole = seen & SEEN_CURRENT_WHOLE,
	    previous = seen & SEEN_PREVIOUS, newstate = seen & SEEN_NEWSTATE;
	unsigned want = 0;

	/* A current that lacks the mark of an orderly end lost something. */
	if (current && !whole)
		want |= REPAIR_CURRENT_U | REPAIR_EMPTY_STATE;
	/* From the commit on, processed counts instead of previous. */
	if (seen & SEEN_PROCESSED_WHOLE)
		return want | REPAIR_KEEP_PROCESSED |
			(previous ? REPAIR_DROP_PREVIOUS : 0) |
			(newstate ? REPAIR_TAKE_STATE : 0);
	want |= (seen & SEEN_PROCESSED ? REPAIR_DROP_PROCESSED : 0) |
		(newstate ? REPAIR_DROP_NEWSTATE : 0);
	if (previous && !(seen & SEEN_PREVIOUS_WHOLE))
		return want | REPAIR_PREVIOUS_U | REPAIR_EMPTY_STATE;
	if (previous)
		return want |
			(has_processor ? REPAIR_RESUME : REPAIR_PREVIOUS_S);
	return want;
}

static void
repairs(void **state)
{
	(void)state;
	for (unsigned seen = 0; seen <= SEEN_ALL; seen++)
		for (int p = 0; p < 2; p++) {
			unsigned got = rotate_repair(seen, p);

			if (got != expected(seen, p))
				fail_msg("seen %x, processor %d: %x, not %x",
					seen, p, got, expected(seen, p));
			/* Never both ways with one file. */
			assert_false(got & REPAIR_DROP_PREVIOUS &&
				got &
					(REPAIR_PREVIOUS_S | REPAIR_PREVIOUS_U |
						REPAIR_RESUME));
			assert_false(got & REPAIR_KEEP_PROCESSED &&
				got & REPAIR_DROP_PROCESSED);
			assert_false(got & REPAIR_TAKE_STATE &&
				got & REPAIR_DROP_NEWSTATE);
		}
	/* The bits are the order of the work: what is replaced goes first, and
	 * no two are one. */
	assert_true(REPAIR_DROP_PREVIOUS < REPAIR_TAKE_STATE &&
		REPAIR_TAKE_STATE < REPAIR_KEEP_PROCESSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps),
		cmocka_unit_test(repairs),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
