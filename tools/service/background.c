/* background.c - see background.h. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <skalibs/selfpipe.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/os.h"
#include "tools/service/background.h"

enum { LOOK_MS = 50, END_MS = 2000 };
enum { EX_NODAEMON = 104 }; /* pidfile names no process: s6's code */

extern char **environ;

static const int passed_on[] = { SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGUSR1,
	SIGUSR2, SIGALRM, SIGTERM, SIGCONT, SIGWINCH };

/* End as a process ended. */
static _Noreturn void
end_as(const struct background *b, int wstat)
{
	if (WIFSIGNALED(wstat)) {
		int sig = WTERMSIG(wstat);
		sigset_t set;

		if (b->alike) {
			signal(sig, SIG_DFL);
			sigemptyset(&set);
			sigaddset(&set, sig);
			kill(getpid(), sig);
			sigprocmask(SIG_UNBLOCK, &set, 0);
		}
		_exit(128 + sig);
	}
	_exit(WEXITSTATUS(wstat));
}

static pid_t
start(const struct background *b)
{
	char **argv = b->argv;
	posix_spawnattr_t attr;
	sigset_t none, all;
	pid_t pid;
	int e;

	sigemptyset(&none);
	sigfillset(&all);
	sigdelset(&all, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(
		&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	e = posix_spawnp(&pid, argv[0], 0, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	if (e) {
		errno = e;
		die_sys(e == ENOENT ? EX_NOTFOUND : EX_NOEXEC,
			"unable to start %s", argv[0]);
	}
	return pid;
}

/* Take signals: send those to be passed on to pid, by its descriptor where
 * there is one: its number may be another's by now.  1 if a child ended. */
static int
take_signals(pid_t pid, int pidfd)
{
	int c, child = 0;

	while ((c = selfpipe_read()) > 0) {
		if (c == SIGCHLD)
			child = 1;
		else if (pidfd < 0 || os_pidfd_kill(pidfd, c) < 0)
			kill(pid, c);
	}
	return child;
}

/* Reap all children; 1 when pid was among them, with its status. */
static int
reap(pid_t pid, int *wstat)
{
	int w, found = 0;
	pid_t p;

	while ((p = waitpid(-1, &w, WNOHANG)) > 0 || (p < 0 && errno == EINTR))
		if (p == pid) {
			*wstat = w;
			found = 1;
		}
	return found;
}

static int
is_descendant(pid_t pid)
{
	for (; pid > 1; pid = os_parent(pid))
		if (os_parent(pid) == getpid())
			return 1;
	return 0;
}

/* Ours or root's, so that nobody else can have chosen what it says. */
static int
trusted(const struct stat *st)
{
	return !st->st_uid || st->st_uid == geteuid();
}

/* May this file name a process that we did not start?  We will send it
 * signals, maybe as root: so a user may name only what is his. */
static int
may_name(int fd, pid_t pid)
{
	struct stat st;

	/* A second name of another service's file says nothing of who put
	 * it here. */
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1)
		return 0;
	return trusted(&st) || os_owns(st.st_uid, pid);
}

/* A link is another's choice as well. */
static int
open_pidfile(const char *path)
{
	int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
	int fd = open(path, flags | O_NOFOLLOW);
	struct stat st;

	if (fd >= 0 || lstat(path, &st) < 0 || !S_ISLNK(st.st_mode) ||
		!trusted(&st))
		return fd;
	return open(path, flags);
}

/* The daemon's pid, 0 if the file does not (yet) name a living process. */
static pid_t
read_pidfile(const struct background *b)
{
	static int told;
	char buf[64];
	int fd = open_pidfile(b->pidfile);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof buf - 1);
	char *s = buf;
	pid_t found = 0;
	unsigned pid;

	buf[n < 0 ? 0 : n] = 0;
	s += strspn(s, " \t\n");
	s[strcspn(s, " \t\r\n")] = 0;
	if (!num_uint(s, &pid) || pid < 2 || pid > INT_MAX)
		goto out;
	if (is_descendant((pid_t)pid))
		found = (pid_t)pid;
	else if (!b->own && (kill((pid_t)pid, 0) == 0 || errno == EPERM)) {
		if (may_name(fd, (pid_t)pid))
			found = (pid_t)pid;
		else if (!told++)
			warn("%s names process %u, which was not started by "
			     "us and does not belong to the file's owner: "
			     "it is not believed",
				b->pidfile, pid);
	}
out:
	if (fd >= 0)
		close(fd);
	return found;
}

static void
send_to(void *sig, pid_t pid)
{
	kill(pid, *(int *)sig);
	kill(pid, SIGCONT);
}

/* Nobody will supervise what we have adopted: it ends before we do, or the
 * next start would be a second daemon. */
static void
end_adopted(const struct background *b)
{
	int sig = SIGTERM, none = 0;

	if (!b->own || os_descendants(getpid(), 0, send_to, &sig) <= 0)
		return;
	warn("ending what %s has left in the background", b->argv[0]);
	sig = SIGKILL;
	for (int ms = 0; ms < 2 * END_MS; ms += LOOK_MS) {
		while (waitpid(-1, 0, WNOHANG) > 0)
			;
		if (os_descendants(getpid(), 0, send_to,
			    ms < END_MS ? &none : &sig) <= 0)
			return;
		poll(0, 0, LOOK_MS);
	}
}

/* Wait until prog has exited 0. */
static void
await_prog(const struct background *b, int sp, pid_t prog, uint64_t deadline)
{
	struct pollfd p = { sp, POLLIN, 0 };
	int wstat;

	for (;;) {
		poll(&p, 1, clock_left(deadline));
		if (take_signals(prog, -1) &&
			waitpid(prog, &wstat, WNOHANG) == prog)
			break;
		if (clock_passed(deadline)) {
			kill(prog, SIGKILL);
			/* s6 tells how prog has ended by that. */
			die(prog_as_s6 ? 128 + SIGKILL : EX_TIMEOUT,
				"%s has not gone into the background in time",
				b->argv[0]);
		}
	}
	if (!wstat)
		return;
	if (WIFSIGNALED(wstat))
		warn("%s was killed by signal %d instead of going into the "
		     "background",
			b->argv[0], WTERMSIG(wstat));
	else
		warn("%s has failed (%d) instead of going into the background",
			b->argv[0], WEXITSTATUS(wstat));
	end_adopted(b);
	end_as(b, wstat);
}

/* Most daemons have written their pidfile when the parent exits; for the
 * others there is nothing to wait on but the file itself. */
static pid_t
await_pidfile(const struct background *b, int sp, uint64_t deadline)
{
	struct pollfd p = { sp, POLLIN, 0 };
	pid_t pid;

	while (!(pid = read_pidfile(b))) {
		uint64_t look = clock_deadline(LOOK_MS);
		int c;

		if (clock_passed(deadline)) {
			warn("%s does not name a process%s%s in time",
				b->pidfile, b->own ? " started by " : "",
				b->own ? b->argv[0] : "");
			end_adopted(b);
			_exit(EX_TIMEOUT);
		}
		if (!b->own && waitpid(-1, &c, WNOHANG) < 0 && errno == ECHILD)
			die(EX_NODAEMON,
				"the daemon has exited without naming "
				"itself in %s",
				b->pidfile);
		poll(&p, 1, clock_left(look < deadline ? look : deadline));
		/* Told to end while there is nobody to pass it on to. */
		while ((c = selfpipe_read()) > 0)
			if (c == SIGTERM || c == SIGINT) {
				end_adopted(b);
				_exit(128 + c);
			}
	}
	return pid;
}

/* Wait for its end, and end. */
static _Noreturn void
await_daemon(const struct background *b, int sp, pid_t pid)
{
	int end = os_pidfd(pid), wstat = 0;
	struct pollfd p[2] = { { sp, POLLIN, 0 }, { end, POLLIN, 0 } };

	/* It may have ended before the selfpipe was looked at. */
	for (;;) {
		if (reap(pid, &wstat))
			end_as(b, wstat);
		if (p[1].revents || kill(pid, 0) < 0) {
			/* Not our child, so its code went elsewhere. */
			warn("%s (process %ld) has ended, and was not started "
			     "by us",
				b->argv[0], (long)pid);
			_exit(EX_OK);
		}
		/* Without pidfds nothing tells the end of who is no child. */
		poll(p, 2, end < 0 ? LOOK_MS : -1);
		take_signals(pid, end);
	}
}

static void
notify(int fd)
{
	if (fd < 0)
		return;
	if (write(fd, "\n", 1) < 0)
		warn_sys("unable to tell readiness");
	close(fd);
}

_Noreturn void
background_run(const struct background *b)
{
	uint64_t deadline;
	pid_t pid;
	int sp;

	if (b->fd >= 0 && fcntl(b->fd, F_SETFD, FD_CLOEXEC) < 0)
		die_sys(EX_SYSTEM, "unable to use descriptor %d", b->fd);
	if (os_subreaper() < 0)
		die_sys(b->unsupported,
			"unable to adopt the daemon: this "
			"system does not hand orphans to anyone but process "
			"1, so run it in the foreground instead");
	if (b->own && unlink(b->pidfile) < 0 && errno != ENOENT)
		die_sys(EX_SYSTEM, "unable to remove old %s", b->pidfile);
	sp = selfpipe_init();
	if (sp < 0 || !selfpipe_trap(SIGCHLD))
		die_sys(EX_SYSTEM, "unable to watch for signals");
	for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
		if (!selfpipe_trap(passed_on[i]))
			die_sys(EX_SYSTEM, "unable to watch for signals");
	deadline = clock_deadline(b->ms);
	pid = start(b);
	await_prog(b, sp, pid, b->overall ? deadline : CLOCK_NEVER);
	if (!b->overall)
		deadline = clock_deadline(b->ms);
	pid = await_pidfile(b, sp, deadline);
	notify(b->fd);
	await_daemon(b, sp, pid);
}
