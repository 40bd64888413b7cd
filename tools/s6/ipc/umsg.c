/* umsg.c - see umsg.h.  Lengths are checked before anything is kept, so a
 * peer can make us hold at most UMSG_MAX bytes and UMSG_FDS descriptors. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/bytes.h"
#include "tools/s6/ipc/umsg.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

void
umsg_init(struct umsg_conn *c, int fd)
{
	memset(c, 0, sizeof *c);
	c->fd = fd;
	c->maxfds = 2 * UMSG_FDS;
	c->outend = &c->out;
}

void
umsg_free(struct umsg_conn *c)
{
	struct umsg_out *o;

	while (c->usedfds < c->ninfds)
		close(c->infds[c->usedfds++]);
	while ((o = c->out)) {
		c->out = o->next;
		free(o->fds);
		free(o);
	}
	free(c->in);
	memset(c, 0, sizeof *c);
	c->fd = -1;
}

/* Drop what the caller has seen. */
static void
shift(struct umsg_conn *c)
{
	if (c->used) {
		memmove(c->in, c->in + c->used, c->inlen - c->used);
		c->inlen -= c->used;
		c->used = 0;
	}
	if (c->usedfds) {
		memmove(c->infds, c->infds + c->usedfds,
			(c->ninfds - c->usedfds) * sizeof *c->infds);
		c->ninfds -= c->usedfds;
		c->usedfds = 0;
	}
}

/* Length of the first message with its head, 0 if the head is not whole. */
static int
head(const struct umsg_conn *c, size_t *len, unsigned *nfds)
{
	struct rd r = rd_init(c->in, c->inlen);

	if (c->inlen < UMSG_HEAD) {
		*len = 0;
		return 0;
	}
	*len = rd_u32(&r);
	*nfds = rd_u16(&r);
	if (*len > UMSG_MAX || *nfds > UMSG_FDS) {
		errno = EMSGSIZE;
		return -1;
	}
	*len += UMSG_HEAD;
	return 0;
}

static int
grow(struct umsg_conn *c, size_t want)
{
	unsigned char *n;

	if (want <= c->inmax)
		return 0;
	n = realloc(c->in, want);
	if (!n)
		return -1;
	c->in = n;
	c->inmax = want;
	return 0;
}

static int
keep_fds(struct umsg_conn *c, struct msghdr *m)
{
	int full = m->msg_flags & MSG_CTRUNC;

	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(h) + i * sizeof fd, sizeof fd);
			/* Nobody executes anything in between. */
			fcntl(fd, F_SETFD, FD_CLOEXEC);
			if (c->ninfds >= c->maxfds) {
				close(fd);
				full = 1;
			} else {
				c->infds[c->ninfds++] = fd;
			}
		}
	}
	if (full) {
		errno = EMSGSIZE;
		return -1;
	}
	return 0;
}

/* 1 something was read, 0 nothing there, -1. */
static int
fill(struct umsg_conn *c)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(UMSG_FDS * sizeof(int))];
	} aux;
	struct iovec v = { c->in + c->inlen, c->inmax - c->inlen };
	struct msghdr m = { .msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = aux.buf,
		.msg_controllen = sizeof aux.buf };
	ssize_t n;

	do
		n = recvmsg(c->fd, &m, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
	if (keep_fds(c, &m) < 0)
		return -1;
	if (n == 0) {
		errno = EPIPE;
		return -1;
	}
	c->inlen += (size_t)n;
	return 1;
}

int
umsg_receive(struct umsg_conn *c, struct umsg *msg)
{
	size_t len;
	unsigned nfds = 0;
	int r;

	shift(c);
	for (;;) {
		if (head(c, &len, &nfds) < 0)
			return -1;
		if (len && c->inlen >= len) {
			if (c->ninfds < nfds) {
				errno = EPROTO;
				return -1;
			}
			msg->data = c->in + UMSG_HEAD;
			msg->len = len - UMSG_HEAD;
			msg->fds = c->infds;
			msg->nfds = nfds;
			c->used = len;
			c->usedfds = nfds;
			return 1;
		}
		if (grow(c, len > 2048 ? len : 2048) < 0)
			return -1;
		r = fill(c);
		if (r <= 0)
			return r;
	}
}

int
umsg_put(struct umsg_conn *c, const void *data, size_t len, const int *fds,
	unsigned nfds)
{
	struct umsg_out *o;
	struct wr w;

	if (len > UMSG_MAX || nfds > UMSG_FDS) {
		errno = EMSGSIZE;
		return -1;
	}
	o = malloc(sizeof *o + UMSG_HEAD + len);
	if (!o)
		return -1;
	memset(o, 0, sizeof *o);
	o->len = UMSG_HEAD + len;
	if (nfds) {
		o->fds = malloc(nfds * sizeof *fds);
		if (!o->fds) {
			free(o);
			return -1;
		}
		memcpy(o->fds, fds, nfds * sizeof *fds);
		o->nfds = nfds;
	}
	w = wr_init(o->data, o->len);
	wr_u32(&w, (uint32_t)len);
	wr_u16(&w, nfds);
	if (len)
		wr_mem(&w, data, len);
	*c->outend = o;
	c->outend = &o->next;
	return 0;
}

static ssize_t
send_some(struct umsg_conn *c, struct umsg_out *o)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(UMSG_FDS * sizeof(int))];
	} aux;
	struct iovec v = { o->data + o->done, o->len - o->done };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	ssize_t n;

	if (o->nfds && o->done == 0) {
		struct cmsghdr *h;

		memset(&aux, 0, sizeof aux);
		m.msg_control = aux.buf;
		m.msg_controllen = CMSG_SPACE(o->nfds * sizeof(int));
		h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(o->nfds * sizeof(int));
		memcpy(CMSG_DATA(h), o->fds, o->nfds * sizeof(int));
	}
	do
		n = sendmsg(c->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n;
}

int
umsg_flush(struct umsg_conn *c)
{
	struct umsg_out *o;
	ssize_t n;

	while ((o = c->out)) {
		n = send_some(c, o);
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
		o->done += (size_t)n;
		if (o->done < o->len)
			continue;
		c->out = o->next;
		if (!c->out)
			c->outend = &c->out;
		free(o->fds);
		free(o);
	}
	return 1;
}

uint64_t
umsg_now(void)
{
	return clock_now();
}

uint64_t
umsg_deadline(unsigned ms)
{
	return ms ? umsg_now() + ms : UINT64_MAX;
}

int
umsg_wait(int fd, int write, uint64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = write ? POLLOUT : POLLIN };
	int r;

	do {
		uint64_t now = umsg_now();
		int ms = -1;

		if (deadline != UINT64_MAX) {
			uint64_t left = deadline > now ? deadline - now : 0;

			ms = left > 1 << 30 ? 1 << 30 : (int)left;
		}
		r = poll(&p, 1, ms);
	} while (r < 0 && errno == EINTR);
	if (r == 0)
		errno = ETIMEDOUT;
	return r;
}

int
umsg_timed_send(struct umsg_conn *c, const void *data, size_t len,
	const int *fds, unsigned nfds, uint64_t deadline)
{
	int r;

	if (umsg_put(c, data, len, fds, nfds) < 0)
		return -1;
	while ((r = umsg_flush(c)) == 0)
		if (umsg_wait(c->fd, 1, deadline) <= 0)
			return -1;
	return r < 0 ? -1 : 0;
}

int
umsg_timed_receive(struct umsg_conn *c, struct umsg *msg, uint64_t deadline)
{
	int r;

	while ((r = umsg_receive(c, msg)) == 0)
		if (umsg_wait(c->fd, 0, deadline) <= 0)
			return -1;
	return r < 0 ? -1 : 0;
}
