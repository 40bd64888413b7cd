/* sock.c - see sock.h. */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tools/s6/ipc/sock.h"
#include "tools/s6/ipc/umsg.h"

static int
address(struct sockaddr_un *sa, const char *path)
{
	memset(sa, 0, sizeof *sa);
	sa->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof sa->sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(sa->sun_path, path);
	return 0;
}

/* A listener whose queue is full makes us wait, not fail. */
static int
connect_until(int fd, const struct sockaddr_un *sa, uint64_t deadline)
{
	while (connect(fd, (const struct sockaddr *)sa, sizeof *sa) < 0) {
		struct timespec pause = { 0, 10000000 };
		int err = 0;
		socklen_t len = sizeof err;

		if (errno == EISCONN)
			return 0;
		if (errno == EAGAIN) {
			if (umsg_now() >= deadline) {
				errno = ETIMEDOUT;
				return -1;
			}
			/* Linux tells by no event when the queue has room. */
			nanosleep(&pause, 0);
			continue;
		}
		if (errno != EINPROGRESS && errno != EINTR)
			return -1;
		if (umsg_wait(fd, 1, deadline) <= 0)
			return -1;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
			return -1;
		errno = err;
		return err ? -1 : 0;
	}
	return 0;
}

int
sock_connect(const char *path, const char *bindpath,
	unsigned long long deadline, const char **what)
{
	struct sockaddr_un sa;
	int fd, e;

	*what = "connect to";
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0)
		return -1;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (bindpath) {
		*what = "bind socket to";
		if (address(&sa, bindpath) < 0 ||
			bind(fd, (struct sockaddr *)&sa, sizeof sa) < 0)
			goto err;
		*what = "connect to";
	}
	if (address(&sa, path) < 0 ||
		fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK) < 0 ||
		connect_until(fd, &sa, deadline) < 0)
		goto err;
	return fd;
err:
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

int
sock_local(int fd, char *buf, size_t max)
{
	struct sockaddr_un sa;
	socklen_t len = sizeof sa;
	size_t n;

	memset(&sa, 0, sizeof sa);
	if (getsockname(fd, (struct sockaddr *)&sa, &len) < 0)
		return -1;
	if (sa.sun_family != AF_UNIX) {
		errno = EPROTO;
		return -1;
	}
	n = len > offsetof(struct sockaddr_un, sun_path)
		? strnlen(sa.sun_path,
			  len - offsetof(struct sockaddr_un, sun_path))
		: 0;
	if (n >= max) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(buf, sa.sun_path, n);
	buf[n] = 0;
	return 0;
}
