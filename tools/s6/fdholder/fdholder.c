/* fdholder.c - see fdholder.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "tools/s6/fdholder/fdholder.h"
#include "tools/s6/ipc/sock.h"

static void
rd_tain(struct rd *r, tain *t)
{
	const unsigned char *p = rd_mem(r, FDH_TAIN);

	if (p)
		tain_unpack((const char *)p, t);
}

/* u8 length, the bytes, a NUL.  1 or 0. */
static int
rd_id(struct rd *r, char *id)
{
	size_t n = rd_u8(r);
	const unsigned char *p = rd_mem(r, n + 1);

	if (!p || !n || p[n] || memchr(p, 0, n))
		return 0;
	memcpy(id, p, n + 1);
	return 1;
}

int
fdh_item_next(const unsigned char *data, size_t len, size_t *pos, tain *limit,
	char id[FDH_ID + 1])
{
	struct rd r = rd_init(data + *pos, len - *pos);

	if (*pos == len)
		return 0;
	rd_tain(&r, limit);
	if (!rd_id(&r, id) || r.bad)
		return -1;
	*pos += r.pos;
	return 1;
}

static void
wr_item(struct wr *w, const tain *limit, const char *id)
{
	char t[FDH_TAIN];
	size_t n = strlen(id);

	tain_pack(t, limit);
	wr_mem(w, t, FDH_TAIN);
	wr_u8(w, (unsigned)n);
	wr_mem(w, id, n + 1);
}

size_t
fdh_item_pack(unsigned char *buf, size_t max, const tain *limit, const char *id)
{
	struct wr w = wr_init(buf, max);

	wr_item(&w, limit, id);
	return wr_done(&w);
}

int
fdh_forever(const tain *t)
{
	/* Stores without a limit send now plus "infinite". */
	return t->sec.x >= (UINT64_C(1) << 62) + (UINT64_C(1) << 60);
}

int
fdh_request_unpack(
	struct fdh_request *q, const void *data, size_t len, unsigned nfds)
{
	struct rd r = rd_init(data, len);
	unsigned want = 0, items = 0;
	size_t pos = 0;
	tain limit;
	char id[FDH_ID + 1];
	int more;

	memset(q, 0, sizeof *q);
	q->kind = (enum fdh_kind)rd_u8(&r);
	switch (q->kind) {
	case FDH_STORE:
		rd_tain(&r, &q->limit);
		if (!rd_id(&r, q->id))
			return 0;
		want = 1;
		break;
	case FDH_DELETE:
		if (!rd_id(&r, q->id))
			return 0;
		break;
	case FDH_RETRIEVE:
		q->and_delete = rd_u8(&r) != 0;
		if (!rd_id(&r, q->id))
			return 0;
		break;
	case FDH_LIST:
	case FDH_GETDUMP:
		break;
	case FDH_SETDUMP:
		q->total = rd_u32(&r);
		break;
	case FDH_PART:
		q->items = (const unsigned char *)data + 1;
		q->itemslen = len - 1;
		rd_mem(&r, q->itemslen);
		while ((more = fdh_item_next(
				q->items, q->itemslen, &pos, &limit, id)) > 0)
			items++;
		if (more < 0 || !items)
			return 0;
		want = items;
		break;
	default:
		return 0;
	}
	return rd_done(&r) && nfds == want;
}

/* --- the client */

int
fdh_open(struct fdh *h, const char *path, unsigned timeout_ms)
{
	const char *what;
	int fd;

	h->deadline = umsg_deadline(timeout_ms);
	fd = sock_connect(path, 0, h->deadline, &what);
	if (fd < 0)
		return -1;
	umsg_init(&h->conn, fd);
	return 0;
}

void
fdh_use(struct fdh *h, int fd, unsigned timeout_ms)
{
	h->deadline = umsg_deadline(timeout_ms);
	umsg_init(&h->conn, fd);
}

void
fdh_close(struct fdh *h)
{
	int fd = h->conn.fd;

	umsg_free(&h->conn);
	close(fd);
}

/* It is not what was asked for: -1, and the descriptors that nobody takes
 * are closed. */
static int
refuse(const struct umsg *a, unsigned taken, int error)
{
	while (taken < a->nfds)
		close(a->fds[taken++]);
	errno = error;
	return -1;
}

/* Send, and take an answer whose first byte is 0; otherwise that byte is
 * errno. */
static int
ask_for_fds(struct fdh *h, const struct wr *w, const int *fds, unsigned nfds,
	struct umsg *answer)
{
	size_t n = wr_done(w);

	if (!n) {
		errno = EMSGSIZE;
		return -1;
	}
	if (umsg_timed_send(&h->conn, w->buf, n, fds, nfds, h->deadline) < 0 ||
		umsg_timed_receive(&h->conn, answer, h->deadline) < 0)
		return -1;
	if (!answer->len || answer->data[0])
		return refuse(
			answer, 0, answer->len ? answer->data[0] : EPROTO);
	return 0;
}

/* The same, of an answer that has none. */
static int
ask(struct fdh *h, const struct wr *w, const int *fds, unsigned nfds,
	struct umsg *answer)
{
	if (ask_for_fds(h, w, fds, nfds, answer) < 0)
		return -1;
	return answer->nfds ? refuse(answer, 0, EPROTO) : 0;
}

static int
id_ok(const char *id)
{
	if (*id && strlen(id) <= FDH_ID)
		return 1;
	errno = EINVAL;
	return 0;
}

int
fdh_store(struct fdh *h, int fd, const char *id, const tain *limit)
{
	unsigned char buf[FDH_ITEM + 1];
	struct wr w = wr_init(buf, sizeof buf);
	struct umsg a;

	if (!id_ok(id) || fcntl(fd, F_GETFD) < 0)
		return -1;
	wr_u8(&w, FDH_STORE);
	wr_item(&w, limit, id);
	return ask(h, &w, &fd, 1, &a);
}

int
fdh_delete(struct fdh *h, const char *id)
{
	unsigned char buf[FDH_ITEM];
	struct wr w = wr_init(buf, sizeof buf);
	struct umsg a;

	if (!id_ok(id))
		return -1;
	wr_u8(&w, FDH_DELETE);
	wr_u8(&w, (unsigned)strlen(id));
	wr_mem(&w, id, strlen(id) + 1);
	return ask(h, &w, 0, 0, &a);
}

int
fdh_retrieve(struct fdh *h, const char *id, int and_delete, int *fd)
{
	unsigned char buf[FDH_ITEM];
	struct wr w = wr_init(buf, sizeof buf);
	struct umsg a;

	if (!id_ok(id))
		return -1;
	wr_u8(&w, FDH_RETRIEVE);
	wr_u8(&w, and_delete != 0);
	wr_u8(&w, (unsigned)strlen(id));
	wr_mem(&w, id, strlen(id) + 1);
	if (ask_for_fds(h, &w, 0, 0, &a) < 0)
		return -1;
	if (a.nfds != 1)
		return refuse(&a, 0, EPROTO);
	*fd = a.fds[0];
	return 0;
}

int
fdh_list(struct fdh *h, char **list, uint32_t *n)
{
	unsigned char buf[1];
	struct wr w = wr_init(buf, sizeof buf);
	struct umsg a;
	struct rd r;
	size_t len, nuls = 0;

	wr_u8(&w, FDH_LIST);
	if (ask(h, &w, 0, 0, &a) < 0)
		return -1;
	r = rd_init(a.data, a.len);
	rd_u8(&r);
	*n = rd_u32(&r);
	len = r.bad ? 0 : r.len - r.pos;
	for (size_t i = 0; i < len; i++)
		nuls += !a.data[r.pos + i];
	if (r.bad || nuls != *n || (len && a.data[a.len - 1])) {
		errno = EPROTO;
		return -1;
	}
	*list = malloc(len + 1);
	if (!*list)
		return -1;
	memcpy(*list, a.data + r.pos, len);
	return 0;
}

int
fdh_getdump(struct fdh *h, struct fdh_held **held, uint32_t *n)
{
	unsigned char buf[1];
	struct wr w = wr_init(buf, sizeof buf);
	struct umsg a;
	struct rd r;
	uint32_t parts, got = 0;
	int e;

	wr_u8(&w, FDH_GETDUMP);
	if (ask(h, &w, 0, 0, &a) < 0)
		return -1;
	r = rd_init(a.data, a.len);
	rd_u8(&r);
	parts = rd_u32(&r);
	*n = rd_u32(&r);
	if (!rd_done(&r) || *n > 1 << 20) {
		errno = EPROTO;
		return -1;
	}
	*held = calloc(*n + 1, sizeof **held);
	if (!*held)
		return -1;
	for (; parts; parts--) {
		size_t pos = 0;
		unsigned k = 0;

		if (umsg_timed_receive(&h->conn, &a, h->deadline) < 0)
			goto fail;
		while (got < *n && k < a.nfds &&
			fdh_item_next(a.data, a.len, &pos, &(*held)[got].limit,
				(*held)[got].id) > 0) {
			(*held)[got].fd = a.fds[k++];
			fcntl((*held)[got++].fd, F_SETFD, 0);
		}
		if (pos != a.len || k != a.nfds) {
			refuse(&a, k, EPROTO);
			goto fail;
		}
	}
	if (got == *n)
		return 0;
	errno = EPROTO;
fail:
	e = errno;
	while (got)
		close((*held)[--got].fd);
	free(*held);
	*held = 0;
	errno = e;
	return -1;
}

int
fdh_setdump(struct fdh *h, const struct fdh_held *held, uint32_t n)
{
	enum { MAX = 1 + UMSG_FDS * FDH_ITEM };
	unsigned char head[5], *buf;
	struct wr w = wr_init(head, sizeof head);
	struct umsg a;
	struct rd r;
	uint32_t trips, per, i = 0;
	int fds[UMSG_FDS], bad = 0;

	wr_u8(&w, FDH_SETDUMP);
	wr_u32(&w, n);
	if (ask(h, &w, 0, 0, &a) < 0)
		return -1;
	if (!n)
		return 0;
	r = rd_init(a.data, a.len);
	rd_u8(&r);
	trips = rd_u32(&r);
	per = trips ? (n + trips - 1) / trips : 0;
	if (!rd_done(&r) || !per || per > UMSG_FDS) {
		errno = EPROTO;
		return -1;
	}
	buf = malloc(MAX);
	if (!buf)
		return -1;
	while (i < n && !bad) {
		unsigned k = 0;

		w = wr_init(buf, MAX);
		wr_u8(&w, FDH_PART);
		for (; i < n && k < per; i++) {
			wr_item(&w, &held[i].limit, held[i].id);
			fds[k++] = held[i].fd;
		}
		bad = ask(h, &w, fds, k, &a) < 0;
	}
	free(buf);
	return bad ? -1 : 0;
}
