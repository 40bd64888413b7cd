/* convert.c - fuzz conversion files of updates: every line that is taken has
 * a name, and what was read can be read again from its words. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "rc/switch/convert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
again(const struct diff_convert *v, size_t n)
{
	struct diff_convert *w = 0;
	struct lex_error err;
	struct buf b = { 0 };
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		lex_quote(&b, v[i].from);
		if (v[i].to) {
			buf_str(&b, " -> ");
			lex_quote(&b, v[i].to);
		}
		if (v[i].restart)
			buf_str(&b, " restart");
		buf_char(&b, '\n');
	}
	buf_char(&b, 0);
	/* A newline within a name is not what this file can have. */
	if (b.bad || convert_parse(&w, &m, b.s, b.len - 1, &err) < 1 || m != n)
		abort();
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].from, w[i].from) || !v[i].to != !w[i].to ||
			(v[i].to && strcmp(v[i].to, w[i].to)) ||
			v[i].restart != w[i].restart)
			abort();
	convert_free(w, m);
	buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);
	struct diff_convert *v;
	struct lex_error err = { 0 };
	size_t n;
	int r;

	if (!text)
		abort();
	memcpy(text, data, len);
	text[len] = 0;
	r = convert_parse(&v, &n, text, len, &err);
	free(text);
	if (r < 0 || (!r && (!err.line || !err.what || n)))
		abort();
	if (r)
		again(v, n);
	convert_free(v, n);
	return 0;
}
