/* resolve.c - turns definitions into numbered services, and names all that
 * does not fit. */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/suggest.h"
#include "rc/compile/resolver.h"

static uint32_t
hash(const char *s)
{
	uint32_t h = 2166136261u; /* same: any start will do */

	/* same: and any way to mix */
	while (*s)
		/* same: */
		h = (h ^ (unsigned char)*s++) * 16777619u;
	return h;
}

static uint32_t *
slot(struct resolver *r, const char *name)
{
	uint32_t i = hash(name) & r->table_mask;

	while (r->table[i] && strcmp(r->nodes[r->table[i] - 1].name, name))
		i = (i + 1) & r->table_mask;
	return r->table + i;
}

struct node *
resolver_find(struct resolver *r, const char *name)
{
	uint32_t i = *slot(r, name);

	return i ? r->nodes + i - 1 : 0;
}

const char *
resolver_kind(const struct node *n)
{
	return !n			     ? "unknown"
		: !n->def		     ? "bundle"
		: n->def->type == DB_LONGRUN ? "longrun"
		: n->def->type == DB_ONESHOT ? "oneshot"
					     : "bundle";
}

static int
is_bundle(const struct node *n)
{
	return !n->def || n->def->type == DB_BUNDLE;
}

int
resolver_is_longrun(const struct node *n)
{
	return n && n->def && n->def->type == DB_LONGRUN;
}

void
resolver_unknown(struct resolver *r, const struct def_name *n, const char *what)
{
	struct suggest near = suggest_init(n->name);

	for (uint32_t i = 0; i < r->n; i++)
		suggest_try(&near, r->nodes[i].name);
	diag_error(r->diag, 1, n->file, n->line,
		"undefined service name %s"
		"%s%s%s%s",
		n->name, what, near.best ? "; did you mean " : "",
		near.best ? near.best : "", near.best ? "?" : "");
}

struct node *
resolver_add(
	struct resolver *r, const char *name, struct def *def, const char *file)
{
	uint32_t *at = slot(r, name);
	struct node *n = r->nodes + r->n;

	if (*at) {
		const struct node *old = r->nodes + *at - 1;

		diag_error(r->diag, 1, file, 0,
			"duplicate service "
			"definition: %s is already defined in %s, as a %s",
			name, old->file, resolver_kind(old));
		return 0;
	}
	*n = (struct node){ .name = name, .def = def, .file = file };
	*at = ++r->n;
	return n;
}

static int
by_type_and_name(const void *a, const void *b)
{
	const struct def *x = *(struct def *const *)a,
			 *y = *(struct def *const *)b;

	return x->type != y->type ? (x->type > y->type) - (x->type < y->type)
				  : strcmp(x->name, y->name);
}

/* A template that takes the place of another one does so with all its
 * instances. */
static void
drop_instances(struct defs *s)
{
	size_t n = 0;

	for (size_t i = 0; s->override && i < s->ntemplates; i++)
		for (size_t k = i + 1; k < s->ntemplates; k++)
			if (!strcmp(s->templates[i].name, s->templates[k].name))
				s->templates[i].all->is_template = 0;
	for (size_t i = 0; i < s->n; i++)
		if (!s->v[i]->instance || s->v[i]->template->is_template)
			s->v[n++] = s->v[i];
	s->n = n;
}

void
resolve_duplicates(struct defs *s)
{
	uint32_t size = 16;
	struct def **table;
	size_t n = 0;

	drop_instances(s);
	/* same: a larger one is as good */
	while (size < 2 * s->n + 2)
		size *= 2;
	table = arena_alloc(s->mem, size * sizeof *table);
	for (size_t i = 0; i < s->n; i++) {
		uint32_t h = hash(s->v[i]->name) & (size - 1);

		while (table[h] && strcmp(table[h]->name, s->v[i]->name))
			h = (h + 1) & (size - 1);
		if (!table[h]) {
			table[h] = s->v[i];
			continue;
		}
		if (s->override)
			diag_note(s->diag, s->v[i]->dir, 0, "instead of %s",
				table[h]->dir);
		else
			diag_error(s->diag, 1, s->v[i]->dir, 0,
				"duplicate "
				"service definition: %s is already defined in "
				"%s (--override lets the later one win)",
				s->v[i]->name, table[h]->dir);
		table[h]->name = 0;
		table[h] = s->v[i];
	}
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i]->name)
			s->v[n++] = s->v[i];
	s->n = n;
}

static void
number_all(struct resolver *r)
{
	struct defs *s = r->s;
	uint32_t size = 16;

	resolve_duplicates(s);
	if (s->n)
		qsort(s->v, s->n, sizeof *s->v, by_type_and_name);
	/* Each pipeline may add a bundle; same: a larger one is as good. */
	while (size < 4 * s->n + 2)
		size *= 2;
	r->table = arena_alloc(r->mem, size * sizeof *r->table);
	r->table_mask = size - 1;
	r->nodes = arena_alloc(r->mem, (2 * s->n + 1) * sizeof *r->nodes);
	for (size_t i = 0; i < s->n; i++) {
		struct node *n =
			resolver_add(r, s->v[i]->name, s->v[i], s->v[i]->dir);

		if (n && !is_bundle(n))
			n->number = r->services++;
	}
	r->mark = arena_alloc(r->mem, (r->services + 1) * sizeof *r->mark);
	r->db->services = arena_alloc(
		r->mem, (r->services + (size_t)1) * sizeof *r->db->services);
	for (uint32_t i = 0; i < r->services; i++)
		if (resolver_is_longrun(r->nodes + i))
			r->db->nlong++;
	r->db->nshort = r->services - r->db->nlong;
}

/* --- sets */

void
resolver_set_add(struct resolver *r, struct set *set, uint32_t number)
{
	if (r->mark[number] == r->stamp)
		return;
	r->mark[number] = r->stamp;
	set->v = arena_more(r->mem, set->v, set->n, sizeof *set->v);
	set->v[set->n++] = number;
}

static void
set_add_node(struct resolver *r, struct set *set, const struct node *n)
{
	if (!is_bundle(n)) {
		resolver_set_add(r, set, n->number);
		return;
	}
	for (uint32_t i = 0; i < n->members.n; i++)
		resolver_set_add(r, set, n->members.v[i]);
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static struct db_list
set_list(const struct set *set)
{
	if (set->n)
		qsort(set->v, set->n, sizeof *set->v, by_number);
	return (struct db_list){ set->n, set->v };
}

/* --- cycles: a stack of who is being looked at, printed from the one that
 * was met again */

static void
say_cycle(struct resolver *r, const char *what, const char *file,
	const char *const *names, size_t n)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		buf_str(&b, names[i]);
		buf_str(&b, " -> ");
	}
	buf_str(&b, names[0]);
	buf_char(&b, 0);
	diag_error(r->diag, 1, file, 0, "cyclic %s: %s", what,
		b.bad ? names[0] : b.s);
	buf_free(&b);
}

/* --- bundles */

/* Members of a bundle whose own bundles are done. */
static void
flatten(struct resolver *r, struct node *b)
{
	const struct def_names *l = b->def->lists + LIST_CONTENTS;

	r->stamp++;
	for (size_t i = 0; i < l->n; i++) {
		struct node *m = resolver_find(r, l->v[i].name);

		if (m)
			set_add_node(r, &b->members, m);
		else
			resolver_unknown(r, l->v + i, "");
	}
}

static void
flatten_all(struct resolver *r)
{
	uint32_t *stack =
		arena_alloc(r->mem, (r->n + (size_t)1) * sizeof *stack);
	size_t *at = arena_alloc(r->mem, (r->n + (size_t)1) * sizeof *at);
	const char **names =
		arena_alloc(r->mem, (r->n + (size_t)1) * sizeof *names);

	for (uint32_t i = r->services; i < r->n; i++) {
		size_t depth = 0;

		if (r->nodes[i].state != NEW || !r->nodes[i].def)
			continue;
		r->nodes[i].state = OPEN;
		at[i] = 0;
		stack[depth++] = i;
		while (depth) {
			uint32_t me = stack[depth - 1];
			struct node *b = r->nodes + me, *m;
			const struct def_names *l =
				b->def->lists + LIST_CONTENTS;

			if (at[me] == l->n) {
				flatten(r, b);
				b->state = DONE;
				depth--;
				continue;
			}
			m = resolver_find(r, l->v[at[me]++].name);
			if (!m || !m->def || !is_bundle(m) || m->state == DONE)
				continue;
			if (m->state == OPEN) {
				size_t from = depth - 1, k = 0;

				while (r->nodes + stack[from] != m)
					from--;
				for (; from < depth; from++)
					names[k++] = r->nodes[stack[from]].name;
				say_cycle(r, "bundle definition",
					l->v[at[me] - 1].file, names, k);
				continue;
			}
			m->state = OPEN;
			at[m - r->nodes] = 0;
			stack[depth++] = (uint32_t)(m - r->nodes);
		}
	}
}

/* --- dependencies */

static struct db_list
names_to_list(struct resolver *r, const struct def_names *l, uint32_t self,
	int must_exist, struct set *set)
{
	for (size_t i = 0; i < l->n; i++) {
		struct node *m = resolver_find(r, l->v[i].name);

		if (m)
			set_add_node(r, set, m);
		else if (must_exist)
			resolver_unknown(r, l->v + i, "");
		else
			diag_note(r->diag, l->v[i].file, l->v[i].line,
				"there is no service %s, left out",
				l->v[i].name);
	}
	/* A wish for oneself (through a bundle, say) is nothing. */
	if (!must_exist)
		for (uint32_t i = 0; i < set->n; i++)
			if (set->v[i] == self)
				set->v[i--] = set->v[--set->n];
	return set_list(set);
}

static void
resolve_restart_with(struct resolver *r, struct node *n)
{
	struct db_service *s = r->db->services + n->number;
	const struct def_names *l = n->def->lists + LIST_RESTART_WITH;
	struct set set = { 0 };

	if (l->present && !l->n) {
		s->restart_with = s->deps;
		return;
	}
	r->stamp++;
	s->restart_with = names_to_list(r, l, n->number, 1, &set);
	for (uint32_t i = 0; i < s->restart_with.n; i++)
		if (!s->deps.n ||
			!bsearch(s->restart_with.v + i, s->deps.v, s->deps.n,
				sizeof *s->deps.v, by_number))
			diag_error(r->diag, 1, l->v[0].file, 0,
				"%s is not a "
				"dependency of %s; expected it in "
				"dependencies.d too",
				r->nodes[s->restart_with.v[i]].name, n->name);
}

static void
resolve_service(struct resolver *r, struct node *n)
{
	struct db_service *s = r->db->services + n->number;
	struct def_names *l = n->def->lists;
	struct set deps = { 0 }, wants = { 0 }, after = { 0 };

	r->stamp++;
	if (s->consumer != DB_NONE)
		resolver_set_add(r, &deps, s->consumer);
	s->deps = names_to_list(r, l + LIST_DEPS, n->number, 1, &deps);
	r->stamp++;
	s->wants = names_to_list(r, l + LIST_WANTS, n->number, 0, &wants);
	r->stamp++;
	s->after = names_to_list(r, l + LIST_AFTER, n->number, 0, &after);
	resolve_restart_with(r, n);
}

static void
check_cycles(struct resolver *r)
{
	size_t max = r->services + (size_t)1, depth;
	uint32_t *stack = arena_alloc(r->mem, max * sizeof *stack);
	uint32_t *at = arena_alloc(r->mem, max * sizeof *at);
	const char **names = arena_alloc(r->mem, max * sizeof *names);

	for (uint32_t i = 0; i < r->services; i++) {
		if (r->nodes[i].state != NEW)
			continue;
		depth = 0;
		r->nodes[i].state = OPEN;
		stack[depth++] = i;
		while (depth) {
			uint32_t me = stack[depth - 1], to, e = at[me];
			const struct db_service *s = r->db->services + me;

			if (e == s->deps.n + s->after.n) {
				r->nodes[me].state = DONE;
				depth--;
				continue;
			}
			at[me]++;
			to = e < s->deps.n ? s->deps.v[e]
					   : s->after.v[e - s->deps.n];
			if (r->nodes[to].state == OPEN) {
				size_t from = depth - 1, k = 0;

				while (stack[from] != to)
					from--;
				for (; from < depth; from++)
					names[k++] = r->nodes[stack[from]].name;
				say_cycle(r, "service dependency",
					r->nodes[to].def->dir, names, k);
			} else if (r->nodes[to].state == NEW) {
				r->nodes[to].state = OPEN;
				stack[depth++] = to;
			}
		}
	}
}

/* --- the result */

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct db_file *)a)->path,
		((const struct db_file *)b)->path);
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct db_prop *)a)->key,
		((const struct db_prop *)b)->key);
}

static void
script_of(struct db_script *to, const struct db_script *from)
{
	*to = *from;
	if (!to->argv)
		to->argv = "";
}

static void
fill_service(struct resolver *r, struct node *n)
{
	struct db_service *s = r->db->services + n->number;
	struct def *d = n->def;

	s->name = n->name;
	s->type = d->type;
	s->flags |= d->flags;
	s->timeout_up = d->timeout[1];
	s->timeout_down = d->timeout[0];
	s->on_change = d->on_change;
	if (d->nfiles)
		qsort(d->files, d->nfiles, sizeof *d->files, by_path);
	s->files = d->files;
	s->nfiles = (uint32_t)d->nfiles;
	script_of(&s->down, d->script + 0);
	script_of(&s->up, d->script + 1);
	script_of(&s->reload, d->script + 2);
	if (d->nprops)
		qsort(d->props, d->nprops, sizeof *d->props, by_key);
	s->props = d->props;
	s->nprops = (uint32_t)d->nprops;
}

static int
by_bundle_name(const void *a, const void *b)
{
	return strcmp(((const struct db_bundle *)a)->name,
		((const struct db_bundle *)b)->name);
}

static void
fill_bundles(struct resolver *r)
{
	struct db *db = r->db;

	db->bundles = arena_alloc(
		r->mem, (r->n - r->services + (size_t)1) * sizeof *db->bundles);
	for (uint32_t i = r->services; i < r->n; i++) {
		struct node *b = r->nodes + i;

		db->bundles[db->nbundles++] =
			(struct db_bundle){ b->name, set_list(&b->members) };
		for (uint32_t k = 0; b->def && k < b->members.n; k++)
			db->services[b->members.v[k]].flags |=
				b->def->flags & (DB_ESSENTIAL | DB_RECOMMENDED);
	}
	if (db->nbundles)
		qsort(db->bundles, db->nbundles, sizeof *db->bundles,
			by_bundle_name);
}

void
resolve(struct defs *s, struct db *db)
{
	struct resolver r = {
		.s = s, .diag = s->diag, .mem = s->mem, .db = db
	};

	*db = (struct db){ 0 };
	number_all(&r);
	for (uint32_t i = 0; i < r.services; i++)
		db->services[i].consumer = DB_NONE;
	for (uint32_t i = 0; i < db->nlong; i++)
		if (r.nodes[i].def->producer_for.name)
			resolver_producer(&r, r.nodes + i);
	for (uint32_t i = 0; i < db->nlong; i++)
		resolver_consumer(&r, r.nodes + i);
	resolver_pipelines(&r);
	resolver_fifos(&r);
	flatten_all(&r);
	for (uint32_t i = 0; i < r.services; i++)
		resolve_service(&r, r.nodes + i);
	check_cycles(&r);
	for (uint32_t i = 0; i < r.services; i++)
		fill_service(&r, r.nodes + i);
	fill_bundles(&r);
}
