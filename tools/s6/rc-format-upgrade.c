/* rc-format-upgrade.c - put a database that was compiled anew from the same
 * definitions in the place of the live one, because the format of databases
 * has changed.  See s6-rc-format-upgrade(1).
 *
 * It is an update that must find nothing to do; that is checked first. */

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "lib/words.h"
#include "rc/db.h"
#include "rc/live.h"

enum { EX_BADDB = 4 };

static const struct opt opts[] = { { 'v', "verbosity", "N",
					   "as in reeve-rc-update" },
	{ 't', "timeout", "MS", "as in reeve-rc-update" },
	{ 'l', "livedir", "DIR", "the live directory" },
	{ 'b', "block", 0, "wait for a change in progress" }, { 0, 0, 0, 0 } };
static const struct usage usage = {
	"[-v n] [-t ms] [-l live] [-b] newdb",
	"Replace the live database by one of the same services.", opts,
	"Exit status: 0 done, 4 not a database, or not of the same\n"
	"services, 100 misuse, 111 system error; else that of reeve-rc-update."
};

static void
open_db(struct db *db, const char *path)
{
	char err[1024];

	if (db_open(db, path, err, sizeof err) < 0)
		die(errno == EPROTO ? EX_BADDB : EX_SYSTEM, "%s", err);
}

/* The same dependencies, by name? */
static int
same_deps(const struct db *x, const struct db_list *a, const struct db *y,
	const struct db_list *b)
{
	if (a->n != b->n)
		return 0;
	for (uint32_t i = 0; i < a->n; i++) {
		uint32_t k = 0;

		while (k < b->n &&
			strcmp(x->services[a->v[i]].name,
				y->services[b->v[k]].name))
			k++;
		if (k == b->n)
			return 0;
	}
	return 1;
}

/* Every service of a in b, and alike as far as an update looks. */
static void
check(const struct db *a, const struct db *b, const char *path)
{
	for (uint32_t i = 0; i < a->nlong + a->nshort; i++) {
		const struct db_service *s = a->services + i, *t;
		uint32_t k = db_service(b, s->name);

		t = k == DB_NONE ? 0 : b->services + k;
		if (!t || t->type != s->type ||
			!same_deps(a, &s->deps, b, &t->deps))
			die(EX_BADDB,
				"%s is not of the same services: %s "
				"differs (to change the set use s6-rc-update)",
				path, s->name);
	}
}

int
main(int argc, char **argv)
{
	char live[PATH_LEN] = "", path[PATH_LEN], err[256];
	struct words w = { 0 };
	struct db old, new;
	int o, block = 0;

	prog_init(argv[0]);
	words_sister(&w, "rc-update");
	while ((o = opt_next(&usage, argc, argv)) != -1)
		switch (o) {
		case 'l':
			if (path_absolute(live, sizeof live, optarg) < 0)
				die_sys(EX_MISUSE, "unable to use %s", optarg);
			break;
		case 'b':
			block = 1;
			break;
		default:
			words_fmt(&w, "-%c%u", o,
				opt_uint("the option", optarg, 0, 1u << 31));
		}
	if (argc - optind != 1)
		opt_usage(&usage);
	if (*argv[optind] != '/')
		die(EX_MISUSE, "%s is not an absolute path", argv[optind]);
	if (!*live && live_default(live, err, sizeof err) < 0)
		die(EX_SYSTEM, "%s", err);
	if (path_join(path, sizeof path, live, "current", "db") < 0)
		die_sys(EX_MISUSE, "unable to use %s", live);
	open_db(&old, path);
	open_db(&new, argv[optind]);
	check(&old, &new, argv[optind]);
	check(&new, &old, argv[optind]);
	words_add(&w, block ? "--block" : "--no-block");
	words_add(&w, "--on-change=keep");
	words_add(&w, "-l");
	words_add(&w, live);
	words_add(&w, "--");
	words_add(&w, argv[optind]);
	words_exec(&w);
}
