/* shquote.c - quotes a word for sh. */

#include <string.h>

#include "lib/shquote.h"

/* What means only itself, anywhere in a word. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./%@";

size_t
shquote(char *buf, size_t max, const char *s)
{
	size_t n = 0;
	int quote = !*s || s[strspn(s, plain)];

	/* The most that one byte becomes, and the end. */
	for (; n + 4 + 2 < max && *s; s++) {
		if (quote && !n)
			buf[n++] = '\'';
		if (*s == '\'') {
			memcpy(buf + n, "'\\''", 4);
			n += 4;
		} else {
			buf[n++] = *s;
		}
	}
	if (*s || max < 3) {
		if (max)
			*buf = 0;
		return 0;
	}
	if (quote && !n)
		buf[n++] = '\'';
	if (quote)
		buf[n++] = '\'';
	buf[n] = 0;
	return n;
}
