/* rc-update.c - switch a live set of services to another database, see
 * update.h for the steps and reeve-rc-update(8). */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "rc/live.h"
#include "rc/places.h"
#include "rc/switch/update.h"

enum {
	O_ABORT = OPT_LONG,
	O_NOBLOCK,
	O_ROLLBACK,
	O_CHANGE,
	O_BUNDLE,
	O_IGNORE_DOWN,
	JOBS = 32,
	DEATHS = 3
};

static const struct opt opts[] = { { 'l', "livedir", "DIR",
					   "the live directory" },
	{ 'n', "dry-run", 0,
		"print the whole plan with a reason for each "
		"service;\ndo nothing" },
	{ 'f', "conversion-file", "FILE",
		"lines 'OLD [-> NEW] [restart]': "
		"services that get\nanother name, or have to restart" },
	{ 't', "timeout", "MS",
		"give up on what is not up or down after so "
		"long\n(default 0: never)" },
	{ 'b', "block", 0,
		"wait for a change in progress (the default under "
		"our\nown name)" },
	{ O_NOBLOCK, "no-block", 0, "fail if a change is in progress" },
	{ 'e', "force-essentials", 0,
		"stop essential services too if the "
		"switch needs it" },
	{ 'E', "no-force-essentials", 0,
		"do not switch if an essential "
		"service would have to\nstop (default)" },
	{ O_IGNORE_DOWN, "ignore-down", 0,
		"a oneshot whose down script fails "
		"counts as down" },
	{ 'v', "verbosity", "N",
		"0 errors, 1 failures (default), 2 the plan "
		"and each\ntransition" },
	{ 'j', "jobs", "N",
		"run at most N oneshots at once (default 32; 0 no\n"
		"bound)" },
	{ O_ROLLBACK, "rollback", 0,
		"if a service does not come up, switch "
		"back" },
	{ O_ABORT, "abort", 0,
		"undo an update that was cut off: exactly what "
		"was\nbefore" },
	{ O_CHANGE, "on-change", "WHAT",
		"for services of which the "
		"definition differs:\n'definition' (as their on-change says; "
		"default), 'restart'\nor 'keep' (as s6-rc-update: it counts "
		"from the next start)" },
	{ O_BUNDLE, "bundle", "NAME",
		"also start what joins this bundle, stop "
		"what leaves it" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[-n] [-b] [-e|-E] [-v n] [-t ms] [-l live] [-f file] [--rollback]\n"
	"       newdb, or --abort",
	"Switch the live set of services to another compiled database. What "
	"did\nnot change is not touched. Run it again after it was cut off: it "
	"goes on.",
	opts,
	"Exit status: 0 switched, or nothing to do; 1 switched, some service "
	"failed;\n2 switched, some service was too slow; 9 or 10 not switched, "
	"as a service\nwould not stop (10: in time), all is as before; 12 "
	"switched back, as a\nservice failed (--rollback); 13 switched but cut "
	"off; 14 cut off before the\nswitch; 15 as 12, but a service did not "
	"come back; 3, 5, 6 unknown name, wrong\ntype, duplicate in the "
	"conversion file; 4 the database is not valid; 100 misuse;\n111 not "
	"switched, system error."
};

static enum diff_change
change_option(const char *s)
{
	if (!strcmp(s, "definition"))
		return DIFF_BY_DEFINITION;
	if (!strcmp(s, "restart"))
		return DIFF_ALWAYS_RESTART;
	if (!strcmp(s, "keep"))
		return DIFF_NEVER;
	die(EX_MISUSE,
		"--on-change must be definition, restart or keep, not "
		"'%s'",
		s);
}

/* The codes that s6-rc-update does not have. */
static int
exit_code(int code)
{
	if (!prog_as_s6)
		return code;
	return code == UPDATE_UNDONE || code == UPDATE_UNDONE_PART
		? UPDATE_FAILED
		: code == UPDATE_UNFINISHED ? EX_SYSTEM
		: code == UPDATE_CUT_OFF    ? UPDATE_NOT_STOPPED
					    : code;
}

static void
open_new(struct update *u, const char *path)
{
	char err[PATH_LEN + 256];

	if (db_open(&u->new, path, err, sizeof err) < 0)
		die(errno == EPROTO ? UPDATE_BAD_DB : EX_SYSTEM,
			"not switched: %s", err);
	u->data = u->new.map;
	u->len = u->new.maplen;
	u->compiled = path;
}

/* What is not in struct update. */
struct asked {
	char live[PATH_LEN];
	const char *file; /* of conversions */
	int block, abort_it;
};

static void
options(struct update *u, struct asked *a, int argc, char **argv)
{
	int c;

	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'l':
			if (path_absolute(a->live, sizeof a->live, optarg) < 0)
				die_sys(EX_MISUSE, "unable to use %s", optarg);
			break;
		case 'n':
			u->dry = 1;
			break;
		case 'f':
			a->file = optarg;
			break;
		case 't':
			u->run.timeout_ms =
				opt_uint("timeout", optarg, 0, 1u << 31);
			break;
		case 'b':
			a->block = 1;
			break;
		case O_NOBLOCK:
			a->block = 0;
			break;
		case 'e':
			u->in.force_essentials = 1;
			break;
		case 'E':
			u->in.force_essentials = 0;
			break;
		case 'v':
			u->verbosity =
				(int)opt_uint("verbosity", optarg, 0, 99);
			break;
		case 'j':
			u->run.jobs = opt_uint("jobs", optarg, 0, 100000);
			break;
		case O_ROLLBACK:
			u->rollback = 1;
			break;
		case O_ABORT:
			a->abort_it = 1;
			break;
		case O_IGNORE_DOWN:
			u->run.ignore_down = 1;
			break;
		case O_CHANGE:
			u->in.on_change = change_option(optarg);
			break;
		case O_BUNDLE:
			u->in.bundle = optarg;
			break;
		default:
			opt_usage(&usage);
		}
}

int
main(int argc, char **argv)
{
	static struct update u;
	static struct places places;
	static struct asked a;
	static char newdb[PATH_LEN];
	struct diff_convert *convert = 0;
	int code;
	char err[256];

	prog_init(argv[0]);
	umask(022);
	a.block = !prog_as_s6;
	u.verbosity = 1;
	u.run.jobs = prog_as_s6 ? 0 : JOBS;
	u.run.deaths = prog_as_s6 ? 0 : DEATHS;
	if (prog_as_s6)
		u.in.on_change = DIFF_NEVER;
	options(&u, &a, argc, argv);
	if (argc - optind != !a.abort_it)
		opt_usage(&usage);
	u.run.verbosity = u.verbosity;
	if (!*a.live && live_default(a.live, err, sizeof err) < 0)
		die(EX_SYSTEM, "%s", err);
	if (places_default(&places, err, sizeof err) == 0)
		u.logs = places.logs;
	if (!a.abort_it) {
		if (prog_as_s6 && *argv[optind] != '/')
			die(EX_MISUSE, "%s is not an absolute path",
				argv[optind]);
		if (path_absolute(newdb, sizeof newdb, argv[optind]) < 0)
			die_sys(EX_MISUSE, "unable to use %s", argv[optind]);
		open_new(&u, newdb);
	}
	if (a.file &&
		(code = update_conversions(a.file, &convert, &u.in.nconvert)) !=
			0)
		return code;
	u.in.convert = convert;
	if (!u.dry && run_lock(&u.run, a.live, a.block) < 0)
		die_sys(errno == ETIMEDOUT ? UPDATE_STOP_TIMEOUT : EX_SYSTEM,
			"not switched: unable to take locks");
	if (update_open(&u, a.live) < 0)
		return EX_SYSTEM;
	if (a.abort_it) {
		code = update_abort(&u);
	} else {
		code = update_recover(&u);
		if (code <= UPDATE_TIMEOUT)
			code = update_switch(&u);
	}
	if (!u.dry) {
		update_record(&u, code);
		if (u.verbosity >= 2)
			info("%s", u.text);
	}
	update_close(&u);
	if (u.dry && fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	return exit_code(code);
}
