/* run.c - see run.h.  plan.c says what comes when; here a transition is
 * begun, watched and recorded.  No process is started: supervise and the
 * oneshot daemon start what has to run. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <skalibs/selfpipe.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/nofile.h"
#include "lib/num.h"
#include "lib/os.h"
#include "lib/path.h"
#include "lib/ready.h"
#include "rc/plan.h"
#include "rc/request.h"
#include "rc/run.h"
#include "rc/running.h"
#include "supervise/control.h"
#include "supervise/detail.h"
#include "supervise/event.h"
#include "supervise/status.h"

enum {
	BATCH = 64,
	REVIVE_MS = 5000,	/* a dead supervise is back by then */
	RUNNER_MS = 10000, RUNNER_PAUSE_MS = 5,
	/* A service in its restart pause that is told to stay down changes
	 * its status, but there is no event for that. */
	PAUSED_MS = 5,
	LEAVING_MS = 1000,
	STOPPING_MS = 60000,	/* a process without limits that does not end */
	HASTEN_MS = 2000,	/* until it is started that waited for it */
	UNREAD_MS = 100,	/* until a status is read again */
	SLACK_MS = 10000,	/* over the daemon's own time limit */
	STEADY_MS = 60000,	/* until it lives settle_ms in one go */
	RELOAD_MS = 5000, RELOAD_LOOK_MS = 2,
	HANGS_MS = 10000,	/* a script without limit: said then */
	EARLIER_MS = 2000, EARLIER_AGAIN_MS = 60000,	/* one of before: too */
	TELL_MS = 1000,		/* on a terminal: what is waited for */
	TOLD_LEN = 60, TOLD_MAX = 256	/* one line, at least one name */
};
#define CLEAR_LINE "\r\033[K"

/* One transition under way. */
struct job {
	struct job *prev, *next;
	uint32_t i;		/* service */
	int oneshot;
	int trial;		/* up, but watched whether it stays */
	uint64_t began;
	struct listener ear;	/* longrun */
	int fd;			/* oneshot: socket */
	unsigned char buf[ANSWER_SIZE];
	size_t got;
	uint64_t deadline;	/* 0 none */
	uint64_t revive;	/* no supervise; until then; 0 there is one */
	uint64_t look;		/* read its status then; 0 on events only */
	uint64_t told;		/* since then: it may have been told to stop; or
				 * 0 */
	uint64_t hangs;		/* oneshot: say then that it runs; 0 never */
	uint64_t settled;	/* trial: passed then; 0 it is dead now */
	unsigned limit_ms;	/* for messages */
	unsigned deaths;
};

struct half {
	struct run *run;
	const struct db *db;
	enum run_mode mode;
	struct plan plan;
	struct ready ready;
	struct job **jobs;	/* owned; by service, 0 if none */
	struct job *first, *last;	/* the same, oldest first */
	uint32_t njobs, noneshots;
	uint32_t *held;		/* owned; ready, waiting for a free slot */
	uint32_t nheld;
	int result;
	uint64_t tell;		/* show then what is waited for; 0 never */
	int told;		/* that stands on the terminal now */
};

static int selfpipe = -1;

static const char *
name_of(const struct half *h, uint32_t i)
{
	return h->db->services[i].name;
}

/* --- results --- */

static void
raise_result(int *result, int r)
{
	static const int order[] = { RUN_OK, RUN_FAILED, RUN_TIMEOUT,
		RUN_INTERRUPTED, RUN_SYSTEM };
	size_t a = 0, b = 0;

	for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
		if (order[k] == *result)
			a = k;
		if (order[k] == r)
			b = k;
	}
	if (b > a)
		*result = r;
}

/* Only wanted by others, which do without it if it fails. */
static int
is_wish(const struct half *h, uint32_t i)
{
	return h->mode == RUN_UP && h->run->wishes && h->run->wishes[i];
}

/* Of those that come up or are up, the first that wants it. */
static const char *
who_wants(const struct half *h, uint32_t i)
{
	for (uint32_t k = 0; k < h->plan.n; k++) {
		const struct db_list *l = &h->db->services[k].wants;

		if (h->plan.state[k] == PLAN_IDLE &&
			!(h->run->live->state.rec[k].flags & STATE_UP))
			continue;
		for (uint32_t w = 0; w < l->n; w++)
			if (l->v[w] == i)
				return name_of(h, k);
	}
	return 0;
}

static unsigned
flags_after(const struct half *h, uint32_t i, int ok)
{
	unsigned f = h->run->live->state.rec[i].flags & ~(unsigned)STATE_FAILED;

	/* A oneshot that is up is only started if it may be half down. */
	if (!ok && h->mode == RUN_UP && i >= h->db->nlong)
		f &= ~(unsigned)STATE_UP;
	/* Nobody owes what can be done without. */
	if (!ok)
		return (f | STATE_FAILED) & ~(is_wish(h, i) ?
			(unsigned)STATE_OWED : 0);
	if (h->mode == RUN_UP)
		return (f | STATE_UP) & ~(unsigned)STATE_OWED;
	if (h->mode == RUN_OWE)
		return (f | STATE_OWED) & ~(unsigned)STATE_UP;
	return f & ~(unsigned)(STATE_UP | STATE_OWED);
}

/* The state cannot be written: nothing more is asked of anybody. */
static void
broken(struct half *h, const char *name)
{
	warn_sys("unable to record the state of %s (stopping here)", name);
	raise_result(&h->result, RUN_SYSTEM);
	h->run->interrupted = 1;
}

static void
record(struct half *h, uint32_t i, int ok, enum state_reason why,
	uint32_t code)
{
	if (state_put(&h->run->live->state, i, flags_after(h, i, ok),
		ok ? REASON_NONE : why, ok ? 0 : code) < 0)
		broken(h, name_of(h, i));
}

static void
tell_failure(const struct half *h, uint32_t i)
{
	const struct state_rec *r = h->run->live->state.rec + i;
	const char *dep = r->reason == REASON_DEPENDENCY &&
		r->code < h->plan.n ? name_of(h, r->code) : 0;
	char why[160];
	const char *who = is_wish(h, i) ? who_wants(h, i) : 0;

	if (h->run->verbosity < 1)
		return;
	state_reason_text(why, sizeof why, r, dep);
	warn("unable to %s service %s: %s%s%s%s%s",
		h->mode == RUN_UP ? "start" : "stop", name_of(h, i),
		prog_as_s6 && r->reason == REASON_EXIT ? "command " : "", why,
		who ? " (" : "", who ? who : is_wish(h, i) ?
		" (going on without it)" : "", who ? " wants it, but does "
		"without)" : "");
}

static void
note_skipped(struct half *h)
{
	for (uint32_t i = 0; i < h->plan.n; i++) {
		if (h->plan.state[i] != PLAN_SKIPPED)
			continue;
		/* Skipped is said once. */
		h->plan.state[i] = PLAN_IDLE;
		h->run->left_undone++;
		/* What was not stopped is as well as it was. */
		if (h->mode != RUN_UP)
			continue;
		record(h, i, 0, REASON_DEPENDENCY, h->plan.cause[i]);
		if (!prog_as_s6)
			tell_failure(h, i);
	}
}

static void
failed(struct half *h, uint32_t i, enum state_reason why, uint32_t code)
{
	record(h, i, 0, why, code);
	tell_failure(h, i);
	if (is_wish(h, i) && why != REASON_INTERRUPTED)
		return;
	raise_result(&h->result, why == REASON_TIMEOUT ||
		why == REASON_UNREADY ? RUN_TIMEOUT :
		why == REASON_INTERRUPTED ? RUN_INTERRUPTED : RUN_FAILED);
	if (h->run->failed)
		h->run->failed[h->run->nfailed++ % h->plan.n] = i;
}

static void
finished(struct half *h, uint32_t i, int ok, enum state_reason why,
	uint32_t code)
{
	if (ok) {
		record(h, i, 1, REASON_NONE, 0);
		if (h->run->verbosity >= 2)
			info("service %s successfully %s", name_of(h, i),
				h->mode == RUN_UP ? "started" : "stopped");
	} else {
		failed(h, i, why, code);
	}
	if (plan_ended(&h->plan, i, ok))
		note_skipped(h);
}

/* --- jobs --- */

static void
drop_job(struct half *h, struct job *j)
{
	if (j->oneshot) {
		if (j->fd >= 0) {
			ready_del(&h->ready, j->fd);
			close(j->fd);
		}
		h->noneshots--;
	} else if (j->ear.path) {
		ready_del(&h->ready, j->ear.fd);
		event_unlisten(&j->ear);
	}
	h->jobs[j->i] = 0;
	*(j->prev ? &j->prev->next : &h->first) = j->next;
	*(j->next ? &j->next->prev : &h->last) = j->prev;
	h->njobs--;
	free(j);
}

static void
end_job(struct half *h, struct job *j, int ok, enum state_reason why,
	uint32_t code)
{
	uint32_t i = j->i;

	drop_job(h, j);
	finished(h, i, ok, why, code);
}

static unsigned
limit_of(const struct half *h, uint32_t i, uint64_t *deadline)
{
	const struct db_service *s = h->db->services + i;
	unsigned ms = h->mode == RUN_UP ? s->timeout_up : s->timeout_down;
	uint64_t now = clock_now(), all = h->run->deadline;

	if (!ms && h->mode == RUN_UP && (s->flags & DB_NOTIFIES) &&
		!(s->flags & DB_PATIENT))
		ms = h->run->start_ms;
	*deadline = ms ? now + ms : 0;
	if (all && (!*deadline || all < *deadline)) {
		*deadline = all > now ? all : now + 1;
		ms = (unsigned)(*deadline - now);
	}
	return ms;
}

static struct job *
new_job(struct half *h, uint32_t i)
{
	struct job *j = calloc(1, sizeof *j);

	if (!j)
		return 0;
	j->i = i;
	j->fd = j->ear.fd = j->ear.keep = -1;
	j->oneshot = i >= h->db->nlong;
	j->limit_ms = limit_of(h, i, &j->deadline);
	j->began = clock_now();
	j->prev = h->last;
	*(h->last ? &h->last->next : &h->first) = j;
	h->last = j;
	h->jobs[i] = j;
	h->njobs++;
	h->noneshots += (uint32_t)j->oneshot;
	return j;
}

/* --- longruns --- */

static int
servicedir(const struct half *h, char *buf, uint32_t i)
{
	return live_servicedir(buf, PATH_LEN, h->run->live, name_of(h, i));
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

static void
give_up(struct half *h, struct job *j, enum state_reason why, uint32_t code)
{
	char dir[PATH_LEN];

	if (servicedir(h, dir, j->i) == 0 && h->mode == RUN_UP)
		control_send(AT_FDCWD, dir, "D", 1);
	end_job(h, j, 0, why, code);
}

/* --- services that do not say when they are ready --- */

static void
fail_trial(struct half *h, struct job *j, enum state_reason why,
	uint32_t code)
{
	uint32_t i = j->i;

	drop_job(h, j);
	failed(h, i, why, code);
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
	finished(h, j->i, 1, REASON_NONE, 0);
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
		fail_trial(h, j, REASON_UNSTEADY, j->deaths);
	else
		drop_job(h, j);
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
		fail_trial(h, j, REASON_UNSTEADY, j->deaths);
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

/* Look at what supervise says now.  1 if the job ended. */
static int
look(struct half *h, struct job *j, int started)
{
	struct status st;
	char dir[PATH_LEN];
	unsigned again;

	j->look = 0;
	if (j->trial)
		return 0;
	if (started) {
		end_job(h, j, 1, REASON_NONE, 0);
		return 1;
	}
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
	end_job(h, j, 1, REASON_NONE, 0);
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
		give_up(h, j, REASON_NOEXEC, d.error);
}

static void
hear_longrun(struct half *h, struct job *j)
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
			look(h, j, 1);
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
	if (look(h, j, 0) || h->mode != RUN_UP)
		return;
	if (permanent)
		give_up(h, j, REASON_PERMANENT, 0);
	else if (unable && !prog_as_s6)
		look_start(h, j);
	else if (h->run->deaths && j->deaths >= h->run->deaths && notifies)
		give_up(h, j, REASON_DEATHS, j->deaths);
}

/* By a change that was cut off, or that gave up on it a moment ago. */
static int
may_have_been_told(const struct state_rec *r)
{
	return (r->flags & (STATE_UP | STATE_OWED)) == (STATE_UP | STATE_OWED)
		|| (r->flags & STATE_FAILED);
}

/* A script that removes what is in its directory takes the links along: they
 * are made again.  What goes wrong with that is told by the start.  Not the
 * directory itself: a supervise that nobody can reach may still be in the one
 * that was removed, with a running service. */
static void
complete(const struct live *l, uint32_t i, const char *dir)
{
	char run[PATH_LEN];

	if (path_join(run, sizeof run, dir, "run") == 0 &&
		!file_exists(AT_FDCWD, run) && file_exists(AT_FDCWD, dir))
		live_servicedir_make(l->fd, &l->db, i);
}

static void
begin_longrun(struct half *h, uint32_t i)
{
	struct job *j = new_job(h, i);
	struct status st;
	char dir[PATH_LEN], event[PATH_LEN];
	int known, named;

	if (!j) {
		finished(h, i, 0, REASON_SYSTEM, ENOMEM);
		return;
	}
	named = servicedir(h, dir, i);
	if (named == 0 && h->mode == RUN_UP)
		complete(h->run->live, i, dir);
	if (named < 0 ||
		path_join(event, sizeof event, dir, EVENT_DIR) < 0 ||
		event_listen(&j->ear, event) < 0 ||
		ready_add(&h->ready, j->ear.fd, i) < 0) {
		uint32_t e = (uint32_t)errno;

		if ((e == EMFILE || e == ENFILE) && h->njobs > 1) {
			drop_job(h, j);
			h->held[h->nheld++] = i;
			return;
		}
		end_job(h, j, 0, e == ENOENT ? REASON_NOSUPER : REASON_SYSTEM,
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
		end_job(h, j, 1, REASON_NONE, 0);
		return;
	}
	if (h->mode != RUN_UP && !st.pid)
		j->look = clock_now() + PAUSED_MS;
}

/* --- oneshots --- */

int
run_runner(struct run *r)
{
	char dir[PATH_LEN], event[PATH_LEN], letters[64];
	uint64_t end = clock_now() + RUNNER_MS, now;
	struct listener l;
	int up = 0;

	if (live_servicedir(dir, sizeof dir, r->live, LIVE_RUNNER) < 0 ||
		path_join(event, sizeof event, dir, EVENT_DIR) < 0 ||
		event_listen(&l, event) < 0)
		return -1;
	for (;;) {
		struct status st;
		struct pollfd p = { .fd = l.fd, .events = POLLIN };

		up = status_read(&st, AT_FDCWD, dir) == 0 &&
			status_is_up(&st) && st.ready;
		now = clock_now();
		if (up || now >= end)
			break;
		control_send(AT_FDCWD, dir, "u", 1);
		if (poll(&p, 1, (int)(end - now)) > 0)
			while (read(l.fd, letters, sizeof letters) > 0)
				;
	}
	event_unlisten(&l);
	errno = ETIMEDOUT;
	return up ? 0 : -1;
}

static const struct db_script *
script_of(const struct db_service *s, enum run_mode mode)
{
	return mode == RUN_UP ? &s->up : &s->down;
}

/* Send when the daemon is up.  The socket, or -1 and errno. */
static int
send_waiting(struct run *r, const struct request *q)
{
	uint64_t end = clock_now() + RUNNER_MS;
	int fd;

	/* One that was killed is up for supervise for a moment yet. */
	while ((fd = request_send(r->live->path, q)) < 0 &&
		(errno == ECONNREFUSED || errno == ENOENT)) {
		if (clock_now() >= end || run_runner(r) < 0)
			break;
		poll(0, 0, RUNNER_PAUSE_MS);
	}
	return fd;
}

static int
ask(struct run *r, struct request *q, uint32_t i)
{
	const struct db_service *s = r->live->db.services + i;
	uint32_t logger = db_logger(&r->live->db, s);
	char fifo[PATH_LEN] = "";
	int fd;

	q->name = s->name;
	q->number = i;
	memcpy(q->id, r->live->db.id, DB_HASH);
	q->changer = (uint32_t)getpid();
	if (logger != DB_NONE && path_join(fifo, sizeof fifo, r->live->path,
		"fifo", r->live->db.services[logger].name) < 0)
		return -1;
	q->logger = fifo;
	fd = send_waiting(r, q);
	q->logger = "";		/* the caller's q outlives fifo */
	return fd;
}

static void
begin_oneshot(struct half *h, uint32_t i)
{
	const struct db_script *sc = script_of(h->db->services + i, h->mode);
	struct request q = { .kind = h->mode == RUN_UP ? REQUEST_UP :
		REQUEST_DOWN };
	struct job *j;

	if (!sc->argc) {
		finished(h, i, 1, REASON_NONE, 0);
		return;
	}
	j = new_job(h, i);
	if (!j) {
		finished(h, i, 0, REASON_SYSTEM, ENOMEM);
		return;
	}
	q.flags_ok = flags_after(h, i, 1);
	q.flags_fail = flags_after(h, i, h->run->ignore_down &&
		h->mode != RUN_UP);
	q.timeout_ms = j->limit_ms;
	q.argc = sc->argc;
	q.argv = sc->argv;
	q.argvlen = sc->len;
	/* The daemon keeps the time; we only do not wait for ever for it. */
	if (j->deadline)
		j->deadline += SLACK_MS;
	else if (!prog_as_s6 && h->run->verbosity > 0)
		j->hangs = j->began + HANGS_MS;
	j->fd = ask(h->run, &q, i);
	if (j->fd < 0 || ready_add(&h->ready, j->fd, i) < 0) {
		uint32_t e = (uint32_t)errno;

		if ((e == EMFILE || e == ENFILE) && h->njobs > 1) {
			drop_job(h, j);
			h->held[h->nheld++] = i;
			return;
		}
		end_job(h, j, 0, REASON_NOTASKED, e);
	}
}

/* What fails counts as success: said, as nobody will see it later. */
static int
forgiven(const struct half *h, uint32_t i, const struct answer *a)
{
	int bad = a->kind != ANSWER_STATUS || a->value;

	if (!bad || !h->run->ignore_down || h->mode == RUN_UP)
		return 0;
	warn("service %s: its down script failed; it counts as down all the "
		"same (--ignore-down)", name_of(h, i));
	return 1;
}

static void
judge(struct half *h, struct job *j, const struct answer *a)
{
	int status = (int)a->value;

	if (forgiven(h, j->i, a))
		end_job(h, j, 1, REASON_NONE, 0);
	else if (a->kind == ANSWER_ERRNO)
		end_job(h, j, 0, REASON_NOEXEC, a->value);
	else if (a->kind == ANSWER_TIMEOUT)
		end_job(h, j, 0, REASON_TIMEOUT, a->value);
	else if (WIFSIGNALED(status))
		end_job(h, j, 0, REASON_SIGNAL, (uint32_t)WTERMSIG(status));
	else if (WEXITSTATUS(status))
		end_job(h, j, 0, REASON_EXIT, (uint32_t)WEXITSTATUS(status));
	else
		end_job(h, j, 1, REASON_NONE, 0);
}

static void
hear_oneshot(struct half *h, struct job *j)
{
	struct answer a;
	ssize_t r = read(j->fd, j->buf + j->got, sizeof j->buf - j->got);

	if (r < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (r <= 0) {
		end_job(h, j, 0, REASON_RUNNER,
			(uint32_t)(r < 0 ? errno : ECONNRESET));
		return;
	}
	j->got += (size_t)r;
	if (j->got < sizeof j->buf)
		return;
	if (answer_unpack(&a, j->buf, j->got))
		judge(h, j, &a);
	else
		end_job(h, j, 0, REASON_RUNNER, EPROTO);
}

/* --- what is waited for --- */

static int
may_tell(const struct half *h)
{
	return !prog_as_s6 && h->run->verbosity > 0 && !h->run->no_progress &&
		isatty(1) && isatty(2);
}

/* One line that takes the place of the one before: the oldest first. */
static void
tell_waiting(struct half *h)
{
	char line[TOLD_MAX], item[TOLD_MAX];
	size_t len = (size_t)snprintf(line, sizeof line, "%s",
		h->mode == RUN_UP ? "starting" : "stopping");
	uint64_t now = clock_now();
	uint32_t n = 0;

	for (const struct job *j = h->first; j; j = j->next) {
		char limit[32] = "";

		if (j->limit_ms && !j->trial)
			snprintf(limit, sizeof limit, " of %u s",
				(unsigned)(j->limit_ms / 1000));
		snprintf(item, sizeof item, "%s %.40s (%s%u s%s)", n ? "," :
			"", name_of(h, j->i), j->trial ? "settling, " : "",
			(unsigned)((now - j->began) / 1000), limit);
		if (n && len + strlen(item) > TOLD_LEN)
			break;
		strcpy(line + len, item);
		len += strlen(item);
		n++;
	}
	if (n < h->njobs)
		snprintf(line + len, sizeof line - len, " and %u more",
			(unsigned)(h->njobs - n));
	fprintf(stderr, CLEAR_LINE "%s", line);
	fflush(stderr);
	h->tell = now + TELL_MS;
	h->told = 1;
}

/* Other messages are about to come, or the end. */
static void
clear_waiting(struct half *h)
{
	if (!h->told)
		return;
	fputs(CLEAR_LINE, stderr);
	fflush(stderr);
	h->told = 0;
	h->tell = clock_now();
}

/* --- the loop --- */

static void
begin(struct half *h, uint32_t i)
{
	unsigned f = h->run->live->state.rec[i].flags;

	if (i >= h->db->nlong && h->run->jobs &&
		h->noneshots >= h->run->jobs) {
		h->held[h->nheld++] = i;
		return;
	}
	if (h->run->verbosity >= 2)
		info("service %s: %s", name_of(h, i),
			h->mode == RUN_UP ? "starting" : "stopping");
	/* Owed before it is asked to go down: if we are killed between the
	 * two it still comes back. */
	if (h->mode == RUN_OWE && !(f & STATE_OWED) &&
		state_put(&h->run->live->state, i, f | STATE_OWED,
			REASON_NONE, 0) < 0) {
		/* Nothing was asked of it: it is as well as it was. */
		broken(h, name_of(h, i));
		if (plan_ended(&h->plan, i, 0))
			note_skipped(h);
		return;
	}
	if (i < h->db->nlong)
		begin_longrun(h, i);
	else
		begin_oneshot(h, i);
}

static void
begin_ready(struct half *h)
{
	uint32_t i, n = h->nheld;

	if (h->run->interrupted)
		return;
	/* Those that had to wait for a slot come first. */
	if (n) {
		uint32_t *old = malloc(n * sizeof *old);

		if (old) {
			memcpy(old, h->held, n * sizeof *old);
			h->nheld = 0;
			for (uint32_t k = 0; k < n; k++)
				begin(h, old[k]);
			free(old);
		}
	}
	while (!h->run->interrupted && (i = plan_next(&h->plan)) != DB_NONE)
		begin(h, i);
}

static int
next_deadline(const struct half *h)
{
	uint64_t now = clock_now(), first = UINT64_MAX;

	for (const struct job *j = h->first; j; j = j->next) {
		if (j->deadline && j->deadline < first)
			first = j->deadline;
		if (j->trial && j->settled && j->settled < first)
			first = j->settled;
		if (j->revive && j->revive < first)
			first = j->revive;
		if (j->look && j->look < first)
			first = j->look;
		if (j->hangs && j->hangs < first)
			first = j->hangs;
	}
	if (h->tell && h->tell < first)
		first = h->tell;
	if (first == UINT64_MAX)
		return -1;
	return first <= now ? 0 : first - now > 1000000 ? 1000000 :
		(int)(first - now);
}

static void
late(struct half *h, struct job *j)
{
	/* What it did until now says more than the time does. */
	if (j->deaths && h->mode == RUN_UP)
		give_up(h, j, REASON_DEATHS, j->deaths);
	else
		give_up(h, j, h->mode == RUN_UP && (h->db->services[j->i].flags
			& DB_NOTIFIES) ? REASON_UNREADY : REASON_TIMEOUT,
			j->limit_ms);
}

/* Said once: it may have been meant so. */
static void
tell_hangs(const struct half *h, struct job *j)
{
	const char *name = name_of(h, j->i);
	const char *up = h->mode == RUN_UP ? "up" : "down";
	char number[32] = "";
	long pid;

	j->hangs = 0;
	pid = running_pid(h->run->live->path, name);
	if (pid)
		snprintf(number, sizeof number, " (pid %ld)", pid);
	info("service %s: its %s script%s runs for %d s now, and has no time "
		"limit; waiting for it (timeout-%s of its definition, or "
		"--timeout, is one)", name, up, number, HANGS_MS / 1000, up);
}

static void
enforce_deadlines(struct half *h)
{
	uint64_t now = clock_now();

	for (struct job *j = h->first, *next; j; j = next) {
		next = j->next;
		if (j->hangs && j->hangs <= now)
			tell_hangs(h, j);
		if (j->look && j->look <= now && look(h, j, 0))
			continue;
		if (j->trial && ((j->settled && j->settled <= now) ||
			(!j->deaths && j->deadline <= now)))
			drop_job(h, j);
		else if (j->trial && j->deadline <= now)
			fail_trial(h, j, REASON_UNSTEADY, j->deaths);
		else if (j->deadline && j->deadline <= now)
			late(h, j);
		else if (j->revive && j->revive <= now)
			give_up(h, j, REASON_NOSUPER, 0);
	}
}

/* Told to stop: longruns on their way are left alone (up: told to stay down,
 * so that what is recorded is true); scripts run to their end. */
static void
abandon_longruns(struct half *h)
{
	for (struct job *j = h->first, *next; j; j = next) {
		next = j->next;
		if (j->trial)
			drop_job(h, j);
		else if (!j->oneshot && !look(h, j, 0))
			give_up(h, j, REASON_INTERRUPTED, 0);
	}
}

static void
take_signals(struct half *h)
{
	int sig, again = 0;

	while ((sig = selfpipe_read()) > 0) {
		if (h->run->interrupted)
			again = 1;
		h->run->interrupted = 1;
		warn("got %s: %s", sig == SIGINT ? "SIGINT" : sig == SIGTERM ?
			"SIGTERM" : "SIGHUP", again ?
			"leaving at once" : "asking for nothing more");
	}
	if (!h->run->interrupted)
		return;
	raise_result(&h->result, RUN_INTERRUPTED);
	abandon_longruns(h);
	while (again && h->first)
		end_job(h, h->first, 0, REASON_INTERRUPTED, 0);
}

static void
hear(struct half *h, uint64_t key)
{
	struct job *j;

	if (key >= h->plan.n) {
		take_signals(h);
		return;
	}
	j = h->jobs[key];
	if (!j)
		return;
	if (j->oneshot)
		hear_oneshot(h, j);
	else
		hear_longrun(h, j);
}

static void
loop(struct half *h)
{
	uint64_t keys[BATCH];

	if (may_tell(h))
		h->tell = clock_now() + TELL_MS;
	begin_ready(h);
	while (h->njobs) {
		int n = ready_wait(&h->ready, next_deadline(h), keys, BATCH);

		if (n < 0 && errno != EINTR) {
			warn_sys("unable to wait for events");
			raise_result(&h->result, RUN_SYSTEM);
			h->run->interrupted = 1;
			break;
		}
		clear_waiting(h);
		for (int k = 0; k < n; k++)
			hear(h, keys[k]);
		enforce_deadlines(h);
		begin_ready(h);
		if (h->run->interrupted)
			abandon_longruns(h);
		if (h->njobs && h->tell && h->tell <= clock_now())
			tell_waiting(h);
	}
	clear_waiting(h);
}

int
run_half(struct run *r, const unsigned char *set, enum run_mode mode)
{
	uint32_t n = r->live->db.nlong + r->live->db.nshort;
	struct half h = { .run = r, .db = &r->live->db, .mode = mode };

	if (plan_init(&h.plan, h.db, set, mode == RUN_UP) < 0)
		return r->result = RUN_SYSTEM;
	h.ready.fd = -1;
	h.jobs = calloc(n + 1, sizeof *h.jobs);
	h.held = calloc(n + 1, sizeof *h.held);
	if (!h.jobs || !h.held || ready_init(&h.ready) < 0 ||
		ready_add(&h.ready, selfpipe, n) < 0) {
		warn_sys("unable to wait for services");
		h.result = RUN_SYSTEM;
		goto out;
	}
	/* The halves of a switch are of two sets. */
	free(r->failed);
	r->failed = calloc(n + 1, sizeof *r->failed);
	r->nfailed = 0;
	loop(&h);
	r->left_undone += h.plan.left;
	if (h.plan.left && !h.result)
		h.result = r->interrupted ? RUN_INTERRUPTED : RUN_FAILED;
	while (h.first)
		drop_job(&h, h.first);
out:
	ready_free(&h.ready);
	free(h.jobs);
	free(h.held);
	plan_free(&h.plan);
	raise_result(&r->result, h.result);
	return h.result;
}

/* --- set-up --- */

int
run_lock(const char *path, int block)
{
	const char *changer = getenv("RC_CHANGER");
	int fd, here = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pid_t holder;
	unsigned pid;

	if (here < 0)
		return -1;
	fd = live_lock(here, 0);
	if (fd >= 0 || (errno != EAGAIN && errno != EACCES))
		goto out;
	errno = EBUSY;
	if (!block)
		goto out;
	holder = file_locked_by(here, "lock");
	if (changer && num_uint(changer, &pid) && (pid_t)pid == holder) {
		warn("%s is locked by the change that runs this script", path);
		errno = EDEADLK;
		goto out;
	}
	if (!prog_as_s6)
		info("waiting for the change in progress (pid %ld)",
			(long)holder);
	fd = live_lock(here, 1);
out:
	{
		int e = errno;

		close(here);
		errno = e;
	}
	return fd;
}

void
run_signals(struct run *r)
{
	int sig;

	while ((sig = selfpipe_read()) > 0) {
		warn("got %s", num_signame(sig));
		r->interrupted = 1;
	}
}

int
run_begin(struct run *r)
{
	static const int list[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		sigaddset(&set, list[i]);
	if (selfpipe < 0) {
		selfpipe = selfpipe_init();
		if (selfpipe < 0 || selfpipe_trapset(&set) < 0)
			return -1;
		signal(SIGPIPE, SIG_IGN);
		/* Each longrun on its way takes two descriptors. */
		nofile_raise();
	}
	if (!r->ready && r->timeout_ms)
		r->deadline = clock_now() + r->timeout_ms;
	r->ready = 1;
	return 0;
}

/* A script of an earlier changer, which was killed or interrupted, runs.  To
 * go on beside it is not safe: out of time nothing is asked of anybody. */
static void
tell_earlier(struct run *r, uint64_t *tell)
{
	uint64_t now = clock_now();
	int late = r->deadline && r->deadline <= now;
	char name[DB_NAME_MAX + 1] = "";
	long pid;

	if (!late && now < *tell)
		return;
	*tell = now + EARLIER_AGAIN_MS;
	pid = running_pid_any(r->live->path, name, sizeof name);
	if (late)
		r->interrupted = 1;
	if (late && pid)
		warn("the script of %s (pid %ld), of an earlier change, runs "
			"still: out of time (kill -- -%ld ends it)", name,
			pid, pid);
	else if (late)
		warn("the daemon of the oneshots does not say that nothing "
			"runs: out of time");
	else if (pid && !prog_as_s6)
		info("waiting for the script of %s (pid %ld), of an earlier "
			"change (kill -- -%ld ends it)", name, pid, pid);
}

static int
until_told(const struct run *r, uint64_t tell)
{
	uint64_t now = clock_now();

	if (r->deadline && r->deadline < tell)
		tell = r->deadline;
	return tell <= now ? 0 : (int)(tell - now);
}

/* 1 when no script runs, 0 if the daemon ended meanwhile, -1 and errno if
 * there is none, or a signal came. */
static int
settled(struct run *r, int wait, uint64_t *tell)
{
	struct request q = { .kind = REQUEST_IDLE, .name = "", .logger = "",
		.argv = "", .changer = (uint32_t)getpid() };
	unsigned char buf[ANSWER_SIZE];
	size_t got = 0;
	ssize_t n = 1;
	int fd = wait ? send_waiting(r, &q) : request_send(r->live->path, &q);

	if (fd < 0)
		return -1;
	while (got < sizeof buf && n > 0) {
		struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
			{ .fd = selfpipe, .events = POLLIN } };

		int ready = poll(p, 2, until_told(r, *tell));

		if (ready < 0 && errno != EINTR)
			break;
		if (ready == 0)
			tell_earlier(r, tell);
		if (ready > 0 && (p[1].revents & POLLIN))
			r->interrupted = 1;
		if (r->interrupted)
			break;
		if (ready <= 0)
			continue;
		n = read(fd, buf + got, sizeof buf - got);
		got += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return got == sizeof buf || r->interrupted;
}

int
run_settle(struct run *r)
{
	uint64_t tell = clock_now() + EARLIER_MS;
	int done = settled(r, 0, &tell);

	/* A daemon that was killed leaves its scripts running; the next one
	 * knows them. */
	while (done < 1 && running_any(r->live->path)) {
		done = settled(r, 1, &tell);
		if (done < 0)
			break;
	}
	return done < 0 ? -1 : state_reread(&r->live->state);
}

void
run_look(struct run *r)
{
	struct request q = { .kind = REQUEST_LOOK, .name = "", .logger = "",
		.argv = "", .changer = (uint32_t)getpid() };
	int fd = request_send(r->live->path, &q);

	/* If it does not run it looks when it starts. */
	if (fd >= 0)
		close(fd);
}

/* What is written to supervise is lost if that is killed before it reads it,
 * and svscan starts the next one: then it is written again.  0 or -1. */
static int
tell_to_reload(const char *name, const char *dir)
{
	uint64_t end = clock_deadline(RELOAD_MS);
	pid_t told = 0, now;
	int sent = 0;

	for (;;) {
		now = control_pid(AT_FDCWD, dir);
		if (!sent || now != told) {
			told = now;
			sent = control_send(AT_FDCWD, dir, "l", 1) == 0;
		}
		if (sent && control_unread(AT_FDCWD, dir) <= 0 &&
			control_pid(AT_FDCWD, dir) == told)
			return 0;
		if (clock_passed(end))
			break;
		poll(0, 0, RELOAD_LOOK_MS);
	}
	if (sent)
		warn("service %s: its supervise does not read that it is to "
			"be reloaded", name);
	return sent ? 0 : -1;
}

int
run_reload(struct run *r, uint32_t i)
{
	const struct db_service *s = r->live->db.services + i;
	struct request q = { .kind = REQUEST_RELOAD, .argc = s->reload.argc,
		.argv = s->reload.argv, .argvlen = s->reload.len,
		.timeout_ms = s->timeout_up };
	unsigned char buf[ANSWER_SIZE];
	struct answer a;
	char dir[PATH_LEN];
	size_t got = 0;
	ssize_t n = 1;
	int fd;

	if (i < r->live->db.nlong) {
		if (live_servicedir(dir, sizeof dir, r->live, s->name) == 0 &&
			tell_to_reload(s->name, dir) == 0)
			return RUN_OK;
		warn_sys("unable to reload service %s", s->name);
		return RUN_FAILED;
	}
	if (!s->reload.argc)
		return RUN_OK;
	fd = ask(r, &q, i);
	if (fd < 0) {
		warn_sys("unable to reload service %s", s->name);
		return RUN_FAILED;
	}
	while (got < sizeof buf && n > 0) {
		n = read(fd, buf + got, sizeof buf - got);
		if (n < 0 && errno == EINTR)
			n = 1;
		else
			got += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	if (got == sizeof buf && answer_unpack(&a, buf, got) &&
		a.kind == ANSWER_STATUS && a.value == 0)
		return RUN_OK;
	warn("unable to reload service %s: its script failed", s->name);
	return RUN_FAILED;
}

static int
actual(const struct live *l, uint32_t i, int *waits)
{
	char dir[PATH_LEN];
	struct status st;

	*waits = 0;
	if (live_servicedir(dir, sizeof dir, l, l->db.services[i].name) < 0 ||
		status_read(&st, AT_FDCWD, dir) < 0)
		return -1;
	if (!st.pid && !st.wanted_up)
		return 0;
	*waits = !st.pid;
	return status_is_up(&st) ? 1 : -1;
}

int
run_actual(const struct live *l, uint32_t i)
{
	int waits;

	return actual(l, i, &waits);
}

void
run_truth(struct live *l, unsigned char *waiting)
{
	for (uint32_t i = 0; i < l->db.nlong; i++) {
		int waits = 0;

		if ((l->state.rec[i].flags & STATE_UP) &&
			actual(l, i, &waits) == 0)
			l->state.rec[i].flags &= ~(unsigned)STATE_UP;
		if (waiting)
			waiting[i] = (unsigned char)waits;
	}
}

void
run_hasten(const struct live *l, uint32_t i)
{
	char dir[PATH_LEN], event[PATH_LEN], said[32] = "";
	uint64_t end = clock_now() + HASTEN_MS, now;
	struct listener ear;
	struct pollfd p = { .events = POLLIN };

	if (live_servicedir(dir, sizeof dir, l, l->db.services[i].name) < 0)
		return;
	complete(l, i, dir);
	if (path_join(event, sizeof event, dir, EVENT_DIR) < 0 ||
		event_listen(&ear, event) < 0)
		return;
	p.fd = ear.fd;
	/* It says whether it started, or could not be. */
	if (control_send(AT_FDCWD, dir, "u", 1) == 0)
		while (!strpbrk(said, "uf") && (now = clock_now()) < end) {
			ssize_t r;

			if (poll(&p, 1, (int)(end - now)) <= 0)
				continue;
			r = read(ear.fd, said, sizeof said - 1);
			said[r > 0 ? r : 0] = 0;
		}
	event_unlisten(&ear);
}

/* 1 unless the service's down script ran, and failed or was not heard of
 * again: then it is half down, and its up script puts that right. */
static int
never_run(const struct state_rec *r)
{
	if (!(r->flags & STATE_FAILED))
		return 1;
	switch (r->reason) {
	case REASON_EXIT:
	case REASON_SIGNAL:
	case REASON_TIMEOUT:
	case REASON_RUNNER:
	case REASON_INTERRUPTED:
		return 0;
	case REASON_NONE:
	case REASON_PERMANENT:
	case REASON_NOSUPER:
	case REASON_NOEXEC:
	case REASON_DEPENDENCY:
	case REASON_DEATHS:
	case REASON_UNSTEADY:
	case REASON_UNREADY:
	case REASON_SYSTEM:
	case REASON_NOTASKED:
	case REASON_COUNT:
		break;
	}
	return 1;
}

/* Owed is written before a service is asked to go down, and the daemon
 * writes what came of a script.  So a oneshot that is up and owed and whose
 * script did not run was never taken down, and must not go up a second time.
 * A longrun may have been told already; telling it to be up is no harm. */
void
run_keep_untaken(struct live *l)
{
	const struct db *db = &l->db;

	for (uint32_t i = db->nlong; i < db->nlong + db->nshort; i++) {
		const struct state_rec *r = l->state.rec + i;

		if ((r->flags & (STATE_UP | STATE_OWED)) ==
			(STATE_UP | STATE_OWED) && never_run(r) &&
			state_put(&l->state, i, r->flags &
				~(unsigned)(STATE_OWED | STATE_FAILED),
				REASON_NONE, 0) < 0)
			warn_sys("unable to write the state of %s (it is "
				"started again)", db->services[i].name);
	}
}

void
run_end(struct run *r)
{
	free(r->failed);
	r->failed = 0;
}
