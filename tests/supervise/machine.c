/* machine.c - the state machine has no empty cell, and keeps its promises
 * in every one. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

#include "supervise/control.h"
#include "supervise/machine.h"

static void
no_empty_cell(void **state)
{
	(void)state;
	for (int s = 0; s < NSTATE; s++) {
		assert_non_null(machine_states[s]);
		for (int e = 0; e < NEVENT; e++) {
			if (!machine[s][e].set)
				fail_msg("empty cell %d,%d", s, e);
			assert_true(machine[s][e].next < NSTATE);
		}
	}
}

/* Nobody outside can drive it into "cannot happen". */
static void
outside_is_harmless(void **state)
{
	(void)state;
	for (int s = 0; s < NSTATE; s++)
		for (int e = SIG_TERM; e < NEVENT; e++)
			assert_false(machine[s][e].act & A_BUG);
	for (int s = 0; s < NSTATE; s++)
		assert_false(machine[s][EV_TIMEOUT].act & A_BUG);
}

static int
has_process(int s)
{
	return s == UP || s == LASTUP || s == FINISH || s == LASTFINISH;
}

/* run is only started where nothing runs, and signals only sent where run
 * does; so there are never two. */
static void
never_two(void **state)
{
	(void)state;
	for (int s = 0; s < NSTATE; s++)
		for (int e = 0; e < NEVENT; e++) {
			const struct cell *c = &machine[s][e];

			if (c->act & A_RUN)
				assert_int_equal(s, DOWN);
			if (c->act & A_AGAIN)
				assert_int_equal(c->next, DOWN);
			if (c->act & (A_SIGNAL | A_STOP | A_KILL))
				assert_true(s == UP || s == LASTUP);
			if (c->act & A_KILLFINISH)
				assert_true(s == FINISH || s == LASTFINISH);
			if (c->act & A_FINISH)
				assert_true(e == EV_EXIT &&
					(s == UP || s == LASTUP));
			if (has_process(s) && c->next == DOWN)
				assert_true(e == EV_EXIT || e == EV_NOFINISH);
		}
}

/* Each way out tells that the service is over before anything else. */
static void
over_is_told(void **state)
{
	(void)state;
	for (int s = FINISH; s <= LASTFINISH; s++) {
		if (s == LASTUP)
			continue;
		assert_true(machine[s][EV_EXIT].act & A_OVER);
		assert_true(machine[s][EV_EXIT].act & A_FINISHED);
		assert_true(machine[s][EV_NOFINISH].act & A_OVER);
	}
}

static void
end_is_the_end(void **state)
{
	(void)state;
	for (int e = 0; e < NEVENT; e++)
		assert_int_equal(machine[END][e].next, END);
	for (int s = 0; s < NSTATE; s++)
		assert_int_equal(machine[s][SIG_QUIT].next, END);
}

static void
last_states_end(void **state)
{
	(void)state;
	for (int e = 0; e < NEVENT; e++) {
		assert_true(machine[LASTUP][e].next == LASTUP ||
			machine[LASTUP][e].next == LASTFINISH ||
			machine[LASTUP][e].next == END);
		assert_true(machine[LASTFINISH][e].next == LASTFINISH ||
			machine[LASTFINISH][e].next == END);
	}
}

/* What each command does to what is wanted is the same in every state. */
static void
wanting(void **state)
{
	static const struct {
		int event;
		unsigned act;
	} want[] = { { CMD_UP, A_WANTUP }, { CMD_UP_STAY, A_WANTUP | A_RMDOWN },
		{ CMD_DOWN, A_WANTDOWN },
		{ CMD_DOWN_STAY, A_WANTDOWN | A_MKDOWN },
		{ CMD_ONCE, A_WANTDOWN }, { CMD_LAST, A_WANTDOWN },
		{ CMD_LAST_STAY, A_WANTDOWN | A_MKDOWN }, { CMD_SIGNAL, 0 },
		{ CMD_EXIT, 0 }, { CMD_REEXEC, 0 }, { SIG_HUP, 0 } };
	const unsigned all = A_WANTUP | A_WANTDOWN | A_MKDOWN | A_RMDOWN;

	(void)state;
	for (int s = 0; s < END; s++)
		for (size_t i = 0; i < sizeof want / sizeof *want; i++)
			assert_int_equal(machine[s][want[i].event].act & all,
				want[i].act);
}

/* What a service that ends, or is told to end, leads to. */
static void
ends(void **state)
{
	(void)state;
	for (int s = UP; s <= LASTUP; s += LASTUP - UP) {
		const struct cell *c = machine[s];

		assert_int_equal(c[EV_EXIT].act, A_DIED | A_FINISH);
		assert_int_equal(c[SIG_TERM].act, A_WANTDOWN | A_STOP);
		assert_int_equal(c[CMD_DOWN].act, A_WANTDOWN | A_STOP);
		assert_true(c[CMD_DOWN_STAY].act & A_STOP);
		assert_int_equal(c[CMD_SIGNAL].act, A_SIGNAL);
		assert_int_equal(c[EV_TIMEOUT].act, A_KILL);
		assert_int_equal(c[SIG_INT].act, A_INTGROUP);
	}
	assert_true(machine[DOWN][CMD_UP].act & A_RUN);
	assert_true(machine[DOWN][CMD_UP_STAY].act & A_RUN);
	assert_true(machine[DOWN][CMD_ONCE].act & A_RUN);
	assert_true(machine[FINISH][EV_EXIT].act & A_AGAIN);
	assert_true(machine[FINISH][EV_NOFINISH].act & A_AGAIN);
	assert_int_equal(machine[UP][EV_EXIT].next, FINISH);
	assert_int_equal(machine[LASTUP][EV_EXIT].next, LASTFINISH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(no_empty_cell),
		cmocka_unit_test(outside_is_harmless),
		cmocka_unit_test(never_two), cmocka_unit_test(over_is_told),
		cmocka_unit_test(end_is_the_end),
		cmocka_unit_test(last_states_end), cmocka_unit_test(wanting),
		cmocka_unit_test(ends) };

	return cmocka_run_group_tests(tests, 0, 0);
}
