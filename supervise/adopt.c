/* adopt.c - going on with a service that was started by another supervise
 * (which was killed, or told to leave it alone), or by our own former self
 * (which executed us).  All that is needed stands in the detail record and in
 * the status file. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "lib/identity.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/os.h"
#include "lib/path.h"
#include "lib/spawn.h"
#include "supervise/adopt.h"
#include "supervise/reaped.h"
#include "supervise/start.h"

#define RESUME "REEVE_RESUME"

enum {
	LOOK_MS = 500, /* where no descriptor tells of an end */
	PEEK_MS = 2, /* svscan reaps within this, mostly */
	PEEK_FOR_MS = 1000,
	CHECK_MS = 5000,
	UNKNOWN_STATUS = 255 << 8
};

/* --- taking over from one that was killed */

/* Listen for readiness where the other did.  What is in a fifo that nobody
 * has open is gone; so one that run has closed since then is closed because
 * it has said what there was to say. */
static void
listen_again(struct super *s)
{
	int held;

	if (!s->dt.awaiting || s->st.finishing)
		return;
	held = open(READY_FIFO, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (held < 0 && errno == ENXIO) {
		warn("run closed its notification-fd while no supervise was "
		     "there (it counts as ready)");
		act_ready(s);
		return;
	}
	s->notify = open(READY_FIFO, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (held >= 0)
		close(held);
}

/* The other was killed between reading what run said and the status that says
 * that it is ready.  It said so, unless what it says is still there. */
static void
hear_again(struct super *s)
{
	struct pollfd p = { .fd = s->notify, .events = POLLIN };

	if (!s->dt.hearing || s->st.ready || s->st.finishing)
		return;
	if (s->notify >= 0 && poll(&p, 1, 0) > 0 && (p.revents & POLLIN))
		return;
	act_deafen(s);
	act_ready(s);
}

static void
take_over_process(struct super *s)
{
	s->pidfd = os_pidfd((pid_t)s->dt.pid);
	if (s->pidfd < 0)
		s->peek = os_now() + LOOK_MS * MS;
	start_hold(s);
	listen_again(s);
	hear_again(s);
	s->dt.adopted = 1;
	s->st.pid = s->dt.pid;
	warn("taking over %s (pid %ld) from a supervise that is gone",
		s->st.finishing ? "finish" : "run", (long)s->dt.pid);
}

/* Ask svscan's record, which lies in the directory where our parent runs.  1,
 * 0: not (yet) in it, or -1: never, as that directory cannot be found. */
static int
was_reaped(pid_t pid, uint64_t since, int *wstat)
{
	int fd = os_open_at_parent(REAPED_FILE), found;

	if (fd < 0)
		return errno == ENOSYS ? -1 : 0;
	found = reaped_find(fd, pid, since, wstat);
	close(fd);
	return found;
}

/* Its supervise was killed between the start of finish and the status that
 * says that run ended. */
static void
learn_end(struct super *s)
{
	if (s->dt.ended) {
		s->st.wstat = (int)s->dt.wstat;
		s->st.changed = s->dt.died;
	} else {
		was_reaped((pid_t)s->dt.run_pid, s->dt.started, &s->st.wstat);
		tain_wallclock_read(&s->st.changed);
	}
	s->st.finishing = 1;
	s->st.ready = s->st.paused = 0;
	act_letter(s, 'd');
}

int
adopt(struct super *s)
{
	unsigned char buf[DETAIL_SIZE + 1];
	struct detail d;
	struct status st;
	ssize_t r = pread(s->lock, buf, sizeof buf, 0);

	if (r <= 0 || !detail_unpack(&d, buf, (size_t)r))
		return 0;
	if (identity_other_boot(d.boot, d.started))
		return 0;
	/* It was told to leave the service alone: SIGQUIT, SIGINT. */
	if (d.state == END && !detail_alive(&d))
		return 0;
	if (status_read(&st, AT_FDCWD, ".") < 0) {
		/* Killed between the very first run and its status. */
		if (d.state != UP)
			return 0;
		st = (struct status){ .wanted_up = 1 };
		tain_wallclock_read(&st.changed);
		st.readied = st.changed;
	}
	d.boot = s->dt.boot;
	s->dt = d;
	s->st = st;
	s->deadline = d.deadline;
	s->died = os_now();
	switch ((enum state)d.state) {
	case UP:
	case LASTUP:
		s->state = UP;
		break;
	case FINISH:
	case LASTFINISH:
		if (detail_end_owed(&s->dt)) {
			s->state = UP;
			break;
		}
		s->state = FINISH;
		if (!s->st.finishing)
			learn_end(s);
		break;
	case END:
		s->state = st.finishing ? FINISH : UP;
		break;
	case DOWN:
	case NSTATE:
		s->state = DOWN;
		return 1;
	}
	if (!detail_end_owed(&s->dt) && detail_alive(&s->dt)) {
		take_over_process(s);
		return 1;
	}
	/* It ended while nobody looked: so learn how, if that can be. */
	s->dt.adopted = 1;
	s->peek = os_now();
	return 1;
}

int
adopt_ended(struct super *s)
{
	pid_t pid = (pid_t)s->dt.pid;
	uint64_t now = os_now();
	int known;

	if (detail_end_owed(&s->dt)) {
		s->wstat = (int)s->dt.wstat;
		s->peek = 0;
		return 1;
	}
	if (s->pidfd < 0 && detail_alive(&s->dt)) {
		s->peek = now + LOOK_MS * MS;
		return 0;
	}
	if (!s->peek_end)
		s->peek_end = now + PEEK_FOR_MS * MS;
	known = s->pidfd < 0 ? 0 : os_pidfd_status(s->pidfd, &s->wstat);
	if (known <= 0)
		known = was_reaped(pid, s->dt.started, &s->wstat);
	if (known > 0) {
		/* so it is */
	} else if (!known && now < s->peek_end) {
		s->peek = now + PEEK_MS * MS;
		return 0;
	} else {
		warn("pid %ld ended, but nobody knows how", (long)pid);
		s->wstat = UNKNOWN_STATUS;
	}
	s->peek = s->peek_end = 0;
	if (s->pidfd >= 0)
		close(s->pidfd);
	s->pidfd = -1;
	return 1;
}

/* --- becoming a new program */

static void
numbers(const struct super *s, uint64_t *n)
{
	n[0] = (uint64_t)getpid();
	n[1] = (uint64_t)s->lock;
	n[2] = (uint64_t)s->control;
	/* one more, so that -1 is 0 */
	n[3] = (uint64_t)(s->notify + 1);
	n[4] = (uint64_t)(s->in + 1);
	n[5] = (uint64_t)(s->out + 1);
	n[6] = (uint64_t)(s->pidfd + 1);
	n[7] = s->died;
	n[8] = s->readied;
	n[9] = s->spawn_fails;
	n[10] = s->asked | s->once << 1 | s->permanent << 2;
}

static void
keep_on_exec(const struct super *s, int keep)
{
	const int fds[] = { s->lock, s->control, s->notify, s->in, s->out,
		s->pidfd };

	for (unsigned i = 0; i < sizeof fds / sizeof *fds; i++)
		if (fds[i] >= 0)
			fcntl(fds[i], F_SETFD, keep ? 0 : FD_CLOEXEC);
}

void
adopt_numbers_pack(char *p, const uint64_t *n)
{
	for (int i = 0; i < ADOPT_NUMBERS; i++) {
		char num[24], *q = num + sizeof num - 1;
		uint64_t u = n[i];

		*q = 0;
		do
			*--q = (char)('0' + u % 10);
		while (u /= 10);
		strcpy(p, q);
		p += strlen(p);
		*p++ = ' ';
	}
	*p = 0;
}

int
adopt_numbers_unpack(uint64_t *n, char *p)
{
	for (int i = 0; i < ADOPT_NUMBERS; i++) {
		char *end = strchr(p, ' ');

		if (!end)
			return 0;
		*end = 0;
		if (!num_u64(p, &n[i]))
			return 0;
		p = end + 1;
	}
	return !*p;
}

static int
new_program(char *path, size_t max)
{
	const char *env = getenv("REEVE_SUPERVISE");

	if (env && *env ? path_join(path, max, env) < 0
			: chain_sister(path, max, "reeve-supervise") < 0) {
		warn_sys("unable to find the new program (staying the old "
			 "one)");
		return -1;
	}
	return 0;
}

int
adopt_understood(const char *servicedir)
{
	struct detail d;
	struct status st;

	if (detail_read(&d, AT_FDCWD, servicedir) < 0)
		return -1;
	return status_read(&st, AT_FDCWD, servicedir);
}

void
adopt_check(struct super *s)
{
	char path[PATH_LEN], word[] = "--self-check", here[] = ".";
	char *argv[4] = { path, word, here, 0 };
	struct spawn sp = {
		.file = path, .argv = argv, .handled = act_signals
	};

	if (s->checker || new_program(path, sizeof path) < 0)
		return;
	s->checker = spawn(&sp);
	if (s->checker < 0) {
		warn_sys("unable to start %s --self-check (staying the old "
			 "program)",
			path);
		s->checker = 0;
		return;
	}
	s->check_until = os_now() + CHECK_MS * MS;
}

void
adopt_checked(struct super *s, int wstat)
{
	s->checker = 0;
	s->check_until = 0;
	if (WIFEXITED(wstat) && !WEXITSTATUS(wstat))
		s->become = 1;
	else
		warn("the new program does not pass its self-check (%s %d; "
		     "keeping the old program)",
			WIFEXITED(wstat) ? "exit code" : "signal",
			WIFEXITED(wstat) ? WEXITSTATUS(wstat)
					 : WTERMSIG(wstat));
}

void
adopt_reexec(struct super *s)
{
	char path[PATH_LEN], text[ADOPT_TEXT], name[DETAIL_DEF];
	char *argv[3];
	uint64_t n[ADOPT_NUMBERS];

	s->become = 0;
	act_publish(s);
	if (s->republish) {
		warn("keeping the old program");
		return;
	}
	if (new_program(path, sizeof path) < 0)
		return;
	numbers(s, n);
	adopt_numbers_pack(text, n);
	if (setenv(RESUME, text, 1) < 0) {
		warn_sys("keeping the old program");
		return;
	}
	memcpy(&argv[0], &s->argv0, sizeof s->argv0);
	/* An update may have given it another name. */
	argv[1] = start_name(s, name);
	if (*argv[1] == '-')
		memcpy(&argv[1], &s->name, sizeof s->name);
	argv[2] = 0;
	keep_on_exec(s, 1);
	execv(path, argv);
	warn_sys("unable to execute %s (keeping the old program)", path);
	keep_on_exec(s, 0);
	unsetenv(RESUME);
}

int
adopt_resume(struct super *s)
{
	unsigned char buf[DETAIL_SIZE + 1];
	char *text = getenv(RESUME);
	uint64_t n[ADOPT_NUMBERS];
	ssize_t r;

	if (!text)
		return 0;
	if (!adopt_numbers_unpack(n, text) || n[0] != (uint64_t)getpid()) {
		unsetenv(RESUME);
		return 0;
	}
	unsetenv(RESUME);
	s->lock = (int)n[1];
	s->control = (int)n[2];
	s->notify = (int)n[3] - 1;
	s->in = (int)n[4] - 1;
	s->out = (int)n[5] - 1;
	s->pidfd = (int)n[6] - 1;
	s->died = n[7];
	s->readied = n[8];
	s->spawn_fails = (unsigned)n[9];
	s->asked = n[10] & 1;
	s->once = n[10] >> 1 & 1;
	s->permanent = n[10] >> 2 & 1;
	keep_on_exec(s, 0);
	r = pread(s->lock, buf, sizeof buf, 0);
	if (r < 0 || !detail_unpack(&s->dt, buf, (size_t)r) ||
		status_read(&s->st, AT_FDCWD, ".") < 0)
		die_sys(EX_SYSTEM,
			"unable to read what the old program "
			"left");
	s->dt.boot = os_boot_token();
	s->state = (enum state)s->dt.state;
	s->deadline = s->dt.deadline;
	if (s->st.pid && s->dt.adopted && s->pidfd < 0)
		s->peek = os_now() + LOOK_MS * MS;
	return 1;
}
