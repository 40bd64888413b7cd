/* template.c - one instance of a template: ${INSTANCE} and $INSTANCE are
 * replaced in properties, scripts and names of other services; a name that
 * ends in @ means the same instance of that template. */

#include <ctype.h>
#include <string.h>

#include "rc/compile/expand.h"

/* Length of "$INSTANCE" or "${INSTANCE}" at s, or 0. */
static size_t
reference(const char *s)
{
	static const char braced[] = "${INSTANCE}", plain[] = "$INSTANCE";

	if (!strncmp(s, braced, sizeof braced - 1))
		return sizeof braced - 1;
	if (!strncmp(s, plain, sizeof plain - 1) &&
		!isalnum((unsigned char)s[sizeof plain - 1]) &&
		s[sizeof plain - 1] != '_')
		return sizeof plain - 1;
	return 0;
}

/* len bytes with a NUL behind them; NULs inside are kept. */
static const char *
fill(struct defs *s, const char *text, size_t len, const char *instance,
	size_t *newlen)
{
	struct buf b = { 0 };
	const char *copy;

	for (size_t i = 0; i < len;) {
		size_t n = text[i] == '$' ? reference(text + i) : 0;

		if (n) {
			buf_str(&b, instance);
			i += n;
		} else
			buf_char(&b, text[i++]);
	}
	copy = arena_dup(s->mem, b.s, b.len);
	*newlen = b.len;
	buf_free(&b);
	return copy;
}

static void
fill_name(struct defs *s, struct def_name *n, const char *instance)
{
	size_t len;

	if (!n->name)
		return;
	n->name = fill(s, n->name, strlen(n->name), instance, &len);
	if (len && n->name[len - 1] == '@')
		n->name = arena_printf(s->mem, "%s%s", n->name, instance);
}

void
template_fill(struct defs *s, struct def *d)
{
	for (size_t i = 0; i < d->ntexts; i++) {
		struct def_text *t = d->texts + i;

		t->text = fill(s, t->text, t->len, d->instance, &t->len);
	}
	for (int i = 0; i < 3; i++) {
		struct db_script *c = d->script + i;

		if (c->len)
			c->argv =
				fill(s, c->argv, c->len, d->instance, &c->len);
	}
	for (int i = 0; i < PROP_LISTS; i++)
		for (size_t k = 0; k < d->lists[i].n; k++)
			fill_name(s, d->lists[i].v + k, d->instance);
	fill_name(s, &d->producer_for, d->instance);
	fill_name(s, &d->pipeline, d->instance);
}
