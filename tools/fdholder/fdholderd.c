/* fdholderd.c - keep descriptors for others, on a listening local socket at
 * standard input.  See reeve-fdholderd(8).
 *
 * What a client may do comes from the rule that lets it in (rules.h), in
 * variables.  Without rules nobody may do anything. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/selfpipe.h>

#include "lib/bytes.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/os.h"
#include "tools/fdholder/fdholder.h"
#include "tools/ipc/rules.h"

enum { CLIENTS_MAX = 256, FDS_MAX = 1 << 16 };

struct client {
	struct umsg_conn conn;
	regex_t store, retrieve;
	unsigned may_store : 1, may_retrieve : 1, may_list : 1,
		may_getdump : 1, may_setdump : 1;
	uint32_t expect;	/* items of a dump still to come */
	uint64_t deadline;
};
static struct {
	struct client *clients[CLIENTS_MAX];
	unsigned nclients, maxclients;
	struct fdh_held *held;
	unsigned nheld, maxheld;
	unsigned timeout, lameduck;
	int verbosity, ending;
	uint64_t end;
	const char *rules, *cdb;
} d = { .maxclients = 16, .maxheld = 1000, .verbosity = 1 };

static const struct opt opts[] = {
	{ 'v', "verbosity", "N", "0 errors, 1 warnings, 2 clients" },
	{ '1', "notify", 0, "write a newline to standard output when ready" },
	{ 'c', "connections", "N", "at most N clients at a time (16)" },
	{ 'n', "descriptors", "N", "hold at most N descriptors (1000)" },
	{ 't', "timeout", "MS", "drop a client that does nothing for MS" },
	{ 'T', "lameduck", "MS", "after TERM wait MS at most for clients" },
	{ 'i', "rules", "DIR", "access rules in a directory" },
	{ 'x', "cdb", "FILE", "access rules in a cdb" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -v verbosity ] [ -1 ] [ -c maxconn ] [ -n maxfds ] [ -t timeout ] "
	"[ -T lameducktimeout ] [ -i rulesdir | -x rulesfile ]",
	"Hold descriptors for the clients of the listening local socket on\n"
	"standard input.",
	opts, "Signals: TERM take no more clients and exit; HUP does nothing\n"
	"(rules are read for every client).\n"
	"Exit status: 0 told to exit, 1 the same while descriptors were held,\n"
	"100 misuse, 111 system error."
};

/* --- rights */

static int
pattern(regex_t *re, const char *s)
{
	return regcomp(re, s, REG_EXTENDED | REG_NOSUB) == 0;
}

static void
right(struct client *c, const char *var)
{
	static const char store[] = "S6_FDHOLDER_STORE_REGEX=",
		retrieve[] = "S6_FDHOLDER_RETRIEVE_REGEX=";
	const char *eq = strchr(var, '=');
	size_t n = eq ? (size_t)(eq - var) : 0;

	if (!eq || !eq[1])
		return;
	if (!strncmp(var, store, sizeof store - 1) && !c->may_store)
		c->may_store = pattern(&c->store, eq + 1);
	else if (!strncmp(var, retrieve, sizeof retrieve - 1)
		&& !c->may_retrieve)
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

/* --- what is held */

static unsigned
find(const char *id)
{
	unsigned i = 0;

	while (i < d.nheld && strcmp(d.held[i].id, id))
		i++;
	return i;
}

static void
forget(unsigned i)
{
	close(d.held[i].fd);
	/* Keep the order: a list shows what came first first. */
	memmove(d.held + i, d.held + i + 1,
		(--d.nheld - i) * sizeof *d.held);
}

/* Takes the descriptor; 0 or an errno for the client. */
static int
hold(int fd, const char *id, const tain *limit)
{
	struct fdh_held *h;

	if (d.nheld == d.maxheld)
		return ENFILE;
	h = &d.held[d.nheld++];
	h->fd = fd;
	h->limit = *limit;
	strcpy(h->id, id);
	return 0;
}

/* Drop what is over; milliseconds to the next end, or -1. */
static int
expire(void)
{
	tain now, left;
	int next = -1;

	if (!tain_wallclock_read(&now))
		return 1000;
	for (unsigned i = 0; i < d.nheld; ) {
		int ms;

		if (fdh_forever(&d.held[i].limit)) {
			i++;
			continue;
		}
		if (!tain_less(&now, &d.held[i].limit)) {
			forget(i);
			continue;
		}
		tain_sub(&left, &d.held[i].limit, &now);
		ms = tain_to_millisecs(&left);
		/* Round up, so that it is over when we wake up. */
		ms = ms < 0 || ms > 1 << 30 ? 1 << 30 : ms + 1;
		if (next < 0 || ms < next)
			next = ms;
		i++;
	}
	return next;
}

/* --- requests; each returns 0, or -1 to drop the client */

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
	else if (find(q->id) < d.nheld)
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
	if (i == d.nheld)
		return answer(c, ENOENT);
	forget(i);
	return answer(c, 0);
}

static int
do_retrieve(struct client *c, const struct fdh_request *q)
{
	unsigned i;
	int fd;

	if (!matches(c->may_retrieve, &c->retrieve, q->id)
		|| (q->and_delete && !matches(c->may_store, &c->store, q->id)))
		return answer(c, EPERM);
	i = find(q->id);
	if (i == d.nheld)
		return answer(c, ENOENT);
	/* A queued message borrows its descriptor, and this one may be
	 * deleted before it is sent: so send at once or drop the client. */
	fd = d.held[i].fd;
	if (umsg_put(&c->conn, "", 1, &fd, 1) < 0
		|| umsg_flush(&c->conn) != 1)
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
	for (unsigned i = 0; i < d.nheld; i++)
		max += strlen(d.held[i].id) + 1;
	buf = malloc(max);
	if (!buf)
		return answer(c, ENOMEM);
	w = wr_init(buf, max);
	wr_u8(&w, 0);
	wr_u32(&w, d.nheld);
	for (unsigned i = 0; i < d.nheld; i++)
		wr_mem(&w, d.held[i].id, strlen(d.held[i].id) + 1);
	r = umsg_put(&c->conn, buf, wr_done(&w), 0, 0);
	free(buf);
	return r;
}

static int
do_getdump(struct client *c)
{
	static unsigned char buf[FDH_CHUNK * FDH_ITEM];
	struct wr w = wr_init(buf, sizeof buf);
	uint64_t deadline = umsg_deadline(2000);
	int fds[FDH_CHUNK];

	if (!c->may_getdump)
		return answer(c, EPERM);
	wr_u8(&w, 0);
	wr_u32(&w, (d.nheld + FDH_CHUNK - 1) / FDH_CHUNK);
	wr_u32(&w, d.nheld);
	if (umsg_put(&c->conn, buf, wr_done(&w), 0, 0) < 0)
		return -1;
	for (unsigned i = 0; i < d.nheld; ) {
		size_t len = 0;
		unsigned k = 0;

		for (; i < d.nheld && k < FDH_CHUNK; i++) {
			len += fdh_item_pack(buf + len, sizeof buf - len,
				&d.held[i].limit, d.held[i].id);
			fds[k++] = d.held[i].fd;
		}
		if (umsg_put(&c->conn, buf, len, fds, k) < 0)
			return -1;
	}
	/* As in do_retrieve; a client that does not read is dropped. */
	for (int r; (r = umsg_flush(&c->conn)) != 1; )
		if (r < 0 || umsg_wait(c->conn.fd, 1, deadline) <= 0)
			return -1;
	return 0;
}

static int
do_setdump(struct client *c, const struct fdh_request *q)
{
	unsigned char buf[5];
	struct wr w = wr_init(buf, sizeof buf);

	if (!c->may_setdump)
		return answer(c, EPERM);
	if (q->total > d.maxheld - d.nheld)
		return answer(c, ENFILE);
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
		if (find(id) < d.nheld || hold(fd, id, &limit))
			close(fd);
	}
	return answer(c, 0);
}

static int
request(struct client *c, struct umsg *m)
{
	struct fdh_request q;

	if (!fdh_request_unpack(&q, m->data, m->len, m->nfds)) {
		for (unsigned i = 0; i < m->nfds; i++)
			close(m->fds[i]);
		return -1;
	}
	switch (q.kind) {
	case FDH_STORE: return do_store(c, m, &q);
	case FDH_DELETE: return do_delete(c, &q);
	case FDH_RETRIEVE: return do_retrieve(c, &q);
	case FDH_LIST: return do_list(c);
	case FDH_GETDUMP: return do_getdump(c);
	case FDH_SETDUMP: return do_setdump(c, &q);
	case FDH_PART: return do_part(c, m, &q);
	}
	return -1;
}

/* --- clients */

static void
drop(unsigned i)
{
	struct client *c = d.clients[i];
	int fd = c->conn.fd;

	if (c->may_store)
		regfree(&c->store);
	if (c->may_retrieve)
		regfree(&c->retrieve);
	umsg_free(&c->conn);
	close(fd);
	free(c);
	d.clients[i] = d.clients[--d.nclients];
}

static enum rules_answer
check(uid_t uid, gid_t gid, struct rule *rule)
{
	return d.rules ? rules_dir(d.rules, uid, gid, rule)
		: rules_cdb(d.cdb, uid, gid, rule);
}

static void
greet(int fd)
{
	static struct rule rule;
	struct client *c;
	enum rules_answer a;
	uid_t uid;
	gid_t gid;

	if (os_peer(fd, &uid, &gid) < 0) {
		warn_sys("unable to see who the client is");
		close(fd);
		return;
	}
	a = check(uid, gid, &rule);
	if (a == RULES_ERROR)
		warn_sys("unable to check the rules for uid %lu gid %lu",
			(unsigned long)uid, (unsigned long)gid);
	if (d.verbosity >= 2)
		info("%s uid %lu gid %lu", a == RULES_ALLOW ? "allow" : "deny",
			(unsigned long)uid, (unsigned long)gid);
	c = a == RULES_ALLOW ? calloc(1, sizeof *c) : 0;
	if (!c) {
		close(fd);
		return;
	}
	for (size_t i = 0; i < rule.envlen; i += strlen(rule.env + i) + 1)
		right(c, rule.env + i);
	umsg_init(&c->conn, fd);
	c->deadline = umsg_deadline(d.timeout);
	d.clients[d.nclients++] = c;
}

static void
accept_one(void)
{
	int fd = accept(0, 0, 0);

	if (fd < 0) {
		struct timespec pause = { 0, 100000000 };

		if (errno == EAGAIN || errno == EINTR
			|| errno == ECONNABORTED)
			return;
		warn_sys("unable to accept (going on in 100 ms)");
		nanosleep(&pause, 0);
		return;
	}
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	greet(fd);
}

static int
talk(struct client *c)
{
	struct umsg m;
	int r;

	while ((r = umsg_receive(&c->conn, &m)) > 0) {
		c->deadline = umsg_deadline(d.timeout);
		if (request(c, &m) < 0)
			return -1;
	}
	return r < 0 || umsg_flush(&c->conn) < 0 ? -1 : 0;
}

/* --- set-up and loop */

static void
signals(void)
{
	for (int s; (s = selfpipe_read()) > 0;)
		if (s == SIGTERM && !d.ending) {
			d.ending = 1;
			d.end = umsg_deadline(d.lameduck);
		}
}

static int
set_up(int notify)
{
	struct rlimit l;
	sigset_t set;
	int fd;

	if (!d.rules && !d.cdb)
		die(EX_MISUSE, "no access rights specified!");
	if (fcntl(0, F_SETFD, FD_CLOEXEC) < 0
		|| fcntl(0, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		die_sys(EX_SYSTEM, "standard input is not a socket");
	if (notify && fcntl(1, F_GETFD) < 0)
		die_sys(EX_SYSTEM, "standard output is not open (for -1)");
	if (getrlimit(RLIMIT_NOFILE, &l) == 0
		&& l.rlim_cur < d.maxheld + d.maxclients + 16) {
		l.rlim_cur = d.maxheld + d.maxclients + 16;
		if (l.rlim_cur > l.rlim_max)
			l.rlim_cur = l.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &l) < 0)
			warn_sys("unable to raise the limit of open files");
	}
	d.held = calloc(d.maxheld, sizeof *d.held);
	if (!d.held)
		die_sys(EX_SYSTEM, "unable to allocate the table");
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	fd = selfpipe_init();
	if (fd < 0 || !selfpipe_trapset(&set))
		die_sys(EX_SYSTEM, "unable to catch signals");
	if (notify) {
		if (write(1, "\n", 1) < 0)
			warn_sys("unable to say that the service is ready");
		close(1);
	}
	return fd;
}

static int
sooner(int ms, uint64_t deadline)
{
	uint64_t now = umsg_now(), left;

	if (deadline == UINT64_MAX)
		return ms;
	left = deadline > now ? deadline - now : 0;
	return ms < 0 || left < (uint64_t)ms
		? (int)(left > 1 << 30 ? 1 << 30 : left) : ms;
}

static void
turn(int sp)
{
	struct pollfd p[CLIENTS_MAX + 2];
	unsigned n = d.nclients;
	int ms = expire();

	p[0] = (struct pollfd){ .fd = sp, .events = POLLIN };
	p[1] = (struct pollfd){ .events = POLLIN,
		.fd = !d.ending && n < d.maxclients ? 0 : -1 };
	for (unsigned i = 0; i < n; i++) {
		struct client *c = d.clients[i];

		p[i + 2] = (struct pollfd){ .fd = c->conn.fd, .events =
			(short)(POLLIN | (c->conn.out ? POLLOUT : 0)) };
		ms = sooner(ms, c->deadline);
	}
	if (d.ending)
		ms = sooner(ms, d.end);
	if (poll(p, n + 2, ms) < 0) {
		if (errno == EINTR)
			return;
		die_sys(EX_SYSTEM, "unable to poll");
	}
	if (p[0].revents)
		signals();
	for (unsigned i = n; i-- > 0;) {
		struct client *c = d.clients[i];

		if (p[i + 2].revents ? talk(c) < 0
			: umsg_now() >= c->deadline)
			drop(i);
	}
	if (p[1].revents & (POLLERR | POLLNVAL))
		die(EX_SYSTEM, "standard input is not a listening socket any"
			" more");
	if (p[1].revents & POLLIN)
		accept_one();
}

int
main(int argc, char **argv)
{
	int c, notify = 0, sp;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'v':
			d.verbosity = (int)opt_uint("-v", optarg, 0, 99);
			break;
		case '1': notify = 1; break;
		case 'c':
			d.maxclients = opt_uint("-c", optarg, 1, CLIENTS_MAX);
			break;
		case 'n':
			d.maxheld = opt_uint("-n", optarg, 1, FDS_MAX);
			break;
		case 't': d.timeout = opt_uint("-t", optarg, 0, ~0u); break;
		case 'T': d.lameduck = opt_uint("-T", optarg, 0, ~0u); break;
		case 'i': d.rules = optarg; d.cdb = 0; break;
		case 'x': d.cdb = optarg; d.rules = 0; break;
		}
	if (argc != optind)
		opt_usage(&usage);
	sp = set_up(notify);
	while (!d.ending || (d.nclients && umsg_now() < d.end))
		turn(sp);
	return d.nheld ? EX_NO : EX_OK;
}
