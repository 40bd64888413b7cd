/* update-start.c - what a switch starts, stops and reloads of the set that is
 * live: what is owed, with what that needs, and pipes that are to be read
 * before who reads them goes.  See update.h. */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/msg.h"
#include "lib/path.h"
#include "rc/plan.h"
#include "rc/switch/update-steps.h"
#include "supervise/control.h"
#include "supervise/detail.h"

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
int
update_start_owed(
	struct update *u, const struct diff *d, const struct journal *j)
{
	uint32_t n = db_count(&u->live.db);
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
		set[i] = (u->live.state.rec[i].flags &
				 (STATE_OWED | STATE_UP)) &&
			!(d && diff_comes_along(d, i));
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
		if (set[i] &&
			(u->live.state.rec[i].flags &
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

void
update_reload_changed(struct update *u, const struct diff *d)
{
	for (uint32_t i = 0; i < d->nfrom; i++)
		if (d->old[i].action == DIFF_RELOAD)
			run_reload(&u->run, d->to[i]);
}

/* Twice is no harm. */
void
update_reload_journal(struct update *u, const struct journal *j)
{
	for (uint32_t k = 0; k < j->nreloads; k++) {
		uint32_t i = db_service(&u->live.db, j->reload[k]);

		if (i != DB_NONE && (u->live.state.rec[i].flags & STATE_UP))
			run_reload(&u->run, i);
	}
}

/* A switch that was cut off may have stopped a logger while those that write
 * to it run on.  The set that comes may have another one in its place, or
 * none: so what is in its pipe is read now. */
void
update_read_pipes(struct update *u)
{
	const struct db *db = &u->live.db;
	unsigned char *set = calloc((size_t)db_count(db) + 1, 1);
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
		for (uint32_t i = 0; i < db_count(db); i++)
			if ((u->live.state.rec[i].flags &
				    (STATE_UP | STATE_OWED)) == STATE_UP)
				set[i] = 0;
		/* One that does not come up is no reason to stay. */
		run_half(&u->run, set, RUN_UP);
		u->run.result = RUN_OK;
	}
	free(set);
}

/* But nothing of it may be on its way either, as it would be taken for what
 * comes next. */
int
update_stop_owed(struct update *u)
{
	unsigned char *set = calloc((size_t)db_count(&u->live.db) + 1, 1);
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
