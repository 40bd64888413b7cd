/* convert.c - see convert.h. */

#include <stdlib.h>
#include <string.h>

#include "rc/switch/convert.h"

/* 1 if they are a line of such a file. */
static int
convert_words(struct diff_convert *c, char *words, int n)
{
	const char *w[5] = { 0 };
	int k = 1;

	for (int i = 0; i < n && i < 5; i++, words += strlen(words) + 1)
		w[i] = words;
	*c = (struct diff_convert){ .from = w[0] };
	if (k < n && !strcmp(w[k], "->")) {
		if (k + 1 >= n)
			return 0;
		c->to = w[k + 1];
		k += 2;
	}
	if (k < n && k < 5 && !strcmp(w[k], "restart")) {
		c->restart = 1;
		k++;
	}
	return k == n;
}

/* The same results as convert_parse. */
static int
add_line(struct diff_convert **v, size_t *n, const char *line, size_t len,
	struct lex_error *err)
{
	struct buf words = { 0 };
	struct diff_convert *more;
	int k = lex_words(&words, line, len, err);

	if (k > 0) {
		more = realloc(*v, (*n + 1) * sizeof *more);
		if (!more) {
			buf_free(&words);
			return -1;
		}
		*v = more;
		/* They live as long as it does, by its first word. */
		if (convert_words(more + *n, words.s, k)) {
			++*n;
			return 1;
		}
		err->what = "expected OLD [-> NEW] [restart]";
		k = -1;
	}
	buf_free(&words);
	return k == 0;
}

int
convert_parse(struct diff_convert **v, size_t *n, const char *text, size_t len,
	struct lex_error *err)
{
	const char *end = text + len;
	unsigned number = 0;
	int r = 1;

	*v = 0;
	*n = 0;
	while (r > 0 && text < end) {
		size_t k = strcspn(text, "\n");

		number++;
		r = add_line(v, n, text, k, err);
		text += k;
		if (r > 0 && text < end && !*text) {
			err->what = "there is a NUL byte";
			r = 0;
		}
		text++;
	}
	if (r > 0)
		return 1;
	err->line = number;
	convert_free(*v, *n);
	*v = 0;
	*n = 0;
	return r;
}

void
convert_free(struct diff_convert *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *words;

		memcpy(&words, &v[i].from, sizeof words);
		free(words);
	}
	free(v);
}
