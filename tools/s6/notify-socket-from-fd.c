/* notify-socket-from-fd.c - let a program that tells its readiness by a
 * newline on a descriptor tell it to systemd, through NOTIFY_SOCKET.
 * See s6-notify-socket-from-fd(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/ready/watcher.h"

static const struct opt opts[] = {
	{ 'd', "notification-fd", "FD",
		"prog writes its newline there (default 1)" },
	{ 'f', "no-doublefork", 0, "wait as a child of prog" },
	{ OPT_LONG, "doublefork", 0, "wait as nobody's child (default)" },
	{ 't', "timeout", "MS",
		"stop waiting after this time (default 0:\n"
		"never)" },
	{ 'k', "keep-environment", 0,
		"leave NOTIFY_SOCKET in the environment of prog" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = { "[-d FD] [-f] [-t MS] [-k] prog...",
	"To be started by systemd (with NotifyAccess=all): execute prog, and\n"
	"when it writes a newline to its descriptor, tell systemd that it is\n"
	"ready.",
	opts,
	"Exit status: 100 misuse, or NOTIFY_SOCKET is not set; 111 system error;\n"
	"126 and 127 prog cannot be executed, or was not found." };

enum { BARRIER_MS = 5000 };

/* A socket connected to what $NOTIFY_SOCKET names. */
static int
connect_to(const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	int fd;

	if ((*name != '/' && *name != '@') || len < 2) {
		warn("NOTIFY_SOCKET is '%s', neither a path nor an abstract "
		     "name: nobody is told",
			name);
		return -1;
	}
	if (len >= sizeof a.sun_path) {
		warn("NOTIFY_SOCKET is longer than %zu bytes: nobody is told",
			sizeof a.sun_path - 1);
		return -1;
	}
	memcpy(a.sun_path, name, len);
	if (*name == '@')
		a.sun_path[0] = 0;
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
		connect(fd, (struct sockaddr *)&a,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				len)) < 0) {
		warn_sys("unable to connect to %s (nobody is told)", name);
		return -1;
	}
	return fd;
}

/* Wait for the first newline.  1; 0 at the end of input or time. */
static int
wait_newline(int fd, unsigned ms)
{
	uint64_t deadline = clock_deadline(ms);
	struct pollfd p = { fd, POLLIN, 0 };

	while (!clock_passed(deadline)) {
		char buf[64];
		ssize_t r = poll(&p, 1, clock_left(deadline));

		if (r <= 0)
			continue;
		r = read(fd, buf, sizeof buf);
		if (r > 0 && memchr(buf, '\n', (size_t)r))
			return 1;
		if (r == 0 || (r < 0 && errno != EINTR))
			return 0;
	}
	return 0;
}

/* Send a descriptor that systemd closes when it has read all before it: so
 * we are not gone while it still looks at whom the message is from. */
static void
barrier(int sock)
{
	static char text[] = "BARRIER=1";
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { text, sizeof text - 1 };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	struct pollfd p;
	int pipefd[2];

	if (pipe(pipefd) < 0)
		return;
	memset(&control, 0, sizeof control);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &pipefd[1], sizeof(int));
	if (sendmsg(sock, &m, 0) < 0)
		return;
	close(pipefd[1]);
	p = (struct pollfd){ pipefd[0], 0, 0 };
	poll(&p, 1, BARRIER_MS);
}

static _Noreturn void
pass_on(int sock, int fd, long mainpid, unsigned ms)
{
	char text[64];
	int n;

	watcher_let_go(-1);
	if (wait_newline(fd, ms)) {
		n = snprintf(
			text, sizeof text, "MAINPID=%ld\nREADY=1\n", mainpid);
		if (send(sock, text, (size_t)n, 0) < 0)
			warn_sys("unable to tell readiness");
		else
			barrier(sock);
	}
	_exit(0);
}

int
main(int argc, char **argv)
{
	long mainpid = (long)getpid();
	int c, sock, p[2], fd = 1, twice = 1, keep = 0;
	unsigned ms = 0;
	const char *name;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'd':
			fd = (int)opt_uint(
				"the descriptor", optarg, 0, INT_MAX);
			break;
		case 'f':
			twice = 0;
			break;
		case OPT_LONG:
			twice = 1;
			break;
		case 't':
			ms = opt_uint("the timeout", optarg, 0, UINT_MAX);
			break;
		case 'k':
			keep = 1;
			break;
		}
	argv += optind;
	if (!*argv)
		opt_usage(&usage);
	/* Nobody is to be told: prog is to run all the same. */
	name = getenv("NOTIFY_SOCKET");
	sock = name ? connect_to(name) : -1;
	if (sock < 0) {
		if (!keep)
			unsetenv("NOTIFY_SOCKET");
		chain_exec(argv);
	}
	if (pipe(p) < 0)
		die_sys(EX_SYSTEM, "unable to make a pipe");
	c = watcher_fork(twice);
	if (c < 0)
		die_sys(EX_SYSTEM, "unable to fork");
	if (c) {
		close(p[1]);
		pass_on(sock, p[0], mainpid, ms);
	}
	close(p[0]);
	if (p[1] != fd) {
		if (dup2(p[1], fd) < 0)
			die_sys(EX_SYSTEM, "unable to use descriptor %d", fd);
		close(p[1]);
	}
	if (!keep)
		unsetenv("NOTIFY_SOCKET");
	chain_exec(argv);
}
