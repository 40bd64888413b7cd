/* compile.c - see compile.h: read, expand, resolve, encode. */

#include <errno.h>
#include <setjmp.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/arena.h"
#include "lib/msg.h"
#include "rc/compile/compile.h"
#include "rc/compile/def.h"
#include "rc/compile/expand.h"
#include "rc/compile/resolve.h"
#include "rc/db.h"

int
compile_users(const char *word)
{
	static const struct {
		const char *word;
		int users;
	} words[] = { { "warn", USERS_WARN }, { "error", USERS_ERROR },
		{ "ignore", USERS_IGNORE } };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(word, words[i].word))
			return words[i].users;
	return -1;
}

/* What was for the owner alone stays so in what is made of it: files of
 * data/ and env/ keep their own modes, all others lose those of a secret.
 * Who writes a database or a live directory goes by the property. */
static void
close_files(struct defs *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct def *d = s->v[i];

		if (!d->closed)
			continue;
		def_set_prop(s, d, DB_CLOSED,
			d->closed & CLOSED_ALL && !prog_as_s6
				? DB_CLOSED_ALL
				: DB_CLOSED_FILES);
		for (size_t k = 0; k < d->nfiles; k++)
			if (S_ISREG(d->files[k].mode) &&
				!strchr(d->files[k].path, '/'))
				d->files[k].mode &= ~077u;
	}
}

/* Services and nothing that says which of them are to run: all are.  That is
 * a bundle as if somebody had written it, so whoever reads the database need
 * not know; what s6-rc would compile stays what it is. */
static void
imply_default(struct defs *s, const char *source)
{
	struct def *all;
	size_t n = s->n;

	for (size_t i = 0; i < n; i++)
		if (!strcmp(s->v[i]->name, "default"))
			return;
	all = 0;
	for (size_t i = 0; i < n; i++) {
		struct def *d = s->v[i];

		if (d->bad || d->type == DB_BUNDLE)
			continue;
		if (!all) {
			all = def_new(s, source, "default", source);
			all->type = DB_BUNDLE;
		}
		def_add_name(s, all, LIST_CONTENTS, d->name, d->dir, 0);
	}
	if (all)
		diag_note(s->diag, source, 0,
			"there is no bundle default: every service is "
			"started at boot and by reeve up");
}

static void
compile_all(const struct compile *c, struct defs *s, char **data, size_t *len)
{
	struct db db;

	for (int i = 0; i < c->nsources; i++)
		def_source(s, c->sources[i]);
	if (s->passed_over)
		diag_info(s->diag, s->passed_over, 0,
			"ignored by this name "
			"of the compiler, as what s6-rc does not know (%u of "
			"Reeve's own file%s here; a file %s beside the "
			"services has them read)",
			s->npassed_over, s->npassed_over == 1 ? "" : "s",
			OWN_MARK);
	resolve_duplicates(s);
	def_implied(s);
	if (!s->s6_only && c->nsources)
		imply_default(s, c->sources[0]);
	expand_all(s);
	close_files(s);
	resolve(s, &db);
	if (!s->diag->errors && db_encode(&db, data, len) < 0)
		diag_sys(s->diag, "database", "unable to make it");
}

int
compile(const struct compile *c, char **data, size_t *len)
{
	jmp_buf oom;
	struct arena mem = { .oom = &oom };
	struct diag diag = { .report = c->report,
		.arg = c->report_arg,
		.verbosity = c->verbosity,
		.lax = c->lax };
	struct defs s = { .mem = &mem,
		.diag = &diag,
		.s6_only = c->s6_only,
		.override = c->override,
		.logs = c->logs,
		.loguser = c->loguser,
		.users = c->users };

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
