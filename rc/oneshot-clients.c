/* oneshot-clients.c - those who ask the oneshot daemon: who may, what they send, and
 * the answer; see oneshotd.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "rc/oneshotd.h"

enum { ACCEPT_PAUSE_MS = 100 };

/* Root and the tree's own user may run scripts here, nobody else. */
static int
trusted(int fd)
{
	uid_t u;
	gid_t g;

	return os_peer(fd, &u, &g) == 0 && (u == 0 || u == geteuid());
}

void
conn_close_given(struct conn *c)
{
	for (int i = 0; i < 3; i++) {
		if (c->given[i] >= 0)
			close(c->given[i]);
		c->given[i] = -1;
	}
}

void
conn_hang_up(struct daemon *d, struct conn *c)
{
	if (c->fd >= 0) {
		ready_del(&d->ready, c->fd);
		close(c->fd);
	}
	c->fd = -1;
}

void
conn_forget(struct daemon *d, struct conn *c)
{
	struct conn **p = &d->conns;

	conn_hang_up(d, c);
	conn_close_given(c);
	if (c->pidfd >= 0) {
		ready_del(&d->ready, c->pidfd);
		close(c->pidfd);
	}
	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
	free(c->buf);
	free(c);
}

void
conn_answer(
	struct daemon *d, struct conn *c, enum answer_kind kind, uint32_t value)
{
	struct answer a = { kind, value };
	unsigned char buf[ANSWER_SIZE];

	answer_pack(buf, &a);
	/* Six bytes always fit; a client that is gone needs none. */
	if (c->fd >= 0 && write(c->fd, buf, sizeof buf) < 0 && errno != EPIPE)
		warn_sys("unable to answer for %s", c->rq.name);
	conn_forget(d, c);
}

struct conn *
conn_new(struct daemon *d, int fd)
{
	struct conn *c = calloc(1, sizeof *c);

	if (!c)
		return 0;
	c->fd = fd;
	c->pidfd = c->given[0] = c->given[1] = c->given[2] = -1;
	c->next = d->conns;
	d->conns = c;
	return c;
}

/* Whoever waits to be accepted would be reported at once again. */
static void
pause_accepting(struct daemon *d)
{
	if (!d->said_pause)
		warn_sys("unable to accept a request (trying again every "
			 "%d ms)",
			ACCEPT_PAUSE_MS);
	d->said_pause = 1;
	d->pause = clock_now() + ACCEPT_PAUSE_MS;
	ready_del(&d->ready, d->listener);
}

void
clients_end_pause(struct daemon *d)
{
	if (!d->pause || d->pause > clock_now())
		return;
	d->pause = 0;
	if (d->listener >= 0 &&
		ready_add(&d->ready, d->listener, KEY_LISTEN) < 0)
		d->pause = clock_now() + ACCEPT_PAUSE_MS;
}

void
clients_take(struct daemon *d)
{
	struct conn *c;
	int fd = accept(d->listener, 0, 0);

	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
			errno == ENOBUFS)
			pause_accepting(d);
		return;
	}
	d->said_pause = 0;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
		fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || !trusted(fd)) {
		warn("refused a request of another user");
		close(fd);
		return;
	}
	c = conn_new(d, fd);
	if (!c || !(c->buf = malloc(REQUEST_HEAD)) ||
		ready_add(&d->ready, fd, (uintptr_t)c + KEY_CONN) < 0) {
		warn("no memory for a request (the client sees it fail)");
		if (c)
			conn_forget(d, c);
		else
			close(fd);
		return;
	}
	c->want = REQUEST_HEAD;
	c->deadline = clock_now() + REQUEST_MS;
}

/* recvmsg that keeps the descriptors that come with the first byte. */
ssize_t
conn_receive(struct conn *c)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(3 * sizeof(int))];
	} u;
	struct iovec v = { c->buf + c->got, c->want - c->got };
	struct msghdr m = { .msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = u.space,
		.msg_controllen = sizeof u.space };
	ssize_t r;

	do
		r = recvmsg(c->fd, &m, 0);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return r;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h)) {
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(h) + i * sizeof fd, sizeof fd);
			/* Nobody executes anything in between. */
			fcntl(fd, F_SETFD, FD_CLOEXEC);
			if (i < 3 && c->given[i] < 0)
				c->given[i] = fd;
			else
				close(fd);
		}
	}
	return r;
}
