/* fdholderd-requests.c - what is held, and what clients may ask for it. */

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/msg.h"
#include "tools/s6/fdholder/fdholderd.h"

static int
pattern(regex_t *re, const char *s)
{
	return regcomp(re, s, REG_EXTENDED | REG_NOSUB) == 0;
}

void
fdholderd_right(struct client *c, const char *var)
{
	static const char store[] = "S6_FDHOLDER_STORE_REGEX=",
			  retrieve[] = "S6_FDHOLDER_RETRIEVE_REGEX=";
	const char *eq = strchr(var, '=');
	size_t n = eq ? (size_t)(eq - var) : 0;

	if (!eq || !eq[1])
		return;
	if (!strncmp(var, store, sizeof store - 1) && !c->may_store)
		c->may_store = pattern(&c->store, eq + 1);
	else if (!strncmp(var, retrieve, sizeof retrieve - 1) &&
		!c->may_retrieve)
		c->may_retrieve = pattern(&c->retrieve, eq + 1);
	else if (n == 16 && !strncmp(var, "S6_FDHOLDER_LIST", n))
		c->may_list = 1;
	else if (n == 19 && !strncmp(var, "S6_FDHOLDER_GETDUMP", n))
		c->may_getdump = 1;
	else if (n == 19 && !strncmp(var, "S6_FDHOLDER_SETDUMP", n))
		c->may_setdump = 1;
}

static int
matches(int have, const regex_t *re, const char *id)
{
	return have && regexec(re, id, 0, 0, 0) == 0;
}

static unsigned
find(const char *id)
{
	unsigned i = 0;

	while (i < fdholderd.nheld && strcmp(fdholderd.held[i].id, id))
		i++;
	return i;
}

static void
forget(unsigned i)
{
	/* A dump that is queued borrows descriptors, and its numbers change
	 * with the table. */
	for (unsigned k = 0; k < fdholderd.nclients; k++)
		if (fdholderd.clients[k]->dumping ||
			fdholderd.clients[k]->conn.out)
			fdholderd.clients[k]->lost = 1;
	close(fdholderd.held[i].fd);
	/* Keep the order: a list shows what came first first. */
	memmove(fdholderd.held + i, fdholderd.held + i + 1,
		(--fdholderd.nheld - i) * sizeof *fdholderd.held);
}

/* Takes the descriptor; 0 or an errno for the client. */
static int
hold(int fd, const char *id, const tain *limit)
{
	struct fdh_held *h;

	if (fdholderd.nheld == fdholderd.maxheld) {
		if (fdholderd_may_say(2))
			warn("refusing to hold more than %u descriptors (-n)",
				fdholderd.maxheld);
		return ENFILE;
	}
	h = &fdholderd.held[fdholderd.nheld++];
	h->fd = fd;
	h->limit = *limit;
	strcpy(h->id, id);
	return 0;
}

/* Drop what is over; milliseconds to the next end, or -1. */
int
fdholderd_expire(void)
{
	tain now, left;
	int next = -1;

	if (!tain_wallclock_read(&now))
		return 1000;
	for (unsigned i = 0; i < fdholderd.nheld;) {
		int ms;

		if (fdh_forever(&fdholderd.held[i].limit)) {
			i++;
			continue;
		}
		if (!tain_less(&now, &fdholderd.held[i].limit)) {
			forget(i);
			continue;
		}
		tain_sub(&left, &fdholderd.held[i].limit, &now);
		ms = tain_to_millisecs(&left);
		/* Round up, so that it is over when we wake up. */
		ms = ms < 0 || ms > 1 << 30 ? 1 << 30 : ms + 1;
		if (next < 0 || ms < next)
			next = ms;
		i++;
	}
	return next;
}

static int
answer(struct client *c, int err)
{
	unsigned char e = (unsigned char)err;

	return umsg_put(&c->conn, &e, 1, 0, 0);
}

static int
do_store(struct client *c, struct umsg *m, const struct fdh_request *q)
{
	int err = 0;

	if (!matches(c->may_store, &c->store, q->id))
		err = EPERM;
	else if (find(q->id) < fdholderd.nheld)
		err = EBUSY;
	else
		err = hold(m->fds[0], q->id, &q->limit);
	if (err)
		close(m->fds[0]);
	return answer(c, err);
}

static int
do_delete(struct client *c, const struct fdh_request *q)
{
	unsigned i;

	if (!matches(c->may_store, &c->store, q->id))
		return answer(c, EPERM);
	i = find(q->id);
	if (i == fdholderd.nheld)
		return answer(c, ENOENT);
	forget(i);
	return answer(c, 0);
}

static int
do_retrieve(struct client *c, const struct fdh_request *q)
{
	unsigned i;
	int fd;

	if (!matches(c->may_retrieve, &c->retrieve, q->id) ||
		(q->and_delete && !matches(c->may_store, &c->store, q->id)))
		return answer(c, EPERM);
	i = find(q->id);
	if (i == fdholderd.nheld)
		return answer(c, ENOENT);
	/* A queued message borrows its descriptor, and this one may be
	 * deleted before it is sent: so send at once or drop the client. */
	fd = fdholderd.held[i].fd;
	if (umsg_put(&c->conn, "", 1, &fd, 1) < 0 || umsg_flush(&c->conn) != 1)
		return -1;
	if (q->and_delete)
		forget(i);
	return 0;
}

static int
do_list(struct client *c)
{
	unsigned char *buf;
	struct wr w;
	size_t max = 5;
	int r;

	if (!c->may_list)
		return answer(c, EPERM);
	for (unsigned i = 0; i < fdholderd.nheld; i++)
		max += strlen(fdholderd.held[i].id) + 1;
	buf = malloc(max);
	if (!buf)
		return answer(c, ENOMEM);
	w = wr_init(buf, max);
	wr_u8(&w, 0);
	wr_u32(&w, fdholderd.nheld);
	for (unsigned i = 0; i < fdholderd.nheld; i++)
		wr_mem(&w, fdholderd.held[i].id,
			strlen(fdholderd.held[i].id) + 1);
	r = umsg_put(&c->conn, buf, wr_done(&w), 0, 0);
	free(buf);
	return r;
}

static int
do_getdump(struct client *c)
{
	unsigned char buf[9];
	struct wr w = wr_init(buf, sizeof buf);

	if (!c->may_getdump)
		return answer(c, EPERM);
	wr_u8(&w, 0);
	wr_u32(&w, (fdholderd.nheld + FDH_CHUNK - 1) / FDH_CHUNK);
	wr_u32(&w, fdholderd.nheld);
	c->dumping = 1;
	c->next = 0;
	c->total = fdholderd.nheld;
	return umsg_put(&c->conn, buf, wr_done(&w), 0, 0);
}

/* The next part of a dump, when the one before is sent: nobody waits for a
 * client that does not read. */
int
fdholderd_dump_part(struct client *c)
{
	static unsigned char buf[FDH_CHUNK * FDH_ITEM];
	int fds[FDH_CHUNK];
	size_t len = 0;
	unsigned k = 0;

	for (; c->next < c->total && k < FDH_CHUNK; c->next++) {
		const struct fdh_held *h = &fdholderd.held[c->next];

		len += fdh_item_pack(
			buf + len, sizeof buf - len, &h->limit, h->id);
		fds[k++] = h->fd;
	}
	if (!k) {
		c->dumping = 0;
		return 0;
	}
	return umsg_put(&c->conn, buf, len, fds, k);
}

static int
do_setdump(struct client *c, const struct fdh_request *q)
{
	unsigned char buf[5];
	struct wr w = wr_init(buf, sizeof buf);

	if (!c->may_setdump)
		return answer(c, EPERM);
	if (q->total > fdholderd.maxheld - fdholderd.nheld) {
		if (fdholderd_may_say(2))
			warn("refusing to hold more than %u descriptors (-n)",
				fdholderd.maxheld);
		return answer(c, ENFILE);
	}
	c->expect = q->total;
	wr_u8(&w, 0);
	wr_u32(&w, (q->total + FDH_CHUNK - 1) / FDH_CHUNK);
	return umsg_put(&c->conn, buf, wr_done(&w), 0, 0);
}

static int
do_part(struct client *c, struct umsg *m, const struct fdh_request *q)
{
	char id[FDH_ID + 1];
	size_t pos = 0;
	unsigned k = 0;
	tain limit;

	if (m->nfds > c->expect) {
		for (; k < m->nfds; k++)
			close(m->fds[k]);
		return -1;
	}
	c->expect -= m->nfds;
	while (fdh_item_next(q->items, q->itemslen, &pos, &limit, id) > 0) {
		int fd = m->fds[k++];

		/* What is here already is kept, as in s6. */
		if (find(id) < fdholderd.nheld || hold(fd, id, &limit))
			close(fd);
	}
	return answer(c, 0);
}

int
fdholderd_request(struct client *c, struct umsg *m)
{
	struct fdh_request q;

	if (!fdh_request_unpack(&q, m->data, m->len, m->nfds)) {
		for (unsigned i = 0; i < m->nfds; i++)
			close(m->fds[i]);
		return -1;
	}
	switch (q.kind) {
	case FDH_STORE:
		return do_store(c, m, &q);
	case FDH_DELETE:
		return do_delete(c, &q);
	case FDH_RETRIEVE:
		return do_retrieve(c, &q);
	case FDH_LIST:
		return do_list(c);
	case FDH_GETDUMP:
		return do_getdump(c);
	case FDH_SETDUMP:
		return do_setdump(c, &q);
	case FDH_PART:
		return do_part(c, m, &q);
	}
	return -1;
}
