/* sudod.c - the server's half of sudo: run one fixed program for a client,
 * with the client's arguments and descriptors.  See s6-sudod(8).
 *
 * Nothing of the client's environment is believed but variables that ours
 * has and has empty. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/selfpipe.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/s6/ipc/sudo-request.h"
#include "tools/s6/ipc/umsg.h"

static const struct opt opts[] = {
	{ '0', "no-stdin", 0, "/dev/null instead of the client's stdin" },
	{ '1', "own-stdout", 0, "/dev/null instead of the client's stdout" },
	{ '2', "own-stderr", 0, "our stderr instead of the client's" },
	{ 'd', "detach", 0, "let the program run on when the client goes" },
	{ 't', "timeout", "MS", "wait MS at most for the request (for ever)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -0 ] [ -1 ] [ -2 ] [ -d ] [ -t timeout ] args...",
	"Run args, and the words of the client at descriptors 0 and 1 after\n"
	"them, with the client's standard input, output and error.",
	opts, "Exit status: 0 done, 100 misuse or not a client, 111 error."
};
static unsigned drop; /* bits 0, 1, 2: not the client's */
static char **own; /* our words of the command line */
static int nown;

/* Words of ours, then the client's.  Malloced, or 0. */
static char **
line(const struct sudo_request *r)
{
	char **v = malloc(((size_t)nown + r->argc + 1) * sizeof *v);
	char *copy = malloc(r->arglen + 1), **p = v;

	if (!v || !copy)
		return 0;
	memcpy(copy, r->args, r->arglen);
	for (int i = 0; i < nown; i++)
		*p++ = own[i];
	for (uint32_t i = 0; i < r->argc; i++, copy += strlen(copy) + 1)
		*p++ = copy;
	*p = 0;
	return v;
}

static void
take_env(const struct sudo_request *r)
{
	const char *s = r->env;

	for (uint32_t i = 0; i < r->envc; i++, s += strlen(s) + 1) {
		const char *eq = strchr(s, '='), *mine;
		char *name;

		if (!eq || eq == s)
			continue;
		name = strndup(s, (size_t)(eq - s));
		mine = name ? getenv(name) : 0;
		if (mine && !*mine)
			setenv(name, eq + 1, 1);
		free(name);
	}
}

static int
move_fds(const int *fds)
{
	int safe[SUDO_FDS];

	/* All out of the way of 0, 1 and 2 first. */
	for (int i = 0; i < SUDO_FDS; i++) {
		safe[i] = i == 2 && (drop & 4) ? fcntl(2, F_DUPFD_CLOEXEC, 10)
			: drop >> i & 1
			? open("/dev/null",
				  O_CLOEXEC | (i ? O_WRONLY : O_RDONLY))
			: fds[i];
		if (safe[i] >= 0)
			safe[i] = fcntl(safe[i], F_DUPFD_CLOEXEC, 10);
		if (safe[i] < 0)
			return -1;
	}
	for (int i = 0; i < SUDO_FDS; i++)
		if (dup2(safe[i], i) < 0)
			return -1;
	for (int i = 3; i < 10; i++)
		if (fcntl(i, F_GETFD) == FD_CLOEXEC)
			close(i);
	return 0;
}

static _Noreturn void
child(char **argv, const int *fds, int report)
{
	unsigned char e;
	int err, mine = fcntl(2, F_DUPFD_CLOEXEC, 10);

	selfpipe_finish();
	signal(SIGPIPE, SIG_DFL);
	if (move_fds(fds) == 0)
		execvp(argv[0], argv);
	err = errno;
	e = (unsigned char)(err > 255 ? EIO : err);
	/* The client is told by the answer; the message is for our log. */
	if (mine >= 0)
		dup2(mine, 2);
	errno = err;
	warn_sys("unable to execute %s", argv[0]);
	if (write(report, &e, 1) < 0)
		_exit(EX_SYSTEM);
	_exit(EX_NOTFOUND);
}

/* The pid; or 0 with the errno to answer in *e. */
static pid_t
start(char **argv, const int *fds, unsigned char *e)
{
	int p[2];
	pid_t pid;
	ssize_t n;

	if (pipe(p) < 0 || fcntl(p[0], F_SETFD, FD_CLOEXEC) < 0 ||
		fcntl(p[1], F_SETFD, FD_CLOEXEC) < 0)
		die_sys(EX_SYSTEM, "unable to make a pipe");
	pid = fork();
	if (pid < 0) {
		*e = (unsigned char)errno;
		return 0;
	}
	if (pid == 0)
		child(argv, fds, p[1]);
	close(p[1]);
	do
		n = read(p[0], e, 1);
	while (n < 0 && errno == EINTR);
	close(p[0]);
	if (n > 0) {
		waitpid(pid, 0, 0);
		return 0;
	}
	*e = 0;
	return pid;
}

/* Wait for the program; when the client goes first, end it.  1 and *w set,
 * or 0 if there is nobody to answer any more. */
static int
await(pid_t pid, int selfpipe, int detach, int *w)
{
	struct pollfd p[2] = { { .fd = selfpipe, .events = POLLIN },
		{ .fd = 0, .events = POLLIN } };
	int client = 1;

	for (;;) {
		pid_t got = waitpid(pid, w, WNOHANG);

		if (got == pid)
			return client;
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			die_sys(EX_SYSTEM, "unable to poll");
		if (p[0].revents)
			while (selfpipe_read() > 0)
				;
		if (p[1].revents) {
			/* A client that sends more is treated as gone. */
			p[1].fd = -1;
			client = 0;
			if (detach)
				return 0;
			kill(pid, SIGTERM);
			kill(pid, SIGCONT);
		}
	}
}

int
main(int argc, char **argv)
{
	unsigned timeout = 0;
	int detach = 0, c, sp, w = 0;
	struct umsg_conn conn;
	struct umsg msg;
	struct sudo_request req;
	unsigned char answer[4];
	uint64_t deadline;
	sigset_t set;
	pid_t pid;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case '0':
			drop |= 1;
			break;
		case '1':
			drop |= 2;
			break;
		case '2':
			drop |= 4;
			break;
		case 'd':
			detach = 1;
			break;
		case 't':
			timeout = opt_uint("-t", optarg, 0, ~0u);
			break;
		}
	own = argv + optind;
	nown = argc - optind;
	if (!nown)
		opt_usage(&usage);
	signal(SIGPIPE, SIG_IGN);
	deadline = umsg_deadline(timeout);
	if (file_write_all(1, SUDO_SERVER, SUDO_BANNER) < 0)
		die_sys(EX_SYSTEM, "unable to write to the client");
	umsg_init(&conn, 0);
	if (umsg_timed_receive(&conn, &msg, deadline) < 0)
		die_sys(EX_SYSTEM, "unable to read message from client");
	if (!sudo_request_unpack(&req, msg.data, msg.len, msg.nfds))
		die(EX_MISUSE, "the client does not speak sudo's protocol");
	argv = line(&req);
	if (!argv)
		die_sys(EX_SYSTEM, "unable to build the command line");
	take_env(&req);
	sp = selfpipe_init();
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (sp < 0 || !selfpipe_trapset(&set))
		die_sys(EX_SYSTEM, "unable to catch signals");
	pid = start(argv, msg.fds, &answer[0]);
	for (unsigned i = 0; i < msg.nfds; i++)
		close(msg.fds[i]);
	if (file_write_all(1, answer, 1) < 0 && !detach && pid)
		kill(pid, SIGTERM);
	if (!pid)
		return 0;
	if (!await(pid, sp, detach, &w))
		return 0;
	answer[0] = answer[1] = 0;
	answer[2] = (unsigned char)(w >> 8);
	answer[3] = (unsigned char)w;
	if (file_write_all(1, answer, 4) < 0)
		die_sys(EX_SYSTEM, "unable to answer the client");
	return 0;
}
