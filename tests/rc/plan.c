/* plan.c - order of starting and stopping, on random graphs of up to 10,000
 * services, checked against a model that looks at every edge; and what a
 * switch between two random sets does. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rc/db.h"
#include "rc/switch/diff.h"
#include "rc/plan.h"

static uint64_t seed;

static uint32_t
rnd(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((seed >> 33) % below);
}

struct graph {
	struct db db, built;
	char *data;
	uint32_t *edges;
};

static int
ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static uint32_t
unique(uint32_t *v, uint32_t n)
{
	uint32_t k = 0;

	qsort(v, n, sizeof *v, ascending);
	for (uint32_t i = 0; i < n; i++)
		if (!k || v[k - 1] != v[i])
			v[k++] = v[i];
	return k;
}

/* Names ascend with numbers within each type, as the compiler makes them.
 * Service i of the order depends only on those before it in a random order,
 * so there are no circles. */
enum shape { CHAIN, FAN, RANDOM, SHAPES };

static const struct db_file files[2] = { { "run", 0100755, "#!/bin/a", 8 },
	{ "run", 0100755, "#!/bin/b", 8 } };

static void
make_graph(struct graph *g, uint32_t n, enum shape shape, int salt)
{
	uint32_t *order = calloc(n, sizeof *order), at = 0;
	struct db *b = &g->built;
	size_t len;
	char err[256];

	memset(g, 0, sizeof *g);
	b->nlong = n * 6 / 10;
	b->nshort = n - b->nlong;
	b->services = calloc(n, sizeof *b->services);
	g->edges = calloc((size_t)n * 8, sizeof *g->edges);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t k = rnd(i + 1);

		order[i] = order[k];
		order[k] = i;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct db_service *s = b->services + i;
		char *name = malloc(16);

		snprintf(name, 16, "s%06u", (unsigned)i);
		s->name = name;
		s->type = i < b->nlong ? DB_LONGRUN : DB_ONESHOT;
		s->consumer = DB_NONE;
		s->up.argv = s->down.argv = s->reload.argv = "";
		s->files = i < b->nlong ? files + (salt && rnd(20) == 0) : 0;
		s->nfiles = i < b->nlong;
		if (i >= b->nlong) {
			s->up.present = 1;
			s->up.argc = 1;
			s->up.argv = salt && rnd(20) == 0 ? "y" : "x";
			s->up.len = 2;
		}
	}
	for (uint32_t i = 1; i < n; i++) {
		struct db_service *s = b->services + order[i];
		uint32_t m = shape == CHAIN ? 1 : shape == FAN ? 1 : rnd(4);
		uint32_t *v = g->edges + at;

		for (uint32_t k = 0; k < m; k++)
			v[k] = order[shape == CHAIN    ? i - 1
					: shape == FAN ? 0
						       : rnd(i)];
		s->deps.v = v;
		s->deps.n = unique(v, m);
		at += m;
		if (shape == RANDOM && rnd(4) == 0) {
			g->edges[at] = order[rnd(i)];
			s->after.v = g->edges + at++;
			s->after.n = 1;
		}
	}
	free(order);
	assert_int_equal(db_encode(b, &g->data, &len), 0);
	if (db_load(&g->db, g->data, len, err, sizeof err) < 0)
		fail_msg("%s", err);
}

static void
free_graph(struct graph *g)
{
	for (uint32_t i = 0; i < g->built.nlong + g->built.nshort; i++)
		free((char *)(uintptr_t)g->built.services[i].name);
	free(g->built.services);
	free(g->edges);
	db_close(&g->db);
	free(g->data);
}

/* The model: a service may begin only when every hard dependency in the set
 * is done (going up), or every dependent (going down). */
static void
check_begin(const struct db *db, const unsigned char *set,
	const unsigned char *done, uint32_t i, int up)
{
	const struct db_list *l =
		up ? &db->services[i].deps : &db->services[i].rdeps;

	assert_true(set[i]);
	assert_false(done[i]);
	for (uint32_t k = 0; k < l->n; k++)
		if (set[l->v[k]])
			assert_true(done[l->v[k]] == 1);
}

/* Run a plan in a random interleaving; each service fails with chance 1 in
 * `odds' (0: never).  Everything that can be done is done. */
static void
drive(const struct db *db, const unsigned char *set, int up, uint32_t odds)
{
	uint32_t n = db->nlong + db->nshort, nrun = 0, i;
	unsigned char *done = calloc(n + 1, 1);
	uint32_t *run = calloc(n + 1, sizeof *run);
	struct plan p;

	assert_int_equal(plan_init(&p, db, set, up), 0);
	for (;;) {
		int ok;
		uint32_t k;

		while ((i = plan_next(&p)) != DB_NONE) {
			check_begin(db, set, done, i, up);
			run[nrun++] = i;
			if (rnd(3) == 0)
				break;
		}
		if (!nrun)
			break;
		k = rnd(nrun);
		i = run[k];
		run[k] = run[--nrun];
		ok = !odds || rnd(odds);
		done[i] = ok ? 1 : 2;
		plan_ended(&p, i, ok);
	}
	assert_int_equal(p.left, 0);
	for (i = 0; i < n; i++) {
		const struct db_list *l =
			up ? &db->services[i].deps : &db->services[i].rdeps;
		int blocked = 0;

		if (!set[i])
			continue;
		for (uint32_t k = 0; k < l->n; k++)
			blocked |= set[l->v[k]] && done[l->v[k]] != 1;
		/* Not tried exactly when something before it failed or was
		 * itself not tried. */
		assert_int_equal(done[i] == 0, blocked);
	}
	plan_free(&p);
	free(done);
	free(run);
}

static void
orders(uint32_t n, enum shape shape, uint32_t odds)
{
	unsigned char *set = calloc(n + 1, 1);
	struct graph g;

	make_graph(&g, n, shape, 0);
	memset(set, 1, n);
	drive(&g.db, set, 1, odds);
	drive(&g.db, set, 0, odds);
	memset(set, 0, n);
	for (int i = 0; i < 5; i++)
		set[rnd(n)] = 1;
	assert_int_equal(plan_needs(&g.db, set, 1), 0);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; set[i] && k < g.db.services[i].deps.n; k++)
			assert_true(set[g.db.services[i].deps.v[k]]);
	drive(&g.db, set, 1, odds);
	memset(set, 0, n);
	set[rnd(n)] = 1;
	assert_int_equal(plan_needed_by(&g.db, set), 0);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; set[i] && k < g.db.services[i].rdeps.n;
			k++)
			assert_true(set[g.db.services[i].rdeps.v[k]]);
	drive(&g.db, set, 0, odds);
	free_graph(&g);
	free(set);
}

static void
random_orders(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		seed = 1000 + (uint64_t)round;
		orders(2 + rnd(60), (enum shape)rnd(SHAPES),
			round % 2 ? 0 : 2 + rnd(10));
	}
}

static void
large_orders(void **state)
{
	(void)state;
	for (int shape = 0; shape < SHAPES; shape++) {
		seed = 7 + (uint64_t)shape;
		orders(10000, (enum shape)shape, 0);
		orders(10000, (enum shape)shape, 1000);
	}
}

/* --- a switch between two sets --- */

/* What must hold of any switch. */
static void
check_diff(const struct diff_input *in, const struct diff *d)
{
	const struct db *a = in->from, *b = in->to;

	for (uint32_t i = 0; i < d->nfrom; i++) {
		int up = !!(in->state[i].flags & STATE_UP);
		uint32_t j = d->to[i];
		const struct db_service *s = a->services + i;

		if (!up) {
			assert_false(d->stop[i]);
			continue;
		}
		/* Whoever stays has all that it needs, in both sets. */
		if (!d->stop[i]) {
			assert_true(j != DB_NONE);
			assert_memory_equal(
				s->hash, b->services[j].hash, DB_HASH);
			for (uint32_t k = 0; k < s->deps.n; k++)
				assert_false(d->stop[s->deps.v[k]]);
			for (uint32_t k = 0; k < b->services[j].deps.n; k++) {
				uint32_t e = b->services[j].deps.v[k];

				assert_true(d->from[e] != DB_NONE);
				assert_false(d->start[e]);
				assert_false(d->stop[d->from[e]]);
			}
			assert_true(d->state[j].flags & STATE_UP);
			assert_false(d->start[j]);
			continue;
		}
		/* Whoever stops has a reason of its own or one that it needs
		 * stops, or is not up. */
		if (d->old[i].why == BECAUSE_NEEDS)
			assert_true(d->stop[d->old[i].other]);
		if (d->old[i].why == BECAUSE_CHANGED)
			assert_memory_not_equal(
				s->hash, b->services[j].hash, DB_HASH);
		if (d->old[i].why == BECAUSE_GONE)
			assert_int_equal(j, DB_NONE);
		/* and comes back if it is still there. */
		if (j != DB_NONE)
			assert_true(d->start[j]);
	}
	for (uint32_t j = 0; j < d->nto; j++)
		if (d->start[j]) {
			const struct db_service *s = b->services + j;

			assert_true(d->state[j].flags & STATE_OWED);
			assert_false(d->state[j].flags & STATE_UP);
			for (uint32_t k = 0; k < s->deps.n; k++) {
				uint32_t e = s->deps.v[k], i = d->from[e];

				assert_true(d->start[e] ||
					(i != DB_NONE &&
						(in->state[i].flags &
							STATE_UP) &&
						!d->stop[i]));
			}
		}
}

static void
one_diff(uint32_t n, enum shape shape)
{
	struct state_rec *st;
	unsigned char *up;
	struct graph a, b;
	struct diff d;
	char err[256];
	uint64_t was = seed;
	uint32_t m = n > 3 && rnd(2) ? n - rnd(n / 3 + 1) : n + rnd(5);

	make_graph(&a, n, shape, 0);
	if (rnd(3) == 0) {
		seed = was; /* nearly the same graph */
		(void)rnd(2);
		m = n;
	}
	make_graph(&b, m, shape, 1);
	st = calloc(n + 1, sizeof *st);
	up = calloc(n + 1, 1);
	for (int k = 0; k < 8; k++)
		up[rnd(n)] = 1;
	assert_int_equal(plan_needs(&a.db, up, 0), 0);
	for (uint32_t i = 0; i < n; i++)
		st[i].flags = up[i] ? STATE_UP : rnd(9) ? 0 : STATE_WANTED;
	{
		struct diff_input in = {
			.from = &a.db, .to = &b.db, .state = st
		};

		assert_int_equal(diff_make(&d, &in, err, sizeof err), DIFF_OK);
		check_diff(&in, &d);
		diff_free(&d);
		/* To itself: nothing. */
		in.to = &a.db;
		for (uint32_t i = 0; i < n; i++)
			st[i].flags = up[i] ? STATE_UP : 0;
		assert_int_equal(diff_make(&d, &in, err, sizeof err), DIFF_OK);
		assert_false(diff_does(&d));
		diff_free(&d);
	}
	free(st);
	free(up);
	free_graph(&a);
	free_graph(&b);
}

static void
random_diffs(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		seed = 5000 + (uint64_t)round;
		one_diff(2 + rnd(80), (enum shape)rnd(SHAPES));
	}
	seed = 1;
	one_diff(10000, RANDOM);
	one_diff(10000, CHAIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_orders),
		cmocka_unit_test(large_orders),
		cmocka_unit_test(random_diffs),
	};

	return cmocka_run_group_tests(tests, 0, 0);
}
