/* notifyoncheck.c - make a service that cannot tell when it is ready tell
 * it, by running a check until it succeeds.  See reeve-notifyoncheck(1). */

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

#include "lib/chain.h"
#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "supervise/control.h"
#include "supervise/event.h"
#include "tools/ready/watcher.h"

extern char **environ;

static const struct opt opts[] = { { 'd', "doublefork", 0,
					   "do not be a child of prog" },
	{ '3', "notification-fd", "FD",
		"tell readiness there (default: the\n"
		"number in the file notification-fd)" },
	{ 's', "initial-sleep", "MS", "before the first check (default 10)" },
	{ 'T', "global-timeout", "MS",
		"give up after this time (default 0:\n"
		"never)" },
	{ 't', "local-timeout", "MS",
		"kill a check after this time (default 0:\n"
		"never)" },
	{ 'w', "waiting-time", "MS", "between two checks (default 1000)" },
	{ 'n', "tries", "N", "give up after N checks (default 7; 0: never)" },
	{ 'c', "check-program", "CMD",
		"run this execline command line\n"
		"(default: ./data/check)" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[-d] [-3 FD] [-s MS] [-T MS] [-t MS] [-w MS] [-n N] [-c CMD] prog...",
	"To be called by a run script, in the service directory: execute prog,\n"
	"and beside it run a check until it exits 0, then tell supervise that\n"
	"the service is ready.",
	opts,
	"Exit status: 100 misuse, or not supervised; 111 system error; 126 and\n"
	"127 prog cannot be executed, or was not found."
};

struct check {
	int fd;
	unsigned first_ms, all_ms, one_ms, wait_ms, tries;
	const char *command; /* or 0 */
	struct listener events; /* of the service, to end with it */
	int selfpipe;
};

enum { T_OVER = -1, T_TIME = 0, T_CHILD = 1 };

/* Wait until the deadline or, if told, a child's end.  T_OVER: the service
 * has died. */
static int
wait_for(struct check *k, uint64_t deadline, int child)
{
	struct pollfd p[2] = { { k->selfpipe, POLLIN, 0 },
		{ k->events.fd, POLLIN, 0 } };
	char buf[64];
	ssize_t r;

	for (;;) {
		if (poll(p, 2, clock_left(deadline)) < 0 && errno != EINTR)
			return T_OVER;
		if (p[1].revents) {
			r = read(k->events.fd, buf, sizeof buf);
			if (r > 0 &&
				(memchr(buf, 'd', (size_t)r) ||
					memchr(buf, 'x', (size_t)r)))
				return T_OVER;
		}
		if (p[0].revents)
			while (selfpipe_read() > 0)
				if (child)
					return T_CHILD;
		if (clock_passed(deadline))
			return T_TIME;
	}
}

static pid_t
start_check(const struct check *k)
{
	char prog[] = "./data/check", el[] = "execlineb", flags[] = "-Pc";
	char command[4096];
	char *plain[] = { prog, 0 }, *line[] = { el, flags, command, 0 };
	char **argv = k->command ? line : plain;
	posix_spawnattr_t attr;
	sigset_t none;
	pid_t pid;
	int e;

	if (k->command) {
		strncpy(command, k->command, sizeof command - 1);
		command[sizeof command - 1] = 0;
	}
	/* The selfpipe has SIGCHLD blocked here. */
	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	e = posix_spawnp(&pid, argv[0], 0, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	if (e) {
		errno = e;
		warn_sys("unable to start the check %s", argv[0]);
		return -1;
	}
	return pid;
}

/* 1: ready, 0: not yet, T_OVER. */
static int
one_check(struct check *k, uint64_t end)
{
	uint64_t deadline = clock_deadline(k->one_ms);
	pid_t pid = start_check(k);
	int wstat, r;

	if (pid < 0)
		return 0;
	deadline = deadline < end ? deadline : end;
	for (;;) {
		r = wait_for(k, deadline, 1);
		if (r != T_CHILD)
			break;
		if (waitpid(pid, &wstat, WNOHANG) == pid)
			return WIFEXITED(wstat) && !WEXITSTATUS(wstat);
	}
	kill(pid, SIGKILL);
	while (waitpid(pid, &wstat, 0) < 0 && errno == EINTR)
		;
	return r == T_OVER ? T_OVER : 0;
}

static _Noreturn void
watch(struct check *k)
{
	uint64_t end = clock_deadline(k->all_ms);
	uint64_t next = clock_now() + k->first_ms;

	/* Once more when the service has died it is of no use. */
	if (event_listen(&k->events, EVENT_DIR) < 0)
		k->events.fd = -1;
	k->selfpipe = selfpipe_init();
	if (k->selfpipe < 0 || !selfpipe_trap(SIGCHLD))
		die_sys(EX_SYSTEM, "unable to watch for SIGCHLD");
	for (unsigned i = 0; !k->tries || i < k->tries; i++) {
		int r = wait_for(k, next < end ? next : end, 0);

		if (r == T_TIME && !clock_passed(end))
			r = one_check(k, end);
		else
			r = T_OVER;
		if (r == 1 && write(k->fd, "\n", 1) < 0)
			warn_sys("unable to tell readiness");
		if (r != 0)
			break;
		next = clock_now() + k->wait_ms;
	}
	if (k->events.fd >= 0)
		event_unlisten(&k->events);
	_exit(0);
}

static unsigned
number(const char *what, const char *s)
{
	return opt_uint(what, s, 0, UINT_MAX);
}

int
main(int argc, char **argv)
{
	struct check k = {
		.fd = -1, .first_ms = 10, .wait_ms = 1000, .tries = 7
	};
	int c, twice = 0;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'd':
			twice = 1;
			break;
		case '3':
			k.fd = (int)opt_uint(
				"the descriptor", optarg, 0, INT_MAX);
			break;
		case 's':
			k.first_ms = number("the sleep", optarg);
			break;
		case 'T':
			k.all_ms = number("the timeout", optarg);
			break;
		case 't':
			k.one_ms = number("the timeout", optarg);
			break;
		case 'w':
			k.wait_ms = number("the wait", optarg);
			break;
		case 'n':
			k.tries = number("the number of tries", optarg);
			break;
		case 'c':
			k.command = optarg;
			break;
		}
	argv += optind;
	if (!*argv)
		opt_usage(&usage);
	if (k.command && strlen(k.command) >= 4096)
		die(EX_MISUSE, "the check is longer than 4095 bytes");
	if (k.fd < 0)
		k.fd = watcher_notification_fd();
	else
		watcher_check_fd(k.fd);
	if (control_alive(AT_FDCWD, ".") != 1)
		die(EX_MISUSE, "no supervise runs for the current directory");
	c = watcher_fork(twice);
	if (c < 0)
		die_sys(EX_SYSTEM, "unable to fork");
	if (c) {
		/* The checks are not to have it. */
		fcntl(k.fd, F_SETFD, FD_CLOEXEC);
		watch(&k);
	}
	close(k.fd);
	chain_exec(argv);
}
