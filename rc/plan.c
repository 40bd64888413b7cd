/* plan.c - PURE, see plan.h.  Everything is linear in services plus edges;
 * nothing recurs, so that a chain of 10,000 does not need 10,000 frames. */

#include <stdlib.h>
#include <string.h>

#include "rc/plan.h"

static void
visit(unsigned char *set, uint32_t *stack, uint32_t *top,
	const struct db_list *l)
{
	for (uint32_t k = 0; k < l->n; k++)
		if (!set[l->v[k]]) {
			set[l->v[k]] = 1;
			stack[(*top)++] = l->v[k];
		}
}

static int
closure(const struct db *db, unsigned char *set, int down, int wants)
{
	uint32_t n = db_count(db), top = 0;
	uint32_t *stack = malloc((n ? n : 1) * sizeof *stack);

	if (!stack)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		if (set[i])
			stack[top++] = i;
	while (top) {
		const struct db_service *s = db->services + stack[--top];

		visit(set, stack, &top, down ? &s->rdeps : &s->deps);
		if (wants)
			visit(set, stack, &top, &s->wants);
	}
	free(stack);
	return 0;
}

int
plan_needs(const struct db *db, unsigned char *set, int wants)
{
	return closure(db, set, 0, wants);
}

int
plan_wishes(const struct db *db, const unsigned char *members,
	unsigned char *wishes)
{
	uint32_t n = db_count(db);
	unsigned char *must = malloc((size_t)n + 1);
	int r = -1;

	if (!must)
		return -1;
	memcpy(must, members, n);
	memcpy(wishes, members, n);
	if (closure(db, must, 0, 0) == 0 && closure(db, wishes, 0, 1) == 0) {
		for (uint32_t i = 0; i < n; i++)
			wishes[i] = wishes[i] && !must[i];
		r = 0;
	}
	free(must);
	return r;
}

int
plan_needed_by(const struct db *db, unsigned char *set)
{
	return closure(db, set, 1, 0);
}

/* Who names i in its `after': the database has only the forward lists. */
static int
reverse_after(struct plan *p)
{
	uint32_t total = 0;

	p->before_at = calloc(p->n + 2, sizeof *p->before_at);
	if (!p->before_at)
		return -1;
	for (uint32_t i = 0; i < p->n; i++) {
		const struct db_list *a = &p->db->services[i].after;

		total += a->n;
		for (uint32_t k = 0; k < a->n; k++)
			p->before_at[a->v[k] + 2]++;
	}
	p->before = malloc((total ? total : 1) * sizeof *p->before);
	if (!p->before)
		return -1;
	for (uint32_t i = 2; i < p->n + 2; i++)
		p->before_at[i] += p->before_at[i - 1];
	for (uint32_t i = 0; i < p->n; i++) {
		const struct db_list *a = &p->db->services[i].after;

		for (uint32_t k = 0; k < a->n; k++)
			p->before[p->before_at[a->v[k] + 1]++] = i;
	}
	return 0;
}

static uint32_t
members(const struct plan *p, const uint32_t *v, uint32_t n)
{
	uint32_t found = 0;

	for (uint32_t k = 0; k < n; k++)
		found += p->state[v[k]] == PLAN_WAITING;
	return found;
}

static uint32_t
count_before(const struct plan *p, uint32_t i)
{
	const struct db_service *s = p->db->services + i;

	if (p->up)
		return members(p, s->deps.v, s->deps.n) +
			members(p, s->after.v, s->after.n);
	return members(p, s->rdeps.v, s->rdeps.n) +
		members(p, p->before + p->before_at[i],
			p->before_at[i + 1] - p->before_at[i]);
}

static void
enqueue(struct plan *p, uint32_t i)
{
	p->state[i] = PLAN_READY;
	p->queue[p->tail++ % (p->n + 1)] = i;
}

int
plan_init(struct plan *p, const struct db *db, const unsigned char *set, int up)
{
	uint32_t n = db_count(db);

	memset(p, 0, sizeof *p);
	p->db = db;
	p->up = up;
	p->n = n;
	p->state = calloc(n + 1, 1);
	p->pending = calloc(n + 1, sizeof *p->pending);
	p->queue = calloc(n + 1, sizeof *p->queue);
	p->cause = calloc(n + 1, sizeof *p->cause);
	p->stack = calloc(n + 1, sizeof *p->stack);
	if (!p->state || !p->pending || !p->queue || !p->cause || !p->stack ||
		reverse_after(p) < 0) {
		plan_free(p);
		return -1;
	}
	for (uint32_t i = 0; i < n; i++)
		if (set[i]) {
			p->state[i] = PLAN_WAITING;
			p->left++;
		}
	for (uint32_t i = 0; i < n; i++)
		if (p->state[i] == PLAN_WAITING)
			p->pending[i] = count_before(p, i);
	for (uint32_t i = 0; i < n; i++)
		if (p->state[i] == PLAN_WAITING && !p->pending[i])
			enqueue(p, i);
	return 0;
}

/* `after' may close a circle over hard dependencies.  Order is a wish: when
 * nothing runs and nothing is ready, the first one whose hard dependencies
 * are done begins. */
static void
break_circle(struct plan *p)
{
	for (uint32_t i = 0; i < p->n; i++) {
		const struct db_service *s = p->db->services + i;
		const struct db_list *l = p->up ? &s->deps : &s->rdeps;

		if (p->state[i] == PLAN_WAITING && !members(p, l->v, l->n)) {
			p->pending[i] = 0;
			enqueue(p, i);
			return;
		}
	}
}

uint32_t
plan_next(struct plan *p)
{
	uint32_t i;

	for (;;) {
		if (p->head == p->tail) {
			if (!p->left || p->running)
				return DB_NONE;
			break_circle(p);
			if (p->head == p->tail)
				return DB_NONE;
		}
		i = p->queue[p->head++ % (p->n + 1)];
		if (p->state[i] == PLAN_READY)
			break;
	}
	p->state[i] = PLAN_RUNNING;
	p->running++;
	return i;
}

void
plan_defer(struct plan *p, uint32_t i)
{
	p->running--;
	enqueue(p, i);
}

static void
release(struct plan *p, const uint32_t *v, uint32_t n)
{
	for (uint32_t k = 0; k < n; k++) {
		uint32_t j = v[k];

		if (p->state[j] == PLAN_WAITING && p->pending[j] &&
			!--p->pending[j])
			enqueue(p, j);
	}
}

/* i has ended: those that come after it by order alone go on, and so do
 * those that need it if it went well. */
static void
release_next(struct plan *p, uint32_t i, int ok)
{
	const struct db_service *s = p->db->services + i;

	release(p, p->up ? p->before + p->before_at[i] : s->after.v,
		p->up ? p->before_at[i + 1] - p->before_at[i] : s->after.n);
	if (ok)
		release(p, p->up ? s->rdeps.v : s->deps.v,
			p->up ? s->rdeps.n : s->deps.n);
}

static uint32_t
skip_dependents(struct plan *p, uint32_t failed)
{
	uint32_t top = 0, skipped = 0;

	p->stack[top++] = failed;
	while (top) {
		uint32_t i = p->stack[--top];
		const struct db_service *s = p->db->services + i;
		const struct db_list *l = p->up ? &s->rdeps : &s->deps;

		for (uint32_t k = 0; k < l->n; k++) {
			uint32_t j = l->v[k];

			if (p->state[j] != PLAN_WAITING &&
				p->state[j] != PLAN_READY)
				continue;
			p->state[j] = PLAN_SKIPPED;
			p->cause[j] = failed;
			p->left--;
			skipped++;
			p->stack[top++] = j;
		}
		if (i != failed)
			release_next(p, i, 0);
	}
	return skipped;
}

uint32_t
plan_ended(struct plan *p, uint32_t i, int ok)
{
	uint32_t skipped = 0;

	p->state[i] = ok ? PLAN_DONE : PLAN_FAILED;
	p->running--;
	p->left--;
	if (!ok)
		skipped = skip_dependents(p, i);
	release_next(p, i, ok);
	return skipped;
}

void
plan_free(struct plan *p)
{
	free(p->state);
	free(p->pending);
	free(p->queue);
	free(p->cause);
	free(p->stack);
	free(p->before);
	free(p->before_at);
	memset(p, 0, sizeof *p);
}
