/* background-watch.c - run a daemon that cannot stay in the foreground, and
 * stand in for it: pass on signals, end when it ends.
 * See reeve-background-watch(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <skalibs/selfpipe.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/os.h"

extern char **environ;

static const struct opt opts[] = {
	{ 't', "timeout", "MS", "the daemon must be in the background, and its\n"
		"pidfile there, within this time (default 0:\n"
		"for ever); else exit 99" },
	{ 'd', "notification-fd", "FD", "write a newline there when it is" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[-t MS] [-d FD] pidfile prog...",
	"Run prog, which starts a daemon, writes its process id to pidfile and\n"
	"exits.  Then pass on signals to the daemon, and exit when it does.",
	opts,
	"Exit status: that of the daemon, or of prog if it fails, or 128 + n if\n"
	"signal n ended it; 99 it took too long; 100 misuse; 111 system error;\n"
	"112 this system cannot adopt a daemon."
};

enum { EX_UNSUPPORTED = 112, LOOK_MS = 50 };

static const int passed_on[] = { SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGUSR1,
	SIGUSR2, SIGALRM, SIGTERM, SIGCONT, SIGWINCH };

static int
code_of(int wstat)
{
	return WIFSIGNALED(wstat) ? 128 + WTERMSIG(wstat) : WEXITSTATUS(wstat);
}

static pid_t
start(char **argv)
{
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
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
		POSIX_SPAWN_SETSIGDEF);
	e = posix_spawnp(&pid, argv[0], 0, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	if (e) {
		errno = e;
		die_sys(EX_SYSTEM, "unable to start %s", argv[0]);
	}
	return pid;
}

/* Take signals: send those to be passed on to pid.  1 if a child ended. */
static int
take_signals(pid_t pid)
{
	int c, child = 0;

	while ((c = selfpipe_read()) > 0) {
		if (c == SIGCHLD)
			child = 1;
		else
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

/* The daemon's pid, 0 if the file does not (yet) name a living process. */
static pid_t
read_pidfile(const char *file)
{
	char buf[64];
	ssize_t n = file_read(AT_FDCWD, file, buf, sizeof buf - 1);
	char *s = buf;
	unsigned pid;

	if (n <= 0)
		return 0;
	buf[n] = 0;
	s += strspn(s, " \t\n");
	s[strcspn(s, " \t\r\n")] = 0;
	if (!num_uint(s, &pid) || pid < 2 || pid > INT_MAX)
		return 0;
	return kill((pid_t)pid, 0) == 0 || errno == EPERM ? (pid_t)pid : 0;
}

/* Wait until prog has exited 0. */
static void
await_prog(int sp, pid_t prog, uint64_t deadline, const char *name)
{
	struct pollfd p = { sp, POLLIN, 0 };
	int wstat;

	for (;;) {
		poll(&p, 1, clock_left(deadline));
		if (take_signals(prog)) {
			int w, r = (int)waitpid(prog, &w, WNOHANG);

			if (r == (int)prog) {
				wstat = w;
				break;
			}
		}
		if (clock_passed(deadline)) {
			kill(prog, SIGKILL);
			die(EX_TIMEOUT, "%s has not gone into the background "
				"in time", name);
		}
	}
	if (code_of(wstat)) {
		warn("%s has failed (%d)", name, code_of(wstat));
		_exit(code_of(wstat));
	}
}

/* Most daemons have written their pidfile when the parent exits; for the
 * others there is nothing to wait on but the file itself. */
static pid_t
await_pidfile(int sp, const char *file, uint64_t deadline)
{
	struct pollfd p = { sp, POLLIN, 0 };
	pid_t pid;

	while (!(pid = read_pidfile(file))) {
		uint64_t look = clock_deadline(LOOK_MS);
		int c;

		if (clock_passed(deadline))
			die(EX_TIMEOUT, "%s does not name a process in time",
				file);
		if (waitpid(-1, &c, WNOHANG) < 0 && errno == ECHILD)
			die(EX_SYSTEM, "the daemon has exited without naming "
				"itself in %s", file);
		poll(&p, 1, clock_left(look < deadline ? look : deadline));
		/* Told to end while there is nobody to pass it on to. */
		while ((c = selfpipe_read()) > 0)
			if (c == SIGTERM || c == SIGINT)
				_exit(128 + c);
	}
	return pid;
}

/* Wait for its end; the exit code. */
static int
await_daemon(int sp, pid_t pid, const char *name)
{
	int end = os_pidfd(pid), wstat = 0;
	struct pollfd p[2] = { { sp, POLLIN, 0 }, { end, POLLIN, 0 } };

	/* It may have ended before the selfpipe was looked at. */
	for (;;) {
		if (reap(pid, &wstat))
			return code_of(wstat);
		if (p[1].revents || kill(pid, 0) < 0) {
			/* Not our child, so its code went elsewhere. */
			warn("%s (process %ld) has ended, and was not started "
				"by us", name, (long)pid);
			return EX_OK;
		}
		poll(p, 2, -1);
		take_signals(pid);
	}
}

int
main(int argc, char **argv)
{
	unsigned ms = 0;
	int c, sp, fd = -1;
	uint64_t deadline;
	pid_t pid;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == 't')
			ms = opt_uint("the timeout", optarg, 0, UINT_MAX);
		else
			fd = (int)opt_uint("the descriptor", optarg, 0,
				INT_MAX);
	}
	argv += optind;
	if (!argv[0] || !argv[1])
		opt_usage(&usage);
	if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		die_sys(EX_SYSTEM, "unable to use descriptor %d", fd);
	if (os_subreaper() < 0)
		die_sys(EX_UNSUPPORTED, "unable to adopt daemons");
	sp = selfpipe_init();
	if (sp < 0 || !selfpipe_trap(SIGCHLD))
		die_sys(EX_SYSTEM, "unable to watch for signals");
	for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
		if (!selfpipe_trap(passed_on[i]))
			die_sys(EX_SYSTEM, "unable to watch for signals");
	deadline = clock_deadline(ms);
	pid = start(argv + 1);
	await_prog(sp, pid, deadline, argv[1]);
	pid = await_pidfile(sp, argv[0], deadline);
	if (fd >= 0 && write(fd, "\n", 1) < 0)
		warn_sys("unable to tell readiness");
	if (fd >= 0)
		close(fd);
	return await_daemon(sp, pid, argv[1]);
}
