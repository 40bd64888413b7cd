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
#include "rc/pipe-ends.h"
#include "supervise/control.h"
#include "supervise/detail.h"
#include "supervise/status.h"

enum { CHECK_MS = 1000, CHECK_MAX_MS = 8000, DEAF_MS = 50 };

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

/* What is read by a supervise that comes, where none has read the letter. */
static void
mark_down(const char *dir)
{
	char path[PATH_LEN];
	int fd = path_join(path, sizeof path, dir, "down") < 0
		? -1
		: open(path,
			  O_WRONLY | O_CREAT | O_NONBLOCK | O_NOFOLLOW |
				  O_CLOEXEC,
			  0644);

	if (fd >= 0)
		close(fd);
}

/* Tell supervise; with the letters that keep the file `down' in step, so
 * that a supervise that starts anew does what is wanted.  0, or -1 and
 * errno. */
static int
command(struct half *h, struct job *j)
{
	const char *letter = h->mode == RUN_UP ? "U" : "D";
	char dir[PATH_LEN];
	int told = 0;

	if (servicedir(h, dir, j->i) == 0) {
		told = control_send(AT_FDCWD, dir, letter, 1) == 0;
		/* It listens before it looks for the file. */
		if (!told && h->mode != RUN_UP) {
			mark_down(dir);
			told = control_send(AT_FDCWD, dir, letter, 1) == 0;
		}
	}
	if (told) {
		j->at.revive = 0;
		return 0;
	}
	if (!j->at.revive)
		j->at.revive = clock_now() + REVIVE_MS;
	return -1;
}

void
longrun_tell_down(const struct half *h, uint32_t i)
{
	char dir[PATH_LEN];

	if (servicedir(h, dir, i) == 0)
		control_send(AT_FDCWD, dir, "D", 1);
}

/* --- its status */

static struct sight
see(const struct job *j, const char *dir)
{
	struct status st = { 0 };
	struct sight s = { .known = status_read(&st, AT_FDCWD, dir) == 0,
		.no_super = !!j->at.revive };

	s.alive = !!st.pid;
	s.up = status_is_up(&st) && !control_lost(AT_FDCWD, dir, st.pid);
	s.ready = st.ready;
	s.wanted_up = st.wanted_up;
	s.mute =
		j->watch == W_READY && s.up && !s.ready && cannot_say(dir, &st);
	return s;
}

/* An update that was cut off may have told it to stop. */
static void
see_end(const struct half *h, const struct job *j, const char *dir,
	struct sight *s)
{
	struct detail d;

	s->told = 1;
	s->told_ms = clock_now() - j->told;
	s->unread = control_unread(AT_FDCWD, dir) > 0;
	s->timeout_down = h->db->services[j->i].timeout_down;
	s->stopping = detail_read(&d, AT_FDCWD, dir) == 0 && d.stopping;
	s->kill_due = s->stopping && d.deadline > os_now();
}

/* 1 if the job ended. */
static int
act_on(struct half *h, struct job *j, int sight)
{
	j->at.look = 0;
	if (sight == SIGHT_ARRIVED)
		return job_verdict(h, j, NEWS_REACHED, 0);
	if (sight == SIGHT_EVENTS && !j->ear.path)
		sight = DEAF_MS;
	if (sight != SIGHT_EVENTS)
		j->at.look = clock_now() + (uint64_t)sight;
	return 0;
}

int
longrun_look(struct half *h, struct job *j)
{
	struct sight s;
	char dir[PATH_LEN];

	j->at.look = 0;
	if (j->watch == W_STEADY || servicedir(h, dir, j->i) < 0)
		return 0;
	s = see(j, dir);
	/* On a full file system it may never have had a status. */
	if (j->watch == W_STOP && !s.known && j->over)
		return job_verdict(h, j, NEWS_REACHED, 0);
	if (j->told && s.up)
		see_end(h, j, dir, &s);
	return act_on(h, j, sight_again(&s, j->watch));
}

/* What is written to a supervise is lost if that ends before it reads it; and
 * who listens after it has said that it ends hears no more of it. */
int
longrun_check(struct half *h, struct job *j)
{
	uint64_t now = clock_now(), since = now - j->began;
	struct status st;
	char dir[PATH_LEN];

	j->at.check = now +
		(since < CHECK_MS		       ? CHECK_MS
				: since > CHECK_MAX_MS ? CHECK_MAX_MS
						       : since);
	if (servicedir(h, dir, j->i) < 0)
		return 0;
	if (!j->at.revive && !control_alive(AT_FDCWD, dir))
		j->at.revive = now + REVIVE_MS;
	else if (!j->acted && status_read(&st, AT_FDCWD, dir) == 0 &&
		st.wanted_up != (h->mode == RUN_UP) &&
		control_unread(AT_FDCWD, dir) == 0)
		command(h, j);
	return longrun_look(h, j);
}

/* --- its events */

/* It died, and it is not certain that it will be started again.  An end that
 * its own definition allows is as good as a life. */
static enum news
look_over(const struct half *h, const struct job *j)
{
	struct status st;
	struct detail d;
	char dir[PATH_LEN];

	if (servicedir(h, dir, j->i) < 0 ||
		status_read(&st, AT_FDCWD, dir) < 0 || st.pid || st.wanted_up)
		return NEWS_NONE;
	if (detail_read(&d, AT_FDCWD, dir) == 0 && d.reason == WHY_DONE)
		return NEWS_OVER_WELL;
	return st.wstat ? NEWS_OVER_BADLY : NEWS_OVER_WELL;
}

/* It could not be started.  What is wrong with it stays wrong; a shortage
 * passes. */
static enum news
look_unable(const struct half *h, const struct job *j, uint32_t *error)
{
	struct detail d;
	char dir[PATH_LEN];

	if (servicedir(h, dir, j->i) < 0 ||
		detail_read(&d, AT_FDCWD, dir) < 0 || d.reason != WHY_SPAWN ||
		file_shortage((int)d.error))
		return NEWS_NONE;
	*error = d.error;
	return NEWS_UNABLE;
}

/* What its supervise needs, and when to look again; 1 if the job ended. */
static int
follow(struct half *h, struct job *j, const struct heard *e)
{
	if (j->watch == W_STEADY) {
		if (e->dead)
			j->at.settled = 0;
		else if (e->started)
			j->at.settled = clock_now() + h->run->settle_ms;
		return 0;
	}
	if (e->super)
		command(h, j);
	/* It ended; the next one says that it starts. */
	if (e->gone && !j->at.revive)
		j->at.revive = clock_now() + REVIVE_MS;
	return longrun_look(h, j);
}

void
longrun_hear(struct half *h, struct job *j)
{
	struct heard e = { 0 };
	enum news news;
	char buf[64];
	ssize_t r = read(j->ear.fd, buf, sizeof buf);
	size_t n = r > 0 ? (size_t)r : 0;
	size_t k = heard_letters(&e, j->watch, buf, n);
	uint32_t error = 0;

	j->deaths += e.deaths;
	/* One letter can be all that it waits for. */
	if (j->watch == W_START && e.started) {
		if (job_verdict(h, j,
			    h->run->settle_ms ? NEWS_STARTED_NEW : NEWS_STARTED,
			    0))
			return;
		e = (struct heard){ 0 };
		heard_letters(&e, j->watch, buf + k, n - k);
		j->deaths += e.deaths;
	}
	j->acted |= e.acted;
	j->over = e.over || (j->over && !e.started);
	if (follow(h, j, &e))
		return;
	news = heard_news(&e, j->watch, j->deaths, h->run->deaths, prog_as_s6);
	if (news == NEWS_OVER_BADLY)
		news = look_over(h, j);
	else if (news == NEWS_UNABLE)
		news = look_unable(h, j, &error);
	if (news != NEWS_NONE)
		job_verdict(h, j, news, error);
}

/* --- its beginning */

/* By a change that was cut off, or that gave up on it a moment ago. */
static int
may_have_been_told(const struct state_rec *r)
{
	return (r->flags & (STATE_UP | STATE_OWED)) ==
		(STATE_UP | STATE_OWED) ||
		(r->flags & STATE_FAILED);
}

/* Its events.  Where no fifo can be made for want of space its status is looked
 * at instead: to stop something needs none.  0, or -1 and errno. */
static int
listen_to(struct half *h, struct job *j, const char *dir)
{
	char event[PATH_LEN];

	if (path_join(event, sizeof event, dir, EVENT_DIR) < 0)
		return -1;
	if (event_listen(&j->ear, event) < 0)
		return errno == ENOSPC || errno == EDQUOT ? 0 : -1;
	return ready_add(&h->ready, j->ear.fd, j->i);
}

void
longrun_begin(struct half *h, uint32_t i)
{
	struct job *j = job_new(h, i);
	struct sight s;
	char dir[PATH_LEN];
	int named;

	if (!j) {
		job_finished(h, i, 0, REASON_SYSTEM, ENOMEM);
		return;
	}
	named = servicedir(h, dir, i);
	if (named == 0 && h->mode == RUN_UP)
		run_complete(h->run->live, i, dir);
	if (named < 0 || listen_to(h, j, dir) < 0) {
		uint32_t e = (uint32_t)errno;

		if (job_put_off(h, j, (int)e))
			return;
		job_end(h, j, 0, e == ENOENT ? REASON_NOSUPER : REASON_SYSTEM,
			e);
		return;
	}
	if (h->mode == RUN_UP &&
		may_have_been_told(h->run->live->state.rec + i))
		j->told = clock_now();
	if (h->mode == RUN_UP)
		pipe_meet(h->run->live, i);
	else
		pipe_drain(h->run->live, i);
	/* As it was before it is told. */
	s = see(j, dir);
	s.told = !!j->told;
	if (command(h, j) < 0 && errno == EACCES) {
		/* Another user's: nobody who comes will change that. */
		job_end(h, j, 0, REASON_SYSTEM, EACCES);
		return;
	}
	s.no_super = !!j->at.revive;
	j->at.check = j->began + CHECK_MS;
	act_on(h, j, sight_first(&s, j->watch));
}
