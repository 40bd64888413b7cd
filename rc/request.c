/* request.c - FORMAT request, see request.h: u8 version, u8 kind, u32 length
 * of the rest; then the fields in the order of the struct.  The answer is u8
 * version, u8 kind, u32 value.  Big-endian. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/path.h"
#include "rc/request.h"

/* A string with its NUL, so that it can be used in place. */
static void
put_text(struct wr *w, const char *s)
{
	size_t n = strlen(s) + 1;

	wr_u32(w, (uint32_t)n);
	wr_mem(w, s, n);
}

static const char *
get_text(struct rd *r)
{
	uint32_t n = rd_u32(r);
	const unsigned char *p = rd_mem(r, n);

	if (!p || !n || memchr(p, 0, n) != p + n - 1) {
		r->bad = 1;
		return "";
	}
	return (const char *)p;
}

static int
known(unsigned kind)
{
	return kind == REQUEST_UP || kind == REQUEST_DOWN ||
		kind == REQUEST_RELOAD || kind == REQUEST_IDLE ||
		kind == REQUEST_LOOK;
}

size_t
request_pack(unsigned char *buf, size_t max, const struct request *q)
{
	struct wr w = wr_init(buf, max), head = wr_init(buf, max);

	wr_u8(&w, REQUEST_VERSION);
	wr_u8(&w, (unsigned)q->kind);
	wr_u32(&w, 0);
	put_text(&w, q->name);
	wr_mem(&w, q->id, DB_HASH);
	wr_u32(&w, q->number);
	wr_u8(&w, q->flags_ok);
	wr_u8(&w, q->flags_fail);
	wr_u32(&w, q->timeout_ms);
	wr_u32(&w, q->changer);
	wr_u64(&w, q->ticket);
	wr_u8(&w, q->again);
	put_text(&w, q->logger);
	wr_u32(&w, q->argc);
	wr_mem(&w, q->argv, q->argvlen);
	if (!wr_done(&w) || w.len > REQUEST_MAX)
		return 0;
	wr_u8(&head, REQUEST_VERSION);
	wr_u8(&head, (unsigned)q->kind);
	wr_u32(&head, (uint32_t)(w.len - REQUEST_HEAD));
	return w.len;
}

size_t
request_length(const unsigned char *buf)
{
	struct rd r = rd_init(buf, REQUEST_HEAD);
	unsigned version = rd_u8(&r), kind = rd_u8(&r);
	uint32_t len = rd_u32(&r);

	if (version != REQUEST_VERSION || !known(kind) ||
		len > REQUEST_MAX - REQUEST_HEAD)
		return 0;
	return len + REQUEST_HEAD;
}

static int
strings(const char *s, size_t len, uint32_t n)
{
	uint32_t found = 0;

	for (size_t i = 0; i < len; i++)
		found += !s[i];
	return found == n && (!len || !s[len - 1]);
}

int
request_unpack(struct request *q, const void *buf, size_t len)
{
	struct rd r = rd_init(buf, len);
	struct request o;
	const unsigned char *id;
	unsigned version = rd_u8(&r), kind = rd_u8(&r);

	if (version != REQUEST_VERSION || !known(kind) ||
		rd_u32(&r) != len - REQUEST_HEAD)
		return 0;
	o.kind = (enum request_kind)kind;
	o.name = get_text(&r);
	id = rd_mem(&r, DB_HASH);
	o.number = rd_u32(&r);
	o.flags_ok = rd_u8(&r);
	o.flags_fail = rd_u8(&r);
	o.timeout_ms = rd_u32(&r);
	o.changer = rd_u32(&r);
	o.ticket = rd_u64(&r);
	o.again = rd_u8(&r);
	o.logger = get_text(&r);
	o.argc = rd_u32(&r);
	if (r.bad)
		return 0;
	memcpy(o.id, id, DB_HASH);
	o.argvlen = r.len - r.pos;
	o.argv = (const char *)rd_mem(&r, o.argvlen);
	if (!rd_done(&r) || !strings(o.argv, o.argvlen, o.argc))
		return 0;
	o.fds = 0;
	*q = o;
	return 1;
}

void
answer_pack(unsigned char buf[ANSWER_SIZE], const struct answer *a)
{
	struct wr w = wr_init(buf, ANSWER_SIZE);

	wr_u8(&w, REQUEST_VERSION);
	wr_u8(&w, (unsigned)a->kind);
	wr_u32(&w, a->value);
}

int
answer_unpack(struct answer *a, const void *buf, size_t len)
{
	struct rd r = rd_init(buf, len);
	unsigned version = rd_u8(&r), kind = rd_u8(&r);
	uint32_t value = rd_u32(&r);

	if (!rd_done(&r) || version != REQUEST_VERSION ||
		(kind != ANSWER_STATUS && kind != ANSWER_ERRNO &&
			kind != ANSWER_TIMEOUT && kind != ANSWER_UNKNOWN))
		return 0;
	a->kind = (enum answer_kind)kind;
	a->value = value;
	return 1;
}

static int
send_first(int fd, const void *buf, size_t len, const int *given)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(3 * sizeof(int))];
	} u;
	struct iovec v = { (void *)(uintptr_t)buf, len };
	struct msghdr m = { .msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = u.space,
		.msg_controllen = sizeof u.space };
	static const int own[3] = { 0, 1, 2 };
	struct cmsghdr *c;
	ssize_t r;

	memset(&u, 0, sizeof u);
	c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof own);
	memcpy(CMSG_DATA(c), given ? given : own, sizeof own);
	do
		r = sendmsg(fd, &m, 0);
	while (r < 0 && errno == EINTR);
	return r < 0
		? -1
		: file_write_all(fd, (const char *)buf + r, len - (size_t)r);
}

/* A socket's path must fit into about 100 bytes; going over the directory's
 * descriptor makes every live directory short enough. */
int
request_connect(const char *live)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char path[PATH_LEN];
	int fd, r, e, here = -1;

	if (path_join(path, sizeof path, live, REQUEST_SOCKET) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0)
		return -1;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (strlen(path) >= sizeof a.sun_path) {
		here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (here < 0 || chdir(live) < 0)
			goto fail;
		strcpy(path, REQUEST_SOCKET);
	}
	strcpy(a.sun_path, path);
	do
		r = connect(fd, (struct sockaddr *)&a, sizeof a);
	while (r < 0 && errno == EINTR);
	e = errno;
	if (here >= 0 && fchdir(here) < 0) {
		/* Every path used later is absolute. */
	}
	errno = e;
	if (r < 0)
		goto fail;
	if (here >= 0)
		close(here);
	return fd;
fail:
	e = errno;
	if (here >= 0)
		close(here);
	close(fd);
	errno = e;
	return -1;
}

int
request_write(int fd, const struct request *q)
{
	size_t max = REQUEST_HEAD + 80 + DB_HASH + strlen(q->name) +
		strlen(q->logger) + q->argvlen,
	       len;
	unsigned char *buf = malloc(max);
	int r = -1, e = E2BIG;

	if (!buf)
		return -1;
	len = request_pack(buf, max, q);
	if (len) {
		r = send_first(fd, buf, len, q->fds);
		e = errno;
	}
	free(buf);
	errno = e;
	return r;
}

int
request_send(const char *live, const struct request *q)
{
	int fd = request_connect(live), e;

	if (fd >= 0 && request_write(fd, q) < 0) {
		e = errno;
		close(fd);
		fd = -1;
		errno = e;
	}
	return fd;
}
