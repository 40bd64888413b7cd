/* rc-oneshotd.c - runs the up, down and reload scripts of oneshots for rc,
 * one request a connection (rc/request.h), in the clean environment of the
 * supervision tree.  Supervised itself; its directory is
 * live/servicedirs/s6rc-oneshot-runner.  It writes the outcome into the state
 * before it answers, so that what a script did is known even if nobody is
 * left to hear it.  See reeve-rc-oneshotd(8). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <skalibs/selfpipe.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/os.h"
#include "rc/oneshotd.h"
#include "rc/running.h"
#include "rc/state.h"
#include "supervise/reaped.h"

enum { BATCH = 64, GRACE_MS = 2000,
	LOOK_MS = 500,		/* where no descriptor tells of an end */
	PEEK_MS = 2, PEEK_FOR_MS = 1000 };	/* svscan reaps within this */
#define LIVE "../.."		/* from our service directory */

static const struct opt opts[] = {
	{ 'd', "notification-fd", "FD", "write a newline there when requests\n"
		"are accepted" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[-d fd] [name...]",
	"Run the scripts of oneshots for reeve-rc. Started by supervise in\n"
	"live/servicedirs/s6rc-oneshot-runner; not for use by hand.",
	opts, 0
};

/* --- requests --- */

static void begin_waiting(struct daemon *d);
static void look_left(struct daemon *d, struct conn *c);

/* Bytes came, or the client left. */
static void
hear(struct daemon *d, struct conn *c)
{
	unsigned char *more;
	ssize_t r;
	char junk[64];

	if (c->left) {
		look_left(d, c);
		return;
	}
	if (c->whole) {
		/* Nothing more is to come but its end. */
		r = read(c->fd, junk, sizeof junk);
		if (r < 0 && errno == EAGAIN)
			return;
		if (c->pid)
			conn_hang_up(d, c);
		else
			conn_forget(d, c);
		return;
	}
	r = conn_receive(c);
	if (r < 0 && errno == EAGAIN)
		return;
	if (r <= 0) {
		conn_forget(d, c);
		return;
	}
	c->got += (size_t)r;
	if (c->got < c->want)
		return;
	if (c->want == REQUEST_HEAD) {
		c->want = request_length(c->buf);
		more = c->want ? realloc(c->buf, c->want) : 0;
		if (!more) {
			warn("refused a request that is not one of version %d",
				REQUEST_VERSION);
			conn_forget(d, c);
			return;
		}
		c->buf = more;
		hear(d, c);
		return;
	}
	if (!request_unpack(&c->rq, c->buf, c->got)) {
		warn("refused a damaged request");
		conn_forget(d, c);
		return;
	}
	c->whole = 1;
	c->deadline = 0;
	begin_waiting(d);
}

/* --- scripts --- */

/* Into the state of the current generation, if it is still the one that the
 * client asked about. */
static void
record(const struct request *q, int ok, enum state_reason why, uint32_t code)
{
	unsigned char buf[STATE_RECORD], head[STATE_HEAD];
	struct timespec t;
	struct state_rec r;
	int fd;

	if (q->kind == REQUEST_RELOAD)
		return;
	fd = open("../../current/state", O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		warn_sys("unable to record what became of %s", q->name);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &t);
	r.flags = ok ? q->flags_ok : q->flags_fail;
	r.reason = ok ? REASON_NONE : why;
	r.code = ok ? 0 : code;
	r.when = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
	state_pack(buf, q->number, &r);
	if (pread(fd, head, sizeof head, 0) != sizeof head ||
		!state_is_of(head, q->id, q->number))
		warn("the set of services changed while %s ran (its outcome "
			"is not recorded)", q->name);
	else if (pwrite(fd, buf, sizeof buf, (off_t)STATE_HEAD +
		(off_t)q->number * STATE_RECORD) != sizeof buf)
		warn_sys("unable to record what became of %s", q->name);
	close(fd);
}

static int
running(const struct daemon *d)
{
	for (const struct conn *c = d->conns; c; c = c->next)
		if (c->pid)
			return 1;
	return 0;
}

static int
busy(const struct daemon *d, const char *name)
{
	for (const struct conn *c = d->conns; c; c = c->next)
		if (c->pid && !strcmp(c->rq.name, name))
			return 1;
	return 0;
}

/* Begin with one waiting request that can begin, or answer it.  1 if there
 * was one (the list has changed). */
static int
begin_one(struct daemon *d)
{
	for (struct conn *c = d->conns; c; c = c->next) {
		int r;

		if (!c->whole || c->pid || c->fd < 0)
			continue;
		if (c->rq.kind == REQUEST_IDLE) {
			if (running(d))
				continue;
			conn_answer(d, c, ANSWER_STATUS, 0);
			return 1;
		}
		if (c->rq.kind == REQUEST_LOOK) {
			follow_load(&d->watch, LIVE);
			conn_answer(d, c, ANSWER_STATUS, 0);
			return 1;
		}
		/* Two changers, one of them dead: one script at a time. */
		if (busy(d, c->rq.name))
			continue;
		if (!c->rq.argc) {
			record(&c->rq, 1, REASON_NONE, 0);
			conn_answer(d, c, ANSWER_STATUS, 0);
			return 1;
		}
		r = script_start(c);
		if (r) {
			record(&c->rq, 0, REASON_NOEXEC, (uint32_t)r);
			conn_answer(d, c, ANSWER_ERRNO, (uint32_t)r);
			return 1;
		}
		if (c->rq.timeout_ms)
			c->deadline = clock_now() + c->rq.timeout_ms;
		return 1;
	}
	return 0;
}

static void
begin_waiting(struct daemon *d)
{
	while (begin_one(d))
		;
}

static void
ended(struct daemon *d, struct conn *c, int status)
{
	enum state_reason why = WIFSIGNALED(status) ? REASON_SIGNAL :
		REASON_EXIT;
	uint32_t code = (uint32_t)(WIFSIGNALED(status) ? WTERMSIG(status) :
		WEXITSTATUS(status));
	int late = c->timed_out && status;

	c->pid = 0;
	if (late)
		record(&c->rq, 0, REASON_TIMEOUT, c->rq.timeout_ms);
	else
		record(&c->rq, !status, why, code);
	running_end(c->rq.name);
	if (late)
		conn_answer(d, c, ANSWER_TIMEOUT, c->rq.timeout_ms);
	else
		conn_answer(d, c, ANSWER_STATUS, (uint32_t)status);
}

/* As waitpid tells it. */
static int
wait_status(const siginfo_t *i)
{
	return i->si_code == CLD_EXITED ? (i->si_status & 0xff) << 8 :
		i->si_status | (i->si_code == CLD_DUMPED ? 0x80 : 0);
}

/* One is let go only when its end is in the state: if we are killed before
 * that, svscan has it, and tells the next daemon. */
static void
reap(struct daemon *d)
{
	siginfo_t i;

	for (;;) {
		i.si_pid = 0;
		if (waitid(P_ALL, 0, &i, WEXITED | WNOHANG | WNOWAIT) < 0 ||
			!i.si_pid)
			break;
		for (struct conn *c = d->conns; c; c = c->next)
			if (c->pid == i.si_pid && !c->left) {
				ended(d, c, wait_status(&i));
				break;
			}
		waitpid(i.si_pid, 0, WNOHANG);
		follow_reaped(&d->watch, i.si_pid, LIVE);
	}
	begin_waiting(d);
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
static int
left_alive(const struct conn *c)
{
	struct pollfd p = { .fd = c->pidfd, .events = POLLIN };

	return c->pidfd < 0 ? detail_alive(&c->dt) : poll(&p, 1, 0) == 0;
}

static void
look_left(struct daemon *d, struct conn *c)
{
	uint64_t now = clock_now();
	int status;

	if (!c->look_end && left_alive(c)) {
		c->look = c->pidfd < 0 ? now + LOOK_MS : 0;
		return;
	}
	if (!c->look_end) {
		c->look_end = now + PEEK_FOR_MS;
		if (c->pidfd >= 0)
			ready_del(&d->ready, c->pidfd);
	}
	if (running_withdrawn(c->rq.name)) {
		/* It never ran: nothing is to be recorded. */
		running_end(c->rq.name);
		conn_forget(d, c);
	} else if (how_it_ended(c, &status)) {
		ended(d, c, status);
	} else if (now < c->look_end) {
		c->look = now + PEEK_MS;
		return;
	} else {
		warn("the script of %s ended, but nobody knows how",
			c->rq.name);
		record(&c->rq, 0, REASON_RUNNER, ECONNRESET);
		running_end(c->rq.name);
		conn_forget(d, c);
	}
	begin_waiting(d);
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
		running_end(name);
		return 0;
	}
	c->buf = buf;
	c->got = len;
	if (!request_unpack(&c->rq, buf, len)) {
		conn_forget(d, c);
		running_end(name);
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
	if (c->pidfd >= 0 && ready_add(&d->ready, c->pidfd, (uintptr_t)c +
		KEY_CONN) < 0) {
		close(c->pidfd);
		c->pidfd = -1;
	}
	return 0;
}

static void
take_over(struct daemon *d)
{
	int fd = open(RUNNING_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	os_each_name(fd, known_left, d);
	close(fd);
}

/* Ms until the next deadline, or -1. */
static int
next_deadline(const struct daemon *d)
{
	uint64_t now = clock_now(), first = d->pause ? d->pause : UINT64_MAX;

	for (const struct conn *c = d->conns; c; c = c->next) {
		if (c->deadline && c->deadline < first)
			first = c->deadline;
		if (c->look && c->look < first)
			first = c->look;
	}
	if (first == UINT64_MAX)
		return -1;
	return first <= now ? 0 : first - now > 1000000 ? 1000000 :
		(int)(first - now);
}

static void
enforce_deadlines(struct daemon *d)
{
	uint64_t now = clock_now();

	for (struct conn *c = d->conns, *next; c; c = next) {
		next = c->next;
		if (!c->deadline || c->deadline > now)
			continue;
		if (!c->pid) {
			warn("a client did not send its request in %d s "
				"(hanging up)", REQUEST_MS / 1000);
			conn_forget(d, c);
			continue;
		}
		/* Or it may be another process by now. */
		if (c->left && !left_alive(c))
			continue;
		kill(-c->pid, c->timed_out ? SIGKILL : SIGTERM);
		kill(-c->pid, SIGCONT);
		c->deadline = c->timed_out ? 0 : now + GRACE_MS;
		c->timed_out++;
	}
}

/* One changes the list, so begin again behind it. */
static void
enforce_looks(struct daemon *d)
{
	uint64_t now = clock_now();

	for (struct conn *c = d->conns; c;) {
		if (c->look && c->look <= now) {
			c->look = 0;
			look_left(d, c);
			c = d->conns;
		} else {
			c = c->next;
		}
	}
}

/* --- set-up and loop --- */

static int
listen_here(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
		fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		die_sys(EX_SYSTEM, "unable to make a socket");
	strcpy(a.sun_path, "s.new");
	if ((unlink(a.sun_path) < 0 && errno != ENOENT) ||
		bind(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
		chmod(a.sun_path, 0600) < 0 || listen(fd, 128) < 0 ||
		rename(a.sun_path, "s") < 0)
		die_sys(EX_SYSTEM, "unable to listen on the socket s");
	return fd;
}

static void
trap_signals(struct daemon *d)
{
	static const int list[] = { SIGCHLD, SIGTERM };
	sigset_t set;
	int fd = selfpipe_init();

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		sigaddset(&set, list[i]);
	if (fd < 0 || selfpipe_trapset(&set) < 0 ||
		ready_add(&d->ready, fd, KEY_SIGNAL) < 0)
		die_sys(EX_SYSTEM, "unable to trap signals");
	signal(SIGPIPE, SIG_IGN);
}

/* 1 when told to end.  Scripts that run are left to end by themselves: what
 * they do cannot be undone by killing them. */
static int
take_signals(struct daemon *d)
{
	int sig, stop = 0;

	while ((sig = selfpipe_read()) > 0) {
		if (sig == SIGCHLD)
			reap(d);
		else
			stop = 1;
	}
	return stop;
}

static int
known(const struct daemon *d, const struct conn *c)
{
	for (const struct conn *o = d->conns; o; o = o->next)
		if (o == c)
			return 1;
	return 0;
}

static void
serve(struct daemon *d)
{
	uint64_t keys[BATCH];
	int stop = 0;

	while (!stop || running(d)) {
		int n = ready_wait(&d->ready, next_deadline(d), keys, BATCH);

		if (n < 0 && errno != EINTR)
			die_sys(EX_SYSTEM, "unable to wait for requests");
		clients_end_pause(d);
		enforce_deadlines(d);
		enforce_looks(d);
		for (int i = 0; i < n; i++) {
			struct conn *c = (struct conn *)(uintptr_t)(keys[i] -
				KEY_CONN);

			if (keys[i] == KEY_LISTEN)
				clients_take(d);
			else if (keys[i] == KEY_SIGNAL)
				stop |= take_signals(d);
			else if (keys[i] == KEY_WATCH)
				follow_hear(&d->watch, LIVE);
			else if (known(d, c))
				hear(d, c);
		}
		if (stop && d->listener >= 0) {
			if (!d->pause)
				ready_del(&d->ready, d->listener);
			close(d->listener);
			d->listener = -1;
		}
	}
}

int
main(int argc, char **argv)
{
	static struct daemon d;
	unsigned notify = 0;
	int c;

	prog_init(argv[0]);
	msg_never_wait();
	d.listener = d.watch.ear.l.fd = -1;
	d.watch.key = KEY_WATCH;
	while ((c = opt_next(&usage, argc, argv)) != -1)
		if (c == 'd')
			notify = opt_uint("notification fd", optarg, 3,
				1 << 20);
	if (ready_init(&d.ready) < 0)
		die_sys(EX_SYSTEM, "unable to wait for requests");
	trap_signals(&d);
	take_over(&d);
	d.listener = listen_here();
	if (ready_add(&d.ready, d.listener, KEY_LISTEN) < 0)
		die_sys(EX_SYSTEM, "unable to wait for requests");
	if (notify) {
		if (write((int)notify, "\n", 1) < 0)
			warn_sys("unable to tell supervise that it is ready");
		close((int)notify);
	}
	d.watch.ready = &d.ready;
	follow_begin(&d.watch, LIVE);
	serve(&d);
	return EX_OK;
}
