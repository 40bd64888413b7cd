/* switch.c - the whole of an update in one command: compile, keep as a
 * numbered generation, switch what is live, make it the one that is booted.
 * Also plan, rollback, generations and gc: the options and the commands; what
 * they are made of is in gen.h.  See reeve-switch(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/opt.h"
#include "lib/spawn.h"
#include "rc/compile/compile.h"
#include "rc/switch/gen.h"

enum {
	O_TEST = OPT_LONG,
	O_BOOT,
	O_ROOT,
	O_DB,
	O_LAX,
	O_OVERRIDE,
	O_BUNDLE,
	O_NO_ROLLBACK,
	O_NO_BLOCK,
	O_KEEP,
	O_ABORT,
	O_START,
	O_SETTLE,
	O_USERS,
	O_IGNORE_DOWN,
	O_JSON,
	O_EXIT_CODE
};
enum { JOBS = 32, DEATHS = 3, START_MS = 60000, SETTLE_MS = 500, KEEP = 10 };

static const struct opt opts[] = {
	{ 'n', "dry-run", 0,
		"print the plan with a reason for each service; "
		"do\nnothing (also: the sub-command plan)" },
	{ O_TEST, "test", 0,
		"switch, but do not make it the one that is "
		"booted" },
	{ O_BOOT, "boot", 0,
		"make it the one that is booted, but do not "
		"switch" },
	{ O_ROOT, "root", "DIR",
		"for an image below DIR: compile its "
		"definitions and\nmake them what it boots" },
	{ O_DB, "db", "FILE",
		"take this compiled database instead of "
		"compiling" },
	{ O_LAX, "lax", 0, "accept in definitions what s6-rc-compile accepts" },
	{ O_OVERRIDE, "override", 0,
		"of a service in two of the given sources "
		"the later one\nwins" },
	{ O_USERS, "users", "WHAT",
		"users and groups unknown to this system: "
		"error\n(default; with --root warn), warn or ignore" },
	{ O_BUNDLE, "bundle", "NAME",
		"what is to be up (default 'default'; "
		"'' for none)" },
	{ O_NO_ROLLBACK, "no-rollback", 0,
		"stay with the new set even if a "
		"service does not come\nup" },
	{ O_ABORT, "abort", 0, "undo a switch that was cut off" },
	{ O_IGNORE_DOWN, "ignore-down", 0,
		"a oneshot whose down script fails "
		"counts as down" },
	{ 'e', "force-essentials", 0,
		"stop essential services too if the "
		"switch needs it" },
	{ 'f', "conversion-file", "FILE",
		"lines 'OLD [-> NEW] [restart]' for "
		"services that get\nanother name" },
	{ 't', "timeout", "MS",
		"give up on what is not up or down after so "
		"long\n(default 0: never)" },
	{ O_START, "start-timeout", "MS",
		"give up on a service that has not "
		"said after so long\nthat it is ready and has no timeout-up "
		"(default 60000;\n0: never)" },
	{ O_SETTLE, "settle", "MS",
		"a service that does not say when it is "
		"ready has to\nlive so long after its start (default 500; 0: "
		"it need\nnot)" },
	{ 'j', "jobs", "N",
		"run at most N oneshots at once (default 32; 0 no\n"
		"bound)" },
	{ 'v', "verbosity", "N",
		"0 errors, 1 failures (default), 2 the plan "
		"and each\ntransition" },
	{ 'q', "quiet", 0,
		"say nothing if all goes well; with plan: exit 1 if "
		"there\nis something to do" },
	{ O_EXIT_CODE, "exit-code", 0,
		"with plan: exit 2 if there is something to do" },
	{ O_JSON, "json", 0,
		"print the plan, the result or the list as JSON (its\n"
		"fields are in reeve-json(5))" },
	{ O_NO_BLOCK, "no-block", 0,
		"fail if another change is in progress, "
		"instead of\nwaiting for it" },
	{ 'l', "livedir", "DIR", "the live directory" },
	{ O_KEEP, "keep", "N",
		"gc: keep the newest N generations (default "
		"10)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[switch|plan|rollback|generations|gc] [option...] [source... or N]",
	"Compile the definitions, keep them as a generation, switch the live "
	"set to\nit and have it booted next time. Does nothing, fast, if "
	"nothing changed.",
	opts,
	"Commands:\n"
	"  switch [source...]   the default\n"
	"  plan [source...]     what switch would do, and why\n"
	"  rollback [N]         back to generation N (default: the one before\n"
	"                       the live one)\n"
	"  generations          list them\n"
	"  gc                   remove old ones\n"
	"Exit status: 0 done, or nothing to do; 1 switched, some service failed "
	"(or an\nerror in a definition: not switched); 2 switched, some "
	"service was too slow;\n4 not a valid database; 9 or 10 not switched, "
	"a service would not stop; 12\nswitched back, as a service failed; 13 "
	"switched but cut off, 14 cut off before\nthe switch (run it again); "
	"100 misuse; 111 not switched, system error."
};

/* --- places --- */

static void
below(const char *root, char *path, size_t max)
{
	char copied[PATH_LEN];

	strcpy(copied, path);
	if (path_join(path, max, root, copied + (*copied == '/')) < 0)
		die_sys(EX_MISUSE, "unable to use --root %s", root);
}

static void
set_places(struct gen *g)
{
	static char root[PATH_LEN];
	struct places *p = &g->places;
	char err[256];

	if (places_default(p, err, sizeof err) < 0)
		die(EX_SYSTEM, "%s", err);
	if (g->root) {
		if (path_absolute(root, sizeof root, g->root) < 0)
			die_sys(EX_MISUSE, "unable to use --root %s", g->root);
		below(root, p->state, sizeof p->state);
		below(root, p->boot, sizeof p->boot);
		for (int i = 0; i < p->nsources; i++)
			below(root, p->sources[i], sizeof *p->sources);
		g->boot = 1;
	}
	/* An image is made elsewhere than where its users are. */
	if (g->users < 0)
		g->users = g->root ? USERS_WARN : USERS_ERROR;
	if (!*g->live)
		strcpy(g->live, p->live);
	if (path_join(g->dir, sizeof g->dir, p->state, "generations") < 0)
		die_sys(EX_SYSTEM, "unable to use %s", p->state);
}

/* The first place has precedence; for the compiler the last one wins.
 * Places that do not exist are not there to be read. */
static void
set_sources(struct gen *g, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (g->nsources >= PLACES_SOURCES + 64)
			die(EX_MISUSE, "more than %d sources",
				PLACES_SOURCES + 64);
		g->sources[g->nsources++] = argv[i];
	}
	g->given = argc > 0;
	if (argc || g->db_file)
		return;
	for (int i = g->places.nsources; i-- > 0;)
		if (file_exists(AT_FDCWD, g->places.sources[i]))
			g->sources[g->nsources++] = g->places.sources[i];
	if (!g->nsources)
		die(EX_SYSTEM,
			"no definitions: %s does not exist "
			"(reeve new NAME -- COMMAND makes the first)",
			g->places.sources[0]);
	g->override = 1;
}

static void
lock_state(struct gen *g)
{
	if (path_mkdirs(g->dir, 0755) < 0)
		die_sys(EX_SYSTEM, "unable to make %s", g->dir);
	gen_lock(g, g->places.state);
}

static void
fill_update(struct gen *g)
{
	struct diff_convert *c = 0;
	struct update *u = &g->u;
	int r;

	u->logs = g->places.logs;
	u->run.verbosity = u->verbosity;
	u->show = u->verbosity >= 1 && !g->quiet && !g->json;
	/* Each step too, for who looks on. */
	if (u->show && u->verbosity < 2 && isatty(2))
		u->run.verbosity = 2;
	u->run.no_progress = g->quiet;
	u->run.deaths = DEATHS;
	if (u->in.bundle && !*u->in.bundle)
		u->in.bundle = 0;
	if (g->convert_file) {
		r = update_conversions(g->convert_file, &c, &u->in.nconvert);
		if (r)
			exit(r);
		u->in.convert = c;
	}
}

/* --- commands --- */

static int
do_abort(struct gen *g)
{
	int code;

	if (!gen_has_live(g))
		die(EX_NO, "nothing is live, so there is no switch to undo");
	if (!g->u.dry)
		gen_lock(g, g->live);
	if (update_open(&g->u, g->live) < 0)
		return EX_SYSTEM;
	code = update_abort(&g->u);
	if (!g->u.dry)
		update_record(&g->u, code);
	update_close(&g->u);
	return code;
}

static int
do_switch(struct gen *g, int argc, char **argv)
{
	if (!g->u.dry)
		lock_state(g);
	fill_update(g);
	if (g->abort_it)
		return do_abort(g);
	set_sources(g, argc, argv);
	if (gen_unchanged(g)) {
		g->outcome = "nothing-to-do";
		g->made = gen_booted(g);
		if (g->json)
			;
		else if (g->u.verbosity >= 1 && !g->u.dry && !g->quiet)
			info("nothing to do: the definitions are those of "
			     "generation %u",
				gen_booted(g));
		else if (g->u.dry && !g->quiet)
			puts("nothing to do: the definitions did not change");
		return EX_OK;
	}
	gen_database(g);
	if (g->u.dry && g->quiet && g->exit_code) {
		g->changes = gen_changes(g);
		return EX_OK;
	}
	if (g->u.dry && g->quiet)
		return gen_is_known(g) ? EX_OK : EX_NO;
	return gen_carry_out(g);
}

static int
do_plan(struct gen *g, int argc, char **argv)
{
	g->u.dry = 1;
	return do_switch(g, argc, argv);
}

static unsigned
previous(const struct gen *g)
{
	size_t n;
	unsigned *v = gen_list(g, &n), found = 0;
	unsigned now = gen_current(g);

	for (size_t i = 0; i < n; i++)
		if ((v[i] < now || !now) && !gen_has_failed(g, v[i]))
			found = v[i];
	free(v);
	if (!found && !now)
		die(EX_MISUSE,
			"there is nothing to go back to: no generation "
			"was made yet (reeve switch makes one)");
	if (!found)
		die(EX_MISUSE,
			"there is no generation before %u (reeve "
			"generations lists them)",
			now);
	return found;
}

static int
do_rollback(struct gen *g, int argc, char **argv)
{
	static char path[PATH_LEN];
	unsigned n;

	if (argc > 1)
		die(EX_MISUSE, "rollback takes one generation, not also '%s'",
			argv[1]);
	if (!g->u.dry)
		lock_state(g);
	fill_update(g);
	n = argc ? opt_uint("the generation", argv[0], 1, 1u << 31)
		 : previous(g);
	gen_path(g, path, n, "db");
	if (!file_exists(AT_FDCWD, path))
		die(EX_MISUSE,
			"there is no generation %u (reeve "
			"generations lists them)",
			n);
	g->db_file = path;
	g->back = n;
	gen_database(g);
	return gen_carry_out(g);
}

static int
do_generations(struct gen *g, int argc, char **argv)
{
	if (argc)
		die(EX_MISUSE, "generations takes no '%s'", *argv);
	gen_print(g);
	return EX_OK;
}

static int
do_gc(struct gen *g, int argc, char **argv)
{
	size_t n;
	unsigned *v, live, boot, removed = 0;

	if (argc)
		die(EX_MISUSE, "gc takes no '%s'; --keep=N says how many stay",
			*argv);
	lock_state(g);
	if (!g->u.dry)
		gen_remove_rubbish(g);
	v = gen_list(g, &n);
	live = gen_live(g);
	boot = gen_booted(g);
	for (size_t i = 0; i + g->keep < n; i++) {
		char path[PATH_LEN];

		if (v[i] == live || v[i] == boot)
			continue;
		gen_path(g, path, v[i], 0);
		if (g->u.dry)
			printf("would remove generation %u\n", v[i]);
		else if (path_remove(AT_FDCWD, path) < 0)
			die_sys(EX_SYSTEM, "unable to remove %s", path);
		removed++;
	}
	free(v);
	if (g->u.verbosity >= 1 && !g->u.dry && !g->quiet)
		info("removed %u generations", removed);
	return EX_OK;
}

static const struct word {
	const char *name;
	int (*run)(struct gen *, int, char **);
} commands[] = {
	{ "switch", do_switch },
	{ "plan", do_plan },
	{ "rollback", do_rollback },
	{ "generations", do_generations },
	{ "gc", do_gc },
};

static const struct word *
find_word(const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(name, commands[i].name))
			return commands + i;
	return 0;
}

static void
set_live(struct gen *g, const char *s)
{
	if (path_absolute(g->live, sizeof g->live, s) < 0)
		die_sys(EX_MISUSE, "unable to use %s", s);
	g->elsewhere = 1;
}

static int
users_option(const char *s)
{
	int users = compile_users(s);

	if (users < 0)
		die(EX_MISUSE,
			"--users must be error, warn or ignore, not "
			"'%s'",
			s);
	return users;
}

/* What does not go together. */
static void
check_options(const struct gen *g, const struct word *w)
{
	int plan = w->run == do_plan || g->u.dry;

	if (g->test && g->boot)
		die(EX_MISUSE, "--test and --boot exclude each other");
	if (g->json && (w->run == do_gc || g->abort_it))
		die(EX_MISUSE,
			"--json is of switch, plan, rollback and "
			"generations");
	if (g->exit_code && (!plan || w->run == do_gc))
		die(EX_MISUSE, "--exit-code is of plan");
	if (g->json && g->quiet)
		die(EX_MISUSE, "--json and --quiet exclude each other");
}

static void
parse_options(struct gen *g, int argc, char **argv)
{
	int c;

	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'n':
			g->u.dry = 1;
			break;
		case O_TEST:
			g->test = 1;
			break;
		case O_BOOT:
			g->boot = 1;
			break;
		case O_ROOT:
			g->root = optarg;
			break;
		case O_DB:
			g->db_file = optarg;
			break;
		case O_LAX:
			g->lax = 1;
			break;
		case O_OVERRIDE:
			g->override = 1;
			break;
		case O_USERS:
			g->users = users_option(optarg);
			break;
		case O_BUNDLE:
			g->u.in.bundle = g->bundle = optarg;
			break;
		case O_NO_ROLLBACK:
			g->u.rollback = 0;
			break;
		case O_IGNORE_DOWN:
			g->u.run.ignore_down = 1;
			break;
		case O_ABORT:
			g->abort_it = 1;
			break;
		case 'e':
			g->u.in.force_essentials = 1;
			break;
		case 'f':
			g->convert_file = optarg;
			break;
		case 't':
			g->u.run.timeout_ms =
				opt_uint("timeout", optarg, 0, 1u << 31);
			break;
		case O_START:
			g->u.run.start_ms =
				opt_uint("start-timeout", optarg, 0, 1u << 31);
			break;
		case O_SETTLE:
			g->u.run.settle_ms =
				opt_uint("settle", optarg, 0, 60000);
			break;
		case 'j':
			g->u.run.jobs = opt_uint("jobs", optarg, 0, 100000);
			break;
		case 'v':
			g->u.verbosity =
				(int)opt_uint("verbosity", optarg, 0, 99);
			break;
		case 'q':
			g->quiet = 1;
			break;
		case O_JSON:
			g->json = 1;
			break;
		case O_EXIT_CODE:
			g->exit_code = 1;
			break;
		case O_NO_BLOCK:
			g->block = 0;
			break;
		case 'l':
			set_live(g, optarg);
			break;
		case O_KEEP:
			g->keep = opt_uint("keep", optarg, 1, 1u << 30);
			break;
		default:
			opt_usage(&usage);
		}
}

/* "reeve-switch plan ...", "reeve-switch ... plan ...", or called by the name
 * reeve-plan. */
int
main(int argc, char **argv)
{
	static struct gen g;
	const struct word *w = 0;
	const char *dash;

	prog_init(argv[0]);
	umask(022);
	g.block = 1;
	g.keep = KEEP;
	g.users = -1;
	g.u.verbosity = 1;
	g.u.rollback = 1;
	g.u.in.bundle = "default";
	g.u.run.jobs = JOBS;
	g.u.run.start_ms = START_MS;
	g.u.run.settle_ms = SETTLE_MS;
	dash = strchr(prog_name, '-');
	if (dash && strcmp(dash + 1, commands->name))
		w = find_word(dash + 1);
	if (argc > 1 && find_word(argv[1])) {
		w = find_word(argv[1]);
		argv++, argc--;
	}
	parse_options(&g, argc, argv);
	if (!w && argc > optind && find_word(argv[optind])) {
		w = find_word(argv[optind]);
		argc -= optind, argv += optind;
		opt_reset();
		parse_options(&g, argc, argv);
	}
	argc -= optind, argv += optind;
	set_places(&g);
	if (!w)
		w = commands;
	check_options(&g, w);
	if (w->run == do_gc || w->run == do_generations)
		return w->run(&g, argc, argv);
	gen_result_begin(&g);
	return gen_result(&g, w->run(&g, argc, argv));
}
