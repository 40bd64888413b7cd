/* json.c - writes text as a JSON string, with all that has to be escaped. */

#include <string.h>

#include "lib/json.h"
#include "lib/utf8.h"

/* The escape of one byte in out[7]; its length, or 0 if it needs none. */
static size_t
escape(char *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char from[] = "\"\\\n\t\r\b\f", to[] = "\"\\ntrbf";
	const char *p = c ? strchr(from, c) : 0;

	out[0] = '\\';
	if (p) {
		out[1] = to[p - from];
		return 2;
	}
	if (c >= 0x20 && c != 0x7f)
		return 0;
	memcpy(out + 1, "u00", 3);
	out[4] = hex[c >> 4];
	out[5] = hex[c & 15];
	return 6;
}

/* The same of a longer character, for what could steer a terminal: all of that
 * is below U+10000. */
static size_t
escape_wide(char out[8], const char *s, size_t n)
{
	int control;
	unsigned c = (unsigned char)s[0] & (n == 2 ? 0x1f : 0x0f);

	(void)utf8_char(s, n, &control);
	if (!control)
		return 0;
	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	return (size_t)snprintf(out, 8, "\\u%04x", c & 0xffff);
}

size_t
json_string(char *buf, size_t max, const char *s, size_t len)
{
	size_t n = 0;

	if (max < 2)
		return 0;
	buf[n++] = '"';
	for (size_t i = 0; i < len;) {
		char esc[8];
		const char *put = esc;
		size_t used = utf8_len(s + i, len - i), k;

		if (used > 1 && (k = escape_wide(esc, s + i, used))) {
			;
		} else if (!used) {
			used = 1, put = "\xef\xbf\xbd", k = 3;
		} else if (used > 1 ||
			!(k = escape(esc, (unsigned char)s[i]))) {
			put = s + i, k = used;
		}
		/* The closing quote must fit as well. */
		if (k > max - n - 1)
			return 0;
		memcpy(buf + n, put, k);
		n += k;
		i += used;
	}
	buf[n++] = '"';
	return n;
}

void
json_put(FILE *f, const char *s)
{
	char buf[6 * 256 + 2];
	size_t left;

	if (!s) {
		fputs("null", f);
		return;
	}
	putc('"', f);
	for (left = strlen(s); left;) {
		size_t take = left < 256 ? left : 256, n;

		/* Never cut a character in two. */
		while (take < left && take > 200 && (s[take] & 0xc0) == 0x80)
			take--;
		n = json_string(buf, sizeof buf, s, take);
		fwrite(buf + 1, 1, n - 2, f);
		s += take;
		left -= take;
	}
	putc('"', f);
}

static void
begin(struct json *j, const char *key)
{
	if (j->more)
		putc(',', j->f);
	j->more = 1;
	if (key) {
		json_put(j->f, key);
		putc(':', j->f);
	}
}

void
json_begin(struct json *j, const char *key, char open)
{
	begin(j, key);
	putc(open, j->f);
	j->more = 0;
}

void
json_end(struct json *j, char close)
{
	putc(close, j->f);
	j->more = 1;
}

void
json_line(struct json *j)
{
	fputs(j->more ? ",\n" : "\n", j->f);
	j->more = 0;
}

void
json_text(struct json *j, const char *key, const char *value)
{
	begin(j, key);
	json_put(j->f, value);
}

void
json_number(struct json *j, const char *key, long long n)
{
	begin(j, key);
	fprintf(j->f, "%lld", n);
}

void
json_null(struct json *j, const char *key)
{
	begin(j, key);
	fputs("null", j->f);
}

void
json_bool(struct json *j, const char *key, int value)
{
	begin(j, key);
	fputs(value < 0 ? "null" : value ? "true" : "false", j->f);
}
