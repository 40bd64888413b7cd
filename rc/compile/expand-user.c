/* expand-user.c - who the command is: user, groups, privileges. */

#include <string.h>

#include "lib/caps.h"
#include "lib/suggest.h"
#include "rc/compile/compile.h"
#include "rc/compile/expand.h"
#include "rc/compile/users.h"
#include "rc/compile/wrap.h"

static void
unknown_name(struct defs *s, const struct def_text *t, const char *kind,
	const char *name)
{
	if (s->users == USERS_IGNORE)
		return;
	if (s->users == USERS_ERROR)
		diag_error(s->diag, 1, t->file, s->line,
			"%s %s is unknown to "
			"this system (make it first; a switch with "
			"--users=warn goes on without)",
			kind, name);
	else
		diag_warn(s->diag, t->file, s->line,
			"%s %s is unknown to this "
			"system (it must be there when the service starts)",
			kind, name);
}

static void
check_group(struct defs *s, const struct def_text *t, const char *name)
{
	char buf[USERS_NAME];
	const char *what = users_unknown_group(buf, name);

	if (what)
		unknown_name(s, t, what, buf);
}

void
expand_check_user(struct defs *s, const struct def_text *t, const char *user)
{
	char buf[USERS_NAME];
	const char *what = users_unknown(buf, user);

	if (what)
		unknown_name(s, t, what, buf);
}

void
wrap_user(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "user");
	const char *line = t ? def_line(w->s, t) : 0;
	size_t n;

	if (!line)
		return;
	n = strcspn(line, ":");
	if (!n || strpbrk(line, " \t/") ||
		(line[n] && (!line[n + 1] || strchr(line + n + 1, ':')))) {
		wrap_bad(w, t, line);
		return;
	}
	expand_check_user(w->s, t, line);
	def_set_prop(w->s, w->d, "user", line);
	wrap_apply(w, "-u", line);
}

/* Words of all lines of a text, joined by single blanks; each is given to
 * check first, which says what is wrong. */
static const char *
words(struct wrap *w, const struct def_text *t,
	int (*check)(
		struct wrap *, const struct def_text *, unsigned, const char *))
{
	struct buf b = { 0 };
	size_t at = 0;
	unsigned number = 0;
	char *line, *word;
	const char *joined;

	while (def_next_line(w->s, t, &at, &line, &number)) {
		char *save = 0;

		for (word = strtok_r(line, " \t\r", &save); word;
			word = strtok_r(0, " \t\r", &save)) {
			if (check && !check(w, t, number, word))
				continue;
			if (b.len)
				buf_char(&b, ' ');
			buf_str(&b, word);
		}
	}
	joined = arena_dup(w->s->mem, b.s, b.len);
	buf_free(&b);
	return joined;
}

static int
known_group(struct wrap *w, const struct def_text *t, unsigned line,
	const char *word)
{
	w->s->line = line;
	check_group(w->s, t, word);
	return 1;
}

void
wrap_groups(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "groups");
	const char *names = t ? words(w, t, known_group) : 0;

	if (!names)
		return;
	def_set_prop(w->s, w->d, "groups", names);
	wrap_apply(w, "-g", names);
}

static int
known_capability(struct wrap *w, const struct def_text *t, unsigned line,
	const char *word)
{
	struct suggest near;
	const char *name;

	if (caps_number(word) >= 0)
		return 1;
	near = suggest_init(word);
	for (int i = 0; (name = caps_name(i)); i++)
		suggest_try(&near, name);
	diag_error(w->s->diag, 1, t->file, line, "unknown capability %s%s%s%s",
		word, near.best ? "; did you mean " : "",
		near.best ? near.best : "", near.best ? "?" : "");
	return 0;
}

void
wrap_privileges(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "capabilities");
	size_t at = 0;
	unsigned number = 0;
	char *line;

	if (t)
		wrap_apply(w, "-c", words(w, t, known_capability));
	if (wrap_use(w, "no-new-privs"))
		wrap_apply(w, "-N", 0);
	if (wrap_use(w, "private-tmp"))
		wrap_apply(w, "-t", 0);
	t = wrap_use(w, "read-only-paths");
	while (t && def_next_line(w->s, t, &at, &line, &number)) {
		def_trim(line);
		if (wrap_absolute(w, t, line, number))
			wrap_apply(w, "-r", line);
	}
}
