/* match.c - compares lines with expressions; plain text is searched for as
 * text. */

#include <stdlib.h>
#include <string.h>

#include "log/match.h"

/* If the expression is plain text, put the text into out (as long as ere)
 * and return its length; else -1. */
static long
plain_text(struct match *m, const char *ere, char *out)
{
	long n = 0;

	if (*ere == '^') {
		m->at_head = 1;
		ere++;
	}
	for (; *ere; ere++) {
		if (*ere == '$' && !ere[1]) {
			m->at_tail = 1;
			break;
		}
		if (*ere == '\\') {
			/* Only an escaped special character is sure to mean
			 * itself; \w and kin differ between libraries. */
			if (!ere[1] || !strchr(".[]()*+?{}|^$\\/", ere[1]))
				return -1;
			ere++;
		} else if (strchr(".[]()*+?{}|^$", *ere)) {
			return -1;
		}
		out[n++] = *ere;
	}
	return n;
}

int
match_compile(struct match *m, const char *ere)
{
	long n;
	int r;

	memset(m, 0, sizeof *m);
	if (!*ere || !strcmp(ere, ".*") || !strcmp(ere, "^.*$")) {
		m->kind = MATCH_ALL; /* same: 0 already */
		return 0;
	}
	/* The library judges what is valid, also for plain text. */
	r = regcomp(&m->re, ere, REG_EXTENDED | REG_NOSUB);
	if (r)
		return r;
	m->kind = MATCH_ERE;
	m->text = malloc(strlen(ere) + 1);
	/* same: without memory it is an expression like any other. */
	if (!m->text)
		return 0;
	n = plain_text(m, ere, m->text);
	if (n < 0)
		return 0;
	regfree(&m->re);
	m->kind = MATCH_TEXT;
	m->len = (size_t)n;
	return 0;
}

void
match_free(struct match *m)
{
	if (m->kind == MATCH_ERE)
		regfree(&m->re);
	free(m->text);
	memset(m, 0, sizeof *m);
}

static int
text_test(const struct match *m, const char *line, size_t len)
{
	if (len < m->len)
		return 0;
	if (m->at_head && m->at_tail && len != m->len)
		return 0;
	if (m->at_head)
		return !memcmp(line, m->text, m->len);
	if (m->at_tail)
		return !memcmp(line + len - m->len, m->text, m->len);
	return memmem(line, len, m->text, m->len) != 0;
}

int
match_test(const struct match *m, const char *line, size_t len)
{
	switch (m->kind) {
	case MATCH_ALL:
		return 1;
	case MATCH_TEXT:
		return text_test(m, line, len);
	case MATCH_ERE:
		/* same: nothing is asked for but yes or no. */
		return !regexec(&m->re, line, 0, 0, 0);
	}
	return 0;
}
