/* sdsocket.c - see sdsocket.h. */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "lib/path.h"
#include "tools/sdsocket.h"

#define BESIDE "sd-notify"
#define SAY_NS (60 * UINT64_C(1000000000))

/* --- its address */

/* A file; its length as an address. */
static socklen_t
use_path(struct sdsocket *s, struct sockaddr_un *a, const char *path)
{
	if (strlen(path) >= sizeof a->sun_path)
		die(EX_SYSTEM, "%s is too long for the name of a socket (%zu "
			"bytes at most)", path, sizeof a->sun_path - 1);
	strcpy(a->sun_path, path);
	strcpy(s->name, path);
	unlink(path);
	return sizeof *a;
}

/* In the service directory; but below /tmp, which may be another one for the
 * service, or with a path too long for an address, the system chooses. */
static socklen_t
choose_address(struct sdsocket *s, struct sockaddr_un *a)
{
	char path[PATH_LEN];

	if (s->beside) {
		if (!getcwd(path, sizeof path - sizeof BESIDE - 1))
			die_sys(EX_SYSTEM, "unable to get the working "
				"directory");
		strcat(path, "/" BESIDE);
#ifdef HAS_LINUX
		if (strncmp(path, "/tmp/", 5) &&
			strncmp(path, "/var/tmp/", 9) &&
			strlen(path) < sizeof a->sun_path)
#endif
			return use_path(s, a, path);
	}
#ifdef HAS_LINUX
	/* Without a name the kernel chooses one that is in no directory. */
	return sizeof a->sun_family;
#else
	snprintf(path, sizeof path, "/tmp/reeve-notify.%ld", (long)getpid());
	return use_path(s, a, path);
#endif
}

#ifdef HAS_LINUX
/* The name that the kernel has chosen. */
static void
read_name(struct sdsocket *s)
{
	struct sockaddr_un a;
	socklen_t len = sizeof a;

	if (getsockname(s->fd, (struct sockaddr *)&a, &len) < 0)
		die_sys(EX_SYSTEM, "unable to name a socket");
	len -= offsetof(struct sockaddr_un, sun_path) + 1;
	snprintf(s->name, sizeof s->name, "@%.*s", (int)len, a.sun_path + 1);
}
#endif

void
sdsocket_open(struct sdsocket *s)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t len = choose_address(s, &a);
	mode_t mask;

	s->fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	/* There is no other thread that could exec in between. */
	if (s->fd < 0 || fcntl(s->fd, F_SETFD, FD_CLOEXEC) < 0)
		die_sys(EX_SYSTEM, "unable to make a socket");
	/* Whoever the service becomes may write; who it was is checked. */
	mask = umask(0111);
	if (bind(s->fd, (struct sockaddr *)&a, len) < 0)
		die_sys(EX_SYSTEM, "unable to bind a socket %s", s->name);
	umask(mask);
#ifdef HAS_LINUX
	if (!*s->name)
		read_name(s);
#endif
#ifdef HAS_SO_PEERCRED
	if (setsockopt(s->fd, SOL_SOCKET, SO_PASSCRED, &(int){ 1 },
		sizeof(int)) < 0)
		die_sys(EX_SYSTEM, "unable to ask who writes to %s", s->name);
#endif
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

#ifdef HAS_SO_PEERCRED
/* Does the user own the process that the program is now? */
static int
owns(uid_t uid, pid_t prog)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof path, "/proc/%ld", (long)prog);
	return stat(path, &st) == 0 && st.st_uid == uid;
}

static int
believed(const struct sdsocket *s, const struct ucred *u)
{
	/* A helper of it may have gone already, as systemd-notify has. */
	if (!u->uid || u->uid == geteuid() || u->uid == getuid())
		return 1;
	if (!s->descendants)
		return owns(u->uid, s->prog) ||
			(u->pid > 0 && getsid(u->pid) == getsid(0));
	for (pid_t p = u->pid; p > 1; p = os_parent(p))
		if (p == s->prog)
			return 1;
	return 0;
}
#endif

/* Is the sender one of the service?  Anybody can send to a name that is in
 * no directory. */
static int
is_ours(const struct sdsocket *s, struct msghdr *m)
{
#ifdef HAS_SO_PEERCRED
	static uint64_t said;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct ucred u;

		if (c->cmsg_level != SOL_SOCKET ||
			c->cmsg_type != SCM_CREDENTIALS)
			continue;
		memcpy(&u, CMSG_DATA(c), sizeof u);
		if (believed(s, &u))
			return 1;
		/* He may not fill the service's log. */
		if (said && os_now() - said < SAY_NS)
			return 0;
		said = os_now();
		warn("process %ld of user %lu is not one of the service: "
			"ignoring its message (said once a minute)",
			(long)u.pid,
			(unsigned long)u.uid);
	}
	return 0;
#else
	(void)s;
	(void)m;
	return 1;
#endif
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
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof control };
	ssize_t r = recvmsg(s->fd, &m, MSG_DONTWAIT);

	if (r < 0)
		return -1;
	if (!is_ours(s, &m))
		r = 0;
	close_passed(&m);
	buf[r] = 0;
	return r;
}
