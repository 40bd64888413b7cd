/* cmdline.c - see cmdline.h; described in reeve-init(8) under boot mode. */

#include <string.h>

#include "init/cmdline.h"

enum word_number { SINGLE, SHELL, DEBUG, VERBOSE, RC, CONSOLE };

static const struct row {
	const char *name;
	enum word_number number;
} rows[] = {
	{ "single", SINGLE },
	{ "s", SINGLE },
	{ "S", SINGLE },
	{ "1", SINGLE },
	{ "emergency", SHELL },
	{ "reeve.shell", SHELL },
	{ "reeve.debug", DEBUG },
	{ "reeve.verbose=", VERBOSE },
	{ "reeve.rc=", RC },
	{ "reeve.console=", CONSOLE },
};

void
cmdline_init(struct cmdline *w)
{
	memset(w, 0, sizeof *w);
	w->verbose = -1;
}

static int
copy(char *to, size_t max, const char *value, size_t len)
{
	if (!len || len >= max)
		return -1;
	memcpy(to, value, len);
	to[len] = 0;
	return 1;
}

static int
set(struct cmdline *w, enum word_number n, const char *value, size_t len)
{
	switch (n) {
	case SINGLE:
		return w->single = 1;
	case SHELL:
		return w->shell = 1;
	case DEBUG:
		return w->debug = 1;
	case VERBOSE:
		if (len != 1 || *value < '0' || *value > '2')
			return -1;
		w->verbose = *value - '0';
		return 1;
	case RC:
		return *value != '/'
			? -1
			: copy(w->rcinit, sizeof w->rcinit, value, len);
	case CONSOLE:
		return copy(w->console, sizeof w->console, value, len);
	}
	return 0;
}

int
cmdline_take(struct cmdline *w, const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = strlen(rows[i].name);

		if (rows[i].name[n - 1] == '=') {
			if (len < n || memcmp(word, rows[i].name, n))
				continue;
			if (len == n)
				return -1;
			return set(w, rows[i].number, word + n, len - n);
		}
		if (len == n && !memcmp(word, rows[i].name, n))
			return set(w, rows[i].number, "", 0);
	}
	return 0;
}

int
cmdline_read(struct cmdline *w, const char *text)
{
	char word[512];
	size_t len = 0;
	int quoted = 0, begun = 0, wrong = 0;

	for (;; text++) {
		int blank = *text == ' ' || *text == '\t' || *text == '\n';

		if (!*text || (blank && !quoted)) {
			if (begun && len < sizeof word &&
				cmdline_take(w, word, len) < 0)
				wrong++;
			len = 0;
			begun = 0;
			if (!*text)
				return wrong;
		} else if (*text == '"') {
			quoted = !quoted;
		} else {
			begun = 1;
			/* One too long for us is none of ours. */
			if (len < sizeof word)
				word[len++] = *text;
		}
	}
}
