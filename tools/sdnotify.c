/* sdnotify.c - for programs that speak the protocol of sd_notify(3): turn
 * READY=1 into the newline that supervise waits for.  See reeve-sdnotify(1).
 * The program takes our place and stays the child of its supervisor; a
 * helper, which is nobody's child, holds the socket until it ends. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "config.h"
#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/os.h"

#define SOCKET "sd-notify"
#define STATUS "status-text"
enum { DATAGRAM_MAX = 8192 };

struct helper {
	int sock, pidfd;
	int notify_fd;		/* -1 once it was told */
	pid_t main;
	unsigned watchdog_ms;
	uint64_t deadline;	/* ns; of the watchdog */
	char text[512];		/* what STATUS says */
	const char *state;
};

static const struct opt opts[] = {
	{ '3', "notification-fd", "FD", "where supervise waits for a newline "
		"(default 3)" },
	{ 'w', "watchdog", "MS", "ask for a sign of life, and send SIGABRT "
		"without one\nfor so long" },
	{ 0 }
};
static const struct usage usage = {
	"[-3 fd] [-w ms] program [argument...]",
	"Run a program that says by sd_notify when it is ready.",
	opts,
	"READY, RELOADING, STOPPING, STATUS, WATCHDOG and MAINPID are "
	"understood; what it\nsays last is in the file status-text of the "
	"working directory.\n"
	"Exit status: 100 misuse, 111 system error, else that of program."
};

static void
write_status(const struct helper *h)
{
	char line[600];
	int n = snprintf(line, sizeof line, "%s%s%s\n", h->state,
		*h->text && *h->state ? ": " : "", h->text);

	if (file_write(AT_FDCWD, STATUS, line, (size_t)n, 0644, 0) < 0)
		warn_sys("unable to write %s (going on)", STATUS);
}

static void
tell_ready(struct helper *h)
{
	if (h->notify_fd < 0)
		return;
	if (write(h->notify_fd, "\n", 1) < 0)
		warn_sys("unable to tell that the service is ready");
	close(h->notify_fd);
	h->notify_fd = -1;
}

static void
live(struct helper *h)
{
	h->deadline = os_now() + (uint64_t)h->watchdog_ms * 1000000;
}

static void
take_line(struct helper *h, const char *line)
{
	unsigned pid;

	if (!strcmp(line, "READY=1")) {
		h->state = "";
		live(h);
		tell_ready(h);
	} else if (!strcmp(line, "RELOADING=1"))
		h->state = "reloading";
	else if (!strcmp(line, "STOPPING=1"))
		h->state = "stopping";
	else if (!strncmp(line, "STATUS=", 7))
		snprintf(h->text, sizeof h->text, "%s", line + 7);
	else if (!strcmp(line, "WATCHDOG=1"))
		live(h);
	else if (!strcmp(line, "WATCHDOG=trigger"))
		h->deadline = 1;
	else if (!strncmp(line, "WATCHDOG_USEC=", 14) &&
		num_uint(line + 14, &pid)) {
		h->watchdog_ms = pid / 1000;
		live(h);
	} else if (!strncmp(line, "MAINPID=", 8) && num_uint(line + 8, &pid)
		&& (pid_t)pid != h->main)
		warn("the service names process %u as its main one; process "
			"%d stays the one that is supervised (a pid-file "
			"would change that)", pid, (int)h->main);
}

/* The sender is the service or one of its descendants. */
static int
is_ours(const struct helper *h, struct msghdr *m)
{
#ifdef HAS_SO_PEERCRED
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct ucred who;

		if (c->cmsg_level != SOL_SOCKET ||
			c->cmsg_type != SCM_CREDENTIALS)
			continue;
		memcpy(&who, CMSG_DATA(c), sizeof who);
		for (pid_t p = who.pid; p > 1; p = os_parent(p))
			if (p == h->main)
				return 1;
		/* A helper of it that has gone, as systemd-notify. */
		return who.uid == 0 || who.uid == geteuid();
	}
	return 0;
#else
	(void)h;
	(void)m;
	return 1;
#endif
}

#ifndef MSG_CMSG_CLOEXEC	/* what comes is closed at once anyhow */
#define MSG_CMSG_CLOEXEC 0
#endif

static void
receive(struct helper *h)
{
	char data[DATAGRAM_MAX + 1], control[256];
	struct iovec iov = { data, DATAGRAM_MAX };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof control };
	ssize_t n = recvmsg(h->sock, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	char *save = 0, old[sizeof h->text];
	const char *state = h->state;

	if (n < 0)
		return;
	/* Descriptors (FDSTORE) are not kept. */
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c;
		c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			for (size_t i = 0; i + sizeof(int) <= c->cmsg_len -
				CMSG_LEN(0); i += sizeof(int)) {
				int fd;

				memcpy(&fd, CMSG_DATA(c) + i, sizeof fd);
				close(fd);
			}
	if (!is_ours(h, &m))
		return;
	data[n] = 0;
	memcpy(old, h->text, sizeof old);
	for (char *s = strtok_r(data, "\n", &save); s;
		s = strtok_r(0, "\n", &save))
		take_line(h, s);
	if (strcmp(old, h->text) || state != h->state)
		write_status(h);
}

static int
watchdog_wait(const struct helper *h)
{
	uint64_t now = os_now();

	if (!h->watchdog_ms || h->notify_fd >= 0)
		return h->deadline == 1 ? 0 : -1;
	if (now >= h->deadline)
		return 0;
	return (int)((h->deadline - now) / 1000000) + 1;
}

static _Noreturn void
help(struct helper *h)
{
	struct pollfd p[2] = { { h->sock, POLLIN, 0 },
		{ h->pidfd, POLLIN, 0 } };

	live(h);
	for (;;) {
		int ms = watchdog_wait(h), n;

		/* Without pidfds somebody has to look. */
		if (h->pidfd < 0 && (ms < 0 || ms > 1000))
			ms = 1000;
		n = poll(p, h->pidfd < 0 ? 1 : 2, ms);
		if (n > 0 && p[0].revents)
			receive(h);
		if (h->pidfd < 0 ? kill(h->main, 0) < 0 && errno == ESRCH :
			n > 0 && p[1].revents)
			break;
		if (watchdog_wait(h) == 0) {
			warn("no sign of life for %u ms: sending SIGABRT",
				h->watchdog_ms);
			kill(h->main, SIGABRT);
			live(h);
		}
	}
	unlink(STATUS);
	_exit(EX_OK);
}

/* Where the service cannot miss it: in the service directory; but below /tmp,
 * which may be another one for it, or with a path too long for an address,
 * a name that is in no directory (Linux). */
static socklen_t
choose_address(struct sockaddr_un *a, char *path, size_t max)
{
	a->sun_family = AF_UNIX;
	if (!getcwd(path, max - sizeof SOCKET - 1))
		die_sys(EX_SYSTEM, "unable to get the working directory");
	strcat(path, "/" SOCKET);
#ifdef HAS_LINUX
	if (!strncmp(path, "/tmp/", 5) || !strncmp(path, "/var/tmp/", 9) ||
		strlen(path) >= sizeof a->sun_path) {
		int n = snprintf(path, max, "@reeve-%s-%ld", SOCKET,
			(long)getpid());

		memcpy(a->sun_path + 1, path + 1, (size_t)n - 1);
		return (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
			(size_t)n);
	}
#endif
	if (strlen(path) >= sizeof a->sun_path)
		die(EX_SYSTEM, "%s is too long for the name of a socket (%zu "
			"bytes at most)", path, sizeof a->sun_path - 1);
	strcpy(a->sun_path, path);
	unlink(path);
	return sizeof *a;
}

static int
make_socket(char *path, size_t max)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t len = choose_address(&a, path, max);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	mode_t mask;
#ifdef HAS_SO_PEERCRED
	int on = 1;
#endif

	/* There is no other thread that could exec in between. */
	if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		die_sys(EX_SYSTEM, "unable to make a socket");
	/* Whoever the service becomes may write; who it was is checked. */
	mask = umask(0111);
	if (bind(fd, (struct sockaddr *)&a, len) < 0)
		die_sys(EX_SYSTEM, "unable to bind %s", path);
	umask(mask);
#ifdef HAS_SO_PEERCRED
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
		die_sys(EX_SYSTEM, "unable to ask who writes to %s", path);
#endif
	return fd;
}

/* The helper is a grandchild, so that the program does not find a child that
 * it did not start. */
static void
start_helper(struct helper *h)
{
	pid_t pid;
	int fd;

	h->main = getpid();
	pid = fork();
	if (pid < 0)
		die_sys(EX_SYSTEM, "unable to fork");
	if (pid) {
		while (waitpid(pid, 0, 0) < 0 && errno == EINTR)
			;
		return;
	}
	if (fork())
		_exit(EX_OK);
	setsid();
	h->pidfd = os_pidfd(h->main);
	fd = open("/dev/null", O_RDWR);
	if (fd >= 0) {
		/* Not to hold the pipe of its log any longer than need be. */
		dup2(fd, 0);
		dup2(fd, 1);
		if (fd > 2)
			close(fd);
	}
	help(h);
}

int
main(int argc, char **argv)
{
	struct helper h = { .notify_fd = 3, .state = "" };
	char path[4096], text[64];
	int o;

	prog_init(argv[0]);
	while ((o = opt_next(&usage, argc, argv)) != -1) {
		if (o == '3')
			h.notify_fd = (int)opt_uint("notification fd", optarg,
				3, 65535);
		else if (o == 'w')
			h.watchdog_ms = opt_uint("watchdog", optarg, 1,
				86400000);
	}
	if (optind == argc)
		opt_usage(&usage);
	if (fcntl(h.notify_fd, F_GETFD) < 0)
		die_sys(EX_MISUSE, "notification fd %d", h.notify_fd);
	h.sock = make_socket(path, sizeof path);
	if (setenv("NOTIFY_SOCKET", path, 1) < 0)
		die_sys(EX_SYSTEM, "unable to set NOTIFY_SOCKET");
	if (h.watchdog_ms) {
		snprintf(text, sizeof text, "%llu",
			(unsigned long long)h.watchdog_ms * 1000);
		setenv("WATCHDOG_USEC", text, 1);
		snprintf(text, sizeof text, "%ld", (long)getpid());
		setenv("WATCHDOG_PID", text, 1);
	}
	start_helper(&h);
	close(h.notify_fd);
	close(h.sock);
	chain_exec(argv + optind);
}
