/* pieces.c - messages of sudo and the fd-holder as a stream: however it is cut,
 * the same messages come out of it, and it ends in the same way.  The first
 * byte says how it is cut; each piece brings a descriptor as long as its bit in
 * the second is set. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/s6/ipc/umsg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct seen {
	uint64_t sum; /* of all messages, with their lengths */
	unsigned messages;
	int end; /* errno of the end */
};

static void
add(struct seen *s, const unsigned char *p, size_t n)
{
	s->sum = (s->sum ^ n) * 1099511628211u;
	for (size_t i = 0; i < n; i++)
		s->sum = (s->sum ^ p[i]) * 1099511628211u;
	s->messages++;
}

/* 1: more may come. */
static int
receive(struct umsg_conn *c, struct seen *s)
{
	struct umsg m;
	int r;

	while ((r = umsg_receive(c, &m)) > 0) {
		add(s, m.data, m.len);
		for (unsigned i = 0; i < m.nfds; i++)
			if (close(m.fds[i]) < 0)
				abort(); /* it was handed out already */
	}
	if (r < 0)
		s->end = errno;
	return r == 0;
}

static int
send_piece(int fd, const uint8_t *p, size_t n, int with)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} u = { .head = { .cmsg_len = 0 } };
	struct iovec v = { (void *)(uintptr_t)p, n };
	struct msghdr h = { .msg_iov = &v, .msg_iovlen = 1 };
	int null = with ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
	ssize_t r;

	if (null >= 0) {
		struct cmsghdr *c;

		h.msg_control = u.room;
		h.msg_controllen = sizeof u.room;
		c = CMSG_FIRSTHDR(&h);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof null);
		memcpy(CMSG_DATA(c), &null, sizeof null);
	}
	r = sendmsg(fd, &h, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (null >= 0)
		close(null);
	return r == (ssize_t)n;
}

/* cut 0: in one piece. */
static int
play(const uint8_t *data, size_t len, unsigned cut, unsigned with,
	struct seen *s)
{
	struct umsg_conn c;
	int fds[2], ok = 1, more = 1;

	*s = (struct seen){ 14695981039346656037u, 0, 0 };
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
		return 0;
	umsg_init(&c, fds[0]);
	for (size_t at = 0, k = 0; ok && more && at < len; k++) {
		size_t n = cut ? 1 + (cut * (k + 1) * 7 + k) % 13 : len;

		if (n > len - at)
			n = len - at;
		ok = send_piece(fds[1], data + at, n, with >> (k % 8) & 1);
		at += n;
		more = ok && receive(&c, s);
	}
	shutdown(fds[1], SHUT_WR);
	if (ok && more)
		receive(&c, s);
	umsg_free(&c);
	close(fds[0]);
	close(fds[1]);
	return ok;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct seen whole, cut;

	if (len < 2 || len > 4096)
		return 0;
	/* Descriptors are with the bytes that they came with, so only what
	 * has none is the same in pieces. */
	if (play(data + 2, len - 2, 0, 0, &whole) &&
		play(data + 2, len - 2, data[0] | 1u, 0, &cut) &&
		(whole.sum != cut.sum || whole.messages != cut.messages ||
			whole.end != cut.end))
		abort();
	play(data + 2, len - 2, data[0] | 1u, data[1], &cut);
	return 0;
}
