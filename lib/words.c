/* words.c - collects the words of a command line, and executes it. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "lib/words.h"

void
words_add(struct words *w, const char *s)
{
	if (w->n + 2 > w->max) {
		char **v;

		w->max = w->max ? 2 * w->max : 32;
		v = realloc(w->v, (size_t)w->max * sizeof *v);
		if (!v)
			die_sys(EX_SYSTEM, "unable to build a command line");
		w->v = v;
	}
	w->v[w->n] = strdup(s);
	if (!w->v[w->n++])
		die_sys(EX_SYSTEM, "unable to build a command line");
	w->v[w->n] = 0;
}

void
words_all(struct words *w, char *const *s)
{
	while (*s)
		words_add(w, *s++);
}

void
words_fmt(struct words *w, const char *fmt, ...)
{
	char buf[PATH_LEN];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof buf, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof buf)
		die(EX_MISUSE, "a word is longer than %d bytes", PATH_LEN);
	words_add(w, buf);
}

void
words_sister(struct words *w, const char *name)
{
	char file[128], path[PATH_LEN];

	/* Twice, and then once more for the message of who executes it. */
	for (int i = 0; i < 3; i++) {
		snprintf(file, sizeof file, "%s%s",
			(i == 1) == prog_as_s6 ? "reeve-" : "s6-", name);
		if (chain_sister(path, sizeof path, file) < 0)
			die_sys(EX_SYSTEM, "unable to find %s", file);
		if (file_exists(AT_FDCWD, path) > 0)
			break;
	}
	words_add(w, path);
}

void
words_exec(struct words *w)
{
	chain_exec(w->v);
}
