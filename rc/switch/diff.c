/* diff.c - PURE, see diff.h.  Linear in services and edges.
 *
 * A service that is up is taken down only for a reason: it is gone, it
 * became something else, its definition differs, or one that it needs goes
 * down.  The log reader at the end of a pipe is no such reason: the pipe
 * stays open while the reader is replaced. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rc/switch/diff-work.h"
#include "rc/plan.h"

static int
convert_line(
	struct work *w, const struct diff_convert *c, char *err, size_t max)
{
	const char *to = c->to ? c->to : c->from;
	uint32_t i = db_service(w->in->from, c->from), j;
	struct db_list l;

	if (i == DB_NONE) {
		if (db_bundle(w->in->from, c->from) != DB_NONE) {
			snprintf(err, max,
				"%s is a bundle, expected a longrun "
				"or oneshot",
				c->from);
			return DIFF_WRONG_TYPE;
		}
		snprintf(err, max, "%s is not in the old set", c->from);
		return DIFF_UNKNOWN;
	}
	if (w->asked[i]) {
		snprintf(err, max, "%s is converted twice", c->from);
		return DIFF_DUPLICATE;
	}
	w->asked[i] = c->restart ? 2 : 1;
	j = db_service(w->in->to, to);
	if (j != DB_NONE) {
		if (w->d->from[j] != DB_NONE) {
			snprintf(err, max, "two services become %s", to);
			return DIFF_DUPLICATE;
		}
		w->d->from[j] = i;
		w->d->to[i] = j;
		return DIFF_OK;
	}
	if (!db_resolve(w->in->to, to, &l)) {
		snprintf(err, max, "%s is not in the new set", to);
		return DIFF_UNKNOWN;
	}
	for (uint32_t k = 0; k < l.n && was_up(w, i); k++)
		w->replaced[l.v[k]] = 1;
	return DIFF_OK;
}

/* The log companion that the compiler made for it, or DB_NONE. */
static uint32_t
companion(const struct db *db, uint32_t i)
{
	uint32_t logger = db_logger(db, db->services + i);

	return logger != DB_NONE && (db->services[logger].flags & DB_GENERATED)
		? logger
		: DB_NONE;
}

/* Who gets another name takes its logger along, unless a line says what becomes
 * of that. */
static void
take_loggers(struct work *w)
{
	struct diff *d = w->d;

	for (size_t k = 0; k < w->in->nconvert && !w->in->target; k++) {
		uint32_t i = db_service(w->in->from, w->in->convert[k].from),
			 j = i == DB_NONE ? DB_NONE : d->to[i], a, b;

		if (j == DB_NONE)
			continue;
		a = companion(w->in->from, i);
		b = companion(w->in->to, j);
		if (a == DB_NONE || b == DB_NONE || w->asked[a] ||
			d->from[b] != DB_NONE ||
			db_service(w->in->to, old_service(w, a)->name) !=
				DB_NONE ||
			db_service(w->in->from, new_service(w, b)->name) !=
				DB_NONE)
			continue;
		w->asked[a] = 1;
		d->to[a] = b;
		d->from[b] = a;
	}
}

static int
map_names(struct work *w, char *err, size_t max)
{
	struct diff *d = w->d;

	for (uint32_t i = 0; i < d->nfrom; i++)
		d->to[i] = DB_NONE;
	for (uint32_t j = 0; j < d->nto; j++)
		d->from[j] = DB_NONE;
	for (size_t k = 0; k < w->in->nconvert; k++) {
		int r = convert_line(w, w->in->convert + k, err, max);

		if (r)
			return r;
	}
	take_loggers(w);
	for (uint32_t i = 0; i < d->nfrom; i++) {
		uint32_t j;

		if (w->asked[i] && d->to[i] != DB_NONE)
			continue;
		if (w->asked[i])
			continue;
		j = db_service(w->in->to, old_service(w, i)->name);
		if (j == DB_NONE)
			continue;
		/* On the way back it is a new one that took a name of then. */
		if (d->from[j] != DB_NONE && w->in->target)
			continue;
		if (d->from[j] != DB_NONE) {
			snprintf(err, max, "%s and %s both become %s",
				old_service(w, d->from[j])->name,
				old_service(w, i)->name,
				new_service(w, j)->name);
			return DIFF_DUPLICATE;
		}
		d->from[j] = i;
		d->to[i] = j;
	}
	return DIFF_OK;
}

/* --- what has to go down --- */

/* An essential service is not touched for its own sake; what cannot be
 * without touching it is refused. */
static void
mark(struct work *w, uint32_t i, enum diff_because why, uint32_t other,
	const char *what)
{
	struct diff *d = w->d;
	const struct db_service *s = old_service(w, i);

	if (!is_up(w, i) || d->stop[i])
		return;
	if ((s->flags & DB_ESSENTIAL) && !w->in->force_essentials &&
		!w->in->target) {
		if (why == BECAUSE_CHANGED || why == BECAUSE_ASKED ||
			why == BECAUSE_OUTDATED) {
			d->old[i].why = BECAUSE_ESSENTIAL;
			return;
		}
		if (d->refused == DB_NONE)
			d->refused = i;
	}
	d->stop[i] = 1;
	d->old[i].action = d->to[i] == DB_NONE || why == BECAUSE_GONE ||
			why == BECAUSE_UNBUNDLED
		? DIFF_STOP
		: DIFF_RESTART;
	d->old[i].why = why;
	d->old[i].other = other;
	d->old[i].what = what;
	d->old[i].was = i;
	d->old[i].is = d->to[i];
	w->queue[w->tail++] = i;
}

/* A directory keeps its supervise under a new name only if neither name is
 * in use on the other side. */
static int
can_rename(const struct work *w, uint32_t i, uint32_t j)
{
	const char *old = old_service(w, i)->name,
		   *new = new_service(w, j)->name;

	return !strcmp(old, new) || i >= w->in->from->nlong ||
		(db_service(w->in->to, old) == DB_NONE &&
			db_service(w->in->from, new) == DB_NONE);
}

static enum db_on_change
on_change(const struct work *w, const struct db_service *s)
{
	switch (w->in->on_change) {
	case DIFF_ALWAYS_RESTART:
		return DB_CHANGE_RESTART;
	case DIFF_NEVER:
		return DB_CHANGE_KEEP;
	case DIFF_BY_DEFINITION:
		break;
	}
	return s->on_change;
}

static const struct db_file *
file_of(const struct db_service *s, const char *path)
{
	for (uint32_t k = 0; k < s->nfiles; k++)
		if (!strcmp(s->files[k].path, path))
			return s->files + k;
	return 0;
}

static int
same_file(const struct db_file *a, const struct db_file *b)
{
	return a && b ? a->len == b->len && !memcmp(a->data, b->data, a->len)
		      : a == b;
}

/* The end of a pipe at which nobody would be any more if it went on as it is:
 * what it writes would be lost, what is written for it would not be read. */
static const char *
broken_pipe(const struct db_service *a, const struct db_service *b)
{
	if (file_of(a, "stdout-fifo") &&
		!same_file(
			file_of(a, "stdout-fifo"), file_of(b, "stdout-fifo")))
		return "stdout-fifo";
	return same_file(file_of(a, "stdin-fifo"), file_of(b, "stdin-fifo"))
		? 0
		: "stdin-fifo";
}

/* On the way back: what was restarted, by the switch or by its own end, is
 * restarted back.  What was not still runs as it did before; but what was
 * told to reload has to read again what it read then. */
static void
look_at_undone(struct work *w, uint32_t i, uint32_t j)
{
	const struct db_service *a = old_service(w, i);
	struct diff_step *o = w->d->old + i;

	if ((w->in->target[j].flags & STATE_OWED) || may_stop(w, i) ||
		(w->in->current && w->in->current[i])) {
		mark(w, i, BECAUSE_CHANGED, 0, 0);
		return;
	}
	if (on_change(w, a) != DB_CHANGE_RELOAD)
		return;
	o->action = DIFF_RELOAD;
	o->why = BECAUSE_CHANGED;
	o->was = i;
	o->is = j;
}

/* It was kept while its definition changed, and is as that says now. */
static void
look_at_outdated(struct work *w, uint32_t i, uint32_t j)
{
	if (!w->in->outdated || !w->in->outdated[i] || w->in->target)
		return;
	if (on_change(w, new_service(w, j)) == DB_CHANGE_RESTART)
		mark(w, i, BECAUSE_OUTDATED, 0, 0);
	else
		w->d->old[i].why = BECAUSE_STILL_KEPT;
}

static void
look_at_definition(struct work *w, uint32_t i, uint32_t j)
{
	const struct db_service *a = old_service(w, i), *b = new_service(w, j);
	struct diff_step *o = w->d->old + i;
	const char *pipe;

	if (!memcmp(a->hash, b->hash, DB_HASH)) {
		look_at_outdated(w, i, j);
		return;
	}
	if (w->in->target) {
		look_at_undone(w, i, j);
		return;
	}
	pipe = broken_pipe(a, b);
	/* If nothing at all is restarted both ends go on. */
	if (pipe && w->in->on_change != DIFF_NEVER &&
		(on_change(w, b) != DB_CHANGE_RESTART ||
			(a->flags & DB_ESSENTIAL))) {
		mark(w, i, BECAUSE_PIPE, 0, pipe);
		return;
	}
	/* What may be stopping can be neither reloaded nor kept. */
	switch (may_stop(w, i) && i < w->in->from->nlong ? DB_CHANGE_RESTART
							 : on_change(w, b)) {
	case DB_CHANGE_RESTART:
		mark(w, i, BECAUSE_CHANGED, 0, 0);
		return;
	case DB_CHANGE_RELOAD:
		o->action = DIFF_RELOAD;
		o->why = BECAUSE_CHANGED;
		break;
	case DB_CHANGE_KEEP:
		o->why = BECAUSE_KEEP;
		break;
	}
	o->was = i;
	o->is = j;
}

static void
mark_own_reasons(struct work *w)
{
	struct diff *d = w->d;

	for (uint32_t i = 0; i < d->nfrom; i++) {
		uint32_t j = d->to[i];

		if (!is_up(w, i) || d->stop[i])
			continue;
		d->old[i].action = DIFF_KEEP;
		if (j == DB_NONE)
			mark(w, i, BECAUSE_GONE, 0, 0);
		else if (old_service(w, i)->type != new_service(w, j)->type)
			mark(w, i, BECAUSE_TYPE, 0, 0);
		else if (w->asked[i] == 2)
			mark(w, i, BECAUSE_ASKED, 0, 0);
		else if (!can_rename(w, i, j))
			mark(w, i, BECAUSE_RENAME, 0, 0);
		else if (w->in->target &&
			!(w->in->target[j].flags & (STATE_UP | STATE_OWED)))
			mark(w, i, BECAUSE_TARGET, 0, 0);
		else
			look_at_definition(w, i, j);
	}
}

/* Left the bundle that is to be up, and nothing that stays needs it.  Before
 * all other reasons: what else changed is no reason to start it again. */
static int
mark_unbundled(struct work *w)
{
	const struct db *from = w->in->from, *to = w->in->to;
	struct diff *d = w->d;
	struct db_list l;
	unsigned char *was, *is, *need;
	int r = -1;

	if (!w->in->bundle || !db_resolve(from, w->in->bundle, &l))
		return 0;
	was = calloc(d->nfrom + 1, 1);
	is = calloc(d->nto + 1, 1);
	need = calloc(d->nto + 1, 1);
	if (!was || !is || !need)
		goto out;
	for (uint32_t k = 0; k < l.n; k++)
		was[l.v[k]] = 1;
	if (db_resolve(to, w->in->bundle, &l))
		for (uint32_t k = 0; k < l.n; k++)
			is[l.v[k]] = 1;
	if (plan_needs(from, was, 1) < 0 || plan_needs(to, is, 1) < 0)
		goto out;
	for (uint32_t i = 0; i < d->nfrom; i++)
		if (d->to[i] != DB_NONE && was_up(w, i) &&
			(!was[i] || is[d->to[i]]))
			need[d->to[i]] = 1;
	if (plan_needs(to, need, 1) < 0)
		goto out;
	for (uint32_t i = 0; i < d->nfrom; i++)
		if (was[i] && d->to[i] != DB_NONE && !is[d->to[i]] &&
			!need[d->to[i]]) {
			w->left[i] = 1;
			mark(w, i, BECAUSE_UNBUNDLED, 0, 0);
		}
	r = 0;
out:
	free(was);
	free(is);
	free(need);
	return r;
}

/* i reads nothing from g but writes into it, before and after: g may be
 * replaced while i goes on. */
static int
only_logs_to(const struct work *w, uint32_t i, uint32_t g)
{
	uint32_t j = w->d->to[i];

	return j != DB_NONE && w->d->to[g] != DB_NONE &&
		w->d->old[g].action == DIFF_RESTART &&
		w->in->from->services[i].consumer == g &&
		w->in->to->services[j].consumer == w->d->to[g];
}

static void
spread(struct work *w)
{
	struct diff *d = w->d;

	while (w->head < w->tail) {
		uint32_t g = w->queue[w->head++], e = d->to[g];
		const struct db_list *l = &old_service(w, g)->rdeps;

		for (uint32_t k = 0; k < l->n; k++)
			if (!only_logs_to(w, l->v[k], g))
				mark(w, l->v[k], BECAUSE_NEEDS, g, 0);
		if (e == DB_NONE)
			continue;
		/* In the new set others may need it. */
		l = &new_service(w, e)->rdeps;
		for (uint32_t k = 0; k < l->n; k++) {
			uint32_t i = d->from[l->v[k]];

			if (i != DB_NONE && !only_logs_to(w, i, g))
				mark(w, i, BECAUSE_NEEDS, g, 0);
		}
	}
}

/* A service that is up and gains a dependency that is not. */
static void
mark_new_needs(struct work *w)
{
	struct diff *d = w->d;

	for (uint32_t i = 0; i < d->nfrom; i++) {
		uint32_t j = d->to[i];
		const struct db_list *l;

		if (j == DB_NONE || !is_up(w, i) || d->stop[i])
			continue;
		l = &new_service(w, j)->deps;
		for (uint32_t k = 0; k < l->n && !d->stop[i]; k++) {
			uint32_t g = d->from[l->v[k]];

			if (g != DB_NONE &&
				(is_up(w, g) ||
					contains(&old_service(w, i)->deps, g)))
				continue;
			mark(w, i, BECAUSE_NEEDS_NEW, l->v[k], 0);
		}
	}
}

static void
add_up(struct work *w)
{
	struct diff *d = w->d;

	for (uint32_t i = 0; i < d->nfrom; i++) {
		d->stops += d->stop[i];
		d->untouched += is_up(w, i) && !d->stop[i] && !may_stop(w, i) &&
			d->old[i].action != DIFF_RELOAD;
		d->reloads += d->old[i].action == DIFF_RELOAD;
		d->renames += d->to[i] != DB_NONE &&
			strcmp(old_service(w, i)->name,
				new_service(w, d->to[i])->name);
	}
	for (uint32_t j = 0; j < d->nto; j++)
		d->starts += d->start[j];
}

int
diff_make(struct diff *d, const struct diff_input *in, char *err, size_t max)
{
	uint32_t n = db_count(in->from), m = db_count(in->to);
	struct work w = { .in = in, .d = d };
	int r = DIFF_MEMORY;

	memset(d, 0, sizeof *d);
	d->nfrom = n;
	d->nto = m;
	d->refused = DB_NONE;
	d->to = calloc(n + 1, sizeof *d->to);
	d->from = calloc(m + 1, sizeof *d->from);
	d->old = calloc(n + 1, sizeof *d->old);
	d->new = calloc(m + 1, sizeof *d->new);
	d->stop = calloc(n + 1, 1);
	d->start = calloc(m + 1, 1);
	d->state = calloc(m + 1, sizeof *d->state);
	w.queue = calloc(n + 1, sizeof *w.queue);
	w.asked = calloc(n + 1, 1);
	w.replaced = calloc(m + 1, 1);
	w.left = calloc(n + 1, 1);
	snprintf(err, max, "out of memory");
	if (!d->to || !d->from || !d->old || !d->new || !d->stop || !d->start ||
		!d->state || !w.queue || !w.asked || !w.replaced || !w.left)
		goto out;
	r = map_names(&w, err, max);
	if (r)
		goto out;
	r = DIFF_MEMORY;
	if (!in->target && mark_unbundled(&w) < 0)
		goto out;
	mark_own_reasons(&w);
	mark_new_needs(&w);
	spread(&w);
	for (uint32_t j = 0; j < m; j++)
		diff_want_own_reasons(&w, j);
	if (diff_want_bundled(&w) < 0)
		goto out;
	diff_want_wished(&w);
	if (diff_want_needed(&w) < 0)
		goto out;
	diff_new_state(&w);
	add_up(&w);
	r = DIFF_OK;
out:
	free(w.queue);
	free(w.asked);
	free(w.replaced);
	free(w.left);
	if (r)
		diff_free(d);
	return r;
}

void
diff_free(struct diff *d)
{
	free(d->to);
	free(d->from);
	free(d->old);
	free(d->new);
	free(d->stop);
	free(d->start);
	free(d->state);
	memset(d, 0, sizeof *d);
}

int
diff_does(const struct diff *d)
{
	return d->stops || d->starts || d->reloads || d->renames;
}

int
diff_same_definition(
	const struct diff_input *in, const struct diff *d, uint32_t j)
{
	uint32_t i = d->from[j];

	return i != DB_NONE &&
		!memcmp(in->from->services[i].hash, in->to->services[j].hash,
			DB_HASH);
}

int
diff_same_name(const struct diff_input *in, const struct diff *d, uint32_t j)
{
	uint32_t i = d->from[j];

	return i != DB_NONE &&
		!strcmp(in->from->services[i].name, in->to->services[j].name);
}

int
diff_moves(const struct diff_input *in, const struct diff *d, uint32_t j)
{
	uint32_t i = d->from[j];

	return i != DB_NONE && i < in->from->nlong && j < in->to->nlong &&
		!diff_same_name(in, d, j) &&
		db_service(in->to, in->from->services[i].name) == DB_NONE &&
		db_service(in->from, in->to->services[j].name) == DB_NONE;
}

int
diff_comes_along(const struct diff *d, uint32_t i)
{
	return d->new[i].action == DIFF_START &&
		d->new[i].why == BECAUSE_NEEDED;
}
