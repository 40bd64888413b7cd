/* supervise.c - keep one service as wanted.  Set-up and the loop; what is
 * done on what is machine.c, how it is done act.c.  See reeve-supervise(1).
 *
 * At rest it holds five descriptors (0, 1, 2, the lock, the control fifo),
 * has no timer, and has written to three pages of memory.  So no malloc,
 * no stdio, no large buffers on the way there. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <getopt.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/os.h"
#include "lib/trap.h"
#include "supervise/act.h"
#include "supervise/adopt.h"
#include "supervise/event.h"
#include "supervise/tally.h"

enum { OPT_SELF_CHECK = OPT_LONG, COMMANDS = 64, WAIT_AGAIN_MS = 100 };

static const struct opt opts[] = {
	{ OPT_SELF_CHECK, "self-check", 0,
		"only say that this program runs "
		"here, by exit status 0,\nand, if a servicedir is given, "
		"that it can go on from\nwhat the supervise there has "
		"written" },
	{ 0 }
};
static const struct usage usage = { "servicedir",
	"Start the service in servicedir and keep it as it is wanted: up or "
	"down.",
	opts,
	"Commands come through servicedir/supervise/control (see "
	"reeve-svc); the state is in\nservicedir/supervise/status (see "
	"reeve-svstat).  SIGTERM: stop the service, then exit;\nSIGHUP: let "
	"go of standard input and output, exit when it ends; SIGINT: send it "
	"to the\nservice's process group and exit; SIGQUIT: exit and leave "
	"the service alone.\nExit status: 0 done, 100 misuse or already "
	"supervised, 111 system error." };

/* event/ and supervise/ may be links that dangle: then their targets are
 * made, so that both can lie somewhere writable. */
static void
make_dir(const char *name, int (*make)(const char *))
{
	char target[512];
	ssize_t n;

	if (make(name) == 0)
		return;
	if (errno == EEXIST && access(name, F_OK) < 0) {
		n = readlink(name, target, sizeof target - 1);
		if (n > 0) {
			target[n] = 0;
			if (make(target) == 0)
				return;
		}
	} else if (errno == EEXIST) {
		return;
	}
	die_sys(EX_SYSTEM, "unable to create directory %s", name);
}

static int
make_event(const char *path)
{
	if (mkdir(path, 0700) < 0)
		return -1;
	if (chown(path, (uid_t)-1, getegid()) < 0)
		return -1;
	return chmod(path, 03730);
}

static int
make_supervise(const char *path)
{
	return mkdir(path, 0700);
}

static int
open_lock(const char *name)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(
		LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);

	if (fd < 0)
		die_sys(EX_SYSTEM, "unable to open %s/%s", name, LOCK_FILE);
	file_only_ours(fd);
	if (fcntl(fd, F_SETLK, &l) < 0) {
		if (errno == EAGAIN || errno == EACCES)
			die(EX_MISUSE,
				"another supervise already runs for "
				"%s",
				name);
		die_sys(EX_SYSTEM, "unable to lock %s/%s", name, LOCK_FILE);
	}
	return fd;
}

static int
open_control(const char *name)
{
	int fd;

	/* Open both ways: one descriptor that never sees an end of file. */
	if (mkfifo(CONTROL_FILE, 0600) < 0 && errno != EEXIST)
		die_sys(EX_SYSTEM, "unable to create fifo %s/%s", name,
			CONTROL_FILE);
	fd = open(CONTROL_FILE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		die_sys(EX_SYSTEM, "unable to open %s/%s", name, CONTROL_FILE);
	return fd;
}

/* Descriptors 0 to 2 must be something, or ours would come to lie there. */
static void
fill_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < 2);
	if (fd > 2)
		close(fd);
}

/* Make the service directory ours. */
static void
set_up(struct super *s)
{
	mode_t mask = umask(0);

	if (chain_export() < 0)
		die_sys(EX_SYSTEM, "unable to set REEVE_BIN");
	if (chdir(s->name) < 0)
		die_sys(EX_SYSTEM, "unable to change directory to %s", s->name);
	make_dir(EVENT_DIR, make_event);
	make_dir("supervise", make_supervise);
	/* First, as whoever sees the lock (reeve-svok) may send commands. */
	s->control = open_control(s->name);
	if (s->control <= 2) {
		close(s->control);
		fill_standard_fds();
		s->control = open_control(s->name);
	}
	s->lock = open_lock(s->name);
	umask(mask);
	trap_signals(act_signals);
}

/* What a service is before its first start, as s6 says it. */
static void
start_afresh(struct super *s)
{
	unlink(TALLY_FILE);
	s->state = DOWN;
	s->st.paused = 1;
	s->st.ready = 1;
	tain_wallclock_read(&s->st.changed);
	s->st.readied = s->st.changed;
	s->st.wanted_up = access("down", F_OK) < 0;
	s->dt.reason = s->st.wanted_up ? WHY_NONE : WHY_DOWN_FILE;
}

/* Until a descriptor is ready, a signal came, or the next deadline. */
static void
wait_for_something(const struct super *s, struct pollfd *fds)
{
	uint64_t next = trap_earlier(s->check_until,
		trap_earlier(
			s->state == DOWN && !s->st.wanted_up ? 0 : s->deadline,
			trap_earlier(s->republish, s->peek)));

	fds[0] = (struct pollfd){ s->control, POLLIN, 0 };
	fds[1] = (struct pollfd){ s->notify, POLLIN, 0 };
	fds[2] = (struct pollfd){ s->peek ? -1 : s->pidfd, POLLIN, 0 };
	/* While it stops the next event is near, and then our end. */
	if (!next && (s->state == DOWN || !s->dt.stopping))
		os_shed_stack();
	/* No memory to wait with: that passes, and must not be a spin. */
	if (trap_wait(fds, 3, next) < 0 && errno != EINTR)
		poll(0, 0, WAIT_AGAIN_MS);
}

/* As waitpid tells it. */
static int
wait_status(const siginfo_t *i)
{
	return i->si_code == CLD_EXITED
		? (i->si_status & 0xff) << 8
		: i->si_status | (i->si_code == CLD_DUMPED ? 0x80 : 0);
}

/* The one place where children are waited for.  One is let go only when what
 * its end led to is written down: if we are killed before that, svscan has it,
 * and tells how it ended. */
static void
reap(struct super *s)
{
	siginfo_t i;

	while (s->state != END) {
		i.si_pid = 0;
		if (waitid(P_ALL, 0, &i, WEXITED | WNOHANG | WNOWAIT) < 0 ||
			!i.si_pid)
			return;
		if ((uint64_t)i.si_pid == s->st.pid) {
			s->wstat = wait_status(&i);
			act(s, EV_EXIT, 0);
		} else if (i.si_pid == s->checker) {
			adopt_checked(s, wait_status(&i));
		}
		/* At the end main writes it down. */
		if (s->state != END)
			waitpid(i.si_pid, 0, WNOHANG);
	}
}

static void
obey_signals(struct super *s)
{
	if (trap_took(SIGCHLD))
		reap(s);
	if (trap_took(SIGTERM))
		act(s, SIG_TERM, 0);
	if (trap_took(SIGHUP))
		act(s, SIG_HUP, 0);
	if (trap_took(SIGQUIT))
		act(s, SIG_QUIT, 0);
	if (trap_took(SIGINT))
		act(s, SIG_INT, 0);
}

static void
obey_control(struct super *s)
{
	char c;

	/* One at a time: what is behind a byte that ends us stays for the
	 * next supervise.  And not without end: whoever may write here may
	 * not have us do nothing else. */
	for (int i = 0;
		i < COMMANDS && s->state != END && read(s->control, &c, 1) == 1;
		i++) {
		const struct command *cmd = control_find(c);

		if (cmd)
			act(s, (enum event)cmd->event, cmd);
	}
}

/* Nobody can reach us any more: with nothing to look after, another supervise
 * can, if svscan still has an entry of this name. */
static void
end_if_removed(const struct super *s)
{
	struct stat st;

	if (s->republish && s->state == DOWN && stat("supervise", &st) < 0 &&
		errno == ENOENT)
		die(EX_SYSTEM,
			"the service directory was removed, and nothing "
			"runs there: ending");
}

static void
obey_clock(struct super *s)
{
	uint64_t now = os_now();

	if (s->republish && s->republish <= now) {
		act_publish(s);
		end_if_removed(s);
	}
	if (s->check_until && s->check_until <= now) {
		kill(s->checker, SIGKILL);
		s->check_until = 0;
	}
	if (s->peek && s->peek <= now) {
		s->peek = 0;
		if (adopt_ended(s))
			act(s, EV_EXIT, 0);
	}
	if (s->deadline && s->deadline <= now &&
		(s->state != DOWN || s->st.wanted_up))
		act(s, EV_TIMEOUT, 0);
}

static void
loop(struct super *s)
{
	struct pollfd fds[3];

	while (s->state != END) {
		wait_for_something(s, fds);
		/* Readiness before death: it may have said so and died. */
		if (fds[1].revents)
			act_notified(s);
		obey_signals(s);
		if (fds[2].revents && adopt_ended(s))
			act(s, EV_EXIT, 0);
		obey_clock(s);
		if (fds[0].revents)
			obey_control(s);
		/* Here no signal is half dealt with. */
		if (s->become && s->state != END)
			adopt_reexec(s);
	}
}

/* With us goes what is in its pipe, if nobody else has it open. */
static void
tell_unread(const struct super *s)
{
	int n = 0;

	if (s->in >= 0 && !s->st.pid && ioctl(s->in, FIONREAD, &n) == 0 && n)
		warn("%d bytes in its pipe were not read", n);
}

/* Many supervises write to the same place: "reeve-supervise foo: ...". */
static void
name_in_messages(const struct super *s)
{
	static char prog[96];

	if (strlen(s->argv0) + strlen(s->name) + 2 <= sizeof prog) {
		strcpy(prog, s->argv0);
		strcat(prog, " ");
		strcat(prog, s->name);
		prog_name = prog;
	}
}

/* A new program looks whether it can take over.  Its exit code. */
static int
self_check(const char *servicedir)
{
	if (adopt_understood(servicedir) == 0)
		return EX_OK;
	warn_sys("unable to understand what the supervise of %s has written",
		servicedir);
	return EX_SYSTEM;
}

int
main(int argc, char **argv)
{
	/* Not on the stack, so that this fits into fewer pages. */
	static struct super s = { .lock = -1,
		.control = -1,
		.notify = -1,
		.pidfd = -1,
		.in = -1,
		.out = -1 };

	prog_init(argv[0]);
	if (argc != 2 || argv[1][0] == '-') {
		int c, check = 0;

		while ((c = opt_next(&usage, argc, argv)) != -1)
			check = c == OPT_SELF_CHECK;
		if (check && optind == argc)
			return 0;
		if (check && argc - optind == 1)
			return self_check(argv[optind]);
		if (argc - optind != 1)
			opt_usage(&usage);
	} else {
		optind = 1;
	}
	s.argv0 = prog_name;
	s.name = argv[optind];
	name_in_messages(&s);
	if (adopt_resume(&s)) {
		msg_never_wait();
		trap_signals(act_signals);
		reap(&s);
	} else {
		set_up(&s);
		msg_never_wait();
		s.dt.boot = os_boot_token();
		act_letter(&s, 's');
		if (!adopt(&s))
			start_afresh(&s);
		if (s.state == DOWN && s.st.wanted_up)
			act(&s, EV_TIMEOUT, 0);
		if (s.letters[0])
			act_publish(&s);
	}
	loop(&s);
	tell_unread(&s);
	act_letter(&s, 'x');
	act_publish(&s);
	waitpid(-1, 0, WNOHANG);
	return 0;
}
