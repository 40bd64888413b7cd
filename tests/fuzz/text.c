/* text.c - fuzz what makes texts of others harmless: JSON strings, words for
 * sh, characters for a terminal, the nearest name. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/shquote.h"
#include "lib/suggest.h"
#include "lib/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Only what JSON allows between two quotes. */
static void
json(const char *s, size_t len)
{
	size_t max = 6 * len + 2, n, i;
	char *buf = malloc(max);

	n = buf ? json_string(buf, max, s, len) : 0;
	if (!n || n > max || buf[0] != '"' || buf[n - 1] != '"')
		abort();
	for (i = 1; i < n - 1;) {
		size_t k = utf8_len(buf + i, n - 1 - i);

		if (!k || (unsigned char)buf[i] < 32 || buf[i] == '"')
			abort();
		i += k + (buf[i] == '\\');
	}
	if (i != n - 1)
		abort();
	if (n > 2 && json_string(buf, n - 1, s, len))
		abort();
	free(buf);
}

/* What sh makes of it. */
static void
quoted(const char *s)
{
	size_t max = 4 * strlen(s) + 8, n; /* it is generous */
	char *buf = malloc(max), *to, *p;
	int in = 0;

	n = buf ? shquote(buf, max, s) : 0;
	if (!n || strlen(buf) != n)
		abort();
	for (p = to = buf; *p; p++)
		if (*p == '\'')
			in = !in;
		else if (!in && *p == '\\' && p[1])
			*to++ = *++p;
		else if (!in && strchr(" \t\n;&|<>()$`\"*?[#~!{}", *p))
			abort();
		else
			*to++ = *p;
	*to = 0;
	if (in || strcmp(buf, s))
		abort();
	if (shquote(buf, n, s) || *buf)
		abort();
	free(buf);
}

static void
characters(const char *s, size_t len)
{
	for (size_t i = 0; i < len;) {
		int control;
		size_t n = utf8_char(s + i, len - i, &control);

		if (!n || n > len - i || ((unsigned char)s[i] < 32) > control)
			abort();
		i += n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *s = malloc(len + 1);
	struct suggest near;

	if (!s)
		return 0;
	memcpy(s, data, len);
	s[len] = 0;
	json(s, len);
	characters(s, len);
	quoted(s);
	near = suggest_init(s);
	suggest_try(&near, "environment");
	suggest_try(&near, s);
	if (!near.best || near.distance)
		abort();
	free(s);
	return 0;
}
