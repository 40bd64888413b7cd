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
#include "rc/kept.h"
#include "rc/plan.h"
#include "rc/switch/convert.h"
#include "rc/switch/journal.h"
#include "rc/switch/prepare.h"
#include "rc/switch/report.h"
#include "rc/scan.h"
#include "rc/switch/rubbish.h"
#include "rc/switch/svdirs.h"
#include "rc/switch/recovery.h"
#include "rc/switch/update-steps.h"
#include "supervise/control.h"
#include "supervise/detail.h"

enum { CONVERT_LIMIT = 1 << 24 };

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
		     "(change it as its owner)",
			live);
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

void
update_record(struct update *u, int code)
{
	char buf[1024], id[LIVE_HEX] = "";
	struct timespec t;
	int n;

	if (u->data)
		live_hex(id, u->new.id);

	clock_gettime(CLOCK_REALTIME, &t);
	n = snprintf(buf, sizeof buf,
		"code %d\nwhen %llu\nfrom %u\nto %u\n"
		"kept %u\nid %s\ntext %s\n",
		code,
		(unsigned long long)t.tv_sec * 1000 +
			(unsigned long long)t.tv_nsec / 1000000,
		(unsigned)u->from, (unsigned)u->to,
		u->compiled ? kept_number(u->compiled) : 0, id, u->text);
	if (file_write(u->live.fd, "last", buf, (size_t)n, 0644, 0) < 0)
		warn_sys("unable to note the result of the switch");
}

void
update_text(struct update *u, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(u->text, sizeof u->text, fmt, ap);
	va_end(ap);
}

int
update_code(int r)
{
	return r == RUN_OK	   ? UPDATE_OK
		: r == RUN_FAILED  ? UPDATE_FAILED
		: r == RUN_TIMEOUT ? UPDATE_TIMEOUT
				   : UPDATE_UNFINISHED;
}

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

int
update_finish(struct update *u, const char *boot, const char *link)
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

static void
count_text(struct update *u, const struct diff *d)
{
	update_text(u, "%u untouched, %u stopped, %u started, %u reloaded",
		(unsigned)d->untouched, (unsigned)d->stops, (unsigned)d->starts,
		(unsigned)d->reloads);
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

	update_text(u, "switched, but not finished");
	warn("switched to %s, but not finished: run it again to finish it, or "
	     "with --abort to undo it",
		report_generation(u, u->to, to, sizeof to));
	return UPDATE_UNFINISHED;
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
	update_reload_changed(u, d);
	code = update_code(update_start_owed(u, d, 0));
	if (code == UPDATE_UNFINISHED) {
		unfinished(u);
		goto out;
	}
	update_failed_names(u, names, sizeof names);
	if (code != UPDATE_OK && !u->in.target)
		report_logs(u);
	as_before = code != UPDATE_OK && !u->in.target &&
		update_no_new_failure(u, &before.db, u->was);
	if (recovery_goes_back(
		    code, u->rollback, origin != u->from, !as_before)) {
		char to[PATH_LEN], back[PATH_LEN];

		/* The undo removes what was switched to. */
		report_generation(u, u->to, to, sizeof to);
		warn("going back to %s, as %s failed",
			report_generation(u, origin, back, sizeof back), names);
		code = update_undone(u, to, names,
			update_undo_switch(u, origin, old, new, n));
		u->from = origin;
		goto out;
	}
	if (update_finish(u, origin == u->from ? u->boot : 0, u->boot_link) <
		0) {
		code = unfinished(u);
		goto out;
	}
	if (code != UPDATE_OK)
		update_text(u, "switched; failed%s: %s",
			as_before ? " as before" : "", names);
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
		update_text(u, "cut off before the switch");
		warn("not switched: cut off with %u services left to stop; run "
		     "it again to finish it, or with --abort to undo it",
			(unsigned)(u->run.left_undone + u->run.nfailed));
		return UPDATE_CUT_OFF;
	}
	update_text(u, "not switched: a service did not stop");
	warn("not switched: not everything could be stopped; bringing back "
	     "what was%s",
		half_down(u) ? " (if a down script cannot be "
			       "mended: --ignore-down)"
			     : "");
	return update_undo_stop(u,
		r == RUN_TIMEOUT	  ? UPDATE_STOP_TIMEOUT
			: r == RUN_FAILED ? UPDATE_NOT_STOPPED
					  : UPDATE_SYSTEM);
}

/* The old longrun in whose directory the new one will be. */
static uint32_t
lives_in(const struct update *u, const struct diff *d, uint32_t j)
{
	return diff_moves(&u->in, d, j)
		? d->from[j]
		: db_service(u->in.from, u->in.to->services[j].name);
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
			 "%s, or it ends",
			u->live.scandir);
		update_text(u, "not switched: no svscan runs");
		return UPDATE_SYSTEM;
	}
	u->to = live_gen_highest(u->live.fd) + 1;
	if (prepare_generation(u, d) < 0 || prepare_journal(u, d, origin) < 0) {
		update_text(u, "not switched: unable to prepare it");
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
		update_text(u, "not switched: unable to rename current");
		return update_undo_stop(u, UPDATE_SYSTEM);
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
	     "(-e forces it)",
		name, why);
	update_text(u, "not switched: essential service %s would have to stop",
		name);
	return UPDATE_NOT_STOPPED;
}

static int
keep_was(struct update *u)
{
	size_t n = db_count(&u->live.db);

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
	unsigned char *v = calloc((size_t)db_count(db) + 1, 1);

	for (uint32_t i = 0; v && i < db->nlong; i++)
		v[i] = (unsigned char)((u->live.state.rec[i].flags &
					       STATE_UP) &&
			live_outdated(u->live.fd, db, i));
	return v;
}

int
update_switch_to(
	struct update *u, const struct state_rec *target, uint32_t origin)
{
	unsigned char *outdated = target ? 0 : find_outdated(u);
	struct diff d;
	char err[512];
	int code;

	if (!target && keep_was(u) < 0) {
		free(outdated);
		warn_sys("not switched: unable to hold the state");
		update_text(u, "not switched: unable to hold the state");
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
		update_text(u, "not switched: %s", err);
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
	code = update_code(update_start_owed(u, 0, 0));
	if (code == UPDATE_UNFINISHED) {
		update_text(u, "begun, but cut off: run it again to finish it");
		return code;
	}
	if (code != UPDATE_OK)
		report_logs(u);
	for (uint32_t i = 0; i < db_count(&u->live.db); i++)
		up += u->live.state.rec[i].flags & STATE_UP;
	update_text(u, "%u started, %u failed", (unsigned)up,
		(unsigned)u->run.nfailed);
	return code;
}

/* The set is the same: only debts of something cut off can be left. */
static int
pay_debts(struct update *u)
{
	int code;

	update_text(u, "the same set of services");
	if (svdirs_enter(u) < 0)
		return UPDATE_SYSTEM;
	code = update_code(update_start_owed(u, 0, 0));
	if (update_finish(u, u->boot, u->boot_link) < 0)
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
	struct diff_convert *c =
		(struct diff_convert *)(uintptr_t)u->in.convert;
	size_t n = 0;

	if (prog_as_s6 || memcmp(u->live.db.id, u->new.id, DB_HASH))
		return;
	for (size_t k = 0; k < u->in.nconvert; k++)
		if ((!c[k].to || !strcmp(c[k].from, c[k].to)) &&
			db_service(&u->live.db, c[k].from) != DB_NONE)
			c[n++] = c[k];
	u->in.nconvert = n;
}

int
update_switch(struct update *u)
{
	int again = 0;

	drop_done(u);

	u->from = u->to = u->live.gen;
	for (uint32_t i = 0; is_same(u) && i < db_count(&u->live.db); i++)
		again |= u->live.state.rec[i].flags & STATE_OWED;
	if (is_same(u) && (!u->dry || !again)) {
		u->in.from = u->in.to = &u->live.db;
		if (u->dry && !report_outdated(u) && !u->services)
			puts("nothing to do: the same set of services");
		return u->dry ? UPDATE_OK : pay_debts(u);
	}
	if (!u->dry)
		update_read_pipes(u);
	return update_switch_to(u, 0, 0);
}

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
