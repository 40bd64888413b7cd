/* job.c - one transition under way: its beginning and its end, and what
 * becomes of it, in the state and in messages. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "rc/job.h"

enum { STEADY_MS = 60000 }; /* until it lives settle_ms in one go */

const char *
job_name(const struct half *h, uint32_t i)
{
	return h->db->services[i].name;
}

void
run_raise(int *result, int r)
{
	*result = verdict_worst(*result, r);
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
				return job_name(h, k);
	}
	return 0;
}

unsigned
job_flags_after(const struct half *h, uint32_t i, int ok)
{
	return verdict_flags(h->run->live->state.rec[i].flags, h->mode,
		i >= h->db->nlong, is_wish(h, i), ok);
}

/* The state cannot be written: nothing more is asked of anybody. */
static void
broken(struct half *h, const char *name)
{
	warn_sys("unable to record the state of %s (stopping here)", name);
	run_raise(&h->result, RUN_SYSTEM);
	h->run->interrupted = 1;
}

/* The oneshot daemon has recorded it, or will: to write it here too could
 * write over what it has. */
static void
remember(struct half *h, uint32_t i, int ok, enum state_reason why,
	uint32_t code)
{
	struct state_rec *r = h->run->live->state.rec + i;

	r->flags = job_flags_after(h, i, ok);
	r->reason = ok ? REASON_NONE : why;
	r->code = ok ? 0 : code;
}

static void
record(struct half *h, uint32_t i, int ok, enum state_reason why, uint32_t code)
{
	if (state_put(&h->run->live->state, i, job_flags_after(h, i, ok),
		    ok ? REASON_NONE : why, ok ? 0 : code) < 0)
		broken(h, job_name(h, i));
}

static void
tell_failure(const struct half *h, uint32_t i)
{
	const struct state_rec *r = h->run->live->state.rec + i;
	const char *about = r->reason == REASON_NOEXEC
		? db_program(h->db->services + i, h->mode == RUN_UP)
		: r->reason == REASON_DEPENDENCY && r->code < h->plan.n
		? job_name(h, r->code)
		: 0;
	char why[400];
	const char *who = is_wish(h, i) ? who_wants(h, i) : 0;

	if (h->run->verbosity < 1)
		return;
	state_reason_text(why, sizeof why, r, about);
	warn("unable to %s service %s: %s%s%s%s%s",
		h->mode == RUN_UP ? "start" : "stop", job_name(h, i),
		prog_as_s6 && r->reason == REASON_EXIT ? "command " : "", why,
		who ? " (" : "",
		who			? who
			: is_wish(h, i) ? " (going on without it)"
					: "",
		who ? " wants it, but does "
		      "without)"
		    : "");
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
failed(struct half *h, uint32_t i, enum state_reason why)
{
	tell_failure(h, i);
	if (is_wish(h, i) && why != REASON_INTERRUPTED)
		return;
	run_raise(&h->result, verdict_result(why));
	if (h->run->failed)
		h->run->failed[h->run->nfailed++ % h->plan.n] = i;
}

static void
record_failed(struct half *h, uint32_t i, enum state_reason why, uint32_t code)
{
	record(h, i, 0, why, code);
	failed(h, i, why);
}

static void
go_on(struct half *h, uint32_t i, int ok, enum state_reason why)
{
	if (!ok)
		failed(h, i, why);
	else if (h->run->verbosity >= 2)
		info("service %s successfully %s", job_name(h, i),
			h->mode == RUN_UP ? "started" : "stopped");
	if (plan_ended(&h->plan, i, ok))
		note_skipped(h);
}

void
job_finished(struct half *h, uint32_t i, int ok, enum state_reason why,
	uint32_t code)
{
	record(h, i, ok, why, code);
	go_on(h, i, ok, why);
}

/* The state could not be written. */
void
job_not_begun(struct half *h, uint32_t i)
{
	broken(h, job_name(h, i));
	if (plan_ended(&h->plan, i, 0))
		note_skipped(h);
}

/* --- jobs --- */

void
job_drop(struct half *h, struct job *j)
{
	if (j->watch == W_SCRIPT) {
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

void
job_end(struct half *h, struct job *j, int ok, enum state_reason why,
	uint32_t code)
{
	uint32_t i = j->i;
	int asked = j->asked > 0;

	h->run->lost |= asked && !j->answered;
	job_drop(h, j);
	if (asked)
		remember(h, i, ok, why, code);
	else
		record(h, i, ok, why, code);
	go_on(h, i, ok, why);
}

void
job_leave(struct half *h, struct job *j)
{
	if (j->asked) {
		h->run->lost = 1;
		remember(h, j->i, 0, REASON_INTERRUPTED, 0);
	}
	job_drop(h, j);
}

static unsigned
limit_of(const struct half *h, uint32_t i, uint64_t *deadline, int *whole)
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
		*whole = 1;
	}
	return ms;
}

struct job *
job_new(struct half *h, uint32_t i)
{
	struct job *j = calloc(1, sizeof *j);

	if (!j)
		return 0;
	j->i = i;
	j->fd = j->ear.fd = j->ear.keep = -1;
	j->watch = i >= h->db->nlong			 ? W_SCRIPT
		: h->mode != RUN_UP			 ? W_STOP
		: h->db->services[i].flags & DB_NOTIFIES ? W_READY
							 : W_START;
	j->limit_ms = limit_of(h, i, &j->at.deadline, &j->whole);
	j->began = clock_now();
	j->prev = h->last;
	*(h->last ? &h->last->next : &h->first) = j;
	h->last = j;
	h->jobs[i] = j;
	h->njobs++;
	h->noneshots += j->watch == W_SCRIPT;
	return j;
}

int
job_put_off(struct half *h, struct job *j, int error)
{
	if ((error != EMFILE && error != ENFILE) || h->njobs <= 1)
		return 0;
	h->held[h->nheld++] = j->i;
	job_drop(h, j);
	return 1;
}

/* It is up, and what depends on it goes on; but it has yet to show that it
 * stays up. */
static void
watch_on(struct half *h, struct job *j)
{
	uint64_t now = clock_now();

	j->watch = W_STEADY;
	j->at = (struct times){ .settled = now + h->run->settle_ms,
		.deadline = now + STEADY_MS };
	if (h->run->deadline && h->run->deadline < j->at.deadline)
		j->at.deadline = h->run->deadline;
	job_finished(h, j->i, 1, REASON_NONE, 0);
}

/* The number that goes with a reason. */
static uint32_t
code_of(const struct half *h, const struct job *j, enum state_reason why,
	uint32_t code)
{
	return why == REASON_DEATHS || why == REASON_UNSTEADY ? j->deaths
		: why == REASON_TIMEOUT || why == REASON_UNREADY
		? j->whole ? h->run->timeout_ms : j->limit_ms
		: why == REASON_NOEXEC ? code
				       : 0;
}

int
job_verdict(struct half *h, struct job *j, enum news news, uint32_t code)
{
	const struct verdict_cell *v = &verdicts[j->watch][news];
	uint32_t i = j->i;

	code = code_of(h, j, v->why, code);
	switch (v->what) {
	case V_BUG:
		warn("service %s: unexpected news %d while watched for %d "
		     "(going on; please report this)",
			job_name(h, i), (int)news, (int)j->watch);
		return 0;
	case V_NOTHING:
		return 0;
	case V_DONE:
		job_end(h, j, 1, REASON_NONE, 0);
		return 1;
	case V_WATCH:
		watch_on(h, j);
		return 0;
	case V_GIVE_UP:
		if (h->mode == RUN_UP)
			longrun_tell_down(h, i);
		job_end(h, j, 0, v->why, code);
		return 1;
	case V_FAIL:
		job_end(h, j, 0, v->why, code);
		return 1;
	case V_UNDO:
		job_drop(h, j);
		record_failed(h, i, v->why, code);
		return 1;
	case V_LET_GO:
		job_drop(h, j);
		return 1;
	}
	return 0;
}
