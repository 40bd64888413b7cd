/* longrun.c - a longrun is told to go up or down, and its events and its
 * status are followed until it has, or is given up. */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "lib/path.h"
#include "rc/job.h"
#include "supervise/control.h"
#include "supervise/detail.h"
#include "supervise/status.h"

enum {
	REVIVE_MS = 5000,	/* a dead supervise is back by then */
	/* A service in its restart pause that is told to stay down changes
	 * its status, but there is no event for that. */
	PAUSED_MS = 5,
	LEAVING_MS = 1000,
	STOPPING_MS = 60000,	/* a process without limits that does not end */
	UNREAD_MS = 100,	/* until a status is read again */
	STEADY_MS = 60000	/* until it lives settle_ms in one go */
};

static int
servicedir(const struct half *h, char *buf, uint32_t i)
{
	return live_servicedir(buf, PATH_LEN, h->run->live, job_name(h, i));
}

/* Kept or reloaded, it may run with a definition by which it cannot say that
 * it is ready. */
static int
cannot_say(const char *dir, const struct status *st)
{
	struct detail d;
	char path[PATH_LEN];

	return detail_read(&d, AT_FDCWD, dir) == 0 && d.pid == st->pid &&
		*d.def && file_exists(AT_FDCWD, d.def) &&
		path_join(path, sizeof path, d.def, "notification-fd") == 0 &&
		!file_exists(AT_FDCWD, path);
}

static int
reached_up(const struct half *h, uint32_t i, const char *dir,
	const struct status *st)
{
	return status_is_up(st) && (st->ready ||
		!(h->db->services[i].flags & DB_NOTIFIES) ||
		cannot_say(dir, st));
}

/* Tell supervise; with the letters that keep the file `down' in step, so
 * that a supervise that starts anew does what is wanted. */
static void
command(struct half *h, struct job *j)
{
	char dir[PATH_LEN];

	if (servicedir(h, dir, j->i) == 0 && control_send(AT_FDCWD, dir,
		h->mode == RUN_UP ? "U" : "D", 1) == 0) {
		j->revive = 0;
		return;
	}
	if (!j->revive)
		j->revive = clock_now() + REVIVE_MS;
}

void
longrun_give_up(struct half *h, struct job *j, enum state_reason why, uint32_t code)
{
	char dir[PATH_LEN];

	if (servicedir(h, dir, j->i) == 0 && h->mode == RUN_UP)
		control_send(AT_FDCWD, dir, "D", 1);
	job_end(h, j, 0, why, code);
}

/* --- services that do not say when they are ready --- */

void
longrun_fail_trial(struct half *h, struct job *j)
{
	uint32_t i = j->i, deaths = j->deaths;

	job_drop(h, j);
	job_failed(h, i, REASON_UNSTEADY, deaths);
}

/* It is up, and what depends on it goes on; but it has yet to show that it
 * stays up. */
static void
begin_trial(struct half *h, struct job *j)
{
	j->trial = 1;
	j->look = 0;
	j->settled = clock_now() + h->run->settle_ms;
	j->deadline = clock_now() + STEADY_MS;
	if (h->run->deadline && h->run->deadline < j->deadline)
		j->deadline = h->run->deadline;
	job_finished(h, j->i, 1, REASON_NONE, 0);
}

/* It died, and it is not certain that it will be started again.  An end that
 * its own definition allows is as good as a life. */
static void
look_trial(struct half *h, struct job *j)
{
	struct status st;
	char dir[PATH_LEN];

	j->look = 0;
	if (servicedir(h, dir, j->i) < 0 ||
		status_read(&st, AT_FDCWD, dir) < 0 || st.pid || st.wanted_up)
		return;
	if (st.wstat)
		longrun_fail_trial(h, j);
	else
		job_drop(h, j);
}

static void
hear_trial(struct half *h, struct job *j, const char *s, ssize_t n)
{
	int ended = 0;

	for (ssize_t k = 0; k < n; k++)
		switch (s[k]) {
		case 'u': j->settled = clock_now() + h->run->settle_ms; break;
		case 'd': j->settled = 0; j->deaths++; break;
		case 'D': ended = 1; break;
		default: break;
		}
	if (h->run->deaths && j->deaths >= h->run->deaths)
		longrun_fail_trial(h, j);
	else if (ended)
		look_trial(h, j);
}

/* An update that was cut off told it to stop: supervise has not read that
 * yet, or its process has not ended yet, though it is up for now.  One that
 * does not heed the signal at all, and is not killed for that, is up.  Ms until
 * the next look, or 0. */
static unsigned
may_still_stop(const struct half *h, const struct job *j, const char *dir)
{
	unsigned ms = h->db->services[j->i].timeout_down;
	uint64_t now = clock_now();
	struct detail d;

	if (!j->told)
		return 0;
	if (j->told + REVIVE_MS > now && (j->revive ||
		control_unread(AT_FDCWD, dir) > 0))
		return PAUSED_MS;
	if (detail_read(&d, AT_FDCWD, dir) < 0 || !d.stopping)
		return 0;
	ms = !ms ? STOPPING_MS : ms > REVIVE_MS ? ms : REVIVE_MS;
	/* For its end there is an event. */
	return j->told + ms > now || d.deadline > os_now() ? LEAVING_MS : 0;
}

int
longrun_look(struct half *h, struct job *j)
{
	struct status st;
	char dir[PATH_LEN];
	unsigned again;

	j->look = 0;
	if (j->trial)
		return 0;
	if (servicedir(h, dir, j->i) < 0)
		return 0;
	if (status_read(&st, AT_FDCWD, dir) < 0) {
		/* No descriptors, no memory: no event will tell again. */
		j->look = clock_now() + UNREAD_MS;
		return 0;
	}
	if (h->mode == RUN_UP) {
		if (!reached_up(h, j->i, dir, &st))
			return 0;
		again = may_still_stop(h, j, dir);
		if (again) {
			j->look = clock_now() + again;
			return 0;
		}
	} else {
		if (st.pid)
			return 0;
		if (st.wanted_up) {
			j->look = clock_now() + PAUSED_MS;
			return 0;
		}
	}
	job_end(h, j, 1, REASON_NONE, 0);
	return 1;
}

/* It could not be started.  What is wrong with it stays wrong; a shortage
 * passes. */
static void
look_start(struct half *h, struct job *j)
{
	struct detail d;
	char dir[PATH_LEN];

	if (servicedir(h, dir, j->i) == 0 &&
		detail_read(&d, AT_FDCWD, dir) == 0 && d.reason == WHY_SPAWN &&
		!file_shortage((int)d.error))
		longrun_give_up(h, j, REASON_NOEXEC, d.error);
}

void
longrun_hear(struct half *h, struct job *j)
{
	int notifies = !!(h->db->services[j->i].flags & DB_NOTIFIES);
	int permanent = 0, again = 0, unable = 0, gone = 0;
	char buf[64];
	ssize_t r, k;

	/* One letter can end the job. */
	r = read(j->ear.fd, buf, sizeof buf);
	for (k = 0; k < r && !j->trial; k++)
		switch (buf[k]) {
		case 'O': permanent = 1; break;
		case 'd': j->deaths++; break;
		case 'f': unable = 1; break;
		case 's': again = 1; gone = 0; break;
		case 'x': gone = 1; break;
		case 'u':
			if (notifies || h->mode != RUN_UP)
				break;
			if (h->run->settle_ms) {
				begin_trial(h, j);
				break;
			}
			job_end(h, j, 1, REASON_NONE, 0);
			return;
		default: break;
		}
	if (j->trial) {
		hear_trial(h, j, buf + k, r - k);
		return;
	}
	if (again)
		command(h, j);
	/* It ended; the next one says that it starts. */
	if (gone && !j->revive)
		j->revive = clock_now() + REVIVE_MS;
	if (longrun_look(h, j) || h->mode != RUN_UP)
		return;
	if (permanent)
		longrun_give_up(h, j, REASON_PERMANENT, 0);
	else if (unable && !prog_as_s6)
		look_start(h, j);
	else if (h->run->deaths && j->deaths >= h->run->deaths && notifies)
		longrun_give_up(h, j, REASON_DEATHS, j->deaths);
}

/* By a change that was cut off, or that gave up on it a moment ago. */
static int
may_have_been_told(const struct state_rec *r)
{
	return (r->flags & (STATE_UP | STATE_OWED)) == (STATE_UP | STATE_OWED)
		|| (r->flags & STATE_FAILED);
}

void
longrun_begin(struct half *h, uint32_t i)
{
	struct job *j = job_new(h, i);
	struct status st;
	char dir[PATH_LEN], event[PATH_LEN];
	int known, named;

	if (!j) {
		job_finished(h, i, 0, REASON_SYSTEM, ENOMEM);
		return;
	}
	named = servicedir(h, dir, i);
	if (named == 0 && h->mode == RUN_UP)
		run_complete(h->run->live, i, dir);
	if (named < 0 ||
		path_join(event, sizeof event, dir, EVENT_DIR) < 0 ||
		event_listen(&j->ear, event) < 0 ||
		ready_add(&h->ready, j->ear.fd, i) < 0) {
		uint32_t e = (uint32_t)errno;

		if (job_put_off(h, j, (int)e))
			return;
		job_end(h, j, 0, e == ENOENT ? REASON_NOSUPER : REASON_SYSTEM,
			e);
		return;
	}
	if (h->mode == RUN_UP && may_have_been_told(h->run->live->state.rec +
		i))
		j->told = clock_now();
	known = status_read(&st, AT_FDCWD, dir) == 0;
	command(h, j);
	if (j->told) {
		j->look = clock_now();
		return;
	}
	if (!known) {
		j->look = clock_now() + UNREAD_MS;
		return;
	}
	/* Up, but told to go down a moment ago: it probably ends and comes
	 * again, which there are events for. */
	if (h->mode == RUN_UP && reached_up(h, i, dir, &st) && !st.wanted_up) {
		j->look = clock_now() + LEAVING_MS;
		return;
	}
	if (h->mode == RUN_UP ? reached_up(h, i, dir, &st) && !j->revive :
		!st.pid && !st.wanted_up) {
		job_end(h, j, 1, REASON_NONE, 0);
		return;
	}
	if (h->mode != RUN_UP && !st.pid)
		j->look = clock_now() + PAUSED_MS;
}
