/* oneshot-outcome.c - what becomes of the scripts that the oneshot daemon runs:
 * recorded in the state and under the number of the request before anybody is
 * told, and known of those that a killed daemon left; see oneshotd.h. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "rc/oneshotd.h"
#include "rc/running.h"
#include "rc/state.h"
#include "rc/verdict.h"
#include "supervise/reaped.h"

enum {
	LOOK_MS = 500, /* where no descriptor tells of an end */
	PEEK_MS = 2,
	PEEK_FOR_MS = 1000, /* svscan reaps within this */
	AGAIN_MS = 500,
	TRIES = 10
};

/* Into the state of the current generation, if it is still the one that the
 * client asked about.  0; or -1 and errno: not now. */
static int
record(const struct request *q, const struct answer *a)
{
	unsigned char buf[STATE_RECORD], head[STATE_HEAD];
	struct timespec t;
	struct state_rec r;
	ssize_t n;
	int fd, e = EIO;

	if (q->kind == REQUEST_RELOAD)
		return 0;
	fd = open(LIVE "/current/state", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -1;
	clock_gettime(CLOCK_REALTIME, &t);
	r.flags = verdict_of_answer(a, &r.reason, &r.code) ? q->flags_ok
							   : q->flags_fail;
	r.when = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
	state_pack(buf, q->number, &r);
	n = pread(fd, head, sizeof head, 0);
	if (n < 0) {
		e = errno;
	} else if (n != sizeof head || !state_is_of(head, q->id, q->number)) {
		warn("the set of services changed while %s ran (its outcome "
		     "is not recorded)",
			q->name);
		n = sizeof buf;
	} else {
		n = pwrite(fd, buf, sizeof buf,
			(off_t)STATE_HEAD + (off_t)q->number * STATE_RECORD);
		e = n < 0 ? errno : EIO;
	}
	close(fd);
	errno = e;
	return n == sizeof buf ? 0 : -1;
}

/* Nobody acts on what is not recorded: the answer waits for that.  But not
 * for ever.  1 if c is forgotten. */
static int
conclude(struct daemon *d, struct conn *c)
{
	if (record(&c->rq, &c->outcome) < 0 ||
		(c->rq.argc && running_ended(c->rq.name, &c->outcome) < 0)) {
		if (!c->tries++)
			warn_sys("unable to record what became of %s (trying "
				 "again every %d ms)",
				c->rq.name, AGAIN_MS);
		c->again = clock_now() + AGAIN_MS;
		if (c->tries < TRIES)
			return 0;
		warn("what became of %s is not recorded", c->rq.name);
	}
	conn_answer(d, c, c->outcome.kind, c->outcome.value);
	return 1;
}

void
outcome_is(
	struct daemon *d, struct conn *c, enum answer_kind kind, uint32_t value)
{
	c->outcome = (struct answer){ kind, value };
	c->ended = 1;
	c->deadline = c->look = 0;
	conclude(d, c);
}

void
outcome_status(struct daemon *d, struct conn *c, int status)
{
	if (c->timed_out && status)
		outcome_is(d, c, ANSWER_TIMEOUT, c->rq.timeout_ms);
	else
		outcome_is(d, c, ANSWER_STATUS, (uint32_t)status);
}

int
outcome_again(struct daemon *d)
{
	uint64_t now = clock_now();

	for (struct conn *c = d->conns; c; c = c->next)
		if (c->ended && c->again <= now && conclude(d, c))
			return 1;
	return 0;
}

/* --- scripts of a daemon that was killed */

/* How it ended, once svscan has it. */
static int
how_it_ended(const struct conn *c, int *status)
{
	int known = c->pidfd < 0 ? 0 : os_pidfd_status(c->pidfd, status), fd;

	if (known > 0)
		return 1;
	fd = open(LIVE "/scandir/" REAPED_FILE, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	known = reaped_find(fd, c->pid, c->dt.started, status);
	close(fd);
	return known;
}

/* A dead one that svscan has yet to wait for does not count. */
int
outcome_left_alive(const struct conn *c)
{
	struct pollfd p = { .fd = c->pidfd, .events = POLLIN };

	return c->pidfd < 0 ? detail_alive(&c->dt) : poll(&p, 1, 0) == 0;
}

int
outcome_look(struct daemon *d, struct conn *c)
{
	uint64_t now = clock_now();
	int status;

	if (!c->look_end && outcome_left_alive(c)) {
		c->look = c->pidfd < 0 ? now + LOOK_MS : 0;
		return 0;
	}
	if (!c->look_end) {
		c->look_end = now + PEEK_FOR_MS;
		if (c->pidfd >= 0)
			ready_del(&d->ready, c->pidfd);
	}
	if (running_withdrawn(c->rq.name)) {
		/* It never ran: nothing is to be recorded. */
		running_drop(c->rq.name);
		conn_forget(d, c);
	} else if (how_it_ended(c, &status)) {
		outcome_status(d, c, status);
	} else if (now < c->look_end) {
		c->look = now + PEEK_MS;
		return 0;
	} else {
		warn("the script of %s ended, but nobody knows how",
			c->rq.name);
		outcome_is(d, c, ANSWER_UNKNOWN, ECONNRESET);
	}
	return 1;
}

static int
known_left(void *arg, const char *name)
{
	struct daemon *d = arg;
	struct conn *c;
	struct detail dt;
	size_t len;
	unsigned char *buf = running_read(&dt, &len, name);

	c = buf ? conn_new(d, -1) : 0;
	if (!c) {
		free(buf);
		running_drop(name);
		return 0;
	}
	c->buf = buf;
	c->got = len;
	if (!request_unpack(&c->rq, buf, len)) {
		conn_forget(d, c);
		running_drop(name);
		return 0;
	}
	c->whole = c->left = 1;
	c->dt = dt;
	c->pid = (pid_t)dt.pid;
	c->deadline = dt.deadline;
	c->look = clock_now();
	if (!detail_alive(&dt))
		return 0;
	warn("the script of %s (pid %ld) runs still, of a daemon that is gone",
		c->rq.name, (long)c->pid);
	c->pidfd = os_pidfd(c->pid);
	if (c->pidfd >= 0 &&
		ready_add(&d->ready, c->pidfd, (uintptr_t)c + KEY_CONN) < 0) {
		close(c->pidfd);
		c->pidfd = -1;
	}
	return 0;
}

void
outcome_take_over(struct daemon *d)
{
	int fd = open(RUNNING_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	os_each_name(fd, known_left, d);
	close(fd);
}
