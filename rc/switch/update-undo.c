/* update-undo.c - the way back of a switch, before its commit and after it; and
 * whether there is anything to go back for.  See update.h. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "rc/switch/recovery.h"
#include "rc/switch/rubbish.h"
#include "rc/switch/svdirs.h"
#include "rc/switch/update-steps.h"
#include "supervise/detail.h"

static void
not_interrupted(struct update *u)
{
	u->run.interrupted = 0;
	u->run.deadline = 0;
	u->run.result = RUN_OK;
}

/* Before the commit: bring back what was stopped and forget the new one.  An
 * undo stays under way. */
int
update_undo_stop(struct update *u, int code)
{
	not_interrupted(u);
	if (update_start_owed(u, 0, 0) != RUN_OK)
		warn("not everything that was stopped came back (it is marked "
		     "as owed; run the update again, or with --abort)");
	/* What is live now is not what is booted. */
	if (u->in.target) {
		warn("the undo is not finished: run it again, or with --abort");
		update_text(u, "switched, failed, and not undone");
		return UPDATE_UNFINISHED;
	}
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
	unsigned char *v = calloc((size_t)db_count(&u->live.db) + 1, 1);

	for (uint32_t i = 0; v && i < u->live.db.nlong; i++) {
		const struct db_service *s = u->live.db.services + i;
		char dir[PATH_LEN];
		struct detail d;

		v[i] = live_servicedir(dir, sizeof dir, &u->live, s->name) ==
				0 &&
			detail_read(&d, AT_FDCWD, dir) == 0 && d.run_pid &&
			live_is_definition(d.def, s) &&
			d.run_started >= u->began;
	}
	return v;
}

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
	if (state_open(before, u->live.fd, gen, db->id, db_count(db), 0, err,
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
int
update_no_new_failure(const struct update *u, const struct db *db,
	const struct state_rec *before)
{
	for (uint32_t k = 0; k < u->run.nfailed; k++)
		if (!failed_before(u, u->run.failed[k], db, before))
			return 0;
	for (uint32_t i = 0; i < db_count(&u->live.db); i++)
		if ((u->live.state.rec[i].flags & (STATE_UP | STATE_OWED)) ==
				STATE_OWED &&
			!failed_before(u, i, db, before))
			return 0;
	return 1;
}

/* The same, of the generation that a switch that was cut off had left. */
int
update_no_new_failure_since(const struct update *u, uint32_t origin)
{
	char err[PATH_LEN + 256];
	struct states before;
	struct db db;
	int r;

	if (open_origin(u, origin, &db, &before, err, sizeof err) < 0)
		return 0;
	r = update_no_new_failure(u, &db, before.rec);
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
int
update_undo_switch(
	struct update *u, uint32_t origin, char **old, char **new, uint32_t n)
{
	struct db db = u->new;
	struct states before;
	struct diff_convert *c = calloc((size_t)n + 1, sizeof *c);
	char gen[64], compiled[PATH_LEN], err[PATH_LEN + 256] = "no memory";
	int code = UPDATE_UNFINISHED;

	if (!c ||
		open_origin(u, origin, &u->new, &before, err, sizeof err) < 0) {
		warn("unable to go back: %s", err);
		u->new = db;
		free(c);
		return code;
	}
	snprintf(gen, sizeof gen, "gen/%u/compiled", (unsigned)origin);
	if (file_link_text(u->live.fd, gen, compiled) < 0) {
		warn_sys("unable to go back: unable to read %s", gen);
		state_close(&before);
		db_close(&u->new);
		u->new = db;
		free(c);
		return code;
	}
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
		code = drop_old_failures(
			u, update_switch_to(u, before.rec, origin), before.rec);
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

void
update_failed_names(const struct update *u, char *names, size_t max)
{
	size_t len = 0;

	snprintf(names, max, "%s", u->run.nfailed ? "" : "a service");
	for (uint32_t k = 0; k < u->run.nfailed && len + 55 < max; k++)
		len += (size_t)snprintf(names + len, max - len, "%s%.50s",
			k ? ", " : "",
			u->live.db.services[u->run.failed[k]].name);
}

/* What became of a switch that failed: CODE is what the undo says. */
int
update_undone(struct update *u, const char *to, const char *failed, int code)
{
	char names[256];

	code = recovery_undo_code(code);
	if (code != UPDATE_UNDONE && code != UPDATE_UNDONE_PART)
		return code;
	update_failed_names(u, names, sizeof names);
	if (code == UPDATE_UNDONE) {
		update_text(u, "%s failed (%s) and was undone", to, failed);
		return code;
	}
	warn("%s was undone, but did not come back: %s", to, names);
	update_text(u, "%s failed (%s) and was undone; did not come back: %s",
		to, failed, names);
	return code;
}
