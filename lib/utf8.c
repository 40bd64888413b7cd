/* utf8.c - tells whole characters from broken ones. */

#include <string.h>

#include "lib/utf8.h"

size_t
utf8_len(const char *text, size_t left)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned min, c = s[0], v;
	size_t n;

	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c < 0xe0)
		n = 2, v = c & 0x1f, min = 0x80;
	else if ((c & 0xf0) == 0xe0)
		n = 3, v = c & 0x0f, min = 0x800;
	else if (c >= 0xf0 && c < 0xf5)
		n = 4, v = c & 0x07, min = 0x10000;
	else
		return 0;
	if (n > left)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (s[i] & 0x3f);
	}
	/* Surrogates are not characters. */
	return v >= min && v < 0x110000 && (v < 0xd800 || v > 0xdfff) ? n : 0;
}

/* U+2028 to U+202e and U+2066 to U+2069: separators of lines, and what turns
 * the order of other text around. */
static int
reorders(const char *s)
{
	unsigned char last = (unsigned char)s[2];

	return !memcmp(s, "\xe2\x80", 2)
		? last >= 0xa8 && last <= 0xae
		: !memcmp(s, "\xe2\x81", 2) && last >= 0xa6 && last <= 0xa9;
}

size_t
utf8_char(const char *s, size_t left, int *control)
{
	size_t n = utf8_len(s, left);
	unsigned char c = (unsigned char)s[0];

	if (n == 2 && c == 0xc2)
		c = (unsigned char)s[1];
	*control = n == 1 ? c < 0x20 || c == 0x7f
		: n == 3  ? reorders(s)
			  : n < 3 && c >= 0x80 && c < 0xa0;
	return n ? n : 1;
}

void
utf8_print(FILE *f, const char *s, size_t len)
{
	while (len) {
		int control;
		size_t n = utf8_char(s, len, &control);

		if (control && *s != '\t')
			putc('?', f);
		else
			fwrite(s, 1, n, f);
		s += n;
		len -= n;
	}
}

size_t
utf8_clean(char *s, size_t len)
{
	size_t to = 0;

	for (size_t i = 0; i < len;) {
		int control;
		size_t n = utf8_char(s + i, len - i, &control);

		if (control)
			s[to++] = '?';
		else
			memmove(s + to, s + i, n), to += n;
		i += n;
	}
	return to;
}
