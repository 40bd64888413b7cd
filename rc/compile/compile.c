/* compile.c - see compile.h: read, expand, resolve, encode. */

#include <errno.h>
#include <setjmp.h>
#include <string.h>

#include "lib/arena.h"
#include "rc/compile/compile.h"
#include "rc/compile/def.h"
#include "rc/compile/expand.h"
#include "rc/compile/resolve.h"
#include "rc/db.h"

int
compile_users(const char *word)
{
	static const struct { const char *word; int users; } words[] = {
		{ "warn", USERS_WARN }, { "error", USERS_ERROR },
		{ "ignore", USERS_IGNORE } };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(word, words[i].word))
			return words[i].users;
	return -1;
}

static void
compile_all(const struct compile *c, struct defs *s, char **data,
	size_t *len)
{
	struct db db;

	for (int i = 0; i < c->nsources; i++)
		def_source(s, c->sources[i]);
	if (s->passed_over)
		diag_info(s->diag, s->passed_over, 0, "ignored by this name "
			"of the compiler, as what s6-rc does not know (%u of "
			"Reeve's own file%s here; a file %s beside the "
			"services has them read)", s->npassed_over,
			s->npassed_over == 1 ? "" : "s", OWN_MARK);
	resolve_duplicates(s);
	def_implied(s);
	expand_all(s);
	resolve(s, &db);
	if (!s->diag->errors && db_encode(&db, data, len) < 0)
		diag_sys(s->diag, "database", "unable to make it");
}

int
compile(const struct compile *c, char **data, size_t *len)
{
	jmp_buf oom;
	struct arena mem = { .oom = &oom };
	struct diag diag = { .report = c->report, .arg = c->report_arg,
		.verbosity = c->verbosity, .lax = c->lax };
	struct defs s = { .mem = &mem, .diag = &diag,
		.s6_only = c->s6_only, .override = c->override, .logs = c->logs,
		.loguser = c->loguser, .users = c->users };

	*data = 0;
	*len = 0;
	if (setjmp(oom)) {
		errno = ENOMEM;
		diag_sys(&diag, "definitions", "unable to hold them");
	} else
		compile_all(c, &s, data, len);
	buf_free(&s.words);
	arena_free(&mem);
	return diag.code;
}
