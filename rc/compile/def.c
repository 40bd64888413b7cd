/* def.c - FORMAT definition directory: struct def and the lines of its texts.
 * def-source.c reads source directories, def-read.c one definition, by the
 * table of props.c; each goes on after an error, so that a run says all of
 * them.  See reeve-definition(5). */

#include <string.h>

#include "rc/compile/def.h"
#include "rc/compile/lex.h"

const struct def_text *
def_text(const struct def *d, const char *name)
{
	for (size_t i = 0; i < d->ntexts; i++)
		if (!strcmp(d->texts[i].prop->name, name))
			return d->texts + i;
	return 0;
}

struct db_file *
def_file(const struct def *d, const char *path)
{
	for (size_t i = 0; i < d->nfiles; i++)
		if (!strcmp(d->files[i].path, path))
			return d->files + i;
	return 0;
}

void
def_set_file(struct defs *s, struct def *d, const char *path, uint32_t mode,
	const char *data, size_t len)
{
	struct db_file *f = def_file(d, path);

	if (!f) {
		d->files = arena_more(
			s->mem, d->files, d->nfiles, sizeof *d->files);
		f = d->files + d->nfiles++;
	}
	*f = (struct db_file){ path, mode, data, len };
}

void
def_set_prop(struct defs *s, struct def *d, const char *key, const char *value)
{
	for (size_t i = 0; i < d->nprops; i++)
		if (!strcmp(d->props[i].key, key)) {
			d->props[i].value = value;
			return;
		}
	d->props = arena_more(s->mem, d->props, d->nprops, sizeof *d->props);
	d->props[d->nprops++] = (struct db_prop){ key, value };
}

void
def_add_name(struct defs *s, struct def *d, enum prop_list list,
	const char *name, const char *file, unsigned line)
{
	struct def_names *l = d->lists + list;

	l->v = arena_more(s->mem, l->v, l->n, sizeof *l->v);
	l->v[l->n++] = (struct def_name){ name, file, line };
	l->present = 1;
}

int
def_next_line(struct defs *s, const struct def_text *t, size_t *at, char **line,
	unsigned *number)
{
	while (*at < t->len) {
		const char *p = t->text + *at, *end;
		size_t n = t->len - *at;

		if (!*at)
			*number = 0;
		++*number;
		end = memchr(p, '\n', n);
		if (end)
			n = (size_t)(end - p);
		*at += n + (end != 0);
		while (n && (*p == ' ' || *p == '\t')) {
			p++;
			n--;
		}
		if (!n || *p == '#')
			continue;
		*line = arena_dup(s->mem, p, n);
		return 1;
	}
	return 0;
}

void
def_trim(char *s)
{
	size_t n = strlen(s);

	while (n && strchr(" \t\r", s[n - 1]))
		s[--n] = 0;
}

const char *
def_line(struct defs *s, const struct def_text *t)
{
	size_t at = 0;
	unsigned number = 0;
	char *line, *more;

	if (!def_next_line(s, t, &at, &line, &number)) {
		diag_error(s->diag, 1, t->file, 1,
			"this is empty, expected "
			"%s",
			t->prop->unit);
		return 0;
	}
	def_trim(line);
	s->line = number;
	if (def_next_line(s, t, &at, &more, &number))
		diag_error(s->diag, 1, t->file, number,
			"there is a second "
			"line, expected only %s",
			t->prop->unit);
	return line;
}

/* Line of the first place where a word stands. */
static unsigned
line_of(const char *text, size_t len, const char *word)
{
	const char *at = memmem(text, len, word, strlen(word));
	unsigned line = 1;

	for (const char *p = text; at && p < at; p++)
		line += *p == '\n';
	return at ? line : 0;
}

/* The words of a shell, written where there is none: legal, and never what
 * was meant. */
static void
check_shell_words(struct defs *s, const struct db_script *c, const char *file,
	const char *text, size_t len)
{
	static const char *const operators[] = { "|", "||", "&", "&&", ";", ">",
		">>", "<", "2>&1" };
	const char *p = c->argv;

	for (uint32_t i = 0; i < c->argc; i++, p += strlen(p) + 1) {
		const char *w = p + strspn(p, " ");

		if (*w == '\'') {
			diag_warn(s->diag, file, line_of(text, len, w),
				"execline "
				"does not quote with ': %.40s is taken as a "
				"separate word (use \")",
				w);
			return;
		}
		for (size_t k = 0; k < sizeof operators / sizeof *operators;
			k++)
			if (!strcmp(w, operators[k])) {
				diag_warn(s->diag, file, line_of(text, len, w),
					"%s is an argument here, there is no "
					"shell (sh -c \"...\" starts one)",
					w);
				return;
			}
	}
}

int
def_lex(struct defs *s, struct db_script *script, const char *file,
	const char *text, size_t len)
{
	struct buf *b = &s->words;
	struct lex_error e;
	int n;

	b->len = 0;
	n = lex_words(b, text, len, &e);
	if (n < 0) {
		diag_error(s->diag, 1, file, e.line, "%s", e.what);
		return -1;
	}
	script->argc = (uint32_t)n;
	script->argv = arena_dup(s->mem, b->s, b->len);
	script->len = b->len;
	script->present = 1;
	if (!s->diag->lax)
		check_shell_words(s, script, file, text, len);
	return 0;
}

int
def_check_name(struct defs *s, const struct def_name *n)
{
	if (!strncmp(n->name, "s6rc-", 5) || !strncmp(n->name, "s6-rc-", 6)) {
		diag_error(s->diag, 1, n->file, n->line,
			"the name %s begins "
			"with s6rc- or s6-rc-, which are reserved",
			n->name);
		return 0;
	}
	if (!db_name_ok(n->name)) {
		diag_error(s->diag, 1, n->file, n->line,
			"'%.60s' cannot be "
			"the name of a service (no slash, no control "
			"character, no dot in front, at most %d bytes)",
			n->name, DB_NAME_MAX);
		return 0;
	}
	return 1;
}

struct def *
def_new(struct defs *s, const char *source, const char *name, const char *dir)
{
	struct def *d = arena_alloc(s->mem, sizeof *d);

	d->name = name;
	d->source = source;
	d->dir = dir;
	s->v = arena_more(s->mem, s->v, s->n, sizeof *s->v);
	s->v[s->n++] = d;
	return d;
}
