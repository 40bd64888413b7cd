/* rc.c - bring services up and down, and say how they are.  Target in, plan
 * out (rc/plan.c), run it (rc/run.c).  Questions take no lock.  See
 * reeve-rc(8). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/os.h"
#include "lib/path.h"
#include "lib/shown.h"
#include "rc/live.h"
#include "rc/plan.h"
#include "rc/run.h"
#include "supervise/detail.h"
#include "supervise/status.h"

#define CUT_OFF                                                                \
	"a switch was cut off (reeve switch or reeve-rc-update "               \
	"finishes it, with --abort undoes it)"
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

struct rc {
	char path[PATH_LEN];
	int all_up, block, down, down_all, prune, nolock;
	int essentials; /* 0 leave out in lists, 1 put in */
	int dry;
	unsigned dry_ms;
	struct run run;
	struct live live;
	uint32_t n;
	unsigned char *selected; /* owned */
	unsigned char *fallen; /* owned; up in the state and down in truth */
	unsigned char *waiting; /* owned; died, and is started again later */
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

/* --- selecting --- */

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

static unsigned char *
new_set(const struct rc *rc)
{
	unsigned char *set = calloc((size_t)rc->n + 1, 1);

	if (!set)
		die_sys(EX_SYSTEM, "unable to hold the services in question");
	return set;
}

static int
is_up(const struct rc *rc, uint32_t i)
{
	return !!(rc->live.state.rec[i].flags & STATE_UP);
}

static int
is_essential(const struct rc *rc, uint32_t i)
{
	return !!(rc->live.db.services[i].flags & DB_ESSENTIAL);
}

static const char *
name_of(const struct rc *rc, uint32_t i)
{
	return rc->live.db.services[i].name;
}

static void
select_names(struct rc *rc, char **names)
{
	int none = !*names;

	rc->selected = new_set(rc);
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
		if (is_up(rc, i))
			rc->selected[i] = 1;
}

/* --- questions --- */

static void
print_set(const struct rc *rc, const unsigned char *set, int wanted)
{
	for (uint32_t i = 0; i < rc->n; i++)
		if (!set[i] == !wanted &&
			(rc->essentials || !is_essential(rc, i)))
			puts(name_of(rc, i));
}

static int
flush(void)
{
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	return EX_OK;
}

static int
do_list(struct rc *rc)
{
	print_set(rc, rc->selected, !rc->down);
	return flush();
}

static int
do_listall(struct rc *rc)
{
	int r = rc->down ? plan_needed_by(&rc->live.db, rc->selected)
			 : plan_needs(&rc->live.db, rc->selected, 0);

	if (r < 0)
		die_sys(EX_SYSTEM, "unable to follow the dependencies");
	print_set(rc, rc->selected, 1);
	return flush();
}

static int
do_diff(struct rc *rc)
{
	int found = 0;

	for (uint32_t i = 0; i < rc->live.db.nlong; i++) {
		char dir[PATH_LEN];
		struct status st;

		if (live_servicedir(
			    dir, sizeof dir, &rc->live, name_of(rc, i)) < 0 ||
			status_read(&st, AT_FDCWD, dir) < 0) {
			warn_sys("unable to ask the supervise of %s",
				name_of(rc, i));
			continue;
		}
		if (!!st.wanted_up == is_up(rc, i))
			continue;
		printf("%c%s\n", st.wanted_up ? '+' : '-', name_of(rc, i));
		found = 1;
	}
	flush();
	return found ? EX_NO : EX_OK;
}

static void
since(char *buf, size_t max, uint64_t when)
{
	time_t t = (time_t)(when / 1000);
	struct tm tm;

	if (!when || !localtime_r(&t, &tm) ||
		!strftime(buf, max, "%Y-%m-%d %H:%M:%S", &tm))
		snprintf(buf, max, "-");
}

/* One line: name, state, since, why. */
static void
print_status(const struct rc *rc, uint32_t i, int width)
{
	const char *word;
	char dir[PATH_LEN], when[32], why[200] = "";
	struct live_service s;
	struct detail d;
	int actual =
		i < rc->live.db.nlong ? run_actual(&rc->live, i) : is_up(rc, i);

	live_service(&rc->live, i, &s);
	since(when, sizeof when, s.when);
	word = s.failed		      ? "failed"
		: s.owed	      ? "owed"
		: actual == 1 && s.up ? "up"
		: s.up		      ? actual ? "restarting" : "died"
		: actual == 1	      ? "unasked"
				      : "down";
	if (s.failed)
		snprintf(why, sizeof why, "%s", s.reason);
	else if (i < rc->live.db.nlong && s.up && actual != 1 &&
		live_servicedir(dir, sizeof dir, &rc->live, name_of(rc, i)) ==
			0 &&
		detail_read(&d, AT_FDCWD, dir) == 0)
		detail_reason_text(why, sizeof why, &d, os_now());
	printf("%-*s  %-10s  %-7s  %s%s%s\n", width, name_of(rc, i), word,
		s.wanted ? "wanted" : "-", when, *why ? "  " : "", shown(why));
}

static int
do_status(struct rc *rc)
{
	int width = 4, any = 0, bad = 0;

	for (uint32_t i = 0; i < rc->n; i++)
		any |= rc->selected[i];
	for (uint32_t i = 0; i < rc->n; i++) {
		int len = (int)strlen(name_of(rc, i));

		if ((!any || rc->selected[i]) && len > width)
			width = len;
	}
	for (uint32_t i = 0; i < rc->n; i++) {
		if (any && !rc->selected[i])
			continue;
		print_status(rc, i, width);
		bad |= !!(rc->live.state.rec[i].flags & STATE_FAILED);
	}
	if (live_switching(&rc->live) && !live_changer(&rc->live))
		warn(CUT_OFF);
	flush();
	return bad ? EX_NO : EX_OK;
}

/* --- changes --- */

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
	rc->fallen = new_set(rc);
	for (uint32_t i = 0; i < rc->n; i++)
		rc->fallen[i] = (unsigned char)is_up(rc, i);
	rc->waiting = new_set(rc);
	run_truth(&rc->live, rc->waiting);
	for (uint32_t i = 0; i < rc->n; i++)
		rc->fallen[i] = rc->fallen[i] && !is_up(rc, i);
	select_names(rc, names);
}

/* Change flags of the members of a set where that changes anything. */
static void
set_flags(struct rc *rc, const unsigned char *set, unsigned on, unsigned off)
{
	for (uint32_t i = 0; i < rc->n; i++) {
		const struct state_rec *r = rc->live.state.rec + i;
		unsigned f = (r->flags | on) & ~off;

		if (set[i] && f != r->flags && !rc->dry &&
			state_put(&rc->live.state, i, f, r->reason, r->code) <
				0)
			die_sys(EX_SYSTEM, "unable to write the state");
	}
}

/* Essential services stay, and so does what they need. */
static void
spare_essentials(struct rc *rc, unsigned char *set)
{
	unsigned char *keep;

	if (rc->down_all || !rc->essentials)
		return;
	keep = new_set(rc);
	for (uint32_t i = 0; i < rc->n; i++)
		if (set[i] && is_up(rc, i) && is_essential(rc, i)) {
			keep[i] = 1;
			if (rc->run.verbosity > 0)
				warn("service %s is essential: not stopping "
				     "it",
					name_of(rc, i));
		}
	if (plan_needs(&rc->live.db, keep, 0) < 0)
		die_sys(EX_SYSTEM, "unable to follow the dependencies");
	for (uint32_t i = 0; i < rc->n; i++)
		if (keep[i])
			set[i] = 0;
	free(keep);
}

static int
dry_half(struct rc *rc, const unsigned char *set, enum run_mode mode)
{
	struct plan p;
	uint32_t i;

	if (plan_init(&p, &rc->live.db, set, mode == RUN_UP) < 0)
		die_sys(EX_SYSTEM, "unable to hold the services in question");
	while ((i = plan_next(&p)) != DB_NONE) {
		struct timespec t = { rc->dry_ms / 1000,
			rc->dry_ms % 1000 * 1000000L };

		say("would %s %s", mode == RUN_UP ? "start" : "stop",
			name_of(rc, i));
		nanosleep(&t, 0);
		plan_ended(&p, i, 1);
	}
	plan_free(&p);
	return RUN_OK;
}

static int
half(struct rc *rc, const unsigned char *set, enum run_mode mode)
{
	return rc->dry ? dry_half(rc, set, mode)
		       : run_half(&rc->run, set, mode);
}

static int
finish(struct rc *rc)
{
	if (rc->run.interrupted)
		warn("interrupted: %u services were left as they are",
			(unsigned)rc->run.left_undone);
	return rc->run.result;
}

static void
only_up(const struct rc *rc, unsigned char *set)
{
	for (uint32_t i = 0; i < rc->n; i++)
		if (!is_up(rc, i))
			set[i] = 0;
}

/* Leave out what is up, but for what a change that was cut off may have told
 * to stop. */
static void
only_to_start(const struct rc *rc, unsigned char *set)
{
	for (uint32_t i = 0; i < rc->n; i++)
		if (is_up(rc, i) && !(rc->live.state.rec[i].flags & STATE_OWED))
			set[i] = 0;
}

/* Up for the state, but it died: its next start is now. */
static void
hasten(const struct rc *rc, const unsigned char *set)
{
	for (uint32_t i = 0; !prog_as_s6 && !rc->dry && i < rc->n; i++)
		if (set[i] && rc->waiting[i])
			run_hasten(&rc->live, i);
}

static void
tell_already(const struct rc *rc, const unsigned char *set)
{
	for (uint32_t i = 0; rc->run.verbosity >= 3 && i < rc->n; i++)
		if (set[i])
			info("processing service %s: already %s",
				name_of(rc, i), is_up(rc, i) ? "up" : "down");
}

/* It runs and was not brought up from here, or is down and was not taken
 * down; or who did that was killed before he could note it. */
static int
untrue(const struct rc *rc, uint32_t i)
{
	return !prog_as_s6 && i < rc->live.db.nlong &&
		(rc->fallen[i] ||
			(!is_up(rc, i) && run_actual(&rc->live, i) > 0));
}

static int
change_down(struct rc *rc, unsigned char *set)
{
	unsigned char *named = new_set(rc);

	memcpy(named, set, rc->n);
	if (plan_needed_by(&rc->live.db, set) < 0)
		die_sys(EX_SYSTEM, "unable to follow the dependencies");
	spare_essentials(rc, set);
	for (uint32_t i = 0; i < rc->n; i++)
		named[i] = named[i] && (set[i] || !is_up(rc, i));
	/* What nobody wants any more is not brought back by a switch. */
	set_flags(rc, set, 0, STATE_WANTED | STATE_OWED);
	set_flags(rc, named, 0, STATE_WANTED | STATE_OWED | STATE_FAILED);
	free(named);
	for (uint32_t i = 0; i < rc->n; i++)
		set[i] = set[i] && (is_up(rc, i) || untrue(rc, i));
	return half(rc, set, RUN_DOWN);
}

/* What these bring along and can do without. */
static void
note_wishes(struct rc *rc, const unsigned char *set)
{
	unsigned char *wishes = new_set(rc);

	if (plan_wishes(&rc->live.db, set, wishes) < 0)
		die_sys(EX_SYSTEM, "unable to follow the dependencies");
	rc->run.wishes = wishes; /* until the end */
}

static int
change_up(struct rc *rc, unsigned char *set)
{
	unsigned char *already = new_set(rc);

	set_flags(rc, set, STATE_WANTED, 0);
	note_wishes(rc, set);
	hasten(rc, set);
	if (plan_needs(&rc->live.db, set, 1) < 0)
		die_sys(EX_SYSTEM, "unable to follow the dependencies");
	memcpy(already, set, rc->n);
	only_up(rc, already);
	tell_already(rc, already);
	free(already);
	only_to_start(rc, set);
	return half(rc, set, RUN_UP);
}

static int
change_prune(struct rc *rc)
{
	unsigned char *keep = new_set(rc), *down = new_set(rc);
	int r = RUN_OK;

	memcpy(keep, rc->selected, rc->n);
	if (plan_needs(&rc->live.db, keep, 1) < 0)
		die_sys(EX_SYSTEM, "unable to follow the dependencies");
	for (uint32_t i = 0; i < rc->n; i++)
		down[i] = !keep[i] &&
			(rc->live.state.rec[i].flags &
				(STATE_UP | STATE_WANTED | STATE_OWED));
	r = change_down(rc, down);
	free(keep);
	free(down);
	return r;
}

static int
do_change(struct rc *rc)
{
	if (rc->down)
		change_down(rc, rc->selected);
	else if (!rc->prune || change_prune(rc) == RUN_OK)
		change_up(rc, rc->selected);
	return finish(rc);
}

/* The selection, without saying that it is wanted for itself. */
static int
restart(struct rc *rc)
{
	unsigned char *down = new_set(rc), *up = new_set(rc);

	memcpy(down, rc->selected, rc->n);
	if (plan_needed_by(&rc->live.db, down) < 0)
		die_sys(EX_SYSTEM, "unable to follow the dependencies");
	/* Also what did not go down: it was told to, and is told to stay.  And
	 * what a restart that was cut off did not bring back. */
	for (uint32_t i = 0; i < rc->n; i++)
		up[i] = rc->selected[i] ||
			(down[i] &&
				(is_up(rc, i) ||
					(rc->live.state.rec[i].flags &
						STATE_OWED)));
	only_up(rc, down);
	half(rc, down, RUN_OWE);
	/* A oneshot whose down script was not asked for is up as before. */
	if (!rc->dry)
		run_keep_untaken(&rc->live);
	note_wishes(rc, up);
	if (plan_needs(&rc->live.db, up, 1) < 0)
		die_sys(EX_SYSTEM, "unable to follow the dependencies");
	for (uint32_t i = 0; i < rc->n; i++)
		up[i] = up[i] &&
			(!is_up(rc, i) || (rc->dry && down[i]) ||
				(rc->live.state.rec[i].flags & STATE_OWED));
	half(rc, up, RUN_UP);
	return finish(rc);
}

static int
do_restart(struct rc *rc)
{
	set_flags(rc, rc->selected, STATE_WANTED, 0);
	return restart(rc);
}

/* Ms since service i came up, or -1 if it is not up, or not ready. */
static int64_t
age(const struct rc *rc, uint32_t i)
{
	struct status st;
	struct detail d;
	struct timespec t;
	char dir[PATH_LEN];
	uint64_t now;

	if (!is_up(rc, i))
		return -1;
	if (i >= rc->live.db.nlong) {
		clock_gettime(CLOCK_REALTIME, &t);
		now = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
		return now < rc->live.state.rec[i].when
			? 0
			: (int64_t)(now - rc->live.state.rec[i].when);
	}
	if (live_servicedir(dir, sizeof dir, &rc->live, name_of(rc, i)) < 0 ||
		status_read(&st, AT_FDCWD, dir) < 0 || !status_is_up(&st) ||
		(!st.ready && (rc->live.db.services[i].flags & DB_NOTIFIES)) ||
		detail_read(&d, AT_FDCWD, dir) < 0)
		return -1;
	return (int64_t)((os_now() - d.run_started) / 1000000);
}

/* Two clocks, each cut to a millisecond. */
enum { SLACK_MS = 2 };

/* What is up longer than a service that it is to be restarted with. */
static int
do_follow(struct rc *rc)
{
	int any = 0;

	memset(rc->selected, 0, rc->n);
	for (uint32_t i = 0; i < rc->n; i++) {
		const struct db_list *l = &rc->live.db.services[i].restart_with;
		int64_t own = l->n ? age(rc, i) : -1, other;

		for (uint32_t k = 0; own >= 0 && k < l->n; k++) {
			other = age(rc, l->v[k]);
			if (other < 0 || other + SLACK_MS >= own)
				continue;
			info("restarting %s, as %s was started after it",
				name_of(rc, i), name_of(rc, l->v[k]));
			any = rc->selected[i] = 1;
			break;
		}
	}
	return any ? restart(rc) : EX_OK;
}

static int
do_reload(struct rc *rc)
{
	int bad = 0;

	for (uint32_t i = 0; i < rc->n; i++) {
		if (!rc->selected[i])
			continue;
		if (!is_up(rc, i)) {
			warn("service %s is not up: not reloading it",
				name_of(rc, i));
			bad = 1;
		} else if (rc->dry) {
			say("would reload %s", name_of(rc, i));
		} else if (run_reload(&rc->run, i) != RUN_OK) {
			bad = 1;
		}
	}
	return bad ? EX_NO : EX_OK;
}

/* --- commands --- */

static const struct word {
	const char *name;
	int (*run)(struct rc *);
	int changes, down; /* down: 1 sets -d, -1 sets -u */
	int needs_names;
} commands[] = {
	{ "list", do_list, 0, 0, 0 },
	{ "listall", do_listall, 0, 0, 0 },
	{ "diff", do_diff, 0, 0, 0 },
	{ "change", do_change, 1, 0, 0 },
	{ "start", do_change, 1, -1, 0 },
	{ "stop", do_change, 1, 1, 0 },
	{ "restart", do_restart, 1, 0, 0 },
	{ "reload", do_reload, 1, 0, 0 },
	{ "follow", do_follow, 1, 0, 0 },
	{ "status", do_status, 0, 0, 0 },
};

static void
print_commands(void)
{
	printf("usage: %s %s\n\n%s\n", prog_name, usage.synopsis, usage.more);
	exit(flush());
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
		if (w->run != do_diff && !prog_as_s6 && w->run != do_status)
			run_truth(&rc.live, 0);
		select_names(&rc, argv + optind + 1);
	}
	return w->run(&rc);
}
