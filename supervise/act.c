/* act.c - carry out the actions of machine.c.  Never changes the state but
 * by the table (in act, at the end of this file), never exits, never
 * allocates: what cannot be done now is said, and tried again later. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "supervise/act.h"
#include "supervise/adopt.h"
#include "supervise/event.h"
#include "supervise/restart.h"
#include "supervise/start.h"
#include "supervise/svdir.h"
#include "supervise/sweep.h"
#include "supervise/tally.h"

enum {
	KILL_AGAIN_MS = 5000,
	SHORT_MIN_MS = 100, /* first retry when something ran short */
	SHORT_MAX_MS = 2000,
	FAIL_MIN_MS = 1000, /* and when run is wrong */
	FAIL_MAX_MS = 60000,
	NOTIFY_BYTES = 65536, /* without a newline */
	PERMANENT_CODE = 125
};

const int act_signals[] = { SIGCHLD, SIGTERM, SIGHUP, SIGQUIT, SIGINT, 0 };

/* --- telling */

void
act_detail(struct super *s)
{
	unsigned char buf[DETAIL_SIZE];

	s->dt.state = s->state;
	s->dt.deadline = s->deadline;
	s->dt.awaiting = s->notify >= 0;
	detail_pack(buf, &s->dt);
	if (pwrite(s->lock, buf, sizeof buf, 0) != sizeof buf)
		s->republish = os_now() + SEC;
}

void
act_publish(struct super *s)
{
	size_t n = strlen(s->letters);

	s->republish = 0;
	act_detail(s);
	if (status_write(AT_FDCWD, &s->st, s->published) < 0) {
		warn_sys("unable to write %s (trying again in 1 s)",
			STATUS_FILE);
		s->republish = os_now() + SEC;
	} else {
		s->dt.hearing = 0;
	}
	if (n && event_notify(AT_FDCWD, EVENT_DIR, s->letters, n) < 0)
		warn_sys("unable to send events (going on)");
	/* Who heard them read the old status: they are sent again with the
	 * new one. */
	if (!s->republish)
		s->letters[0] = 0;
}

void
act_letter(struct super *s, char c)
{
	size_t n = strlen(s->letters);

	if (n + 1 < sizeof s->letters) {
		s->letters[n] = c;
		s->letters[n + 1] = 0;
	}
}

/* --- descriptors */

static void
drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
act_deafen(struct super *s)
{
	drop(&s->notify);
}

void
act_ready(struct super *s)
{
	s->st.ready = 1;
	tain_wallclock_read(&s->st.readied);
	s->readied = os_now();
	s->unheard = 0;
	act_letter(s, 'U');
}

void
act_notified(struct super *s)
{
	char buf[64];
	ssize_t r;

	/* If we are killed behind the read, only this says that something was
	 * said. */
	s->dt.hearing = 1;
	act_detail(s);
	r = read(s->notify, buf, sizeof buf);
	if (r < 0 && (errno == EAGAIN || errno == EINTR)) {
		s->dt.hearing = 0;
		act_detail(s);
		return;
	}
	if (r > 0 && !memchr(buf, '\n', (size_t)r)) {
		s->unready += (unsigned)r;
		if (s->unready < NOTIFY_BYTES) {
			s->dt.hearing = 0;
			act_detail(s);
			return;
		}
		warn("run writes to its notification-fd, but no newline in "
		     "%u bytes (it is not listened to any more)",
			s->unready);
		r = 0;
	}
	act_deafen(s);
	if (r <= 0) { /* it will never say so */
		s->dt.hearing = 0;
		act_detail(s);
		return;
	}
	act_ready(s);
	act_publish(s);
}

/* Our stdin and stdout may be pipes whose other ends wait for us to go. */
static void
let_go(struct super *s)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	drop(&s->in);
	drop(&s->out);
	if (fd < 0) {
		close(0);
		close(1);
		return;
	}
	dup2(fd, 0);
	dup2(fd, 1);
	if (fd > 2)
		close(fd);
}

static enum event
run(struct super *s)
{
	uint64_t before = os_boot_now();
	uint64_t run_pid = s->dt.run_pid, started = s->dt.run_started;
	unsigned ended = s->dt.ended;
	pid_t pid;

	/* /proc may have been mounted meanwhile. */
	if (!s->dt.boot)
		s->dt.boot = os_boot_token();
	pid = start_run(s);
	if (pid < 0) {
		char path[DETAIL_DEF + 4];
		int e = errno;

		snprintf(path, sizeof path, "%s%srun", s->dt.def,
			*s->dt.def ? "/" : "");
		e = chain_lack(e, path, 0, 0);
		/* A child that could not execute had announced itself. */
		if (s->dt.pid) {
			s->dt.pid = 0;
			s->dt.run_pid = run_pid;
			s->dt.run_started = started;
			s->dt.ended = ended;
			act_detail(s);
		}
		s->dt.error = (unsigned)e;
		return EV_FAILED;
	}
	s->spawn_fails = 0;
	s->deadline = 0;
	s->asked = s->once = s->permanent = 0;
	s->readied = 0;
	s->unready = 0;
	s->unheard = s->notify >= 0;
	s->dt.pid = s->dt.run_pid = (uint64_t)pid;
	s->dt.started = before;
	s->dt.started_by = os_boot_now();
	s->dt.run_started = os_now();
	s->dt.starts++;
	s->dt.reason = WHY_NONE;
	s->dt.stopping = s->dt.adopted = s->dt.ended = 0;
	s->st.pid = (uint64_t)pid;
	s->st.paused = s->st.finishing = s->st.ready = 0;
	tain_wallclock_read(&s->st.changed);
	act_letter(s, 'u');
	return EV_STARTED;
}

/* The start failed: when is the next, and what to say. */
static void
set_retry(struct super *s)
{
	int e = (int)s->dt.error, lack = file_shortage(e);
	uint64_t ms = lack ? SHORT_MIN_MS : FAIL_MIN_MS,
		 max = lack ? SHORT_MAX_MS : FAIL_MAX_MS;

	if (prog_as_s6 && !lack)
		ms = max;
	for (unsigned i = 0; i < s->spawn_fails && ms < max; i++)
		ms *= 2;
	if (ms > max)
		ms = max;
	s->spawn_fails++;
	s->deadline = os_now() + ms * MS;
	s->dt.reason = WHY_SPAWN;
	warn("unable to start %s%srun (trying again in %u.%u s): %s", s->dt.def,
		*s->dt.def ? "/" : "", (unsigned)(ms / 1000),
		(unsigned)(ms / 100 % 10), chain_strerror(e));
	/* Whoever waits for it need not wait for ever; s6 has no letter for
	 * this. */
	if (!prog_as_s6)
		act_letter(s, 'f');
	act_publish(s);
}

static enum event
finish(struct super *s)
{
	uint64_t before = os_boot_now();
	pid_t pid;

	s->st.pid = s->dt.pid = 0;
	pid = start_finish(s);
	if (pid <= 0) {
		s->dt.pid = s->deadline = 0;
		return EV_NOFINISH;
	}
	s->st.pid = s->dt.pid = (uint64_t)pid;
	s->dt.started = before;
	s->dt.started_by = os_boot_now();
	s->st.finishing = 1;
	return EV_FINISHING;
}

/* Did the supervise that we took over from write this death down? */
static int
in_tally(const struct super *s, const struct death *d)
{
	struct death last;

	return s->dt.adopted && tally_read(&last, 1, AT_FDCWD, ".") == 1 &&
		!tain_less(&last.when, &d->when) &&
		!tain_less(&d->when, &last.when);
}

static void
sweep_left(struct super *s)
{
	sweep(s->dt.def, (pid_t)s->dt.run_pid, s->checker, (int)s->dt.adopted);
}

/* run is dead.  How and when is written down before anything comes of it: if
 * we are killed, the next supervise does all the rest, and knows by the stamp
 * what is in the tally already. */
static void
died(struct super *s)
{
	struct death d;

	drop(&s->pidfd);
	act_deafen(s);
	s->died = os_now();
	s->deadline = 0;
	if (!s->dt.ended) {
		tain_wallclock_read(&s->dt.died);
		s->dt.wstat = (unsigned)s->wstat;
		/* Not what somebody wanted: a stop, or a restart. */
		s->dt.deaths += !s->dt.stopping && !s->asked;
		s->dt.ended = 1;
		act_detail(s);
	}
	s->st.changed = s->dt.died;
	s->st.wstat = s->wstat;
	s->st.ready = s->st.paused = 0;
	d = tally_death(&s->dt.died, s->wstat);
	if (!in_tally(s, &d) &&
		tally_add(AT_FDCWD, &d,
			svdir_number(s->dt.def, "max-death-tally")) < 0)
		warn_sys("unable to add to %s", TALLY_FILE);
	if (!svdir_flag(s->dt.def, "down-signal-to"))
		sweep_left(s);
	act_letter(s, 'd');
}

/* finish is dead. */
static void
finished(struct super *s)
{
	drop(&s->pidfd);
	s->deadline = 0;
	if (WIFEXITED(s->wstat) && WEXITSTATUS(s->wstat) == PERMANENT_CODE) {
		s->permanent = 1;
		s->st.wanted_up = 0;
		act_letter(s, 'O');
	}
}

/* Down, and nothing of it is left. */
static void
over(struct super *s)
{
	s->st.pid = s->dt.pid = 0;
	if (svdir_flag(s->dt.def, "down-signal-to"))
		sweep_left(s);
	s->st.finishing = 0;
	s->st.ready = 1;
	tain_wallclock_read(&s->st.readied);
	if (s->st.wanted_up && restart_is_over(s)) {
		s->once = 1;
		s->st.wanted_up = 0;
	}
	restart_plan(s);
	act_letter(s, 'D');
	/* At the end main tells it, with what it has to say itself. */
	if (s->state != END)
		act_publish(s);
}

/* --- signals to the service */

/* Send to the process of this state; group: to its process group. */
static void
send(struct super *s, int sig, int group)
{
	pid_t pid = (pid_t)s->st.pid;

	if (pid <= 0)
		return;
	if (group)
		kill(-pid, sig);
	else if (s->pidfd < 0 || os_pidfd_kill(s->pidfd, sig) < 0)
		kill(pid, sig);
}

static void
paused(struct super *s, int on)
{
	if (s->st.paused == (unsigned)on)
		return;
	s->st.paused = on ? 1 : 0;
	act_publish(s);
}

static void
ask_down(struct super *s)
{
	char word[] = "stop";

	if (!start_asking(s, word))
		send(s, svdir_signal(s->dt.def, "down-signal"), 0);
}

static void
command_signal(struct super *s, const struct command *c)
{
	int sig = c->signal, group = !!strchr("PCK", c->letter);

	if (strchr("rtkiqbK", c->letter))
		s->asked = 1;
	if (c->letter == 'r') {
		ask_down(s);
		return;
	}
	if (c->letter == 'l') {
		char word[] = "reload";

		if (start_asking(s, word))
			return;
		sig = svdir_signal(s->dt.def, "reload-signal");
	}
	send(s, sig, group);
	if (sig == SIGSTOP || sig == SIGCONT)
		paused(s, sig == SIGSTOP);
}

static void
stop(struct super *s)
{
	unsigned ms = svdir_number(s->dt.def, "timeout-kill");

	s->asked = s->dt.stopping = 1;
	ask_down(s);
	send(s, SIGCONT, 0);
	s->st.paused = 0;
	s->deadline = ms ? os_now() + ms * MS : 0;
}

static void
kill_run(struct super *s)
{
	int group = svdir_flag(s->dt.def, "flag-timeout-killpg");

	if (!prog_as_s6)
		warn("not down %u ms after the down signal; killing %s",
			svdir_number(s->dt.def, "timeout-kill"),
			group ? "its process group" : "it");
	send(s, SIGKILL, group);
	send(s, SIGCONT, group);
	s->deadline = os_now() + KILL_AGAIN_MS * MS;
	act_detail(s);
}

static void
kill_finish(struct super *s)
{
	warn("finish takes longer than timeout-finish; killing it");
	send(s, SIGCONT, 0);
	send(s, SIGKILL, 0);
	s->deadline = os_now() + KILL_AGAIN_MS * MS;
	act_detail(s);
}

static void
want(struct super *s, int is_up)
{
	if (s->state == DOWN) {
		s->dt.reason = is_up ? WHY_NONE : WHY_ASKED;
		if (!is_up)
			s->deadline = 0;
	}
	s->st.wanted_up = is_up ? 1 : 0;
	s->permanent = s->once = 0;
}

static void
down_file(int there)
{
	int fd;

	if (!there) {
		if (unlink("down") < 0 && errno != ENOENT)
			warn_sys("unable to remove file down");
		return;
	}
	fd = open("down", O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		warn_sys("unable to create file down");
	else
		close(fd);
}

/* --- the table at work */

#define NO_EVENT NEVENT

/* Carry out one cell.  What it led to, or NO_EVENT. */
static enum event
carry_out(struct super *s, unsigned a, const struct command *c)
{
	enum event next = NO_EVENT;

	if (a & A_WANTUP)
		want(s, 1);
	if (a & A_WANTDOWN) {
		s->dt.fast = 0;
		want(s, 0);
	}
	if (a & (A_MKDOWN | A_RMDOWN))
		down_file(!!(a & A_MKDOWN));
	if (a & A_SIGNAL && c)
		command_signal(s, c);
	if (a & A_STOP)
		stop(s);
	if (a & A_KILL)
		kill_run(s);
	if (a & A_KILLFINISH)
		kill_finish(s);
	if (a & A_INTGROUP)
		send(s, SIGINT, 1);
	if (a & A_CLOSE)
		let_go(s);
	if (a & A_DIED)
		died(s);
	if (a & A_FINISHED)
		finished(s);
	if (a & A_OVER)
		over(s);
	if (a & A_FINISH)
		next = finish(s);
	if (a & A_AGAIN && s->st.wanted_up) {
		if (s->deadline > os_now())
			return NO_EVENT;
		next = run(s);
	}
	if (a & A_RUN)
		next = run(s);
	if (a & A_LATER)
		set_retry(s);
	if (a & A_REEXEC)
		adopt_check(s);
	if (a & A_BUG)
		warn("an event that cannot happen in state %s; ignored",
			machine_states[s->state]);
	/* What is wanted, and a start or a finish, is told at once. */
	if (next == NO_EVENT && a & (A_WANTUP | A_WANTDOWN))
		act_publish(s);
	return next;
}

void
act(struct super *s, enum event e, const struct command *c)
{
	while (e != NO_EVENT) {
		const struct cell *cell = &machine[s->state][e];
		enum event was = e;

		s->state = (enum state)cell->next;
		e = carry_out(s, cell->act, c);
		if (was == EV_STARTED || was == EV_FINISHING)
			act_publish(s);
	}
}
