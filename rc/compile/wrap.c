/* wrap.c - what every property that goes into the chain of a command does: it
 * is taken note of, said to be wrong, made an option of reeve-apply. */

#include <string.h>

#include "lib/suggest.h"
#include "rc/compile/wrap.h"

void
wrap_made(struct wrap *w, const char *name, uint32_t sum)
{
	buf_printf(&w->made, "%s%s:%08x", w->made.len ? " " : "", name,
		(unsigned)sum);
}

/* FNV-1a. */
uint32_t
wrap_sum(uint32_t sum, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum = (sum ^ (unsigned char)s[i]) * 16777619u;
	return sum;
}

/* Of a text without its comments and empty lines. */
uint32_t
wrap_sum_lines(const char *s, size_t len)
{
	uint32_t sum = WRAP_SUM_BEGIN;

	while (len) {
		const char *nl = memchr(s, '\n', len);
		size_t n = nl ? (size_t)(nl - s) + 1 : len;

		if (n > 1 && *s != '#')
			sum = wrap_sum(sum, s, n - (nl != 0));
		s += n;
		len -= n;
	}
	return sum;
}

const struct def_text *
wrap_use(struct wrap *w, const char *name)
{
	const struct def_text *t = def_text(w->d, name);

	if (t) {
		w->any = 1;
		buf_printf(&w->from, " %s", name);
		wrap_made(w, name, wrap_sum_lines(t->text, t->len));
	}
	return t;
}

/* In a line of many, or in the only one. */
void
wrap_bad_line(struct wrap *w, const struct def_text *t, unsigned line,
	const char *value)
{
	diag_error(w->s->diag, 1, t->file, line,
		"invalid value '%.60s', "
		"expected %s",
		value, t->prop->unit);
}

void
wrap_bad(struct wrap *w, const struct def_text *t, const char *value)
{
	wrap_bad_line(w, t, w->s->line, value);
}

/* "-x VALUE" for reeve-apply. */
void
wrap_apply(struct wrap *w, const char *option, const char *value)
{
	buf_printf(&w->apply, " %s", option);
	if (value) {
		buf_char(&w->apply, ' ');
		buf_shell(&w->apply, value);
	}
}

/* One of these words, or -1 and said. */
int
wrap_one_of(struct wrap *w, const struct def_text *t, const char *const *words)
{
	const char *line = def_line(w->s, t);
	struct suggest near;

	if (!line)
		return -1;
	near = suggest_init(line);
	for (int i = 0; words[i]; i++) {
		if (!strcmp(line, words[i]))
			return i;
		suggest_try(&near, words[i]);
	}
	diag_error(w->s->diag, 1, t->file, w->s->line,
		"invalid value "
		"'%.60s', expected %s%s%s%s",
		line, t->prop->unit, near.best ? " (did you mean " : "",
		near.best ? near.best : "", near.best ? "?)" : "");
	return -1;
}

int
wrap_absolute(struct wrap *w, const struct def_text *t, const char *line,
	unsigned number)
{
	if (*line == '/')
		return 1;
	wrap_bad_line(w, t, number, line);
	return 0;
}

/* The words of a script as shell words, each with a blank in front. */
void
wrap_put_script(struct buf *b, const struct db_script *c)
{
	const char *p = c->argv;

	for (uint32_t i = 0; i < c->argc; i++, p += strlen(p) + 1) {
		buf_char(b, ' ');
		buf_shell(b, p);
	}
}
