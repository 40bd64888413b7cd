/* shown.c - see shown.h. */

#include <stdlib.h>
#include <string.h>

#include "lib/msg.h"
#include "lib/shown.h"
#include "lib/utf8.h"

/* The length of the character at s; *bad: it is not to be shown. */
static size_t
character(const char *s, size_t left, int *bad)
{
	size_t n = utf8_char(s, left, bad);

	*bad |= !utf8_len(s, left);
	return n;
}

const char *
shown(const char *s)
{
	static char *kept[SHOWN_MAX];
	static unsigned next;
	size_t len = strlen(s), i = 0;
	int bad = 0;
	char *p;

	while (i < len && !bad)
		i += character(s + i, len - i, &bad);
	if (!bad)
		return s;
	p = malloc(4 * len + 1);
	if (!p)
		die_sys(EX_SYSTEM, "unable to show a text");
	free(kept[next]);
	kept[next] = p;
	next = (next + 1) % SHOWN_MAX;
	for (i = 0; i < len;) {
		size_t n = character(s + i, len - i, &bad);

		if (!bad)
			memcpy(p, s + i, n), p += n, i += n;
		for (; bad && n; n--)
			p += sprintf(p, "\\x%02x", (unsigned char)s[i++]);
	}
	*p = 0;
	return kept[(next + SHOWN_MAX - 1) % SHOWN_MAX];
}

void
shown_quoted(FILE *f, const char *s)
{
	putc('"', f);
	for (s = shown(s); *s; s++) {
		if (*s == '"' || *s == '\\')
			putc('\\', f);
		putc(*s, f);
	}
	putc('"', f);
}
