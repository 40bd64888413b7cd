/* diff-up.c - PURE, see diff.h: what has to come up in the new set, and the
 * state in which that set begins. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rc/plan.h"
#include "rc/switch/diff-work.h"

static void
want(struct work *w, uint32_t j, enum diff_because why, uint32_t other)
{
	struct diff *d = w->d;
	uint32_t i = d->from[j];

	if (d->start[j] ||
		(i != DB_NONE && is_up(w, i) && !d->stop[i] && !may_stop(w, i)))
		return;
	d->start[j] = 1;
	d->new[j].action =
		i != DB_NONE && d->stop[i] ? DIFF_RESTART : DIFF_START;
	d->new[j].why = why;
	d->new[j].other = other;
}

void
diff_want_own_reasons(struct work *w, uint32_t j)
{
	struct diff *d = w->d;
	uint32_t i = d->from[j];
	unsigned f;

	if (w->in->target) {
		if (w->in->target[j].flags & (STATE_UP | STATE_OWED))
			want(w, j, BECAUSE_TARGET, 0);
		return;
	}
	if (w->replaced[j])
		want(w, j, BECAUSE_REPLACES, 0);
	/* Up, owed or failed: it is not to be up any more. */
	if (i == DB_NONE || w->left[i])
		return;
	f = w->in->state[i].flags;
	if (d->stop[i] && d->old[i].action == DIFF_RESTART)
		want(w, j, d->old[i].why, d->old[i].other);
	else if (d->stop[i])
		return;
	else if (f & STATE_OWED)
		want(w, j, BECAUSE_OWED, 0);
	else if ((f & STATE_WANTED) && !(f & STATE_UP) &&
		memcmp(old_service(w, i)->hash, new_service(w, j)->hash,
			DB_HASH))
		want(w, j, BECAUSE_WANTED, 0);
}

/* New members of the bundle.  Old ones that are down were taken down by
 * somebody, who is right. */
int
diff_want_bundled(struct work *w)
{
	struct diff *d = w->d;
	struct db_list l;
	unsigned char *was = calloc(d->nfrom + 1, 1);

	if (!was)
		return -1;
	if (w->in->target || !w->in->bundle) {
		free(was);
		return 0;
	}
	if (db_resolve(w->in->from, w->in->bundle, &l))
		for (uint32_t k = 0; k < l.n; k++)
			was[l.v[k]] = 1;
	if (db_resolve(w->in->to, w->in->bundle, &l))
		for (uint32_t k = 0; k < l.n; k++) {
			uint32_t i = d->from[l.v[k]];

			if (i == DB_NONE || !was[i])
				want(w, l.v[k], BECAUSE_BUNDLE, 0);
		}
	free(was);
	return 0;
}

/* Who stays up and has come to want others gets them, as at the next boot. */
void
diff_want_wished(struct work *w)
{
	struct diff *d = w->d;

	for (uint32_t i = 0; i < d->nfrom && !w->in->target; i++) {
		uint32_t j = d->to[i];
		const struct db_list *l;

		if (j == DB_NONE || !is_up(w, i) || d->start[j] || d->stop[i])
			continue;
		l = &new_service(w, j)->wants;
		for (uint32_t k = 0; k < l->n; k++) {
			uint32_t e = l->v[k], g = d->from[e];

			/* Somebody may have stopped it, and is right. */
			if (d->start[e] ||
				(g != DB_NONE &&
					contains(&old_service(w, i)->wants, g)))
				continue;
			want(w, e, BECAUSE_NEEDED, j);
			if (d->start[e])
				d->new[e].wish = 1;
		}
	}
}

/* What starts needs others. */
int
diff_want_needed(struct work *w)
{
	struct diff *d = w->d;
	uint32_t *stack = malloc((d->nto + 1) * sizeof *stack), top = 0;

	if (!stack)
		return -1;
	for (uint32_t j = 0; j < d->nto; j++)
		if (d->start[j])
			stack[top++] = j;
	while (top) {
		uint32_t j = stack[--top];
		const struct db_service *s = new_service(w, j);
		const struct db_list *lists[2] = { &s->deps, &s->wants };

		for (int b = 0; b < 2; b++)
			for (uint32_t k = 0; k < lists[b]->n; k++) {
				uint32_t e = lists[b]->v[k];

				if (d->start[e])
					continue;
				want(w, e, BECAUSE_NEEDED, j);
				w->d->new[e].wish = b;
				if (d->start[e])
					stack[top++] = e;
			}
	}
	free(stack);
	return 0;
}

void
diff_new_state(struct work *w)
{
	struct diff *d = w->d;

	for (uint32_t j = 0; j < d->nto; j++) {
		uint32_t i = d->from[j];
		struct state_rec *r = d->state + j;
		int stays = i != DB_NONE && is_up(w, i) && !d->stop[i];
		unsigned f = 0;

		if (w->in->target) {
			*r = w->in->target[j];
			f = r->flags & STATE_WANTED;
		} else if (i != DB_NONE) {
			*r = w->in->state[i];
			f = r->flags & STATE_WANTED;
			/* Down as was wished is no failure. */
			if (d->stop[i] || w->left[i])
				r->flags &= ~(unsigned)STATE_FAILED;
			if (w->left[i])
				f = 0;
		}
		if (d->start[j])
			f |= STATE_OWED;
		if (d->start[j] &&
			(d->new[j].why == BECAUSE_BUNDLE ||
				d->new[j].why == BECAUSE_REPLACES))
			f |= STATE_WANTED;
		/* A number of the old set says nothing in the new one. */
		if (r->reason == REASON_DEPENDENCY)
			r->code = DB_NONE;
		if ((r->flags & STATE_FAILED) && !d->start[j] && !stays)
			f |= STATE_FAILED;
		else
			r->reason = REASON_NONE, r->code = 0;
		r->flags = f;
		if (stays)
			r->flags |= STATE_UP;
		/* And what became of its script, if it is a oneshot. */
		if (stays && d->start[j] &&
			(w->in->state[i].flags & STATE_FAILED)) {
			r->flags |= STATE_FAILED;
			r->reason = w->in->state[i].reason;
			r->code = r->reason == REASON_DEPENDENCY
				? DB_NONE
				: w->in->state[i].code;
		}
	}
}
