/* update.c - the steps of a switch, see update.h, reeve-rc-update(8) and
 * reeve-livedir(5).  In order:
 *
 *   prepare    build gen/N+1 and new service directories beside the old
 *   journal    from here on a switch is going on (both: prepare.c)
 *   stop       what has to go, marked owed in the old state first
 *   commit     one rename
 *   enter      entries of the scan directory: renamed, gone, new (svdirs.c)
 *   start      what is owed in the new state
 *   finish     boot link, journal away, rubbish away (rubbish.c)
 *
 * Cut off before the commit, the old generation is whole and knows what it
 * is owed; after it, the new one is and does.  Each step can be done again.
 * An error before the commit undoes; one after it leaves the rest to the next
 * run. */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/os.h"
#include "lib/path.h"
#include "rc/compile/lex.h"
#include "rc/plan.h"
#include "rc/switch/convert.h"
#include "rc/switch/journal.h"
#include "rc/switch/prepare.h"
#include "rc/switch/report.h"
#include "rc/scan.h"
#include "rc/switch/rubbish.h"
#include "rc/switch/svdirs.h"
#include "rc/switch/update.h"
#include "supervise/control.h"
#include "supervise/detail.h"

enum { CONVERT_LIMIT = 1 << 24 };

/* --- opening --- */

/* Read the generation that is current now.  On failure the old one stays. */
static int
reopen(struct update *u)
{
	char err[PATH_LEN + 256];
	struct live fresh;

	if (live_open(&fresh, u->live.path, !u->dry, err, sizeof err) < 0) {
		warn("%s", err);
		return -1;
	}
	u->live = fresh;
	u->run.live = &u->live;
	return 0;
}

int
update_open(struct update *u, const char *live)
{
	u->live.fd = u->live.genfd = u->live.state.fd = -1;
	if (path_join(u->live.path, sizeof u->live.path, live) < 0 ||
		reopen(u) < 0)
		return -1;
	if (u->dry)
		return 0;
	/* Root would remove, and put into the scan directory, what another
	 * user's links lead to. */
	if (!live_trusted(u->live.fd)) {
		warn("%s belongs to or is writable by others: not trusted "
			"(change it as its owner)", live);
		return -1;
	}
	if (run_begin(&u->run) < 0) {
		warn_sys("unable to trap signals");
		return -1;
	}
	u->follows = live_follows(&u->live.db);
	if (u->live.db.nshort)
		run_settle(&u->run);
	if (u->run.interrupted) {
		warn("not switched; nothing was touched");
		return -1;
	}
	return 0;
}

void
update_close(struct update *u)
{
	live_close(&u->live);
	run_end(&u->run);
	free(u->was);
	u->was = 0;
}

static uint32_t
count(const struct db *db)
{
	return db->nlong + db->nshort;
}

void
update_record(struct update *u, int code)
{
	char buf[1024];
	struct timespec t;
	int n;

	clock_gettime(CLOCK_REALTIME, &t);
	n = snprintf(buf, sizeof buf, "code %d\nwhen %llu\nfrom %u\nto %u\n"
		"text %s\n", code, (unsigned long long)t.tv_sec * 1000 +
		(unsigned long long)t.tv_nsec / 1000000, (unsigned)u->from,
		(unsigned)u->to, u->text);
	if (file_write(u->live.fd, "last", buf, (size_t)n, 0644, 0) < 0)
		warn_sys("unable to note the result of the switch");
}

static void
set_text(struct update *u, const char *fmt, ...) MSG_LIKE(2, 3);

static void
set_text(struct update *u, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(u->text, sizeof u->text, fmt, ap);
	va_end(ap);
}

unsigned
update_kept(const char *path)
{
	char buf[PATH_LEN];
	unsigned n;
	char *slash;

	if (path_join(buf, sizeof buf, path) < 0 ||
		strcmp(path_base(buf), "db"))
		return 0;
	slash = strrchr(buf, '/');
	if (!slash)
		return 0;
	*slash = 0;
	return num_uint(path_base(buf), &n) ? n : 0;
}

/* --- start --- */

/* Up for us, but somebody told its supervise otherwise.  One that ended by
 * its own rules did what it is there for. */
static int
stopped_by_hand(const struct update *u, uint32_t i)
{
	char dir[PATH_LEN];
	struct detail d;

	return i < u->live.db.nlong && run_actual(&u->live, i) == 0 &&
		live_servicedir(dir, sizeof dir, &u->live,
			u->live.db.services[i].name) == 0 &&
		detail_read(&d, AT_FDCWD, dir) == 0 &&
		(d.reason == WHY_ASKED || d.reason == WHY_DOWN_FILE);
}

/* d is the plan of this switch, or it has a journal, or neither. */
static int
start_owed(struct update *u, const struct diff *d, const struct journal *j)
{
	uint32_t n = count(&u->live.db);
	unsigned char *set = calloc((size_t)n + 1, 1);
	unsigned char *wishes = calloc((size_t)n + 1, 1);
	int r = RUN_OK, any = 0;

	if (!set || !wishes) {
		free(set);
		free(wishes);
		return RUN_SYSTEM;
	}
	run_keep_untaken(&u->live);
	/* Who wants it may be up already, if this goes on where another was
	 * cut off. */
	for (uint32_t i = 0; i < n; i++)
		set[i] = (u->live.state.rec[i].flags & (STATE_OWED |
			STATE_UP)) && !(d && diff_comes_along(d, i));
	for (uint32_t k = 0; j && k < j->nalong; k++) {
		uint32_t i = db_service(&u->live.db, j->along[k]);

		if (i != DB_NONE)
			set[i] = 0;
	}
	if (plan_wishes(&u->live.db, set, wishes) < 0)
		r = RUN_SYSTEM;
	for (uint32_t i = 0; i < n; i++)
		any |= set[i] = !!(u->live.state.rec[i].flags & STATE_OWED);
	if (any && plan_needs(&u->live.db, set, 1) < 0)
		r = RUN_SYSTEM;
	for (uint32_t i = 0; i < n; i++)
		if (set[i] && (u->live.state.rec[i].flags &
			(STATE_UP | STATE_OWED)) == STATE_UP &&
			!stopped_by_hand(u, i))
			set[i] = 0;
	u->run.nfailed = 0;
	u->run.wishes = wishes;
	if (r == RUN_OK && any)
		r = run_half(&u->run, set, RUN_UP);
	u->run.wishes = 0;
	free(wishes);
	free(set);
	return r;
}

static int
update_code(int r)
{
	return r == RUN_OK ? UPDATE_OK : r == RUN_FAILED ? UPDATE_FAILED :
		r == RUN_TIMEOUT ? UPDATE_TIMEOUT : UPDATE_UNFINISHED;
}

static void
reload_changed(struct update *u, const struct diff *d)
{
	for (uint32_t i = 0; i < d->nfrom; i++)
		if (d->old[i].action == DIFF_RELOAD)
			run_reload(&u->run, d->to[i]);
}

/* Twice is no harm. */
static void
reload_journal(struct update *u, const struct journal *j)
{
	for (uint32_t k = 0; k < j->nreloads; k++) {
		uint32_t i = db_service(&u->live.db, j->reload[k]);

		if (i != DB_NONE && (u->live.state.rec[i].flags & STATE_UP))
			run_reload(&u->run, i);
	}
}

/* --- finish --- */

int
update_boot(const char *target, const char *link)
{
	char now[PATH_LEN];

	file_link_text(AT_FDCWD, link, now);
	if (!strcmp(now, target))
		return 0;
	if (file_symlink(AT_FDCWD, target, link) < 0 ||
		file_sync_dir(AT_FDCWD, link) < 0) {
		warn_sys("unable to make %s the one to boot", target);
		return -1;
	}
	return 0;
}

static int
finish(struct update *u, const char *boot, const char *link)
{
	if (boot && *boot && update_boot(boot, link) < 0)
		return -1;
	if (journal_remove(u->live.fd) < 0) {
		warn_sys("unable to remove the journal");
		return -1;
	}
	rubbish_remove(u);
	if (u->follows || live_follows(&u->live.db))
		run_look(&u->run);
	return 0;
}

/* --- undoing --- */

static void
not_interrupted(struct update *u)
{
	u->run.interrupted = 0;
	u->run.deadline = 0;
	u->run.result = RUN_OK;
}

/* Before the commit: bring back what was stopped and forget the new one. */
static int
undo_stop(struct update *u, int code)
{
	not_interrupted(u);
	if (start_owed(u, 0, 0) != RUN_OK)
		warn("not everything that was stopped came back (it is marked "
			"as owed; run the update again, or with --abort)");
	if (live_gen_remove(u->live.fd, u->to) < 0 || svdirs_enter(u) < 0 ||
		journal_remove(u->live.fd) < 0)
		warn_sys("unable to remove what was prepared (the next update "
			"does)");
	else
		rubbish_remove(u);
	return code;
}

/* By number: whether it was started since the switch that is undone began,
 * with the definition of the set that is live, and not with an earlier one.
 * (One that is kept may run since long with a definition that the switch only
 * came back to.)  Only oneshots cannot be asked. */
static unsigned char *
runs_current(const struct update *u)
{
	unsigned char *v = calloc((size_t)count(&u->live.db) + 1, 1);

	for (uint32_t i = 0; v && i < u->live.db.nlong; i++) {
		const struct db_service *s = u->live.db.services + i;
		char dir[PATH_LEN];
		struct detail d;

		v[i] = live_servicedir(dir, sizeof dir, &u->live, s->name)
			== 0 && detail_read(&d, AT_FDCWD, dir) == 0 &&
			d.run_pid && live_is_definition(d.def, s) &&
			d.run_started >= u->began;
	}
	return v;
}

static int switch_to(struct update *u, const struct state_rec *target,
	uint32_t origin);

/* Database and state of a generation that is not live any more, but there
 * still.  0 or -1. */
static int
open_origin(const struct update *u, uint32_t origin, struct db *db,
	struct states *before, char *err, size_t max)
{
	char gen[64], path[PATH_LEN];

	snprintf(gen, sizeof gen, "gen/%u/db", (unsigned)origin);
	if (path_join(path, sizeof path, u->live.path, gen) < 0 ||
		db_open(db, path, err, max) < 0)
		return -1;
	snprintf(gen, sizeof gen, "gen/%u/state", (unsigned)origin);
	if (state_open(before, u->live.fd, gen, db->id, count(db), 0, err,
		max) == 0)
		return 0;
	db_close(db);
	return -1;
}

/* Started, and not up for that, or not for long. */
static int
failed_start(const struct state_rec *r)
{
	return (r->flags & STATE_FAILED) && r->reason != REASON_INTERRUPTED &&
		(!(r->flags & STATE_UP) || r->reason == REASON_UNSTEADY);
}

/* A service of the set that is live had failed in that other set too, with
 * the definition that it has now. */
static int
failed_before(const struct update *u, uint32_t i, const struct db *db,
	const struct state_rec *before)
{
	const struct db_service *s = u->live.db.services + i;
	uint32_t k = db_service(db, s->name);

	return k != DB_NONE && failed_start(before + k) &&
		!memcmp(db->services[k].hash, s->hash, DB_HASH);
}

/* Nothing is worse than it was: then there is nothing to go back for. */
static int
no_new_failure(const struct update *u, const struct db *db,
	const struct state_rec *before)
{
	for (uint32_t k = 0; k < u->run.nfailed; k++)
		if (!failed_before(u, u->run.failed[k], db, before))
			return 0;
	for (uint32_t i = 0; i < count(&u->live.db); i++)
		if ((u->live.state.rec[i].flags & (STATE_UP | STATE_OWED)) ==
			STATE_OWED && !failed_before(u, i, db, before))
			return 0;
	return 1;
}

/* The same, of the generation that a switch that was cut off had left. */
static int
no_new_failure_since(const struct update *u, uint32_t origin)
{
	char err[PATH_LEN + 256];
	struct states before;
	struct db db;
	int r;

	if (open_origin(u, origin, &db, &before, err, sizeof err) < 0)
		return 0;
	r = no_new_failure(u, &db, before.rec);
	state_close(&before);
	db_close(&db);
	return r;
}

/* Back there, what had failed there may fail again. */
static int
drop_old_failures(struct update *u, int code, const struct state_rec *before)
{
	uint32_t n = 0;

	if (code != UPDATE_FAILED && code != UPDATE_TIMEOUT)
		return code;
	for (uint32_t k = 0; k < u->run.nfailed; k++)
		if (!failed_start(before + u->run.failed[k]))
			u->run.failed[n++] = u->run.failed[k];
	u->run.nfailed = n;
	return n ? code : UPDATE_OK;
}

/* After the commit: the same way back, to generation origin of which
 * database and state are still there. */
static int
undo_switch(struct update *u, uint32_t origin, char **old, char **new,
	uint32_t n)
{
	struct db db = u->new;
	struct states before;
	struct diff_convert *c = calloc((size_t)n + 1, sizeof *c);
	char gen[64], compiled[PATH_LEN], err[PATH_LEN + 256] = "no memory";
	int code = UPDATE_UNFINISHED;

	if (!c || open_origin(u, origin, &u->new, &before, err, sizeof err)
		< 0) {
		warn("unable to go back: %s", err);
		u->new = db;
		free(c);
		return code;
	}
	snprintf(gen, sizeof gen, "gen/%u/compiled", (unsigned)origin);
	file_link_text(u->live.fd, gen, compiled);
	for (uint32_t k = 0; k < n; k++)
		c[k] = (struct diff_convert){ .from = new[k], .to = old[k] };
	{
		struct diff_input in = u->in;
		const char *was = u->compiled;
		const void *data = u->data;
		size_t len = u->len;
		unsigned char *current = runs_current(u);

		u->in.current = current;
		u->in.convert = c;
		u->in.nconvert = n;
		u->in.bundle = 0;
		u->in.target = before.rec;
		u->compiled = *compiled ? compiled : 0;
		u->data = u->new.map;
		u->len = u->new.maplen;
		not_interrupted(u);
		code = drop_old_failures(u, switch_to(u, before.rec, origin),
			before.rec);
		u->in = in;
		u->compiled = was;
		u->data = data;
		u->len = len;
		free(current);
	}
	state_close(&before);
	db_close(&u->new);
	u->new = db;
	free(c);
	return code;
}

/* --- the whole --- */

static void
count_text(struct update *u, const struct diff *d)
{
	set_text(u, "%u untouched, %u stopped, %u started, %u reloaded",
		(unsigned)d->untouched, (unsigned)d->stops,
		(unsigned)d->starts, (unsigned)d->reloads);
}

/* Copies, as an undo needs them when the sets are others.  0 or -1. */
static int
renames_of(struct update *u, const struct diff *d, char ***old, char ***new,
	uint32_t *n, uint32_t *nmoves)
{
	int r = 0;

	*n = *nmoves = 0;
	*old = calloc((size_t)d->nto + 1, sizeof **old);
	*new = calloc((size_t)d->nto + 1, sizeof **new);
	if (!*old || !*new)
		return -1;
	prepare_renames(u, d, *old, *new, n, nmoves);
	for (uint32_t k = 0; k < *n; k++) {
		(*old)[k] = r < 0 ? 0 : strdup((*old)[k]);
		(*new)[k] = r < 0 ? 0 : strdup((*new)[k]);
		if (!(*old)[k] || !(*new)[k])
			r = -1;
	}
	return r;
}

static void
free_names(char **v, uint32_t n)
{
	for (uint32_t k = 0; v && k < n; k++)
		free(v[k]);
	free(v);
}

static int
unfinished(struct update *u)
{
	char to[PATH_LEN];

	set_text(u, "switched, but not finished");
	warn("switched to %s, but not finished: run it again to finish it, or "
		"with --abort to undo it",
		report_generation(u, u->to, to, sizeof to));
	return UPDATE_UNFINISHED;
}

static void
failed_names(const struct update *u, char *names, size_t max)
{
	size_t len = 0;

	snprintf(names, max, "%s", u->run.nfailed ? "" : "a service");
	for (uint32_t k = 0; k < u->run.nfailed && len + 55 < max; k++)
		len += (size_t)snprintf(names + len, max - len, "%s%.50s",
			k ? ", " : "",
			u->live.db.services[u->run.failed[k]].name);
}

/* What became of a switch that failed: CODE is what the undo says. */
static int
undone(struct update *u, const char *to, const char *failed, int code)
{
	char names[256];

	if (code != UPDATE_OK && code != UPDATE_FAILED &&
		code != UPDATE_TIMEOUT)
		return code;
	failed_names(u, names, sizeof names);
	if (code == UPDATE_OK) {
		set_text(u, "%s failed (%s) and was undone", to, failed);
		return UPDATE_UNDONE;
	}
	warn("%s was undone, but did not come back: %s", to, names);
	set_text(u, "%s failed (%s) and was undone; did not come back: %s", to,
		failed, names);
	return UPDATE_UNDONE_PART;
}

/* After the commit.  u->live is still the old generation's. */
static int
complete(struct update *u, const struct diff *d, uint32_t origin)
{
	char **old, **new, names[256];
	struct live before = u->live;
	uint32_t n, nmoves;
	int code, as_before;

	/* What is asked about the old set still is, until the end. */
	u->in.from = &before.db;
	if (renames_of(u, d, &old, &new, &n, &nmoves) < 0 ||
		svdirs_rename(u, old, new, nmoves) < 0 || reopen(u) < 0 ||
		svdirs_enter(u) < 0 || svdirs_relink(u, d) < 0) {
		code = unfinished(u);
		goto out;
	}
	reload_changed(u, d);
	code = update_code(start_owed(u, d, 0));
	if (code == UPDATE_UNFINISHED) {
		unfinished(u);
		goto out;
	}
	failed_names(u, names, sizeof names);
	if (code != UPDATE_OK && !u->in.target)
		report_logs(u);
	as_before = code != UPDATE_OK && !u->in.target &&
		no_new_failure(u, &before.db, u->was);
	if (code != UPDATE_OK && u->rollback && origin == u->from &&
		!as_before) {
		char to[PATH_LEN], back[PATH_LEN];

		/* The undo removes what was switched to. */
		report_generation(u, u->to, to, sizeof to);
		warn("going back to %s, as %s failed",
			report_generation(u, origin, back,
			sizeof back), names);
		code = undone(u, to, names, undo_switch(u, origin, old, new,
			n));
		u->from = origin;
		goto out;
	}
	if (finish(u, origin == u->from ? u->boot : 0, u->boot_link) < 0) {
		code = unfinished(u);
		goto out;
	}
	if (code != UPDATE_OK)
		set_text(u, "switched; failed%s: %s", as_before ?
			" as before" : "", names);
out:
	free_names(old, n);
	free_names(new, n);
	if (u->live.fd != before.fd)
		live_close(&before);
	return code;
}

/* Is a oneshot among what did not stop? */
static int
half_down(const struct update *u)
{
	for (uint32_t k = 0; k < u->run.nfailed; k++)
		if (u->run.failed[k] >= u->live.db.nlong)
			return 1;
	return 0;
}

static int
stop_code(struct update *u, int r)
{
	if (r == RUN_INTERRUPTED) {
		set_text(u, "cut off before the switch");
		warn("not switched: cut off with %u services left to stop; run "
			"it again to finish it, or with --abort to undo it",
			(unsigned)(u->run.left_undone + u->run.nfailed));
		return UPDATE_CUT_OFF;
	}
	set_text(u, "not switched: a service did not stop");
	warn("not switched: not everything could be stopped; bringing back "
		"what was%s", half_down(u) ? " (if a down script cannot be "
		"mended: --ignore-down)" : "");
	return undo_stop(u, r == RUN_TIMEOUT ? UPDATE_STOP_TIMEOUT :
		r == RUN_FAILED ? UPDATE_NOT_STOPPED : UPDATE_SYSTEM);
}

/* The old longrun in whose directory the new one will be. */
static uint32_t
lives_in(const struct update *u, const struct diff *d, uint32_t j)
{
	return diff_moves(&u->in, d, j) ? d->from[j] : db_service(u->in.from,
		u->in.to->services[j].name);
}

/* What is down for us and is to be started may run by somebody else's will,
 * or because who started it was killed before he noted it: it would be taken
 * for the new one. */
static void
stop_unasked(const struct update *u, struct diff *d)
{
	for (uint32_t j = 0; j < u->in.to->nlong; j++) {
		uint32_t i = d->start[j] ? lives_in(u, d, j) : DB_NONE;

		if (i == DB_NONE || i >= u->in.from->nlong || d->stop[i] ||
			(d->from[j] == i && diff_same_definition(&u->in, d, j)))
			continue;
		if (run_actual(&u->live, i))
			d->stop[i] = 1;
	}
}

static int
carry_out(struct update *u, struct diff *d, uint32_t origin)
{
	int r;

	if (!scan_runs(u->live.scandir)) {
		warn_sys("not switched; nothing was touched: no svscan runs on "
			"%s, or it ends", u->live.scandir);
		set_text(u, "not switched: no svscan runs");
		return UPDATE_SYSTEM;
	}
	u->to = live_gen_highest(u->live.fd) + 1;
	if (prepare_generation(u, d) < 0 || prepare_journal(u, d, origin) < 0) {
		set_text(u, "not switched: unable to prepare it");
		warn("not switched; nothing was touched");
		live_gen_remove(u->live.fd, u->to);
		if (origin == u->from) {
			svdirs_enter(u);
			journal_remove(u->live.fd);
		}
		return UPDATE_SYSTEM;
	}
	stop_unasked(u, d);
	r = run_half(&u->run, d->stop, RUN_OWE);
	run_signals(&u->run);
	if (r == RUN_OK && u->run.interrupted)
		r = RUN_INTERRUPTED;
	if (r != RUN_OK)
		return stop_code(u, r);
	if (live_gen_commit(u->live.fd, u->to) < 0) {
		warn_sys("not switched: unable to rename current");
		set_text(u, "not switched: unable to rename current");
		return undo_stop(u, UPDATE_SYSTEM);
	}
	count_text(u, d);
	return complete(u, d, origin);
}

static int
refuse(struct update *u, const struct diff *d)
{
	const char *name = u->in.from->services[d->refused].name;
	char why[256];

	diff_why_text(why, sizeof why, &u->in, d->old + d->refused);
	warn("not switched: essential service %s would have to stop, as %s "
		"(-e forces it)", name, why);
	set_text(u, "not switched: essential service %s would have to stop",
		name);
	return UPDATE_NOT_STOPPED;
}

static int
keep_was(struct update *u)
{
	size_t n = count(&u->live.db);

	free(u->was);
	u->was = calloc(n + 1, sizeof *u->was);
	if (u->was)
		memcpy(u->was, u->live.state.rec, n * sizeof *u->was);
	return u->was ? 0 : -1;
}

/* By number: it runs with an earlier definition than that of the set that is
 * live.  0: out of memory. */
static unsigned char *
find_outdated(const struct update *u)
{
	const struct db *db = &u->live.db;
	unsigned char *v = calloc((size_t)count(db) + 1, 1);

	for (uint32_t i = 0; v && i < db->nlong; i++)
		v[i] = (unsigned char)((u->live.state.rec[i].flags &
			STATE_UP) && live_outdated(u->live.fd, db, i));
	return v;
}

static int
switch_to(struct update *u, const struct state_rec *target, uint32_t origin)
{
	unsigned char *outdated = target ? 0 : find_outdated(u);
	struct diff d;
	char err[512];
	int code;

	if (!target && keep_was(u) < 0) {
		free(outdated);
		warn_sys("not switched: unable to hold the state");
		set_text(u, "not switched: unable to hold the state");
		return UPDATE_SYSTEM;
	}
	u->in.from = &u->live.db;
	u->in.to = &u->new;
	u->in.state = u->live.state.rec;
	u->in.target = target;
	u->from = u->to = u->live.gen;
	if (!target) {
		origin = u->from;
		u->began = os_now();
	}
	u->in.outdated = outdated;
	code = diff_make(&d, &u->in, err, sizeof err);
	u->in.outdated = 0;
	free(outdated);
	if (code != DIFF_OK) {
		warn("not switched: %s", err);
		set_text(u, "not switched: %s", err);
		return code;
	}
	if (d.refused != DB_NONE) {
		code = refuse(u, &d);
	} else {
		report_plan(u, &d);
		code = u->dry ? UPDATE_OK : carry_out(u, &d, origin);
	}
	diff_free(&d);
	return code;
}

int
update_begin(struct update *u)
{
	uint32_t up = 0;
	int code;

	u->from = u->to = u->live.gen;
	code = update_code(start_owed(u, 0, 0));
	if (code == UPDATE_UNFINISHED) {
		set_text(u, "begun, but cut off: run it again to finish it");
		return code;
	}
	if (code != UPDATE_OK)
		report_logs(u);
	for (uint32_t i = 0; i < count(&u->live.db); i++)
		up += u->live.state.rec[i].flags & STATE_UP;
	set_text(u, "%u started, %u failed", (unsigned)up,
		(unsigned)u->run.nfailed);
	return code;
}

/* The set is the same: only debts of something cut off can be left. */
static int
pay_debts(struct update *u)
{
	int code;

	set_text(u, "the same set of services");
	if (svdirs_enter(u) < 0)
		return UPDATE_SYSTEM;
	code = update_code(start_owed(u, 0, 0));
	if (finish(u, u->boot, u->boot_link) < 0)
		return unfinished(u);
	return code;
}

static int
is_same(const struct update *u)
{
	return !memcmp(u->live.db.id, u->new.id, DB_HASH) && !u->in.nconvert;
}

/* To the set that is live already nothing takes another name: a switch that
 * was cut off, or of which the end was not seen, has done it. */
static void
drop_done(struct update *u)
{
	struct diff_convert *c = (struct diff_convert *)(uintptr_t)
		u->in.convert;
	size_t n = 0;

	if (prog_as_s6 || memcmp(u->live.db.id, u->new.id, DB_HASH))
		return;
	for (size_t k = 0; k < u->in.nconvert; k++)
		if ((!c[k].to || !strcmp(c[k].from, c[k].to)) &&
			db_service(&u->live.db, c[k].from) != DB_NONE)
			c[n++] = c[k];
	u->in.nconvert = n;
}

/* A switch that was cut off may have stopped a logger while those that write
 * to it run on.  The set that comes may have another one in its place, or
 * none: so what is in its pipe is read now. */
static void
read_pipes(struct update *u)
{
	const struct db *db = &u->live.db;
	unsigned char *set = calloc((size_t)count(db) + 1, 1);
	char path[PATH_LEN];
	int any = 0;

	for (uint32_t i = 0; set && i < db->nlong; i++)
		any |= set[i] = (u->live.state.rec[i].flags & STATE_OWED) &&
			db->services[i].producers.n &&
			path_join(path, sizeof path, "fifo",
				db->services[i].name) == 0 &&
			control_fifo_unread(u->live.fd, path) > 0;
	if (any)
		run_keep_untaken(&u->live);
	if (any && plan_needs(db, set, 1) == 0) {
		for (uint32_t i = 0; i < count(db); i++)
			if ((u->live.state.rec[i].flags & (STATE_UP |
				STATE_OWED)) == STATE_UP)
				set[i] = 0;
		/* One that does not come up is no reason to stay. */
		run_half(&u->run, set, RUN_UP);
		u->run.result = RUN_OK;
	}
	free(set);
}

int
update_switch(struct update *u)
{
	int again = 0;

	drop_done(u);

	u->from = u->to = u->live.gen;
	for (uint32_t i = 0; is_same(u) && i < count(&u->live.db); i++)
		again |= u->live.state.rec[i].flags & STATE_OWED;
	if (is_same(u) && (!u->dry || !again)) {
		u->in.from = u->in.to = &u->live.db;
		if (u->dry && !report_outdated(u))
			puts("nothing to do: the same set of services");
		return u->dry ? UPDATE_OK : pay_debts(u);
	}
	if (!u->dry)
		read_pipes(u);
	return switch_to(u, 0, 0);
}

/* What is still to be started of a set that is about to be left need not be
 * waited for: it stays owed.  Names that were to be changed do not make it
 * another set: if this is the command that was cut off, they have been. */
static int
follows_other_set(const struct update *u)
{
	return u->data && memcmp(u->live.db.id, u->new.id, DB_HASH);
}

/* But nothing of it may be on its way either, as it would be taken for what
 * comes next. */
static int
stop_owed(struct update *u)
{
	unsigned char *set = calloc((size_t)count(&u->live.db) + 1, 1);
	int r;

	if (!set)
		return UPDATE_SYSTEM;
	for (uint32_t i = 0; i < u->live.db.nlong; i++)
		set[i] = (u->live.state.rec[i].flags &
			(STATE_UP | STATE_OWED)) == STATE_OWED;
	r = run_half(&u->run, set, RUN_OWE);
	free(set);
	return update_code(r);
}

/* A switch that was cut off just before its journal was removed has set the
 * boot link already.  0 or -1. */
static int
boot_as_before(const struct journal *j)
{
	char now[PATH_LEN];

	if (!*j->boot_was)
		return 0;
	file_link_text(AT_FDCWD, j->boot_link, now);
	return strcmp(now, j->boot) ? 0 : update_boot(j->boot_was,
		j->boot_link);
}

/* Since a switch was cut off, another set may have been chosen to be booted. */
static int
boots_as_then(const struct journal *j)
{
	char now[PATH_LEN];

	file_link_text(AT_FDCWD, j->boot_link, now);
	return !strcmp(now, j->boot_was);
}

/* The end of a switch that was cut off is that of any other. */
static int
start_recovered(struct update *u, const struct journal *j)
{
	int code = update_code(start_owed(u, 0, j));
	char to[PATH_LEN], back[PATH_LEN], names[256];

	if ((code != UPDATE_FAILED && code != UPDATE_TIMEOUT) || !u->rollback ||
		j->origin != j->from || no_new_failure_since(u, j->origin))
		return code;
	report_logs(u);
	failed_names(u, names, sizeof names);
	report_generation(u, j->to, to, sizeof to);
	warn("going back to %s, as %s failed",
		report_generation(u, j->origin, back,
		sizeof back), names);
	if (boot_as_before(j) < 0)
		return UPDATE_UNFINISHED;
	code = undone(u, to, names, undo_switch(u, j->origin, j->old, j->new,
		j->nrenames));
	if (code == UPDATE_UNDONE || code == UPDATE_UNDONE_PART)
		u->from = j->origin;
	return code;
}

/* What was on its way up, with a definition that is about to be left, may be
 * up without that being noted. */
static int
undo_cut_off(struct update *u, uint32_t origin, char **old, char **new,
	uint32_t n)
{
	int code = stop_owed(u);

	return code > UPDATE_TIMEOUT ? code : undo_switch(u, origin, old, new,
		n);
}

int
update_recover(struct update *u)
{
	struct journal j;
	int r = journal_read(&j, u->live.fd), code = UPDATE_OK;

	if (r == 0)
		return UPDATE_OK;
	if (r < 0 && errno != EPROTO) {
		warn_sys("unable to read the journal");
		return UPDATE_SYSTEM;
	}
	if (u->dry) {
		warn("a switch was cut off; the real run would finish it "
			"first");
		journal_free(&j);
		return UPDATE_OK;
	}
	info("finishing a switch that was cut off");
	if (r < 0)
		warn("the journal is damaged (making everything fit the "
			"current generation)");
	u->began = j.began;
	u->from = j.from;
	u->to = u->live.gen;
	if (r > 0 && u->live.gen == j.to &&
		svdirs_rename(u, j.old, j.new, j.nmoves) < 0)
		code = UPDATE_UNFINISHED;
	else if (svdirs_relink(u, 0) < 0 || svdirs_enter(u) < 0)
		code = UPDATE_SYSTEM;
	else if (r > 0 && u->live.gen == j.from && j.origin != j.from &&
		!follows_other_set(u)) {
		/* On the way back, and not there yet. */
		code = undo_cut_off(u, j.origin, j.new, j.old, j.nrenames);
	} else if (r > 0 && u->live.gen == j.to) {
		reload_journal(u, &j);
		code = follows_other_set(u) ? stop_owed(u) :
			start_recovered(u, &j);
	}
	if (code <= UPDATE_TIMEOUT && finish(u, u->live.gen == j.to &&
		boots_as_then(&j) ? j.boot : 0, j.boot_link) < 0)
		code = UPDATE_UNFINISHED;
	if (code > UPDATE_TIMEOUT && !*u->text)
		set_text(u, "not switched: the switch that was cut off could "
			"not be finished (mend what is said above and run it "
			"again; --abort undoes it)");
	journal_free(&j);
	return code;
}

int
update_abort(struct update *u)
{
	struct journal j;
	int r = journal_read(&j, u->live.fd), code;
	char to[PATH_LEN];

	u->from = u->to = u->live.gen;
	if (r < 0) {
		warn_sys("unable to read the journal");
		return UPDATE_SYSTEM;
	}
	if (r == 0 && u->dry) {
		puts("nothing to undo: no switch was cut off");
		return UPDATE_OK;
	}
	if (r == 0) {
		info("no switch was cut off; bringing back what is owed, if "
			"anything");
		set_text(u, "nothing to undo");
		/* One may have been while it prepared. */
		if (svdirs_relink(u, 0) < 0 || svdirs_enter(u) < 0)
			return UPDATE_SYSTEM;
		code = update_code(start_owed(u, 0, 0));
		rubbish_remove(u);
		return code;
	}
	if (u->dry) {
		printf("a switch that was cut off would be undone, back to "
			"%s\n", report_generation(u, j.origin, to, sizeof to));
		journal_free(&j);
		return UPDATE_OK;
	}
	u->began = j.began;
	if (boot_as_before(&j) < 0) {
		code = UPDATE_SYSTEM;
	} else if (u->live.gen != j.origin && u->live.gen == j.to &&
		svdirs_rename(u, j.old, j.new, j.nmoves) < 0) {
		code = UPDATE_UNFINISHED;
	} else if (svdirs_relink(u, 0) < 0 || svdirs_enter(u) < 0) {
		code = UPDATE_SYSTEM;
	} else if (u->live.gen == j.origin || j.origin != j.from) {
		/* Not reached, or already on the way back. */
		if (u->live.gen != j.origin && u->live.gen != j.to)
			code = undo_cut_off(u, j.origin, j.new, j.old,
				j.nrenames);
		else {
			if (u->live.gen == j.to)
				reload_journal(u, &j);
			code = update_code(start_owed(u, 0, &j));
			if (code <= UPDATE_TIMEOUT && finish(u, 0, 0) < 0)
				code = UPDATE_UNFINISHED;
		}
	} else {
		code = undo_cut_off(u, j.origin, j.old, j.new, j.nrenames);
	}
	report_generation(u, u->live.gen, to, sizeof to);
	if (code > UPDATE_TIMEOUT) {
		set_text(u, "the switch that was cut off could not be undone");
		warn("%s (mend what is said above and run it again)", u->text);
	} else {
		set_text(u, "the switch that was cut off is undone: %s is "
			"live", to);
		if (u->verbosity >= 1 && !prog_as_s6)
			info("%s", u->text);
	}
	journal_free(&j);
	return code;
}

/* --- the conversion file --- */

int
update_conversions(const char *path, struct diff_convert **v, size_t *n)
{
	struct lex_error err;
	char *text;
	ssize_t len = file_slurp(AT_FDCWD, path, &text, CONVERT_LIMIT);
	int r;

	*v = 0;
	*n = 0;
	if (len < 0) {
		warn_sys("unable to read %s", path);
		return EX_SYSTEM;
	}
	r = convert_parse(v, n, text, (size_t)len, &err);
	if (r == 0)
		warn("%s:%u: %s", path, err.line, err.what);
	else if (r < 0)
		warn_sys("unable to read %s", path);
	free(text);
	return r > 0 ? 0 : r ? EX_SYSTEM : EX_NO;
}
