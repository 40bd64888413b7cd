/* lex.c - command lines of any bytes. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rc/compile/lex.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf b = { 0 }, text = { 0 }, again = { 0 };
	struct lex_error e;
	char *copy = malloc(len ? len : 1);
	int n, nuls = 0;

	if (!copy)
		return 0;
	memcpy(copy, data, len);
	n = lex_words(&b, copy, len, &e);
	if (n < 0) {
		if (!e.line || !e.what)
			abort();
	} else {
		for (size_t i = 0; i < b.len; i++)
			nuls += !b.s[i];
		if (nuls != n || (b.len && b.s[b.len - 1]))
			abort();
		/* What is quoted is read back the same. */
		for (size_t i = 0; i < b.len; i += strlen(b.s + i) + 1) {
			lex_quote(&text, b.s + i);
			buf_char(&text, ' ');
		}
		if (lex_words(&again, text.s ? text.s : "", text.len, &e) !=
				n ||
			again.len != b.len ||
			(b.len && memcmp(again.s, b.s, b.len)))
			abort();
	}
	buf_free(&b);
	buf_free(&text);
	buf_free(&again);
	free(copy);
	return 0;
}
