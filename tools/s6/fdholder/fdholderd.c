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
#include "tools/s6/fdholder/fdholderd.h"
#include "tools/s6/ipc/rules.h"

enum {
	FDS_MAX = 1 << 16,
	TURN = 16, /* requests of one client before the next */
	IDLE_MS = 1000, /* then its place can go to another */
	SAY_MS = 1000, /* between two messages about limits */
	ACCEPT_AGAIN_MS = 100
};

struct fdholderd fdholderd = {
	.guest = -1, .maxclients = 16, .maxheld = 1000, .verbosity = 1
};

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
int
fdholderd_may_say(int verbosity)
{
	uint64_t now = umsg_now();

	if (fdholderd.verbosity < verbosity ||
		(fdholderd.said && now - fdholderd.said < SAY_MS))
		return 0;
	fdholderd.said = now;
	return 1;
}

/* --- clients */

static void
drop(unsigned i)
{
	struct client *c = fdholderd.clients[i];
	int fd = c->conn.fd;

	if (c->may_store)
		regfree(&c->store);
	if (c->may_retrieve)
		regfree(&c->retrieve);
	umsg_free(&c->conn);
	close(fd);
	free(c);
	fdholderd.clients[i] = fdholderd.clients[--fdholderd.nclients];
}

static enum rules_answer
check(uid_t uid, gid_t gid, struct rule *rule)
{
	return fdholderd.rules ? rules_dir(fdholderd.rules, uid, gid, rule)
			       : rules_cdb(fdholderd.cdb, uid, gid, rule);
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
	if (fdholderd.verbosity >= 2)
		info("%s uid %lu gid %lu", a == RULES_ALLOW ? "allow" : "deny",
			(unsigned long)uid, (unsigned long)gid);
	c = a == RULES_ALLOW ? calloc(1, sizeof *c) : 0;
	if (!c) {
		close(fd);
		return;
	}
	for (size_t i = 0; i < rule.envlen; i += strlen(rule.env + i) + 1)
		fdholderd_right(c, rule.env + i);
	umsg_init(&c->conn, fd);
	/* One, so that it is told what it may not. */
	if (!c->may_store && !c->may_setdump)
		c->conn.maxfds = 1;
	c->uid = uid;
	c->heard = umsg_now();
	c->deadline = umsg_deadline(fdholderd.timeout);
	fdholderd.clients[fdholderd.nclients++] = c;
}

static unsigned
count_user(uid_t uid)
{
	unsigned n = 0;

	for (unsigned i = 0; i < fdholderd.nclients; i++)
		n += fdholderd.clients[i]->uid == uid;
	return n;
}

/* Whose place the guest could have: of the user who has most of them, the
 * client that was heard longest ago. */
static unsigned
least_needed(unsigned *most)
{
	unsigned best = 0;

	*most = 0;
	for (unsigned i = 0; i < fdholderd.nclients; i++) {
		unsigned n = count_user(fdholderd.clients[i]->uid);

		if (n > *most ||
			(n == *most &&
				fdholderd.clients[i]->heard <
					fdholderd.clients[best]->heard)) {
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
	const struct client *c = fdholderd.clients[i];

	if (fdholderd.nclients < fdholderd.maxclients)
		return 0;
	idle = now - c->heard;
	/* Not one that root is just using. */
	if (idle >= IDLE_MS ||
		(c->uid && c->uid != geteuid() &&
			most > count_user(fdholderd.guest_uid) + 1)) {
		if (fdholderd_may_say(1))
			warn("all %u connections (-c) are in use: dropping "
			     "one of the %u of user %lu for one of user "
			     "%lu",
				fdholderd.maxclients, most,
				(unsigned long)c->uid,
				(unsigned long)fdholderd.guest_uid);
		drop(i);
		return 0;
	}
	if (now - fdholderd.guest_since >= IDLE_MS) {
		if (fdholderd_may_say(1))
			warn("all %u connections (-c) are in use: refusing "
			     "one of user %lu",
				fdholderd.maxclients,
				(unsigned long)fdholderd.guest_uid);
		close(fdholderd.guest);
		fdholderd.guest = -1;
		return -1;
	}
	return (int)(IDLE_MS - idle);
}

/* Milliseconds to wait at most for the guest, or -1. */
static int
place_guest(void)
{
	int ms = fdholderd.guest < 0 ? -1 : make_place();

	if (ms)
		return ms;
	greet(fdholderd.guest, fdholderd.guest_uid, fdholderd.guest_gid);
	fdholderd.guest = -1;
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
		if (!fdholderd.deaf)
			warn_sys("unable to accept (trying again every %d ms)",
				ACCEPT_AGAIN_MS);
		fdholderd.deaf = 1;
		nanosleep(&pause, 0);
		return;
	}
	fdholderd.deaf = 0;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (os_peer(fd, &fdholderd.guest_uid, &fdholderd.guest_gid) < 0) {
		warn_sys("unable to see who the client is");
		close(fd);
		return;
	}
	fdholderd.guest = fd;
	fdholderd.guest_since = umsg_now();
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
			if (fdholderd_dump_part(c) < 0)
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
		c->deadline = umsg_deadline(fdholderd.timeout);
		if (fdholderd_request(c, &m) < 0)
			return -1;
	}
	return r;
}

/* --- set-up and loop */

static void
signals(void)
{
	for (int s; (s = selfpipe_read()) > 0;)
		if (s == SIGTERM && !fdholderd.ending) {
			fdholderd.ending = 1;
			fdholderd.end = umsg_deadline(fdholderd.lameduck);
		}
}

/* Descriptors to hold, and those that clients have sent with requests that
 * are not yet whole. */
static void
raise_limit(void)
{
	rlim_t want = fdholderd.maxheld +
		fdholderd.maxclients * (1 + 2 * UMSG_FDS) + 16;
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur >= want)
		return;
	l.rlim_cur = want > l.rlim_max ? l.rlim_max : want;
	if (setrlimit(RLIMIT_NOFILE, &l) < 0)
		warn_sys("unable to raise the limit of open files");
	else if (l.rlim_cur < want && fdholderd.verbosity)
		warn("only %lu files may be open, and up to %lu may be needed "
		     "(going on)",
			(unsigned long)l.rlim_cur, (unsigned long)want);
}

static int
set_up(int notify)
{
	sigset_t set;
	int fd;

	if (!fdholderd.rules && !fdholderd.cdb)
		die(EX_MISUSE, "no access rights specified!");
	if (fcntl(0, F_SETFD, FD_CLOEXEC) < 0 ||
		fcntl(0, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		die_sys(EX_SYSTEM, "standard input is not a socket");
	if (notify && fcntl(1, F_GETFD) < 0)
		die_sys(EX_SYSTEM, "standard output is not open (for -1)");
	raise_limit();
	fdholderd.held = calloc(fdholderd.maxheld, sizeof *fdholderd.held);
	if (!fdholderd.held)
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
	int ms = fdholderd_expire(), guest;
	unsigned n;

	for (unsigned i = fdholderd.nclients; i-- > 0;)
		if (fdholderd.clients[i]->lost)
			drop(i);
	guest = place_guest();
	if (guest >= 0)
		ms = sooner(ms, umsg_now() + (unsigned)guest);
	n = fdholderd.nclients;
	p[0] = (struct pollfd){ .fd = sp, .events = POLLIN };
	p[1] = (struct pollfd){ .events = POLLIN,
		.fd = !fdholderd.ending && fdholderd.guest < 0 ? 0 : -1 };
	for (unsigned i = 0; i < n; i++) {
		struct client *c = fdholderd.clients[i];

		p[i + 2] = (struct pollfd){ .fd = c->conn.fd,
			.events = c->conn.out ? POLLOUT : POLLIN };
		ms = c->more ? 0 : sooner(ms, c->deadline);
	}
	if (fdholderd.ending)
		ms = sooner(ms, fdholderd.end);
	if (poll(p, n + 2, ms) < 0) {
		if (errno == EINTR)
			return;
		die_sys(EX_SYSTEM, "unable to poll");
	}
	if (p[0].revents)
		signals();
	for (unsigned i = n; i-- > 0;) {
		struct client *c = fdholderd.clients[i];

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
			fdholderd.verbosity =
				(int)opt_uint("-v", optarg, 0, 99);
			break;
		case '1':
			notify = 1;
			break;
		case 'c':
			fdholderd.maxclients =
				opt_uint("-c", optarg, 1, CLIENTS_MAX);
			break;
		case 'n':
			fdholderd.maxheld = opt_uint("-n", optarg, 1, FDS_MAX);
			break;
		case 't':
			fdholderd.timeout = opt_uint("-t", optarg, 0, ~0u);
			break;
		case 'T':
			fdholderd.lameduck = opt_uint("-T", optarg, 0, ~0u);
			break;
		case 'i':
			fdholderd.rules = optarg;
			fdholderd.cdb = 0;
			break;
		case 'x':
			fdholderd.cdb = optarg;
			fdholderd.rules = 0;
			break;
		}
	if (argc != optind)
		opt_usage(&usage);
	sp = set_up(notify);
	while (!fdholderd.ending ||
		(fdholderd.nclients && umsg_now() < fdholderd.end))
		turn(sp);
	return fdholderd.nheld ? EX_NO : EX_OK;
}
