/* oneshot.c - the daemon of the oneshots is asked for a script, and says what
 * came of it. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "rc/job.h"
#include "supervise/control.h"
#include "supervise/status.h"

enum {
	RUNNER_MS = 10000, RUNNER_PAUSE_MS = 5,
	SLACK_MS = 10000	/* over the daemon's own time limit */
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
int
oneshot_send(struct run *r, const struct request *q)
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

int
oneshot_ask(struct run *r, struct request *q, uint32_t i)
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
	fd = oneshot_send(r, q);
	q->logger = "";		/* the caller's q outlives fifo */
	return fd;
}

void
oneshot_begin(struct half *h, uint32_t i)
{
	const struct db_script *sc = script_of(h->db->services + i, h->mode);
	struct request q = { .kind = h->mode == RUN_UP ? REQUEST_UP :
		REQUEST_DOWN };
	struct job *j;

	if (!sc->argc) {
		job_finished(h, i, 1, REASON_NONE, 0);
		return;
	}
	j = job_new(h, i);
	if (!j) {
		job_finished(h, i, 0, REASON_SYSTEM, ENOMEM);
		return;
	}
	q.flags_ok = job_flags_after(h, i, 1);
	q.flags_fail = job_flags_after(h, i, h->run->ignore_down &&
		h->mode != RUN_UP);
	q.timeout_ms = j->limit_ms;
	q.argc = sc->argc;
	q.argv = sc->argv;
	q.argvlen = sc->len;
	/* The daemon keeps the time; we only do not wait for ever for it. */
	if (j->at.deadline)
		j->at.deadline += SLACK_MS;
	else if (!prog_as_s6 && h->run->verbosity > 0)
		j->at.hangs = j->began + HANGS_MS;
	j->fd = oneshot_ask(h->run, &q, i);
	if (j->fd < 0 || ready_add(&h->ready, j->fd, i) < 0) {
		uint32_t e = (uint32_t)errno;

		if (job_put_off(h, j, (int)e))
			return;
		job_end(h, j, 0, REASON_NOTASKED, e);
	}
}

static void
judge(struct half *h, struct job *j, const struct answer *a)
{
	enum state_reason why;
	uint32_t code;
	int ok = verdict_of_answer(a, &why, &code);

	/* Said, as nobody will see it later. */
	if (!ok && h->run->ignore_down && h->mode != RUN_UP) {
		warn("service %s: its down script failed; it counts as down "
			"all the same (--ignore-down)", job_name(h, j->i));
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
		job_end(h, j, 0, REASON_RUNNER,
			(uint32_t)(r < 0 ? errno : ECONNRESET));
		return;
	}
	j->got += (size_t)r;
	if (j->got < sizeof j->buf)
		return;
	if (answer_unpack(&a, j->buf, j->got))
		judge(h, j, &a);
	else
		job_end(h, j, 0, REASON_RUNNER, EPROTO);
}
