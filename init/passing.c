/* passing.c - see passing.h. */

#include <signal.h>
#include <string.h>

#include <skalibs/types.h>

#include "init/passing.h"
#include "lib/num.h"

void
passing_init(struct passing *p)
{
	for (unsigned i = 0; i <= PASSING_SIGNALS; i++)
		p->signal[i] = (unsigned char)i;
	for (unsigned i = 0; i < PASSING_CODES; i++)
		p->code[i] = (unsigned char)i;
}

/* "A:B" into two words; b stays as it is without a colon. */
static int
split(const char *text, char *a, char *b, size_t max)
{
	size_t n = strcspn(text, ":");

	if (n >= max || strlen(text) >= max)
		return 0;
	memcpy(a, text, n);
	a[n] = 0;
	if (text[n])
		strcpy(b, text + n + 1);
	return 1;
}

int
passing_rewrite(struct passing *p, const char *text)
{
	char a[16], b[16] = "";
	int from, to;

	if (!split(text, a, b, sizeof a))
		return 0;
	from = num_signal(a);
	to = num_signal(b);
	if (!from || from > PASSING_SIGNALS || to > PASSING_SIGNALS ||
		(!to && strcmp(b, "0")))
		return 0;
	p->signal[from] = (unsigned char)to;
	return 1;
}

int
passing_map(struct passing *p, const char *text)
{
	char a[16], b[16] = "0";
	unsigned from, to;

	if (!split(text, a, b, sizeof a) || !num_uint(a, &from) ||
		!num_uint(b, &to) || from >= PASSING_CODES ||
		to >= PASSING_CODES)
		return 0;
	p->code[from] = (unsigned char)to;
	return 1;
}

int
passing_signal(const struct passing *p, int sig)
{
	return sig > 0 && sig <= PASSING_SIGNALS ? p->signal[sig] : sig;
}

static size_t
word(char *buf, char kind, unsigned from, unsigned to)
{
	size_t n = 0;

	buf[n++] = kind;
	n += uint_fmt(buf + n, from);
	buf[n++] = ':';
	n += uint_fmt(buf + n, to);
	buf[n++] = ',';
	return n;
}

int
passing_text(const struct passing *p, char *buf, size_t max)
{
	enum { WORD = 16 };
	size_t n = 0;

	for (unsigned i = 0; i <= PASSING_SIGNALS && n + WORD < max; i++)
		if (p->signal[i] != i)
			n += word(buf + n, 's', i, p->signal[i]);
	for (unsigned i = 0; i < PASSING_CODES && n + WORD < max; i++)
		if (p->code[i] != i)
			n += word(buf + n, 'e', i, p->code[i]);
	if (!n)
		buf[n++] = '-';
	buf[n] = 0;
	return n + WORD < max;
}

int
passing_read(struct passing *p, const char *text)
{
	char one[16];

	passing_init(p);
	if (!strcmp(text, "-"))
		return 1;
	while (*text) {
		size_t n = strcspn(text, ",");

		if (n >= sizeof one || !n || text[n] != ',')
			return 0;
		memcpy(one, text, n);
		one[n] = 0;
		if (!(*one == 's' && passing_rewrite(p, one + 1)) &&
			!(*one == 'e' && passing_map(p, one + 1)))
			return 0;
		text += n + 1;
	}
	return 1;
}
