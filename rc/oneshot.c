/* oneshot.c - the daemon of the oneshots is asked for a script, and says what
 * came of it. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "lib/path.h"
#include "rc/job.h"
#include "rc/pipe-ends.h"
#include "rc/relay.h"
#include "rc/scan.h"
#include "supervise/control.h"
#include "supervise/status.h"

enum {
	RUNNER_MS = 10000,
	RUNNER_PAUSE_MS = 5,
	TREE_MS = 200,
	/* of a daemon that hangs up again and again: */
	ASK_TRIES = 10,
	ASK_RESTART = 3,
	ASK_PAUSE_MS = 100,
	SLACK_MS = 10000 /* over the daemon's own time limit */
};

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
		if (up || now >= end ||
			(!scan_runs(r->live->scandir) && scan_lost(errno)))
			break;
		control_send(AT_FDCWD, dir, "u", 1);
		if (poll(&p, 1,
			    end - now < TREE_MS ? (int)(end - now) : TREE_MS) >
			0)
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

/* Connect to the daemon when it is up.  The socket, or -1 and errno. */
int
oneshot_connect(struct run *r)
{
	uint64_t end = clock_now() + RUNNER_MS;
	int fd;

	/* One that was killed is up for supervise for a moment yet. */
	while ((fd = request_connect(r->live->path)) < 0 &&
		(errno == ECONNREFUSED || errno == ENOENT)) {
		if (clock_now() >= end || run_runner(r) < 0)
			break;
		poll(0, 0, RUNNER_PAUSE_MS);
	}
	return fd;
}

int
oneshot_no_daemon(int e)
{
	return e == ECONNREFUSED || e == ENOENT || e == ETIMEDOUT;
}

static void
close_quietly(int fd)
{
	int e = errno;

	close(fd);
	errno = e;
}

/* Who it is for, and where its output goes; fifo: PATH_LEN bytes.  What a
 * script gives to a user that it becomes by itself is its own matter. */
static int
address(const struct run *r, struct request *q, uint32_t i, char *fifo)
{
	const struct db_service *s = r->live->db.services + i;
	uint32_t logger = db_logger(&r->live->db, s);

	*fifo = 0;
	q->name = s->name;
	q->number = i;
	memcpy(q->id, r->live->db.id, DB_HASH);
	q->changer = (uint32_t)getpid();
	q->logger = fifo;
	if (!geteuid() && db_prop(s, "user")) {
		q->fds = relay_fds();
		if (!q->fds)
			return -1;
	}
	return logger == DB_NONE
		? 0
		: path_join(fifo, PATH_LEN, r->live->path, "fifo",
			  r->live->db.services[logger].name);
}

/* Ask for its script; again if the answer was lost.  Heard of from the moment
 * it is asked for: to fail behind that would be to know nothing of it.  0, or
 * -1 and errno: this time nothing was asked. */
static int
ask(struct half *h, struct job *j)
{
	const struct db_script *sc = script_of(h->db->services + j->i, h->mode);
	struct request q = { .kind = h->mode == RUN_UP ? REQUEST_UP
						       : REQUEST_DOWN,
		.ticket = j->ticket,
		.again = j->asked > 0,
		.flags_ok = job_flags_after(h, j->i, 1),
		.flags_fail = job_flags_after(
			h, j->i, h->run->ignore_down && h->mode != RUN_UP),
		.timeout_ms = j->limit_ms,
		.argc = sc->argc,
		.argv = sc->argv,
		.argvlen = sc->len };
	char fifo[PATH_LEN];

	if (address(h->run, &q, j->i, fifo) < 0)
		return -1;
	j->got = 0;
	j->fd = oneshot_connect(h->run);
	if (j->fd < 0)
		return -1;
	if (ready_add(&h->ready, j->fd, j->i) < 0) {
		close_quietly(j->fd);
		j->fd = -1;
		return -1;
	}
	if (request_write(j->fd, &q) == 0) {
		j->asked++;
		return 0;
	}
	ready_del(&h->ready, j->fd);
	close_quietly(j->fd);
	j->fd = -1;
	return -1;
}

void
oneshot_begin(struct half *h, uint32_t i)
{
	struct job *j;
	uint32_t e;

	if (!script_of(h->db->services + i, h->mode)->argc) {
		job_finished(h, i, 1, REASON_NONE, 0);
		return;
	}
	j = job_new(h, i);
	if (!j) {
		job_finished(h, i, 0, REASON_SYSTEM, ENOMEM);
		return;
	}
	pipe_meet(h->run->live, i);
	/* Changes of a live set come one after another. */
	j->ticket = os_now();
	/* The daemon keeps the time; we only do not wait for ever for it. */
	if (j->at.deadline)
		j->at.deadline += SLACK_MS;
	else if (!prog_as_s6 && h->run->verbosity > 0)
		j->at.hangs = j->began + HANGS_MS;
	if (ask(h, j) == 0)
		return;
	e = (uint32_t)errno;
	if (job_put_off(h, j, (int)e))
		return;
	/* One that failed is a reason to go back, an end of all is none. */
	if (oneshot_no_daemon((int)e) && run_tree_gone(h))
		job_end(h, j, 0, REASON_INTERRUPTED, 0);
	else
		job_end(h, j, 0, REASON_NOTASKED, e);
}

/* The daemon was killed, or hung up.  It, or the next one, knows by the
 * ticket what became of the script, or that it has yet to run.  One that hangs
 * up again and again is perhaps an older program. */
static void
ask_again(struct half *h, struct job *j, int error)
{
	char dir[PATH_LEN];

	ready_del(&h->ready, j->fd);
	close(j->fd);
	j->fd = -1;
	if (j->asked == ASK_RESTART &&
		live_servicedir(dir, sizeof dir, h->run->live, LIVE_RUNNER) ==
			0)
		control_send(AT_FDCWD, dir, "t", 1);
	for (unsigned k = 0; k < ASK_TRIES && j->asked < ASK_TRIES; k++) {
		if (ask(h, j) == 0)
			return;
		error = errno;
		if (oneshot_no_daemon(error))
			break;
		poll(0, 0, ASK_PAUSE_MS);
	}
	warn("nobody tells what becomes of the script of %s; nothing more is "
	     "done (run it again)",
		job_name(h, j->i));
	job_end(h, j, 0, REASON_RUNNER, (uint32_t)error);
}

static void
judge(struct half *h, struct job *j, const struct answer *a)
{
	enum state_reason why;
	uint32_t code;
	int ok = verdict_of_answer(a, &why, &code);

	j->answered = 1;
	/* Said, as nobody will see it later. */
	if (!ok && h->run->ignore_down && h->mode != RUN_UP) {
		warn("service %s: its down script failed; it counts as down "
		     "all the same (--ignore-down)",
			job_name(h, j->i));
		ok = 1;
	}
	job_end(h, j, ok, why, code);
}

void
oneshot_hear(struct half *h, struct job *j)
{
	struct answer a;
	ssize_t r = read(j->fd, j->buf + j->got, sizeof j->buf - j->got);

	if (r < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (r <= 0) {
		ask_again(h, j, r < 0 ? errno : ECONNRESET);
		return;
	}
	j->got += (size_t)r;
	if (j->got < sizeof j->buf)
		return;
	if (answer_unpack(&a, j->buf, j->got))
		judge(h, j, &a);
	else
		ask_again(h, j, EPROTO);
}

/* The answer of the daemon, until it or the connection is lost.  0 or -1. */
static int
await_answer(int fd, struct answer *a)
{
	unsigned char buf[ANSWER_SIZE];
	size_t got = 0;
	ssize_t n = 1;

	while (got < sizeof buf && n > 0) {
		n = read(fd, buf + got, sizeof buf - got);
		if (n < 0 && errno == EINTR)
			n = 1;
		else
			got += n > 0 ? (size_t)n : 0;
	}
	return got == sizeof buf && answer_unpack(a, buf, got) ? 0 : -1;
}

int
oneshot_reload(struct run *r, uint32_t i)
{
	const struct db_service *s = r->live->db.services + i;
	struct request q = { .kind = REQUEST_RELOAD,
		.argc = s->reload.argc,
		.argv = s->reload.argv,
		.argvlen = s->reload.len,
		.timeout_ms = s->timeout_up,
		.ticket = os_now() };
	struct answer a = { ANSWER_UNKNOWN, 0 };
	char fifo[PATH_LEN];
	int heard = 0;

	if (address(r, &q, i, fifo) < 0)
		return -1;
	for (int k = 0; k < ASK_TRIES && !heard; k++) {
		int fd = oneshot_connect(r);

		if (fd < 0 || request_write(fd, &q) < 0) {
			if (fd >= 0)
				close_quietly(fd);
			return q.again ? 0 : -1;
		}
		heard = await_answer(fd, &a) == 0;
		close(fd);
		q.again = 1;
	}
	relay_end();
	return heard && a.kind == ANSWER_STATUS && a.value == 0;
}
