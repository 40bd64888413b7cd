/* rc-change.c - changes by reeve-rc: start, stop, restart, follow, reload. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/msg.h"
#include "lib/os.h"
#include "lib/path.h"
#include "rc/plan.h"
#include "rc/rc.h"
#include "supervise/detail.h"
#include "supervise/status.h"

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
	keep = rc_new_set(rc);
	for (uint32_t i = 0; i < rc->n; i++)
		if (set[i] && rc_is_up(rc, i) && rc_is_essential(rc, i)) {
			keep[i] = 1;
			if (rc->run.verbosity > 0)
				warn("service %s is essential: not stopping "
				     "it",
					rc_name(rc, i));
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
			rc_name(rc, i));
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
		if (!rc_is_up(rc, i))
			set[i] = 0;
}

/* Leave out what is up, but for what a change that was cut off may have told
 * to stop. */
static void
only_to_start(const struct rc *rc, unsigned char *set)
{
	for (uint32_t i = 0; i < rc->n; i++)
		if (rc_is_up(rc, i) &&
			!(rc->live.state.rec[i].flags & STATE_OWED))
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
				rc_name(rc, i),
				rc_is_up(rc, i) ? "up" : "down");
}

/* It runs and was not brought up from here, or is down and was not taken
 * down; or who did that was killed before he could note it. */
static int
untrue(const struct rc *rc, uint32_t i)
{
	return !prog_as_s6 && i < rc->live.db.nlong &&
		(rc->fallen[i] ||
			(!rc_is_up(rc, i) && run_actual(&rc->live, i) > 0));
}

static int
change_down(struct rc *rc, unsigned char *set)
{
	unsigned char *named = rc_new_set(rc);

	memcpy(named, set, rc->n);
	if (plan_needed_by(&rc->live.db, set) < 0)
		die_sys(EX_SYSTEM, "unable to follow the dependencies");
	spare_essentials(rc, set);
	for (uint32_t i = 0; i < rc->n; i++)
		named[i] = named[i] && (set[i] || !rc_is_up(rc, i));
	/* What nobody wants any more is not brought back by a switch. */
	set_flags(rc, set, 0, STATE_WANTED | STATE_OWED);
	set_flags(rc, named, 0, STATE_WANTED | STATE_OWED | STATE_FAILED);
	free(named);
	for (uint32_t i = 0; i < rc->n; i++)
		set[i] = set[i] && (rc_is_up(rc, i) || untrue(rc, i));
	return half(rc, set, RUN_DOWN);
}

/* What these bring along and can do without. */
static void
note_wishes(struct rc *rc, const unsigned char *set)
{
	unsigned char *wishes = rc_new_set(rc);

	if (plan_wishes(&rc->live.db, set, wishes) < 0)
		die_sys(EX_SYSTEM, "unable to follow the dependencies");
	rc->run.wishes = wishes; /* until the end */
}

static int
change_up(struct rc *rc, unsigned char *set)
{
	unsigned char *already = rc_new_set(rc);

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
	unsigned char *keep = rc_new_set(rc), *down = rc_new_set(rc);
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

int
rc_change(struct rc *rc)
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
	unsigned char *down = rc_new_set(rc), *up = rc_new_set(rc);

	memcpy(down, rc->selected, rc->n);
	if (plan_needed_by(&rc->live.db, down) < 0)
		die_sys(EX_SYSTEM, "unable to follow the dependencies");
	/* Also what did not go down: it was told to, and is told to stay.  And
	 * what a restart that was cut off did not bring back. */
	for (uint32_t i = 0; i < rc->n; i++)
		up[i] = rc->selected[i] ||
			(down[i] &&
				(rc_is_up(rc, i) ||
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
			(!rc_is_up(rc, i) || (rc->dry && down[i]) ||
				(rc->live.state.rec[i].flags & STATE_OWED));
	half(rc, up, RUN_UP);
	return finish(rc);
}

int
rc_restart(struct rc *rc)
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

	if (!rc_is_up(rc, i))
		return -1;
	if (i >= rc->live.db.nlong) {
		clock_gettime(CLOCK_REALTIME, &t);
		now = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
		return now < rc->live.state.rec[i].when
			? 0
			: (int64_t)(now - rc->live.state.rec[i].when);
	}
	if (live_servicedir(dir, sizeof dir, &rc->live, rc_name(rc, i)) < 0 ||
		status_read(&st, AT_FDCWD, dir) < 0 || !status_is_up(&st) ||
		(!st.ready && (rc->live.db.services[i].flags & DB_NOTIFIES)) ||
		detail_read(&d, AT_FDCWD, dir) < 0)
		return -1;
	return (int64_t)((os_now() - d.run_started) / 1000000);
}

/* Two clocks, each cut to a millisecond. */
enum { SLACK_MS = 2 };

/* What is up longer than a service that it is to be restarted with. */
int
rc_follow(struct rc *rc)
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
				rc_name(rc, i), rc_name(rc, l->v[k]));
			any = rc->selected[i] = 1;
			break;
		}
	}
	return any ? restart(rc) : EX_OK;
}

int
rc_reload(struct rc *rc)
{
	int bad = 0;

	for (uint32_t i = 0; i < rc->n; i++) {
		if (!rc->selected[i])
			continue;
		if (!rc_is_up(rc, i)) {
			warn("service %s is not up: not reloading it",
				rc_name(rc, i));
			bad = 1;
		} else if (rc->dry) {
			say("would reload %s", rc_name(rc, i));
		} else if (run_reload(&rc->run, i) != RUN_OK) {
			bad = 1;
		}
	}
	return bad ? EX_NO : EX_OK;
}
