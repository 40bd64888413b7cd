/* lex.c - see lex.h.  tests/rc/lex.sh compares it with execlineb. */

#include <string.h>

#include "rc/compile/lex.h"

enum { BLOCKS_MAX = 255 };

struct lex {
	const char *s;
	size_t len, pos;
	unsigned line;
	unsigned depth;
	unsigned opened[BLOCKS_MAX + 1]; /* line of each { */
	struct buf *out;
	struct lex_error *err;
};

static int
fail(struct lex *l, unsigned line, const char *what)
{
	l->err->line = line;
	l->err->what = what;
	return -1;
}

/* The next character, or -1 at the end. */
static int
peek(const struct lex *l)
{
	return l->pos < l->len && l->s[l->pos] ? (unsigned char)l->s[l->pos]
					       : -1;
}

static int
next(struct lex *l)
{
	int c = peek(l);

	if (c >= 0)
		l->pos++;
	if (c == '\n')
		l->line++;
	return c;
}

static int
blank(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int
digit(int c, int base)
{
	int d = c >= '0' && c <= '9'   ? c - '0'
		: c >= 'a' && c <= 'f' ? c - 'a' + 10
		: c >= 'A' && c <= 'F' ? c - 'A' + 10
				       : 99;

	return d < base ? d : -1;
}

/* \0xHH, \0OOO, or \DDD, the backslash being read. */
static int
number(struct lex *l)
{
	int base = 10, left = 3, value = 0, digits = 0;

	if (peek(l) == '0') {
		next(l);
		base = 8;
		if (peek(l) == 'x') {
			next(l);
			base = 16;
			left = 2;
		}
	}
	for (; left-- && digit(peek(l), base) >= 0; digits++)
		value = value * base + digit(next(l), base);
	return digits && value > 0 && value < 256 ? value : -1;
}

static int
quoted(struct lex *l)
{
	static const char from[] = "abfnrtv", to[] = "\a\b\f\n\r\t\v";
	unsigned line = l->line;

	for (;;) {
		int c = next(l);
		const char *p;

		if (c == '"')
			return 0;
		if (c == '\\') {
			c = peek(l);
			if (c == '\n') {
				next(l);
				continue;
			}
			if (c >= '0' && c <= '9') {
				c = number(l);
				if (c < 0)
					return fail(l, l->line,
						"a number "
						"after \\ is not 1 to 255");
			} else if (c >= 0) {
				next(l);
				p = strchr(from, c);
				if (p)
					c = to[p - from];
			}
		}
		if (c < 0)
			return fail(l, line,
				"a quote is not closed "
				"(expected another \")");
		buf_char(l->out, c);
	}
}

static void
indent(struct lex *l, unsigned depth)
{
	while (depth--)
		buf_char(l->out, ' ');
}

/* One word from its first character on.  1 if there is a word now. */
static int
word(struct lex *l)
{
	size_t start;
	int plain = 1, alone = 1, c = peek(l);

	indent(l, l->depth);
	start = l->out->len;
	for (; c >= 0 && !blank(c); c = peek(l)) {
		next(l);
		if (c == '"') {
			plain = alone = 0;
			if (quoted(l) < 0)
				return -1;
		} else if (c == '\\') {
			plain = 0;
			c = next(l);
			if ((c < 0 || c == '\n') && l->out->len == start &&
				alone) {
				l->out->len = start - l->depth;
				return 0; /* as execline has it */
			}
			if (c < 0)
				return fail(l, l->line,
					"a backslash ends "
					"the file");
			alone = 0;
			buf_char(l->out, c);
		} else
			buf_char(l->out, c);
	}
	if (plain && !l->out->bad && l->out->len == start + 1) {
		c = l->out->s[start];
		if (c == '{') {
			if (l->depth == BLOCKS_MAX)
				return fail(l, l->line,
					"more than 255 blocks "
					"are nested");
			l->out->len = start - l->depth;
			l->opened[l->depth++] = l->line;
			return 0;
		}
		if (c == '}') {
			if (!l->depth)
				return fail(l, l->line, "unmatched }");
			l->out->len = start - 1;
			l->depth--;
		}
	}
	buf_char(l->out, 0);
	return 1;
}

int
lex_words(
	struct buf *words, const char *text, size_t len, struct lex_error *err)
{
	struct lex l = {
		.s = text, .len = len, .line = 1, .out = words, .err = err
	};
	int n = 0, c, r;

	while ((c = peek(&l)) >= 0) {
		if (blank(c)) {
			next(&l);
		} else if (c == '#') {
			while ((c = peek(&l)) >= 0 && c != '\n')
				next(&l);
		} else {
			r = word(&l);
			if (r < 0)
				return -1;
			n += r;
		}
	}
	if (l.depth)
		return fail(&l, l.opened[l.depth - 1], "unmatched {");
	if (words->bad)
		return fail(&l, l.line, "out of memory");
	return n;
}

void
lex_quote(struct buf *b, const char *s)
{
	if (*s && !s[strcspn(s, " \t\r\n\"\\#{}")]) {
		buf_str(b, s);
		return;
	}
	buf_char(b, '"');
	for (; *s; s++) {
		if (*s == '\n')
			buf_str(b, "\\n");
		else if (*s == '\r')
			buf_str(b, "\\r");
		else {
			if (*s == '"' || *s == '\\')
				buf_char(b, '\\');
			buf_char(b, *s);
		}
	}
	buf_char(b, '"');
}
