/* chosen.c - the database to switch to, compiled or given, and what is refused
 * of it, see gen.h. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "rc/compile/compile.h"
#include "rc/compile/users.h"
#include "rc/switch/gen.h"

enum { DB_LIMIT = 1 << 30 };

static int
tell_unknown(const struct gen *g, const struct db_service *s, const char *what,
	const char *name)
{
	if (what && g->users != USERS_IGNORE)
		warn("service %s: %s %s is unknown to this system (%s)",
			s->name, what, name,
			g->users == USERS_ERROR
				? "make it first; a switch with --users=warn goes on "
				  "without"
				: "it must be there when the service "
				  "starts");
	return what != 0;
}

/* What the compiler asks where the definitions are.  1 if any is unknown. */
static int
check_users(const struct gen *g)
{
	const struct db *db = &g->u.new;
	int bad = 0;

	for (uint32_t i = 0; i < db->nlong + db->nshort; i++) {
		const struct db_service *s = db->services + i;
		const char *user = db_prop(s, "user");
		const char *p = db_prop(s, "groups");
		char name[USERS_NAME], word[USERS_NAME];

		if (user)
			bad |= tell_unknown(
				g, s, users_unknown(name, user), name);
		for (; p && *p; p += strspn(p, " ")) {
			size_t n = strcspn(p, " ");

			snprintf(word, sizeof word, "%.*s", (int)n, p);
			bad |= tell_unknown(
				g, s, users_unknown_group(name, word), name);
			p += n;
		}
	}
	return bad;
}

/* Sources that hold nothing are an unmounted disk, another user or another
 * REEVE_HOME rather than the wish to stop everything. */
static void
refuse_nothing(const struct gen *g)
{
	struct live l;
	char err[PATH_LEN + 256];
	unsigned n;

	if (g->given || g->db_file || g->u.new.nlong + g->u.new.nshort ||
		!gen_is_live(g) ||
		live_open(&l, g->live, 0, err, sizeof err) < 0)
		return;
	n = l.db.nlong + l.db.nshort;
	live_close(&l);
	if (n)
		die(EX_NO,
			"not switched: there are no definitions in %s, and "
			"what is live, %u service%s, would stop (reeve down "
			"stops everything, reeve switch DIR takes other "
			"definitions)",
			g->places.sources[0], n, n == 1 ? "" : "s");
}

void
gen_database(struct gen *g)
{
	struct compile c = { .sources = (const char *const *)g->sources,
		.nsources = g->nsources,
		.lax = g->lax,
		.override = g->override,
		.verbosity = g->u.verbosity,
		.logs = g->places.logs,
		.users = g->users };
	char err[PATH_LEN + 256], file[PATH_LEN];
	struct db_list l;
	ssize_t r;

	if (g->db_file) {
		r = !db_file_of(file, g->db_file)
			? -1
			: file_slurp(AT_FDCWD, file, &g->data, DB_LIMIT);
		if (r < 0)
			die_sys(EX_SYSTEM, "not switched: unable to read %s",
				g->db_file);
		g->len = (size_t)r;
	} else {
		int code;

		if (!g->summed)
			gen_sum(g);
		code = compile(&c, &g->data, &g->len);
		if (code)
			die(code, "not switched: the definitions have errors");
	}
	if (db_load_verified(&g->u.new, g->data, g->len, !g->db_file, err,
		    sizeof err) < 0)
		die(UPDATE_BAD_DB, "not switched: %s: %s",
			g->db_file ? g->db_file : "compiled database", err);
	if (g->db_file && check_users(g) && g->users == USERS_ERROR)
		die(EX_NO,
			"not switched: %s names users or groups that this "
			"system does not know",
			g->db_file);
	g->u.data = g->data;
	g->u.len = g->len;
	refuse_nothing(g);
	if (g->bundle && *g->bundle && !db_resolve(&g->u.new, g->bundle, &l))
		die(EX_MISUSE,
			"not switched: there is no bundle or service "
			"%s in %s",
			g->bundle, g->db_file ? g->db_file : "the definitions");
}
