/* run.c - the loop of one half of a change.  plan.c says what comes when; here
 * a transition is begun, watched and recorded.  No process is started:
 * supervise and the oneshot daemon start what has to run. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <skalibs/selfpipe.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/nofile.h"
#include "rc/job.h"
#include "rc/relay.h"
#include "rc/scan.h"

enum {
	BATCH = 64,
	WAIT_TRIES = 50,
	WAIT_PAUSE_MS = 100,
	FEW_FILES = 64,
	RESERVE = 10,
	BOTH_SETS = 8,
	TREE_MS = 200
};

static void
begin(struct half *h, uint32_t i)
{
	unsigned f = h->run->live->state.rec[i].flags;

	if (h->njobs >= h->room ||
		(i >= h->db->nlong && h->run->jobs &&
			h->noneshots >= h->run->jobs)) {
		h->held[h->nheld++] = i;
		return;
	}
	if (h->run->verbosity >= 2)
		info("service %s: %s", job_name(h, i),
			h->mode == RUN_UP ? "starting" : "stopping");
	/* Owed before it is asked to go down: if we are killed between the
	 * two it still comes back. */
	if (h->mode == RUN_OWE && !(f & STATE_OWED) &&
		state_put(&h->run->live->state, i, f | STATE_OWED, REASON_NONE,
			0) < 0) {
		job_not_begun(h, i);
		return;
	}
	if (i < h->db->nlong)
		longrun_begin(h, i);
	else
		oneshot_begin(h, i);
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
		uint64_t t = times_first(&j->at);

		if (t < first)
			first = t;
		/* Is there anything that starts a new supervise? */
		if (j->at.revive && now + TREE_MS < first)
			first = now + TREE_MS;
	}
	if (h->tell && h->tell < first)
		first = h->tell;
	if (first == UINT64_MAX)
		return -1;
	return first <= now		? 0
		: first - now > 1000000 ? 1000000
					: (int)(first - now);
}

/* A supervise that went comes back only if there is an svscan that does not
 * take everything down. */
int
run_tree_gone(struct half *h)
{
	if (h->run->interrupted)
		return 1;
	if (scan_runs(h->run->live->scandir) || !scan_lost(errno))
		return 0;
	warn("%s: asking for nothing more",
		errno == ESHUTDOWN ? "the supervision tree was told to end"
				   : "there is no supervision tree any more");
	h->run->interrupted = 1;
	run_raise(&h->result, RUN_INTERRUPTED);
	return 1;
}

static void
look_at_tree(struct half *h, uint64_t now)
{
	if (now < h->asked + TREE_MS)
		return;
	h->asked = now;
	(void)run_tree_gone(h);
}

static void
enforce_deadlines(struct half *h)
{
	uint64_t now = clock_now();

	for (struct job *j = h->first, *next; j; j = next) {
		enum news news;

		next = j->next;
		if (j->at.hangs && j->at.hangs <= now)
			progress_hangs(h, j);
		if (j->at.look && j->at.look <= now && longrun_look(h, j))
			continue;
		if (j->at.check && j->at.check <= now && longrun_check(h, j))
			continue;
		news = times_due(&j->at, j->deaths, now);
		if (news != NEWS_NONE)
			job_verdict(h, j, news, 0);
		else if (j->at.revive)
			look_at_tree(h, now);
	}
}

/* Told to stop.  One that has arrived by now counts. */
static void
stop_all(struct half *h, enum news news)
{
	for (struct job *j = h->first, *next; j; j = next) {
		next = j->next;
		if (j->watch == W_SCRIPT || !longrun_look(h, j))
			job_verdict(h, j, news, 0);
	}
}

static void
take_signals(struct half *h)
{
	int sig, again = 0;

	while ((sig = selfpipe_read()) > 0) {
		/* It also comes, after another, when our front end ends. */
		if (h->run->interrupted && sig != SIGHUP)
			again = 1;
		h->run->interrupted = 1;
		warn("got %s: %s",
			sig == SIGINT		 ? "SIGINT"
				: sig == SIGTERM ? "SIGTERM"
						 : "SIGHUP",
			again ? "leaving at once" : "asking for nothing more");
	}
	if (!h->run->interrupted)
		return;
	run_raise(&h->result, RUN_INTERRUPTED);
	stop_all(h, again ? NEWS_LEAVE : NEWS_STOP);
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
	if (j->watch == W_SCRIPT)
		oneshot_hear(h, j);
	else
		longrun_hear(h, j);
}

static void
loop(struct half *h)
{
	uint64_t keys[BATCH];
	unsigned fails = 0;

	progress_begin(h);
	begin_ready(h);
	while (h->njobs) {
		int n = ready_wait(&h->ready, next_deadline(h), keys, BATCH);

		/* Scripts run meanwhile: to leave them is the last thing. */
		if (n < 0 && errno != EINTR && fails++ < WAIT_TRIES) {
			poll(0, 0, WAIT_PAUSE_MS);
		} else if (n < 0 && errno != EINTR) {
			warn_sys("unable to wait for events");
			run_raise(&h->result, RUN_SYSTEM);
			h->run->interrupted = 1;
			break;
		}
		progress_clear(h);
		for (int k = 0; k < n; k++)
			hear(h, keys[k]);
		enforce_deadlines(h);
		begin_ready(h);
		if (h->run->interrupted)
			stop_all(h, NEWS_STOP);
		if (h->njobs && h->tell && h->tell <= clock_now())
			progress_show(h);
	}
	progress_clear(h);
}

/* How many transitions fit among the files that may be open: each takes two,
 * and what is read meanwhile a few.  0: too few.  What is to be brought back
 * may have to come up while a switch has two sets open. */
static uint32_t
count_room(enum run_mode mode, uint32_t n)
{
	uint64_t limit = nofile_soft(), free;
	unsigned reserve = mode == RUN_OWE ? RESERVE + BOTH_SETS : RESERVE;

	if (!limit || limit > 2 * (uint64_t)n + FEW_FILES)
		return n;
	free = nofile_free((unsigned)limit);
	return free < reserve ? 0 : (uint32_t)((free - reserve) / 2 + 1);
}

int
run_half(struct run *r, const unsigned char *set, enum run_mode mode)
{
	uint32_t n = r->live->db.nlong + r->live->db.nshort;
	struct half h = { .run = r, .db = &r->live->db, .mode = mode };

	if (r->lost || plan_init(&h.plan, h.db, set, mode == RUN_UP) < 0)
		return r->result = RUN_SYSTEM;
	h.ready.fd = -1;
	h.jobs = calloc(n + 1, sizeof *h.jobs);
	h.held = calloc(n + 1, sizeof *h.held);
	if (!h.jobs || !h.held || ready_init(&h.ready) < 0 ||
		ready_add(&h.ready, run_pipe(), n) < 0) {
		warn_sys("unable to wait for services");
		h.result = RUN_SYSTEM;
		goto out;
	}
	h.room = count_room(mode, n);
	if (!h.room && n) {
		warn("no more than %lu files may be open, which is too few "
		     "(nothing was asked of any service; see ulimit -n)",
			(unsigned long)nofile_soft());
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
		job_leave(&h, h.first);
	relay_end();
out:
	ready_free(&h.ready);
	free(h.jobs);
	free(h.held);
	plan_free(&h.plan);
	run_raise(&r->result, h.result);
	return h.result;
}

void
run_end(struct run *r)
{
	free(r->failed);
	r->failed = 0;
}
