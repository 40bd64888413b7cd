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

enum { BATCH = 64, GRACE_MS = 2000, REAP_AGAIN_MS = 100 };

static const struct opt opts[] = {
	{ 'd', "notification-fd", "FD",
		"write a newline there when requests\n"
		"are accepted" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = { "[-d fd] [name...]",
	"Run the scripts of oneshots for reeve-rc. Started by supervise in\n"
	"live/servicedirs/s6rc-oneshot-runner; not for use by hand.",
	opts, 0 };

/* --- requests --- */

static void begin_waiting(struct daemon *d);
static void catch_up(struct daemon *d);

/* Bytes came, or the client left. */
static void
hear(struct daemon *d, struct conn *c)
{
	unsigned char *more;
	ssize_t r;
	char junk[64];

	if (c->left) {
		if (outcome_look(d, c))
			begin_waiting(d);
		return;
	}
	if (c->whole) {
		/* Nothing more is to come but its end. */
		r = read(c->fd, junk, sizeof junk);
		if (r < 0 && errno == EAGAIN)
			return;
		if (c->pid || c->ended)
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
	if (c->rq.kind == REQUEST_IDLE)
		catch_up(d);
	c->whole = 1;
	c->deadline = 0;
	begin_waiting(d);
}

/* A client that was killed may have asked already, and we have not read it:
 * whoever came later is not told that nothing runs. */
static void
catch_up(struct daemon *d)
{
	struct conn *c = d->conns;

	d->round++;
	while (c)
		/* Also whole: the one that asks. */
		if (c->left || c->got == c->want || c->heard == d->round) {
			c = c->next;
		} else {
			c->heard = d->round;
			hear(d, c);
			c = d->conns;
		}
}

/* --- scripts --- */

static int
running(const struct daemon *d)
{
	for (const struct conn *c = d->conns; c; c = c->next)
		if (c->pid || c->ended)
			return 1;
	return 0;
}

static int
busy(const struct daemon *d, const char *name)
{
	for (const struct conn *c = d->conns; c; c = c->next)
		if ((c->pid || c->ended) && !strcmp(c->rq.name, name))
			return 1;
	return 0;
}

/* Begin with one waiting request that can begin, or answer it.  1 if there
 * was one (the list has changed). */
static int
begin_one(struct daemon *d)
{
	for (struct conn *c = d->conns; c; c = c->next) {
		struct answer known;
		int r;

		if (!c->whole || c->pid || c->ended || c->fd < 0)
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
		if (c->rq.again &&
			running_outcome(&known, c->rq.name, c->rq.ticket)) {
			conn_answer(d, c, known.kind, known.value);
			return 1;
		}
		if (!c->rq.argc) {
			outcome_is(d, c, ANSWER_STATUS, 0);
			return 1;
		}
		r = script_start(c);
		if (r) {
			outcome_is(d, c, ANSWER_ERRNO, (uint32_t)r);
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

/* As waitpid tells it. */
static int
wait_status(const siginfo_t *i)
{
	return i->si_code == CLD_EXITED
		? (i->si_status & 0xff) << 8
		: i->si_status | (i->si_code == CLD_DUMPED ? 0x80 : 0);
}

/* One is let go only when its end is recorded: if we are killed before
 * that, svscan has it, and tells the next daemon. */
static void
reap(struct daemon *d)
{
	siginfo_t i;

	for (;;) {
		i.si_pid = 0;
		if (waitid(P_ALL, 0, &i, WEXITED | WNOHANG | WNOWAIT) < 0) {
			/* No signal tells of it a second time. */
			if (errno != ECHILD)
				d->reap_again = clock_now() + REAP_AGAIN_MS;
			break;
		}
		if (!i.si_pid)
			break;
		for (struct conn *c = d->conns; c; c = c->next)
			if (c->pid == i.si_pid && !c->left && !c->ended) {
				outcome_status(d, c, wait_status(&i));
				break;
			}
		waitpid(i.si_pid, 0, WNOHANG);
		follow_reaped(&d->watch, i.si_pid, LIVE);
	}
	begin_waiting(d);
}

/* Ms until the next deadline, or -1. */
static int
next_deadline(const struct daemon *d)
{
	uint64_t now = clock_now(), first = d->pause ? d->pause : UINT64_MAX;

	if (d->reap_again && d->reap_again < first)
		first = d->reap_again;

	for (const struct conn *c = d->conns; c; c = c->next) {
		if (c->deadline && c->deadline < first)
			first = c->deadline;
		if (c->look && c->look < first)
			first = c->look;
		if (c->ended && c->again < first)
			first = c->again;
	}
	if (first == UINT64_MAX)
		return -1;
	return first <= now		? 0
		: first - now > 1000000 ? 1000000
					: (int)(first - now);
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
			     "(hanging up)",
				REQUEST_MS / 1000);
			conn_forget(d, c);
			continue;
		}
		/* Or it may be another process by now. */
		if (c->left && !outcome_left_alive(c))
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
			if (outcome_look(d, c))
				begin_waiting(d);
			c = d->conns;
		} else {
			c = c->next;
		}
	}
}

/* What could not be known, or recorded, before. */
static void
enforce_outcomes(struct daemon *d)
{
	int some = 0;

	if (d->reap_again && d->reap_again <= clock_now()) {
		d->reap_again = 0;
		reap(d);
	}
	while (outcome_again(d))
		some = 1;
	if (some)
		begin_waiting(d);
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
		enforce_outcomes(d);
		for (int i = 0; i < n; i++) {
			struct conn *c =
				(struct conn *)(uintptr_t)(keys[i] - KEY_CONN);

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
			notify =
				opt_uint("notification fd", optarg, 3, 1 << 20);
	if (ready_init(&d.ready) < 0)
		die_sys(EX_SYSTEM, "unable to wait for requests");
	trap_signals(&d);
	outcome_take_over(&d);
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
