/* order.c - orders of starting and stopping on sets small enough to see: who
 * is meant, circles of `after', and what a failure skips.  The random graphs
 * are in plan.c.  Covers: rc/plan.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rc/plan.h"

enum { A, B, C, D, E, N };

static uint32_t room[64];
static struct db_service services[N];
static struct db db;

static struct db_list
list(struct db_list old, uint32_t v)
{
	static uint32_t used;
	struct db_list l = { old.n + 1, room + used };

	if (old.n)
		memcpy(room + used, old.v, old.n * sizeof *room);
	room[used + old.n] = v;
	used = (used + l.n) % 48;
	return l;
}

static void
needs(uint32_t i, uint32_t on)
{
	services[i].deps = list(services[i].deps, on);
	services[on].rdeps = list(services[on].rdeps, i);
}

static void
after(uint32_t i, uint32_t other)
{
	services[i].after = list(services[i].after, other);
}

static int
begin(void **state)
{
	(void)state;
	memset(services, 0, sizeof services);
	db = (struct db){ .services = services, .nlong = 3, .nshort = 2 };
	return 0;
}

/* A set that ends where it ends: "ab". */
static unsigned char *
set_of(const char *names)
{
	unsigned char *set = calloc(N, 1);

	for (; *names; names++)
		set[*names - 'a'] = 1;
	return set;
}

static void
is_set(unsigned char *set, const char *names)
{
	char got[N + 1];
	size_t n = 0;

	for (int i = 0; i < N; i++)
		if (set[i])
			got[n++] = (char)('a' + i);
	got[n] = 0;
	assert_string_equal(got, names);
	free(set);
}

static void
who(void **state)
{
	unsigned char *s;

	(void)state;
	needs(A, B);
	needs(B, C);
	services[B].wants = list(services[B].wants, D);
	services[D].wants = list(services[D].wants, E);
	s = set_of("a");
	assert_int_equal(plan_needs(&db, s, 0), 0);
	is_set(s, "abc");
	s = set_of("a");
	assert_int_equal(plan_needs(&db, s, 1), 0);
	is_set(s, "abcde");
	s = set_of("c");
	assert_int_equal(plan_needed_by(&db, s), 0);
	is_set(s, "abc");
	s = set_of("d");
	assert_int_equal(plan_needed_by(&db, s), 0);
	is_set(s, "d");
	s = set_of("");
	assert_int_equal(plan_needs(&db, s, 1), 0);
	is_set(s, "");
	db.nlong = db.nshort = 0;
	assert_int_equal(plan_needs(&db, s = malloc(1), 1), 0);
	free(s);
}

static void
wishes(const char *members, const char *expected)
{
	unsigned char *m = set_of(members), *w = set_of("abcde");

	assert_int_equal(plan_wishes(&db, m, w), 0);
	is_set(w, expected);
	is_set(m, members);
}

/* What they can do without: not what anybody of them needs. */
static void
wished(void **state)
{
	(void)state;
	needs(A, B);
	services[A].wants = list(services[A].wants, C);
	needs(C, D);
	wishes("a", "cd");
	wishes("ac", "");
	wishes("ad", "c");
	wishes("e", "");
	needs(E, D);
	wishes("ae", "c");
}

static struct plan plan;

static void
start(const char *names, int up)
{
	unsigned char *s = set_of(names);

	memset(&plan, 0xff, sizeof plan);
	assert_int_equal(plan_init(&plan, &db, s, up), 0);
	assert_int_equal(plan.left, strlen(names));
	assert_int_equal(plan.running, 0);
	free(s);
}

static void
end(void)
{
	assert_int_equal(plan_next(&plan), DB_NONE);
	assert_int_equal(plan.left, 0);
	assert_int_equal(plan.running, 0);
	plan_free(&plan);
	assert_null(plan.state);
}

static void
next(uint32_t i)
{
	assert_int_equal(plan_next(&plan), i);
	assert_int_equal(plan.state[i], PLAN_RUNNING);
}

static void
done(uint32_t i)
{
	assert_int_equal(plan_ended(&plan, i, 1), 0);
	assert_int_equal(plan.state[i], PLAN_DONE);
}

static void
up_and_down(void **state)
{
	(void)state;
	needs(A, B);
	needs(A, C);
	after(C, B);
	after(D, A);
	start("abcd", 1);
	next(B);
	assert_int_equal(plan_next(&plan), DB_NONE);
	assert_int_equal(plan.running, 1);
	done(B);
	next(C);
	assert_int_equal(plan_next(&plan), DB_NONE);
	done(C);
	next(A);
	done(A);
	next(D);
	done(D);
	assert_int_equal(plan.state[E], PLAN_IDLE);
	end();
	start("abcd", 0);
	next(D);
	assert_int_equal(plan_next(&plan), DB_NONE);
	done(D);
	next(A);
	assert_int_equal(plan_next(&plan), DB_NONE);
	done(A);
	next(C);
	assert_int_equal(plan_next(&plan), DB_NONE);
	done(C);
	next(B);
	done(B);
	end();
	/* Who is not meant is not waited for. */
	start("a", 1);
	next(A);
	done(A);
	end();
	start("b", 0);
	next(B);
	done(B);
	end();
	start("", 1);
	end();
}

/* Order alone closes a circle: the first whose needs are done begins. */
static void
circles(void **state)
{
	(void)state;
	needs(B, A);
	after(A, C);
	after(C, B);
	start("abc", 1);
	next(A);
	done(A);
	next(B);
	done(B);
	next(C);
	done(C);
	end();
	start("abc", 0);
	next(B);
	assert_int_equal(plan_next(&plan), DB_NONE);
	done(B);
	next(A);
	done(A);
	next(C);
	done(C);
	end();
	/* Not while something runs, and one at a time. */
	start("abce", 1);
	next(E);
	assert_int_equal(plan_next(&plan), DB_NONE);
	done(E);
	next(A);
	assert_int_equal(plan_next(&plan), DB_NONE);
	done(A);
	next(B);
	done(B);
	next(C);
	done(C);
	end();
}

static void
failures(void **state)
{
	(void)state;
	needs(B, A);
	needs(C, B);
	after(D, C);
	start("abcde", 1);
	next(A);
	next(E);
	assert_int_equal(plan_ended(&plan, A, 0), 2);
	assert_int_equal(plan.state[A], PLAN_FAILED);
	assert_int_equal(plan.state[B], PLAN_SKIPPED);
	assert_int_equal(plan.state[C], PLAN_SKIPPED);
	assert_int_equal(plan.cause[B], A);
	assert_int_equal(plan.cause[C], A);
	assert_int_equal(plan.left, 2);
	next(D); /* order alone goes on */
	done(D);
	done(E);
	end();
	start("abc", 0);
	next(C);
	assert_int_equal(plan_ended(&plan, C, 0), 2);
	assert_int_equal(plan.cause[A], C);
	end();
	/* Two of whose needs fail are skipped once. */
	needs(D, B);
	needs(D, E);
	start("bde", 1);
	next(B);
	next(E);
	assert_int_equal(plan_ended(&plan, B, 0), 1);
	assert_int_equal(plan_ended(&plan, E, 0), 0);
	assert_int_equal(plan.cause[D], B);
	end();
}

/* One that cannot begin yet goes to the end of the line, as often as it
 * takes. */
static void
deferred(void **state)
{
	(void)state;
	start("ab", 1);
	for (int i = 0; i < 20; i++) {
		next(A);
		plan_defer(&plan, A);
		assert_int_equal(plan.state[A], PLAN_READY);
		assert_int_equal(plan.running, 0);
		next(B);
		plan_defer(&plan, B);
	}
	next(A);
	done(A);
	next(B);
	done(B);
	end();
	/* One that is ready already is skipped too. */
	needs(B, A);
	start("b", 1);
	next(B);
	plan_defer(&plan, B);
	plan.state[A] = PLAN_RUNNING;
	plan.running++;
	plan.left++;
	assert_int_equal(plan_ended(&plan, A, 0), 1);
	end();
}

#define TEST(f) cmocka_unit_test_setup(f, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(who), TEST(wished),
		TEST(up_and_down), TEST(circles), TEST(failures),
		TEST(deferred) };

	return cmocka_run_group_tests(tests, 0, 0);
}
