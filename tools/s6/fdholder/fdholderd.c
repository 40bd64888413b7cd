/* fdholderd.c - keep descriptors for others, on a listening local socket at
 * standard input.  See s6-fdholderd(8).
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
#include "tools/s6/fdholder/fdholder.h"
#include "tools/s6/ipc/rules.h"

enum {
	CLIENTS_MAX = 256,
	FDS_MAX = 1 << 16,
	TURN = 16, /* requests of one client before the next */
	IDLE_MS = 1000, /* then its place can go to another */
	SAY_MS = 1000, /* between two messages about limits */
	ACCEPT_AGAIN_MS = 100
};

struct client {
	struct umsg_conn conn;
	uid_t uid;
	uint64_t heard; /* when it last asked for something */
	unsigned more : 1; /* there is a whole request in the buffer */
	unsigned dumping : 1; /* it gets those from next up to total */
	unsigned lost : 1; /* what it was to get is gone: drop it */
	unsigned next, total;
	regex_t store, retrieve;
	unsigned may_store : 1, may_retrieve : 1, may_list : 1, may_getdump : 1,
		may_setdump : 1;
	uint32_t expect; /* items of a dump still to come */
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
	int guest; /* has no place yet; -1: none */
	uid_t guest_uid;
	gid_t guest_gid;
	uint64_t guest_since, said;
	int deaf; /* nobody can be accepted, which was said */
} d = { .guest = -1, .maxclients = 16, .maxheld = 1000, .verbosity = 1 };

static const struct opt opts[] = { { 'v', "verbosity", "N",
					   "0 errors, 1 warnings, 2 clients" },
	{ '1', "notify", 0, "write a newline to standard output when ready" },
	{ 'c', "connections", "N", "at most N clients at a time (16)" },
	{ 'n', "descriptors", "N", "hold at most N descriptors (1000)" },
	{ 't', "timeout", "MS", "drop a client that does nothing for MS" },
	{ 'T', "lameduck", "MS", "after TERM wait MS at most for clients" },
	{ 'i', "rules", "DIR", "access rules in a directory" },
	{ 'x', "cdb", "FILE", "access rules in a cdb" }, { 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -v verbosity ] [ -1 ] [ -c maxconn ] [ -n maxfds ] [ -t timeout ] "
	"[ -T lameducktimeout ] [ -i rulesdir | -x rulesfile ]",
	"Hold descriptors for the clients of the listening local socket on\n"
	"standard input.",
	opts,
	"Signals: TERM take no more clients and exit; HUP does nothing\n"
	"(rules are read for every client).\n"
	"Exit status: 0 told to exit, 1 the same while descriptors were held,\n"
	"100 misuse, 111 system error."
};

/* May something be said of a limit?  A client cannot fill our log. */
static int
may_say(int verbosity)
{
	uint64_t now = umsg_now();

	if (d.verbosity < verbosity || (d.said && now - d.said < SAY_MS))
		return 0;
	d.said = now;
	return 1;
}

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
	/* A dump that is queued borrows descriptors, and its numbers change
	 * with the table. */
	for (unsigned k = 0; k < d.nclients; k++)
		if (d.clients[k]->dumping || d.clients[k]->conn.out)
			d.clients[k]->lost = 1;
	close(d.held[i].fd);
	/* Keep the order: a list shows what came first first. */
	memmove(d.held + i, d.held + i + 1, (--d.nheld - i) * sizeof *d.held);
}

/* Takes the descriptor; 0 or an errno for the client. */
static int
hold(int fd, const char *id, const tain *limit)
{
	struct fdh_held *h;

	if (d.nheld == d.maxheld) {
		if (may_say(2))
			warn("refusing to hold more than %u descriptors (-n)",
				d.maxheld);
		return ENFILE;
	}
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
	for (unsigned i = 0; i < d.nheld;) {
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

	if (!matches(c->may_retrieve, &c->retrieve, q->id) ||
		(q->and_delete && !matches(c->may_store, &c->store, q->id)))
		return answer(c, EPERM);
	i = find(q->id);
	if (i == d.nheld)
		return answer(c, ENOENT);
	/* A queued message borrows its descriptor, and this one may be
	 * deleted before it is sent: so send at once or drop the client. */
	fd = d.held[i].fd;
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
	unsigned char buf[9];
	struct wr w = wr_init(buf, sizeof buf);

	if (!c->may_getdump)
		return answer(c, EPERM);
	wr_u8(&w, 0);
	wr_u32(&w, (d.nheld + FDH_CHUNK - 1) / FDH_CHUNK);
	wr_u32(&w, d.nheld);
	c->dumping = 1;
	c->next = 0;
	c->total = d.nheld;
	return umsg_put(&c->conn, buf, wr_done(&w), 0, 0);
}

/* The next part of a dump, when the one before is sent: nobody waits for a
 * client that does not read. */
static int
dump_part(struct client *c)
{
	static unsigned char buf[FDH_CHUNK * FDH_ITEM];
	int fds[FDH_CHUNK];
	size_t len = 0;
	unsigned k = 0;

	for (; c->next < c->total && k < FDH_CHUNK; c->next++) {
		const struct fdh_held *h = &d.held[c->next];

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
	if (q->total > d.maxheld - d.nheld) {
		if (may_say(2))
			warn("refusing to hold more than %u descriptors (-n)",
				d.maxheld);
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
greet(int fd, uid_t uid, gid_t gid)
{
	static struct rule rule;
	struct client *c;
	enum rules_answer a = check(uid, gid, &rule);

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
	/* One, so that it is told what it may not. */
	if (!c->may_store && !c->may_setdump)
		c->conn.maxfds = 1;
	c->uid = uid;
	c->heard = umsg_now();
	c->deadline = umsg_deadline(d.timeout);
	d.clients[d.nclients++] = c;
}

static unsigned
count_user(uid_t uid)
{
	unsigned n = 0;

	for (unsigned i = 0; i < d.nclients; i++)
		n += d.clients[i]->uid == uid;
	return n;
}

/* Whose place the guest could have: of the user who has most of them, the
 * client that was heard longest ago. */
static unsigned
least_needed(unsigned *most)
{
	unsigned best = 0;

	*most = 0;
	for (unsigned i = 0; i < d.nclients; i++) {
		unsigned n = count_user(d.clients[i]->uid);

		if (n > *most ||
			(n == *most &&
				d.clients[i]->heard < d.clients[best]->heard)) {
			*most = n;
			best = i;
		}
	}
	return best;
}

/* When all places are taken, one user cannot keep the others out, and one who
 * is silent keeps nobody out: milliseconds until this is to be asked again,
 * 0 if there is a place now; -1 if the guest was sent away. */
static int
make_place(void)
{
	uint64_t now = umsg_now(), idle;
	unsigned most, i = least_needed(&most);
	const struct client *c = d.clients[i];

	if (d.nclients < d.maxclients)
		return 0;
	idle = now - c->heard;
	/* Not one that root is just using. */
	if (idle >= IDLE_MS ||
		(c->uid && c->uid != geteuid() &&
			most > count_user(d.guest_uid) + 1)) {
		if (may_say(1))
			warn("all %u connections (-c) are in use: dropping "
			     "one of the %u of user %lu for one of user "
			     "%lu",
				d.maxclients, most, (unsigned long)c->uid,
				(unsigned long)d.guest_uid);
		drop(i);
		return 0;
	}
	if (now - d.guest_since >= IDLE_MS) {
		if (may_say(1))
			warn("all %u connections (-c) are in use: refusing "
			     "one of user %lu",
				d.maxclients, (unsigned long)d.guest_uid);
		close(d.guest);
		d.guest = -1;
		return -1;
	}
	return (int)(IDLE_MS - idle);
}

/* Milliseconds to wait at most for the guest, or -1. */
static int
place_guest(void)
{
	int ms = d.guest < 0 ? -1 : make_place();

	if (ms)
		return ms;
	greet(d.guest, d.guest_uid, d.guest_gid);
	d.guest = -1;
	return -1;
}

static void
accept_one(void)
{
	int fd = accept(0, 0, 0);

	if (fd < 0) {
		struct timespec pause = { 0, ACCEPT_AGAIN_MS * 1000000L };

		if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
			return;
		if (!d.deaf)
			warn_sys("unable to accept (trying again every %d ms)",
				ACCEPT_AGAIN_MS);
		d.deaf = 1;
		nanosleep(&pause, 0);
		return;
	}
	d.deaf = 0;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (os_peer(fd, &d.guest_uid, &d.guest_gid) < 0) {
		warn_sys("unable to see who the client is");
		close(fd);
		return;
	}
	d.guest = fd;
	d.guest_since = umsg_now();
}

/* As many requests as a turn has; none while there are answers that it does
 * not read, which so cannot become more. */
static int
talk(struct client *c)
{
	struct umsg m;
	int r = 1;

	c->more = 0;
	for (int i = 0; r > 0; i++) {
		if (umsg_flush(&c->conn) < 0)
			return -1;
		if (c->conn.out)
			return 0;
		if (c->dumping) {
			if (dump_part(c) < 0)
				return -1;
			continue;
		}
		if (i >= TURN) {
			c->more = 1;
			return 0;
		}
		r = umsg_receive(&c->conn, &m);
		if (r <= 0)
			break;
		c->heard = umsg_now();
		c->deadline = umsg_deadline(d.timeout);
		if (request(c, &m) < 0)
			return -1;
	}
	return r;
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

/* Descriptors to hold, and those that clients have sent with requests that
 * are not yet whole. */
static void
raise_limit(void)
{
	rlim_t want = d.maxheld + d.maxclients * (1 + 2 * UMSG_FDS) + 16;
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur >= want)
		return;
	l.rlim_cur = want > l.rlim_max ? l.rlim_max : want;
	if (setrlimit(RLIMIT_NOFILE, &l) < 0)
		warn_sys("unable to raise the limit of open files");
	else if (l.rlim_cur < want && d.verbosity)
		warn("only %lu files may be open, and up to %lu may be needed "
		     "(going on)",
			(unsigned long)l.rlim_cur, (unsigned long)want);
}

static int
set_up(int notify)
{
	sigset_t set;
	int fd;

	if (!d.rules && !d.cdb)
		die(EX_MISUSE, "no access rights specified!");
	if (fcntl(0, F_SETFD, FD_CLOEXEC) < 0 ||
		fcntl(0, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		die_sys(EX_SYSTEM, "standard input is not a socket");
	if (notify && fcntl(1, F_GETFD) < 0)
		die_sys(EX_SYSTEM, "standard output is not open (for -1)");
	raise_limit();
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
		? (int)(left > 1 << 30 ? 1 << 30 : left)
		: ms;
}

static void
turn(int sp)
{
	struct pollfd p[CLIENTS_MAX + 2];
	int ms = expire(), guest;
	unsigned n;

	for (unsigned i = d.nclients; i-- > 0;)
		if (d.clients[i]->lost)
			drop(i);
	guest = place_guest();
	if (guest >= 0)
		ms = sooner(ms, umsg_now() + (unsigned)guest);
	n = d.nclients;
	p[0] = (struct pollfd){ .fd = sp, .events = POLLIN };
	p[1] = (struct pollfd){ .events = POLLIN,
		.fd = !d.ending && d.guest < 0 ? 0 : -1 };
	for (unsigned i = 0; i < n; i++) {
		struct client *c = d.clients[i];

		p[i + 2] = (struct pollfd){ .fd = c->conn.fd,
			.events = c->conn.out ? POLLOUT : POLLIN };
		ms = c->more ? 0 : sooner(ms, c->deadline);
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

		if (c->lost)
			continue;
		if (p[i + 2].revents || c->more ? talk(c) < 0
						: umsg_now() >= c->deadline)
			drop(i);
	}
	if (p[1].revents & (POLLERR | POLLNVAL))
		die(EX_SYSTEM,
			"standard input is not a listening socket any"
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
		case '1':
			notify = 1;
			break;
		case 'c':
			d.maxclients = opt_uint("-c", optarg, 1, CLIENTS_MAX);
			break;
		case 'n':
			d.maxheld = opt_uint("-n", optarg, 1, FDS_MAX);
			break;
		case 't':
			d.timeout = opt_uint("-t", optarg, 0, ~0u);
			break;
		case 'T':
			d.lameduck = opt_uint("-T", optarg, 0, ~0u);
			break;
		case 'i':
			d.rules = optarg;
			d.cdb = 0;
			break;
		case 'x':
			d.cdb = optarg;
			d.rules = 0;
			break;
		}
	if (argc != optind)
		opt_usage(&usage);
	sp = set_up(notify);
	while (!d.ending || (d.nclients && umsg_now() < d.end))
		turn(sp);
	return d.nheld ? EX_NO : EX_OK;
}
