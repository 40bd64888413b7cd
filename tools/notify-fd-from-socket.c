/* notify-fd-from-socket.c - let a program that tells its readiness as
 * systemd wants it, through NOTIFY_SOCKET, tell it to supervise.
 * See reeve-notify-fd-from-socket(1). */

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
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config.h"
#include "lib/chain.h"
#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/os.h"
#include "lib/path.h"
#include "tools/helper.h"

static const struct opt opts[] = {
	{ '3', "notification-fd", "FD", "tell readiness there (default: the\n"
		"number in the file notification-fd)" },
	{ 'f', "doublefork", 0, "do not be a child of prog" },
	{ 't', "timeout", "MS", "stop listening after this time (default 0:\n"
		"never)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[-3 FD] [-f] [-t MS] prog...",
	"To be called by a run script: execute prog with NOTIFY_SOCKET set, and\n"
	"when it says READY=1 there, tell supervise that the service is ready.",
	opts,
	"Exit status: 100 misuse; 111 system error; 126 and 127 prog cannot be\n"
	"executed, or was not found."
};

enum { MESSAGE_MAX = 8192 };

/* A datagram socket with an address that $NOTIFY_SOCKET can say: in Linux's
 * abstract name space, which the kernel cleans up; else a file, whose path
 * is left in path. */
static int
make_socket(char *env, size_t max, char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t len = sizeof a.sun_family;
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -1;
	*path = 0;
#ifdef HAS_LINUX
	/* Without a name it chooses one. */
	if (bind(fd, (struct sockaddr *)&a, len) < 0)
		return -1;
	len = sizeof a;
	if (getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		return -1;
	len -= offsetof(struct sockaddr_un, sun_path) + 1;
	snprintf(env, max, "@%.*s", (int)len, a.sun_path + 1);
	return setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &(int){ 1 },
		sizeof(int)) < 0 ? -1 : fd;
#else
	snprintf(path, sizeof a.sun_path, "/tmp/reeve-notify.%ld",
		(long)getpid());
	strcpy(a.sun_path, path);
	snprintf(env, max, "%s", path);
	len = sizeof a;
	return bind(fd, (struct sockaddr *)&a, len) < 0 ? -1 : fd;
#endif
}

/* Has one of the lines what we wait for?  libsystemd ends the last line
 * without a newline, others with one. */
static int
says_ready(const char *s, size_t len)
{
	static const char ready[] = "READY=1";

	while (len) {
		const char *nl = memchr(s, '\n', len);
		size_t n = nl ? (size_t)(nl - s) : len;

		if (n == sizeof ready - 1 && !memcmp(s, ready, n))
			return 1;
		if (!nl)
			break;
		s += n + 1;
		len -= n + 1;
	}
	return 0;
}

#ifdef HAS_LINUX
/* Does the user own the process that the program is now? */
static int
owns(uid_t uid, pid_t prog)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof path, "/proc/%ld", (long)prog);
	return stat(path, &st) == 0 && st.st_uid == uid;
}
#endif

/* Anybody can send to an abstract name.  Believed are root, our own user,
 * the program's user, and what runs in our session, whatever it is. */
static int
believed(const struct msghdr *m, pid_t prog)
{
#ifdef HAS_LINUX
	struct cmsghdr *c;
	struct ucred u;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR((struct msghdr *)m, c)) {
		if (c->cmsg_level != SOL_SOCKET ||
			c->cmsg_type != SCM_CREDENTIALS)
			continue;
		memcpy(&u, CMSG_DATA(c), sizeof u);
		if (!u.uid || u.uid == geteuid() || u.uid == getuid() ||
			owns(u.uid, prog) ||
			(u.pid > 0 && getsid(u.pid) == getsid(0)))
			return 1;
		warn("process %ld of user %lu is not one of the service: "
			"ignoring its message", (long)u.pid,
			(unsigned long)u.uid);
		return 0;
	}
	return 0;
#else
	(void)m;
	(void)prog;
	return 1;
#endif
}

/* Close what came along: a barrier ends when we do. */
static void
close_passed(const struct msghdr *m)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR((struct msghdr *)m, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			close(fd);
		}
	}
}

/* Read one message: 1 ready, 0 something else, -1 and errno. */
static int
take(int sock, pid_t prog)
{
	static char buf[MESSAGE_MAX];
	union {
		char room[CMSG_SPACE(sizeof(int) * 253) + 256];
		struct cmsghdr align;
	} control;
	struct iovec iov = { buf, sizeof buf };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof control };
	ssize_t r = recvmsg(sock, &m, MSG_DONTWAIT);
	int ready;

	if (r < 0)
		return -1;
	ready = says_ready(buf, (size_t)r) && believed(&m, prog);
	close_passed(&m);
	return ready;
}

/* path is that of the socket's file, or empty. */
static _Noreturn void
listen_until_ready(int sock, const char *path, int fd, pid_t prog,
	unsigned ms)
{
	uint64_t deadline = clock_deadline(ms);
	/* supervise closes its end when the service has died; where the
	 * descriptor is no pipe, the program's own end tells. */
	struct pollfd p[3] = { { sock, POLLIN, 0 }, { fd, 0, 0 },
		{ os_pidfd(prog), POLLIN, 0 } };
	/* It may have ended before we could ask for its end. */
	int ready = 0, over = p[2].fd < 0 && errno == ESRCH, r;

	helper_let_go(fd);
	while (!over && !clock_passed(deadline)) {
		if (poll(p, 3, clock_left(deadline)) < 0)
			continue;
		over = p[2].revents || (p[1].revents &
			(POLLERR | POLLHUP | POLLNVAL));
		/* All that is queued: a barrier may follow at once. */
		while ((r = take(sock, prog)) >= 0)
			ready |= r;
		if (ready)
			break;
	}
	if (ready && write(fd, "\n", 1) < 0)
		warn_sys("unable to tell readiness");
	if (*path)
		unlink(path);
	_exit(0);
}

int
main(int argc, char **argv)
{
	char env[sizeof((struct sockaddr_un *)0)->sun_path + 2];
	char path[sizeof env];
	unsigned ms = 0;
	int c, sock, fd = -1, twice = 0;
	pid_t prog = getpid();

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case '3':
			fd = (int)opt_uint("the descriptor", optarg, 0,
				INT_MAX);
			break;
		case 'f': twice = 1; break;
		case 't':
			ms = opt_uint("the timeout", optarg, 0, UINT_MAX);
			break;
		}
	argv += optind;
	if (!*argv)
		opt_usage(&usage);
	if (fd < 0)
		fd = helper_notification_fd();
	else
		helper_check_fd(fd);
	sock = make_socket(env, sizeof env, path);
	if (sock < 0)
		die_sys(EX_SYSTEM, "unable to make a socket");
	if (setenv("NOTIFY_SOCKET", env, 1) < 0)
		die_sys(EX_SYSTEM, "unable to set NOTIFY_SOCKET");
	c = helper_fork(twice);
	if (c < 0)
		die_sys(EX_SYSTEM, "unable to fork");
	if (c)
		listen_until_ready(sock, path, fd, prog, ms);
	close(fd);
	chain_exec(argv);
}
