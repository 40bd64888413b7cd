/* def-names.c - lists of names in a definition: a file of lines, or a
 * directory. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rc/compile/def-read.h"

/* By name; of one name the first line first. */
static int
by_name_and_line(const void *a, const void *b)
{
	const struct def_name *x = *(const struct def_name *const *)a,
			      *y = *(const struct def_name *const *)b;
	int c = strcmp(x->name, y->name);

	return c ? c : x < y ? -1 : x > y;
}

/* Of names that stand more than once in a file the first counts. */
static void
drop_repeated(struct reader *r, struct def_names *l)
{
	struct def_name **order;
	size_t kept = 0;

	if (l->n < 2)
		return;
	order = arena_alloc(r->s->mem, l->n * sizeof *order);
	for (size_t i = 0; i < l->n; i++)
		order[i] = l->v + i;
	qsort(order, l->n, sizeof *order, by_name_and_line);
	/* A repeated one has no name from here on. */
	for (size_t i = l->n - 1; i > 0; i--)
		if (!strcmp(order[i]->name, order[i - 1]->name)) {
			order[i]->file = order[i]->name;
			order[i]->name = 0;
		}
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].name)
			l->v[kept++] = l->v[i];
		else
			diag_warn(r->s->diag, l->v[0].file, l->v[i].line,
				"name listed more than once: %s", l->v[i].file);
	}
	l->n = kept;
}

void
reader_names(struct reader *r, const struct prop *p)
{
	struct def_text t = { .prop = p, .file = reader_path(r, p->name) };
	size_t at = 0;
	unsigned number = 0;
	char *line;

	if (r->lists_d[p->value]) {
		if (!r->s->diag->lax)
			diag_warn(r->s->diag, t.file, 0,
				"ignored: there is a "
				"%s.d, which wins",
				p->name);
		return;
	}
	t.text = reader_text(r, p, p->name, &t.len);
	if (!t.text)
		return;
	r->d->lists[p->value].present = 1;
	while (def_next_line(r->s, &t, &at, &line, &number)) {
		struct def_name n = { line, t.file, number };
		size_t len = strlen(line);

		if (!len) {
			diag_error(r->s->diag, 1, t.file, number,
				"there is a "
				"NUL in this line, expected a name");
			continue;
		}
		if (!r->s->diag->lax && strchr(" \t", line[len - 1])) {
			diag_error(r->s->diag, 1, t.file, number,
				"trailing "
				"blank after the name '%s' (reeve-check --fix "
				"removes it)",
				line);
			def_trim(line);
		}
		if (def_check_name(r->s, &n))
			def_add_name(
				r->s, r->d, p->value, line, t.file, number);
	}
	drop_repeated(r, r->d->lists + p->value);
}

void
reader_dir(struct reader *r, const struct prop *p)
{
	const char *file = reader_path(r, p->name);
	int fd = def_open_dir(r->fd, p->name);
	char **names;
	ssize_t n = fd < 0 ? -1 : def_list_dir(r->s->mem, fd, &names, 0);

	if (n < 0 && errno == ENOTDIR)
		diag_error(r->s->diag, 111, file, 0,
			"this is a file, expected "
			"%s",
			p->unit);
	else if (n < 0)
		diag_sys(r->s->diag, file, "unable to read this directory");
	for (ssize_t i = 0; i < n; i++) {
		struct def_name name = { names[i],
			arena_path(r->s->mem, file, names[i]), 0 };

		if (def_check_name(r->s, &name))
			def_add_name(
				r->s, r->d, p->value, names[i], name.file, 0);
	}
	if (fd >= 0)
		close(fd);
	r->d->lists[p->value].present = r->lists_d[p->value] = 1;
}

/* The one name in a file of at most one.  That of a pipeline counts only where
 * one ends, so resolve.c says what is wrong with it: nothing, or file alone. */
void
reader_name(struct reader *r, const struct prop *p, struct def_name *to)
{
	struct def_text t = { .prop = p, .file = reader_path(r, p->name) };
	size_t at = 0;
	unsigned number = 0;
	char *line, *more;

	t.text = reader_text(r, p, p->name, &t.len);
	if (!t.text)
		return;
	*to = (struct def_name){ 0, t.file, 0 };
	if (!def_next_line(r->s, &t, &at, &line, &number) ||
		def_next_line(r->s, &t, &at, &more, &number)) {
		if (p->kind == PROP_PIPELINE)
			return;
		diag_error(r->s->diag, 1, t.file, number,
			"this should only "
			"contain one name");
		return;
	}
	if (!r->s->diag->lax)
		def_trim(line);
	*to = (struct def_name){ line, t.file, number };
	if (p->kind != PROP_PIPELINE && !def_check_name(r->s, to))
		to->name = 0;
}
