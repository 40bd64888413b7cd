/* rc.c - bring services up and down, and say how they are.  Target in, plan
 * out (rc/plan.c), run it (rc/run.c).  Questions take no lock.  See
 * reeve-rc(8). */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "rc/rc.h"

enum {
	EX_UNKNOWN = 3,
	EX_BAD_DB = 4,
	JOBS = 32,
	DEATHS = 3,
	O_NOLOCK = OPT_LONG,
	O_NOBLOCK,
	O_START,
	O_NOPROGRESS,
	O_IGNORE_DOWN
};

static const struct opt opts[] = { { 'l', "livedir", "DIR",
					   "the live directory" },
	{ 'a', "add", 0, "add all services that are up to the selection" },
	{ 'b', "block", 0,
		"wait for a change in progress (the default under "
		"our\nown name)" },
	{ O_NOBLOCK, "no-block", 0, "fail if a change is in progress" },
	{ 'u', "up", 0, "change: bring the selection up (default)" },
	{ 'd', "down", 0,
		"change: bring it down; list: what is not selected;\n"
		"listall: what depends on it" },
	{ 'D', "all-down", 0,
		"like -d, and essential services too; without a "
		"name:\neverything" },
	{ 'p', "prune", 0,
		"change -u: bring down what is up and is not "
		"needed by\nthe selection" },
	{ 'v', "verbosity", "N",
		"0 errors, 1 failures (default), 2 each "
		"transition" },
	{ 'n', "dry-run", "MS",
		"print what would be done, MS ms apart; do "
		"nothing" },
	{ 't', "timeout", "MS", "give up after so long (default 0: never)" },
	{ O_IGNORE_DOWN, "ignore-down", 0,
		"a oneshot whose down script fails "
		"counts as down" },
	{ O_NOPROGRESS, "no-progress", 0,
		"on a terminal, do not show what is "
		"waited for" },
	{ O_START, "start-timeout", "MS",
		"give up on a service that has not "
		"said after so long\nthat it is ready and has no timeout-up, "
		"or died three\ntimes before it said so (default 0: never)" },
	{ 'j', "jobs", "N",
		"run at most N oneshots at once (default 32; 0 no\n"
		"bound)" },
	{ 'e', "without-essentials", 0,
		"list: leave essential services out; "
		"change: stop them\nas -D does" },
	{ 'E', "with-essentials", 0, "list them (default); do not stop them" },
	{ O_NOLOCK, "no-lock", 0, "the caller holds the lock (internal)" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = { "[option...] command [service...]",
	"Bring services up and down by their dependencies, and show them.",
	opts,
	"Commands:\n"
	"  list [name...]     the selected services\n"
	"  listall [name...]  and all they depend on\n"
	"  diff               longruns that supervise wants otherwise than rc\n"
	"  change [name...]   bring the selection up, or down with -d or -D\n"
	"  start name...      as -u change\n"
	"  stop name...       as -d change\n"
	"  restart name...    stop what is up of it and of what depends on it,\n"
	"                     and bring exactly that back\n"
	"  follow             restart what is up longer than a service that it is\n"
	"                     to be restarted with\n"
	"  reload name...     have them read their configuration again\n"
	"  status [name...]   up or down, since when, and why\n"
	"  help               print this\n"
	"Exit status: 0 done, 1 some service failed (or diff found something),\n"
	"2 timeout, 3 unknown name, 4 bad database or state, 30 interrupted,\n"
	"100 misuse, 111 system error." };

static void
parse_options(struct rc *rc, int argc, char **argv)
{
	char err[256];
	int o;

	rc->block = !prog_as_s6;
	rc->essentials = 1;
	rc->run.verbosity = 1;
	rc->run.jobs = prog_as_s6 ? 0 : JOBS;
	*rc->path = 0;
	while ((o = opt_next(&usage, argc, argv)) != -1)
		switch (o) {
		case 'l':
			if (path_absolute(rc->path, sizeof rc->path, optarg) <
				0)
				die_sys(EX_MISUSE, "unable to use %s", optarg);
			break;
		case 'a':
			rc->all_up = 1;
			break;
		case 'b':
			rc->block = 1;
			break;
		case O_NOBLOCK:
			rc->block = 0;
			break;
		case 'u':
			rc->down = rc->down_all = 0;
			break;
		case 'd':
			rc->down = 1;
			rc->down_all = 0;
			break;
		case 'D':
			rc->down = rc->down_all = 1;
			break;
		case 'p':
			rc->prune = 1;
			break;
		case 'v':
			rc->run.verbosity =
				(int)opt_uint("verbosity", optarg, 0, 99);
			break;
		case 'n':
			rc->dry = 1;
			rc->dry_ms = opt_uint("dry-run", optarg, 0, 60000);
			break;
		case 't':
			rc->run.timeout_ms =
				opt_uint("timeout", optarg, 0, 1u << 31);
			break;
		case O_IGNORE_DOWN:
			rc->run.ignore_down = 1;
			break;
		case O_NOPROGRESS:
			rc->run.no_progress = 1;
			break;
		case O_START:
			rc->run.start_ms =
				opt_uint("start-timeout", optarg, 0, 1u << 31);
			rc->run.deaths = rc->run.start_ms ? DEATHS : 0;
			break;
		case 'j':
			rc->run.jobs = opt_uint("jobs", optarg, 0, 100000);
			break;
		case 'e':
			rc->essentials = 0;
			break;
		case 'E':
			rc->essentials = 1;
			break;
		case O_NOLOCK:
			rc->nolock = 1;
			break;
		default:
			opt_usage(&usage);
		}
	if (!*rc->path && live_default(rc->path, err, sizeof err) < 0)
		die(EX_SYSTEM, "%s", err);
}

static void
open_live(struct rc *rc, int writable)
{
	char err[PATH_LEN + 256];

	if (live_open(&rc->live, rc->path, writable, err, sizeof err) < 0)
		die(errno == EPROTO ? EX_BAD_DB : EX_SYSTEM, "%s", err);
	rc->n = rc->live.db.nlong + rc->live.db.nshort;
	rc->run.live = &rc->live;
}

unsigned char *
rc_new_set(const struct rc *rc)
{
	unsigned char *set = calloc((size_t)rc->n + 1, 1);

	if (!set)
		die_sys(EX_SYSTEM, "unable to hold the services in question");
	return set;
}

int
rc_is_up(const struct rc *rc, uint32_t i)
{
	return !!(rc->live.state.rec[i].flags & STATE_UP);
}

int
rc_is_essential(const struct rc *rc, uint32_t i)
{
	return !!(rc->live.db.services[i].flags & DB_ESSENTIAL);
}

const char *
rc_name(const struct rc *rc, uint32_t i)
{
	return rc->live.db.services[i].name;
}

static void
select_names(struct rc *rc, char **names)
{
	int none = !*names;

	rc->selected = rc_new_set(rc);
	for (; *names; names++) {
		struct db_list l;
		const char *near;

		if (db_resolve(&rc->live.db, *names, &l)) {
			for (uint32_t k = 0; k < l.n; k++)
				rc->selected[l.v[k]] = 1;
			continue;
		}
		near = db_nearest(&rc->live.db, *names);
		if (near && !prog_as_s6)
			die(EX_UNKNOWN,
				"no service or bundle is called %s "
				"(is it %s?)",
				*names, near);
		die(EX_UNKNOWN, "no service or bundle is called %s", *names);
	}
	/* -D without a name is what its long name says: all down. */
	if (rc->down_all && !prog_as_s6 && none)
		rc->all_up = 1;
	for (uint32_t i = 0; rc->all_up && i < rc->n; i++)
		if (rc_is_up(rc, i))
			rc->selected[i] = 1;
}

/* Root would give its commands to whatever another user's links lead to: the
 * supervise of a service of its own, say.  Where the words are those of s6 it
 * does so, as s6-rc. */
static void
check_owner(const struct rc *rc)
{
	if (geteuid() || live_trusted(rc->live.fd))
		return;
	if (!prog_as_s6)
		die(EX_SYSTEM,
			"%s belongs to or is writable by others: not "
			"trusted (change it as its owner)",
			rc->path);
	warn("%s belongs to or is writable by others, who may lead commands "
	     "elsewhere",
		rc->path);
}

static void
open_for_change(struct rc *rc, char **names)
{
	if (!rc->dry && !rc->nolock &&
		run_lock(&rc->run, rc->path, rc->block) < 0)
		die_sys(errno == ETIMEDOUT ? RUN_TIMEOUT : EX_SYSTEM,
			"unable to take locks");
	open_live(rc, !rc->dry);
	if (!rc->dry)
		check_owner(rc);
	if (!rc->dry) {
		if (run_begin(&rc->run) < 0)
			die_sys(EX_SYSTEM, "unable to trap signals");
		if (rc->live.db.nshort)
			run_settle(&rc->run);
		run_keep_untaken(&rc->live);
		if (!prog_as_s6 && live_switching(&rc->live))
			warn(CUT_OFF);
	}
	rc->fallen = rc_new_set(rc);
	for (uint32_t i = 0; i < rc->n; i++)
		rc->fallen[i] = (unsigned char)rc_is_up(rc, i);
	rc->waiting = rc_new_set(rc);
	run_truth(&rc->live, rc->waiting);
	for (uint32_t i = 0; i < rc->n; i++)
		rc->fallen[i] = rc->fallen[i] && !rc_is_up(rc, i);
	select_names(rc, names);
}

static const struct word {
	const char *name;
	int (*run)(struct rc *);
	int changes, down; /* down: 1 sets -d, -1 sets -u */
	int needs_names;
} commands[] = {
	{ "list", rc_list, 0, 0, 0 },
	{ "listall", rc_listall, 0, 0, 0 },
	{ "diff", rc_diff, 0, 0, 0 },
	{ "change", rc_change, 1, 0, 0 },
	{ "start", rc_change, 1, -1, 0 },
	{ "stop", rc_change, 1, 1, 0 },
	{ "restart", rc_restart, 1, 0, 0 },
	{ "reload", rc_reload, 1, 0, 0 },
	{ "follow", rc_follow, 1, 0, 0 },
	{ "status", rc_status, 0, 0, 0 },
};

static void
print_commands(void)
{
	printf("usage: %s %s\n\n%s\n", prog_name, usage.synopsis, usage.more);
	exit(rc_flush());
}

static const struct word *
find_command(const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(name, commands[i].name))
			return commands + i;
	if (!strcmp(name, "help"))
		print_commands();
	die(EX_MISUSE,
		"unknown command %s (list, listall, diff, change, "
		"start, stop, restart, follow, reload, status, help)",
		name);
}

int
main(int argc, char **argv)
{
	static struct rc rc;
	const struct word *w;

	prog_init(argv[0]);
	umask(022);
	parse_options(&rc, argc, argv);
	if (optind == argc)
		opt_usage(&usage);
	w = find_command(argv[optind]);
	if (w->down) {
		rc.down = w->down > 0;
		rc.prune = 0;
	}
	if (w->changes) {
		open_for_change(&rc, argv + optind + 1);
	} else {
		open_live(&rc, 0);
		if (w->run != rc_diff && !prog_as_s6 && w->run != rc_status)
			run_truth(&rc.live, 0);
		select_names(&rc, argv + optind + 1);
	}
	return w->run(&rc);
}
