/* verdict.c - what becomes of a service on its way: no empty cell, what holds
 * in every one, and letters, status, time and answers as they come. */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "rc/verdict.h"

static const struct verdict_cell *
cell(int w, int n)
{
	return &verdicts[w][n];
}

static void
no_empty_cell(void **state)
{
	(void)state;
	for (int w = 0; w < W_N; w++)
		for (int n = 0; n < NEWS_N; n++) {
			const struct verdict_cell *v = cell(w, n);

			if (!v->set)
				fail_msg("empty cell %d,%d", w, n);
			/* Who fails has a reason, nobody else has. */
			assert_true(
				(v->what == V_FAIL || v->what == V_GIVE_UP ||
					v->what == V_UNDO) ==
				(v->why != REASON_NONE));
		}
}

static void
promises(void **state)
{
	(void)state;
	for (int n = 0; n < NEWS_N; n++) {
		/* What counts as up is never finished a second time. */
		int what = cell(W_STEADY, n)->what;

		assert_true(what == V_NOTHING || what == V_UNDO ||
			what == V_LET_GO);
		/* Only a script is not told to stay down. */
		for (int w = 0; w < W_N; w++)
			if (cell(w, n)->what == V_FAIL)
				assert_int_equal(w, W_SCRIPT);
			else if (cell(w, n)->what == V_GIVE_UP)
				assert_int_not_equal(w, W_SCRIPT);
		assert_true(cell(W_START, n)->what == V_WATCH
				? n == NEWS_STARTED_NEW
				: 1);
	}
	for (int w = 0; w < W_N; w++) {
		/* No time that has come leaves it watched, or the loop would
		 * not rest. */
		assert_int_not_equal(cell(w, NEWS_LATE)->what, V_NOTHING);
		assert_int_not_equal(cell(w, NEWS_LEAVE)->what, V_NOTHING);
		/* Nothing that comes from outside is impossible. */
		if (w != W_SCRIPT)
			for (int n = 0; n < NEWS_N; n++)
				if (n != NEWS_SETTLED)
					assert_int_not_equal(
						cell(w, n)->what, V_BUG);
	}
	/* A script runs to its end, until somebody insists. */
	assert_int_equal(cell(W_SCRIPT, NEWS_STOP)->what, V_NOTHING);
	assert_int_equal(cell(W_SCRIPT, NEWS_LEAVE)->why, REASON_INTERRUPTED);
}

static void
reasons(void **state)
{
	static const struct {
		int w, n, what, why;
	} want[] = {
		{ W_START, NEWS_STARTED, V_DONE, REASON_NONE },
		{ W_START, NEWS_STARTED_NEW, V_WATCH, REASON_NONE },
		{ W_START, NEWS_DEATHS, V_NOTHING, REASON_NONE },
		{ W_START, NEWS_LATE, V_GIVE_UP, REASON_TIMEOUT },
		{ W_START, NEWS_LATE_DIED, V_GIVE_UP, REASON_DEATHS },
		{ W_READY, NEWS_STARTED, V_NOTHING, REASON_NONE },
		{ W_READY, NEWS_REACHED, V_DONE, REASON_NONE },
		{ W_READY, NEWS_DEATHS, V_GIVE_UP, REASON_DEATHS },
		{ W_READY, NEWS_PERMANENT, V_GIVE_UP, REASON_PERMANENT },
		{ W_READY, NEWS_UNABLE, V_GIVE_UP, REASON_NOEXEC },
		{ W_READY, NEWS_NOSUPER, V_GIVE_UP, REASON_NOSUPER },
		{ W_READY, NEWS_LATE, V_GIVE_UP, REASON_UNREADY },
		{ W_READY, NEWS_STOP, V_GIVE_UP, REASON_INTERRUPTED },
		{ W_STEADY, NEWS_DEATHS, V_UNDO, REASON_UNSTEADY },
		{ W_STEADY, NEWS_OVER_BADLY, V_UNDO, REASON_UNSTEADY },
		{ W_STEADY, NEWS_OVER_WELL, V_LET_GO, REASON_NONE },
		{ W_STEADY, NEWS_SETTLED, V_LET_GO, REASON_NONE },
		{ W_STEADY, NEWS_LATE, V_LET_GO, REASON_NONE },
		{ W_STEADY, NEWS_LATE_DIED, V_UNDO, REASON_UNSTEADY },
		{ W_STEADY, NEWS_NOSUPER, V_NOTHING, REASON_NONE },
		{ W_STEADY, NEWS_STOP, V_LET_GO, REASON_NONE },
		{ W_STOP, NEWS_LATE_DIED, V_GIVE_UP, REASON_TIMEOUT },
		{ W_STOP, NEWS_PERMANENT, V_NOTHING, REASON_NONE },
		{ W_STOP, NEWS_UNABLE, V_NOTHING, REASON_NONE },
		{ W_STOP, NEWS_NOSUPER, V_GIVE_UP, REASON_NOSUPER },
		{ W_SCRIPT, NEWS_LATE, V_FAIL, REASON_TIMEOUT },
		{ W_SCRIPT, NEWS_REACHED, V_DONE, REASON_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		const struct verdict_cell *v = cell(want[i].w, want[i].n);

		if ((int)v->what != want[i].what || (int)v->why != want[i].why)
			fail_msg("cell %d,%d is %d,%d", want[i].w, want[i].n,
				v->what, v->why);
	}
}

static struct heard
hear(enum watch w, const char *s, size_t taken)
{
	struct heard h = { 0 };

	assert_int_equal(heard_letters(&h, w, s, strlen(s)), taken);
	return h;
}

static void
letters(void **state)
{
	struct heard h = hear(W_START, "sdufD", 3);

	(void)state;
	assert_true(h.started && h.super && !h.dead && !h.unable && !h.over);
	assert_int_equal(h.deaths, 1);
	h = hear(W_READY, "uddOx", 5);
	assert_true(h.started && h.dead && h.permanent && h.gone);
	assert_int_equal(h.deaths, 2);
	h = hear(W_STEADY, "dudD?", 5);
	assert_true(h.dead && h.over && h.started);
	h = hear(W_STEADY, "du", 2);
	assert_true(!h.dead && !h.over);
	/* Its supervise went and the next one came, or not. */
	assert_true(hear(W_STOP, "sx", 2).gone);
	assert_false(hear(W_STOP, "xs", 2).gone);
	assert_true(hear(W_STOP, "xs", 2).super);
	assert_true(hear(W_READY, "f", 1).unable);
	assert_false(hear(W_READY, "", 0).started);
}

static void
amounts(void **state)
{
	struct heard none = { 0 }, f = { .unable = 1 },
		     o = { .permanent = 1, .unable = 1 }, over = { .over = 1 };

	(void)state;
	assert_int_equal(heard_news(&none, W_READY, 2, 3, 0), NEWS_NONE);
	assert_int_equal(heard_news(&none, W_READY, 3, 3, 0), NEWS_DEATHS);
	assert_int_equal(heard_news(&none, W_READY, 9, 0, 0), NEWS_NONE);
	assert_int_equal(heard_news(&f, W_READY, 3, 3, 0), NEWS_UNABLE);
	assert_int_equal(heard_news(&f, W_READY, 3, 3, 1), NEWS_DEATHS);
	assert_int_equal(heard_news(&o, W_READY, 3, 3, 0), NEWS_PERMANENT);
	assert_int_equal(heard_news(&over, W_READY, 0, 3, 0), NEWS_NONE);
	assert_int_equal(heard_news(&over, W_STEADY, 0, 3, 0), NEWS_OVER_BADLY);
	assert_int_equal(heard_news(&over, W_STEADY, 3, 3, 0), NEWS_DEATHS);
	assert_int_equal(heard_news(&o, W_STEADY, 2, 3, 0), NEWS_NONE);
}

static const struct sight up = { .known = 1,
	.alive = 1,
	.up = 1,
	.ready = 1,
	.wanted_up = 1 },
			  down = { .known = 1 };

static void
status_of_one_that_starts(void **state)
{
	struct sight s = up;

	(void)state;
	assert_int_equal(sight_first(&s, W_READY), SIGHT_ARRIVED);
	assert_int_equal(sight_again(&s, W_READY), SIGHT_ARRIVED);
	s.no_super = 1;
	assert_int_equal(sight_first(&s, W_READY), SIGHT_EVENTS);
	assert_int_equal(sight_again(&s, W_READY), SIGHT_ARRIVED);
	s = up;
	s.wanted_up = 0;
	assert_true(sight_first(&s, W_READY) > 0);
	assert_int_equal(sight_again(&s, W_READY), SIGHT_ARRIVED);
	s = up;
	s.ready = 0;
	assert_int_equal(sight_first(&s, W_READY), SIGHT_EVENTS);
	assert_int_equal(sight_again(&s, W_READY), SIGHT_EVENTS);
	assert_int_equal(sight_first(&s, W_START), SIGHT_ARRIVED);
	assert_int_equal(sight_again(&s, W_START), SIGHT_ARRIVED);
	s.mute = 1;
	assert_int_equal(sight_first(&s, W_READY), SIGHT_ARRIVED);
	s.up = 0; /* it finishes */
	assert_int_equal(sight_first(&s, W_READY), SIGHT_EVENTS);
	assert_int_equal(sight_again(&s, W_START), SIGHT_EVENTS);
	s = up;
	s.known = 0;
	assert_true(sight_first(&s, W_READY) > 0);
	assert_true(sight_again(&s, W_READY) > 0);
}

static void
status_of_one_that_was_told_to_stop(void **state)
{
	struct sight s = up;
	int soon;

	(void)state;
	s.told = 1;
	assert_int_equal(sight_first(&s, W_READY), 0);
	assert_int_equal(sight_again(&s, W_READY), SIGHT_ARRIVED);
	s.unread = 1;
	soon = sight_again(&s, W_READY);
	assert_true(soon > 0);
	s.told_ms = REVIVE_MS - 1;
	assert_int_equal(sight_again(&s, W_READY), soon);
	s.told_ms = REVIVE_MS;
	assert_int_equal(sight_again(&s, W_READY), SIGHT_ARRIVED);
	s.told_ms = 0;
	s.unread = 0;
	s.no_super = 1;
	assert_int_equal(sight_again(&s, W_READY), soon);
	s.no_super = 0;
	s.stopping = 1;
	assert_true(sight_again(&s, W_READY) > soon);
	/* As long as it may take, and not less than a supervise may. */
	s.timeout_down = 1;
	s.told_ms = REVIVE_MS - 1;
	assert_true(sight_again(&s, W_READY) > 0);
	s.told_ms = REVIVE_MS;
	assert_int_equal(sight_again(&s, W_READY), SIGHT_ARRIVED);
	s.timeout_down = REVIVE_MS + 1;
	assert_true(sight_again(&s, W_READY) > 0);
	s.told_ms++;
	assert_int_equal(sight_again(&s, W_READY), SIGHT_ARRIVED);
	s.kill_due = 1;
	assert_true(sight_again(&s, W_READY) > 0);
	s.kill_due = 0;
	s.timeout_down = 0;
	s.told_ms = 59999;
	assert_true(sight_again(&s, W_READY) > 0);
	s.told_ms++;
	assert_int_equal(sight_again(&s, W_READY), SIGHT_ARRIVED);
	s.ready = 0;
	assert_int_equal(sight_again(&s, W_READY), SIGHT_EVENTS);
}

static void
status_of_one_that_stops(void **state)
{
	struct sight s = down;

	(void)state;
	assert_int_equal(sight_first(&s, W_STOP), SIGHT_ARRIVED);
	assert_int_equal(sight_again(&s, W_STOP), SIGHT_ARRIVED);
	/* In its restart pause: no event tells that it stays down. */
	s.wanted_up = 1;
	assert_true(sight_first(&s, W_STOP) > 0);
	assert_true(sight_again(&s, W_STOP) > 0);
	s.alive = 1;
	assert_int_equal(sight_first(&s, W_STOP), SIGHT_EVENTS);
	assert_int_equal(sight_again(&s, W_STOP), SIGHT_EVENTS);
	s.known = 0;
	assert_true(sight_first(&s, W_STOP) > 0);
	assert_true(sight_again(&s, W_STOP) > 0);
}

static void
times(void **state)
{
	struct times t = { 0 };

	(void)state;
	assert_true(times_first(&t) == UINT64_MAX);
	assert_int_equal(times_due(&t, 1, 99), NEWS_NONE);
	t = (struct times){ 50, 40, 30, 20, 10, 60 };
	assert_int_equal(times_first(&t), 10);
	t.hangs = 0;
	assert_int_equal(times_first(&t), 20);
	t.look = 0;
	assert_int_equal(times_first(&t), 30);
	assert_int_equal(times_due(&t, 0, 29), NEWS_NONE);
	assert_int_equal(times_due(&t, 0, 30), NEWS_NOSUPER);
	assert_int_equal(times_due(&t, 0, 40), NEWS_SETTLED);
	t.revive = 0;
	assert_int_equal(times_first(&t), 40);
	t.settled = 0;
	assert_int_equal(times_first(&t), 50);
	assert_int_equal(times_due(&t, 0, 49), NEWS_NONE);
	assert_int_equal(times_due(&t, 0, 50), NEWS_LATE);
	assert_int_equal(times_due(&t, 1, 50), NEWS_LATE_DIED);
	t.revive = 50;
	assert_int_equal(times_due(&t, 0, 50), NEWS_LATE);
}

static void
answers(void **state)
{
	static const struct {
		struct answer a;
		int why;
		uint32_t code;
	} want[] = {
		{ { ANSWER_STATUS, 0 }, REASON_NONE, 0 },
		{ { ANSWER_STATUS, 3 << 8 }, REASON_EXIT, 3 },
		{ { ANSWER_STATUS, 9 }, REASON_SIGNAL, 9 },
		{ { ANSWER_ERRNO, 2 }, REASON_NOEXEC, 2 },
		{ { ANSWER_TIMEOUT, 700 }, REASON_TIMEOUT, 700 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		enum state_reason why;
		uint32_t code;

		assert_int_equal(verdict_of_answer(&want[i].a, &why, &code),
			want[i].why == REASON_NONE);
		assert_int_equal(why, want[i].why);
		assert_int_equal(code, want[i].code);
	}
}

static void
flags(void **state)
{
	const unsigned U = STATE_UP, O = STATE_OWED, F = STATE_FAILED;

	(void)state;
	assert_int_equal(verdict_flags(O | F, RUN_UP, 0, 0, 1), U);
	assert_int_equal(verdict_flags(U | F, RUN_DOWN, 0, 0, 1), 0);
	assert_int_equal(verdict_flags(U | O, RUN_DOWN, 1, 0, 1), 0);
	assert_int_equal(verdict_flags(U, RUN_OWE, 0, 0, 1), O);
	/* A longrun that fails to start is as up as it was; a oneshot may be
	 * half down. */
	assert_int_equal(verdict_flags(U, RUN_UP, 0, 0, 0), U | F);
	assert_int_equal(verdict_flags(U, RUN_UP, 1, 0, 0), F);
	assert_int_equal(verdict_flags(U, RUN_DOWN, 1, 0, 0), U | F);
	assert_int_equal(verdict_flags(O, RUN_UP, 0, 0, 0), O | F);
	assert_int_equal(verdict_flags(O, RUN_UP, 0, 1, 0), F);
}

static void
results(void **state)
{
	static const int order[] = { RUN_OK, RUN_FAILED, RUN_TIMEOUT,
		RUN_INTERRUPTED, RUN_SYSTEM };

	(void)state;
	for (int a = 0; a < 5; a++)
		for (int b = 0; b < 5; b++)
			assert_int_equal(verdict_worst(order[a], order[b]),
				order[a > b ? a : b]);
	assert_int_equal(verdict_result(REASON_TIMEOUT), RUN_TIMEOUT);
	assert_int_equal(verdict_result(REASON_UNREADY), RUN_TIMEOUT);
	assert_int_equal(verdict_result(REASON_INTERRUPTED), RUN_INTERRUPTED);
	assert_int_equal(verdict_result(REASON_EXIT), RUN_FAILED);
	assert_int_equal(verdict_result(REASON_DEATHS), RUN_FAILED);
}

static void
untaken(void **state)
{
	struct state_rec r = { .flags = STATE_UP | STATE_OWED };

	(void)state;
	assert_true(verdict_untaken(&r));
	for (int why = 0; why < REASON_COUNT; why++) {
		r.reason = (enum state_reason)why;
		r.flags = STATE_UP | STATE_OWED;
		assert_true(verdict_untaken(&r));
		r.flags |= STATE_FAILED;
		assert_int_equal(!verdict_untaken(&r),
			why == REASON_EXIT || why == REASON_SIGNAL ||
				why == REASON_TIMEOUT || why == REASON_RUNNER ||
				why == REASON_INTERRUPTED);
	}
	r.reason = REASON_NONE;
	r.flags = STATE_UP;
	assert_false(verdict_untaken(&r));
	r.flags = STATE_OWED;
	assert_false(verdict_untaken(&r));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(no_empty_cell),
		cmocka_unit_test(promises), cmocka_unit_test(reasons),
		cmocka_unit_test(letters), cmocka_unit_test(amounts),
		cmocka_unit_test(status_of_one_that_starts),
		cmocka_unit_test(status_of_one_that_was_told_to_stop),
		cmocka_unit_test(status_of_one_that_stops),
		cmocka_unit_test(times), cmocka_unit_test(answers),
		cmocka_unit_test(flags), cmocka_unit_test(results),
		cmocka_unit_test(untaken) };

	return cmocka_run_group_tests(tests, 0, 0);
}
