/* sdsocket.c - see sdsocket.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/os.h"
#include "lib/path.h"
#include "tools/ready/sdsocket.h"

#define BESIDE "sd-notify"
#define SAY_NS (60 * UINT64_C(1000000000))

/* --- its address */

/* A file. */
static void
use_path(struct sdsocket *s, struct sockaddr_un *a, const char *path)
{
	if (strlen(path) >= sizeof a->sun_path)
		die(EX_SYSTEM,
			"%s is too long for the name of a socket (%zu "
			"bytes at most)",
			path, sizeof a->sun_path - 1);
	strcpy(a->sun_path, path);
	strcpy(s->name, path);
	unlink(path);
}

/* In the service directory; but below /tmp, which may be another one for the
 * service, or with a path too long for an address, the system chooses. */
static void
bind_address(struct sdsocket *s)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char path[PATH_LEN] = "";

	if (s->beside) {
		if (!getcwd(path, sizeof path - sizeof BESIDE - 1))
			die_sys(EX_SYSTEM,
				"unable to get the working "
				"directory");
		strcat(path, "/" BESIDE);
	}
	if (!*path || !strncmp(path, "/tmp/", 5) ||
		!strncmp(path, "/var/tmp/", 9) ||
		strlen(path) >= sizeof a.sun_path) {
		if (os_bind_nameless(s->fd, s->name, sizeof s->name) == 0)
			return;
		if (errno != ENOSYS)
			die_sys(EX_SYSTEM, "unable to name a socket");
		if (!*path)
			snprintf(path, sizeof path, "/tmp/reeve-notify.%ld",
				(long)getpid());
	}
	use_path(s, &a, path);
	if (bind(s->fd, (struct sockaddr *)&a, sizeof a) < 0)
		die_sys(EX_SYSTEM, "unable to bind a socket %s", s->name);
}

void
sdsocket_open(struct sdsocket *s)
{
	mode_t mask;

	s->fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	/* There is no other thread that could exec in between. */
	if (s->fd < 0 || fcntl(s->fd, F_SETFD, FD_CLOEXEC) < 0)
		die_sys(EX_SYSTEM, "unable to make a socket");
	/* Whoever the service becomes may write; who it was is checked. */
	mask = umask(0111);
	bind_address(s);
	umask(mask);
	if (os_tell_senders(s->fd) == 0)
		s->senders = 1;
	else if (errno != ENOSYS)
		die_sys(EX_SYSTEM, "unable to ask who writes to %s", s->name);
	if (setenv("NOTIFY_SOCKET", s->name, 1) < 0)
		die_sys(EX_SYSTEM, "unable to set NOTIFY_SOCKET");
}

void
sdsocket_remove(const struct sdsocket *s)
{
	/* That beside may already be the next one's. */
	if (!s->beside && *s->name == '/')
		unlink(s->name);
}

/* --- a message */

static int
believed(const struct sdsocket *s, pid_t pid, uid_t uid)
{
	/* A helper of it may have gone already, as systemd-notify has. */
	if (!uid || uid == geteuid() || uid == getuid())
		return 1;
	if (!s->descendants)
		return os_owns(uid, s->prog) ||
			(pid > 0 && getsid(pid) == getsid(0));
	for (; pid > 1; pid = os_parent(pid))
		if (pid == s->prog)
			return 1;
	return 0;
}

/* Is the sender one of the service?  Anybody can send to a name that is in
 * no directory. */
static int
is_ours(const struct sdsocket *s, struct msghdr *m)
{
	static uint64_t said;
	pid_t pid;
	uid_t uid;

	if (!s->senders)
		return 1;
	if (!os_sender(m, &pid, &uid))
		return 0;
	if (believed(s, pid, uid))
		return 1;
	/* He may not fill the service's log. */
	if (said && os_now() - said < SAY_NS)
		return 0;
	said = os_now();
	warn("process %ld of user %lu is not one of the service: ignoring its "
	     "message (said once a minute)",
		(long)pid, (unsigned long)uid);
	return 0;
}

/* Close what came along: nothing is kept (FDSTORE), and a barrier ends when
 * we do. */
static void
close_passed(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
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

ssize_t
sdsocket_receive(const struct sdsocket *s, char buf[SDSOCKET_MESSAGE + 1])
{
	/* Room for as many descriptors as can be passed at once. */
	union {
		char room[CMSG_SPACE(sizeof(int) * 253) + 256];
		struct cmsghdr align;
	} control;
	struct iovec iov = { buf, SDSOCKET_MESSAGE };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	ssize_t r = recvmsg(s->fd, &m, MSG_DONTWAIT);

	if (r < 0)
		return -1;
	if (!is_ours(s, &m))
		r = 0;
	close_passed(&m);
	buf[r] = 0;
	return r;
}
