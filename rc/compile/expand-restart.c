/* expand-restart.c - when a service that has ended is started again: the
 * files that supervise reads. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/num.h"
#include "rc/compile/wrap.h"

enum { LIST_MAX = 63, CODE_MAX = 255 }; /* what supervise reads */

static void
set_line(struct wrap *w, const char *name, const char *text)
{
	text = arena_printf(w->s->mem, "%s\n", text);
	def_set_file(w->s, w->d, name, S_IFREG | 0644, text, strlen(text));
}

static void
expand_backoff(struct wrap *w)
{
	const struct def_text *t = def_text(w->d, "backoff");
	const char *line = t ? def_line(w->s, t) : 0;
	char *a, *b, *text;
	uint64_t min, max;

	if (!line)
		return;
	a = arena_str(w->s->mem, line);
	b = a + strcspn(a, " \t");
	if (*b)
		*b++ = 0;
	b += strspn(b, " \t");
	if (!num_duration(a, 1, &min) || !num_duration(b, 1, &max) ||
		min > max || max > UINT32_MAX) {
		wrap_bad(w, t, line);
		return;
	}
	text = arena_printf(w->s->mem, "%llu %llu\n", (unsigned long long)min,
		(unsigned long long)max);
	def_set_file(w->s, w->d, "backoff", S_IFREG | 0644, text, strlen(text));
}

/* An exit code, a range of them, or a signal, as supervise knows it. */
static const char *
end_word(struct wrap *w, char *word)
{
	unsigned a, b;
	int sig, n = 0;

	if (*word < '0' || *word > '9') {
		sig = num_signal(word);
		return sig && sig != SIGSTOP && sig != SIGCONT
			? arena_printf(w->s->mem, "%s", num_signame(sig))
			: 0;
	}
	if (sscanf(word, "%3u%n", &a, &n) != 1 || a > CODE_MAX)
		return 0;
	if (!word[n])
		return word;
	if (word[n] != '-' || !num_uint(word + n + 1, &b) || b < a ||
		b > CODE_MAX)
		return 0;
	return word;
}

static void
expand_codes(struct wrap *w, const char *name)
{
	const struct def_text *t = def_text(w->d, name);
	struct buf b = { 0 };
	size_t at = 0;
	unsigned number = 0;
	char *line;

	while (t && def_next_line(w->s, t, &at, &line, &number)) {
		char *save = 0;

		for (char *word = strtok_r(line, " \t\r", &save); word;
			word = strtok_r(0, " \t\r", &save)) {
			const char *end = end_word(w, word);

			if (!end) {
				wrap_bad_line(w, t, number, word);
				continue;
			}
			if (b.len)
				buf_char(&b, ' ');
			buf_str(&b, end);
		}
	}
	if (b.len > LIST_MAX - 1)
		diag_error(w->s->diag, 1, t->file, 0,
			"this list is too long, "
			"expected at most %d characters (ranges as 64-78 are "
			"shorter)",
			LIST_MAX - 1);
	else if (b.len)
		set_line(w, name, arena_dup(w->s->mem, b.s, b.len));
	buf_free(&b);
}

static void
expand_delay(struct wrap *w)
{
	const struct def_text *t = def_text(w->d, "restart-delay");
	const char *line = t ? def_line(w->s, t) : 0;
	uint64_t ms;

	if (!line)
		return;
	if (!num_duration(line, 1, &ms) || ms > UINT32_MAX)
		wrap_bad(w, t, line);
	else
		set_line(w, "restart-delay",
			arena_printf(
				w->s->mem, "%llu", (unsigned long long)ms));
}

int
wrap_restart_limit(struct wrap *w, unsigned *deaths, unsigned *seconds)
{
	const struct def_text *t = def_text(w->d, "restart-limit");
	const char *line = t ? def_line(w->s, t) : 0;
	char *a, *b;
	uint64_t ms;

	if (!line)
		return 0;
	a = arena_str(w->s->mem, line);
	b = a + strcspn(a, " \t");
	if (*b)
		*b++ = 0;
	b += strspn(b, " \t");
	if (!num_uint(a, deaths) || !*deaths || *deaths > 4096 ||
		!num_duration(b, 1000, &ms) || ms < 1000 || ms % 1000 ||
		ms / 1000 > UINT32_MAX) {
		wrap_bad(w, t, line);
		return 0;
	}
	*seconds = (unsigned)(ms / 1000);
	return 1;
}

void
wrap_restarting(struct wrap *w)
{
	static const char *const words[] = { "always", "on-failure",
		"on-success", "on-signal", "never", 0 };
	const struct def_text *t = def_text(w->d, "restart");
	int i = t ? wrap_one_of(w, t, words) : -1;

	if (i >= 0)
		set_line(w, "restart", words[i]);
	else if (!t && def_text(w->d, "main"))
		/* Its end is the end of the container: not again meanwhile. */
		set_line(w, "restart", "never");
	expand_backoff(w);
	expand_codes(w, "success-codes");
	expand_codes(w, "no-restart-codes");
	expand_delay(w);
}
