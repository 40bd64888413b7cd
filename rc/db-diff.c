/* db-diff.c - diff of reeve-rc-db: what differs between two databases. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "rc/db-ask.h"

static int
same_names(const struct db *x, const struct db_list *a, const struct db *y,
	const struct db_list *b)
{
	if (a->n != b->n)
		return 0;
	/* Both ascend by kind and name, so equal sets are equal lists. */
	for (uint32_t i = 0; i < a->n; i++)
		if (strcmp(x->services[a->v[i]].name,
			    y->services[b->v[i]].name))
			return 0;
	return 1;
}

static int
same_script(const struct db_script *a, const struct db_script *b)
{
	return a->present == b->present && a->len == b->len &&
		!memcmp(a->argv, b->argv, a->len);
}

/* "why" grows: ", run, dependencies". */
struct why {
	char text[1024];
	size_t len;
};

static void
because(struct why *w, const char *what)
{
	int n = snprintf(w->text + w->len, sizeof w->text - w->len, "%s%s",
		w->len ? ", " : "", what);

	if (n > 0 && (size_t)n < sizeof w->text - w->len)
		w->len += (size_t)n;
}

static void
compare_files(
	struct why *w, const struct db_service *a, const struct db_service *b)
{
	uint32_t i = 0, k = 0;

	while (i < a->nfiles || k < b->nfiles) {
		int c = i == a->nfiles ? 1
			: k == b->nfiles
			? -1
			: strcmp(a->files[i].path, b->files[k].path);

		if (c < 0)
			because(w, a->files[i++].path);
		else if (c > 0)
			because(w, b->files[k++].path);
		else {
			const struct db_file *f = a->files + i++,
					     *g = b->files + k++;

			if (f->mode != g->mode || f->len != g->len ||
				memcmp(f->data, g->data, f->len))
				because(w, f->path);
		}
	}
}

static void
compare_props(
	struct why *w, const struct db_service *a, const struct db_service *b)
{
	for (uint32_t i = 0; i < a->nprops; i++) {
		const char *v = db_prop(b, a->props[i].key);

		if (!v || strcmp(v, a->props[i].value))
			because(w, a->props[i].key);
	}
	for (uint32_t i = 0; i < b->nprops; i++)
		if (!db_prop(a, b->props[i].key))
			because(w, b->props[i].key);
}

static void
compare(struct why *w, const struct db *x, const struct db_service *a,
	const struct db *y, const struct db_service *b)
{
	const char *none = "",
		   *ca = a->consumer == DB_NONE ? none
						: x->services[a->consumer].name,
		   *cb = b->consumer == DB_NONE ? none
						: y->services[b->consumer].name;

	if (a->type != b->type)
		because(w, "type");
	compare_files(w, a, b);
	if (!same_script(&a->up, &b->up))
		because(w, "up");
	if (!same_script(&a->down, &b->down))
		because(w, "down");
	if (!same_script(&a->reload, &b->reload))
		because(w, "reload");
	if (strcmp(ca, cb))
		because(w, "producer-for");
	if (!same_names(x, &a->deps, y, &b->deps))
		because(w, "dependencies");
	if (!same_names(x, &a->wants, y, &b->wants))
		because(w, "wants");
	if (!same_names(x, &a->after, y, &b->after))
		because(w, "after");
	if (!same_names(x, &a->restart_with, y, &b->restart_with))
		because(w, "restart-with");
	if (a->flags != b->flags)
		because(w, "flags");
	if (a->timeout_up != b->timeout_up)
		because(w, "timeout-up");
	if (a->timeout_down != b->timeout_down)
		because(w, "timeout-down");
	if (a->on_change != b->on_change)
		because(w, "on-change");
	compare_props(w, a, b);
}

static void
say_difference(const struct ask *a, int *n, char sign, const char *name,
	const char *text)
{
	if (!a->json) {
		printf("%c %s: %s\n", sign, name, text);
	} else {
		printf("%s{\"change\":\"%s\",\"name\":", *n ? ",\n" : "",
			sign == '+'	      ? "new"
				: sign == '-' ? "gone"
					      : "changed");
		json_put(stdout, name);
		printf(",\"what\":");
		json_put(stdout, text);
		putchar('}');
	}
	++*n;
}

void
ask_diff(struct ask *a, char **argv)
{
	struct db other;
	int n = 0;

	ask_open(&other, argv[0]);
	if (a->json)
		putchar('[');
	for (uint32_t i = 0; i < db_count(&a->db); i++) {
		const struct db_service *s = a->db.services + i;
		uint32_t k = db_service(&other, s->name);
		struct why w = { .len = 0 };

		if (k == DB_NONE) {
			say_difference(a, &n, '-', s->name, ask_type(s));
			continue;
		}
		compare(&w, &a->db, s, &other, other.services + k);
		if (w.len)
			say_difference(a, &n, '~', s->name, w.text);
	}
	for (uint32_t i = 0; i < other.nlong + other.nshort; i++)
		if (db_service(&a->db, other.services[i].name) == DB_NONE)
			say_difference(a, &n, '+', other.services[i].name,
				ask_type(other.services + i));
	for (uint32_t i = 0; i < a->db.nbundles; i++) {
		const struct db_bundle *b = a->db.bundles + i;
		uint32_t k = db_bundle(&other, b->name);

		if (k == DB_NONE)
			say_difference(a, &n, '-', b->name, "bundle");
		else if (!same_names(&a->db, &b->members, &other,
				 &other.bundles[k].members))
			say_difference(a, &n, '~', b->name, "contents");
	}
	for (uint32_t i = 0; i < other.nbundles; i++)
		if (db_bundle(&a->db, other.bundles[i].name) == DB_NONE)
			say_difference(
				a, &n, '+', other.bundles[i].name, "bundle");
	if (a->json)
		puts("]");
	db_close(&other);
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	exit(n ? EX_NO : EX_OK);
}
