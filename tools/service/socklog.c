/* socklog.c - syslog datagrams of a socket to standard output.
 * See reeve-socklog(8).
 *
 * Messages wait in the socket, not here, while standard output is not read:
 * what was taken is written before more is taken. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <skalibs/selfpipe.h>

#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "tools/s6/ipc/umsg.h"
#include "tools/service/syslog.h"

enum { LINE_MIN = 76, LINE_MAX_ = 1 << 20, PREFIX = 160 };

static struct {
	int raw, inet, sock, selfpipe, notify, stop;
	unsigned line, timeout;
	const char *where;
	char *in, *out;
	size_t len, done;
} s = { .line = 1024, .where = "/dev/log" };

static const struct opt opts[] = { { 'd', "notification-fd", "FD",
					   "write a newline there when ready" },
	{ 'r', "raw", 0, "leave <N> as it is" },
	{ 'U', "uid-env", 0, "user and groups from $UID, $GID, $GIDLIST" },
	{ 'u', "uid", "UID", "user after binding" },
	{ 'g', "gid", "GID", "group after binding" },
	{ 'G', "groups", "GID,...", "supplementary groups after binding" },
	{ 'l', "line", "BYTES", "longest message; more is cut off (1024)" },
	{ 't', "timeout", "MS",
		"at the end wait MS at most for standard\n"
		"output (for ever)" },
	{ 'x', "socket", "PATH", "listen on a local socket (/dev/log)" },
	{ 'i', "inet", "IP_PORT", "listen on UDP" }, { 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -d notif ] [ -r ] [ -U | -u uid -g gid -G gidlist ] [ -l linelen ] "
	"[ -t lameducktimeout ] [ -x socket | -i ip_port ]",
	"Print every syslog message that comes to a socket.", opts,
	"Signals: TERM write what was read and exit.\n"
	"Exit status: 0 told to exit, 99 the same with lines unwritten,\n"
	"100 misuse, 111 system error."
};

static void
bind_local(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct stat st;
	mode_t old;

	if (strlen(s.where) >= sizeof sa.sun_path)
		die(EX_MISUSE, "path %s is longer than a socket's can be",
			s.where);
	strcpy(sa.sun_path, s.where);
	s.sock = socket(AF_UNIX, SOCK_DGRAM, 0);
	/* What an earlier one left; nothing that is no socket. */
	if (lstat(s.where, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(s.where);
	old = umask(0);
	if (s.sock < 0 || bind(s.sock, (struct sockaddr *)&sa, sizeof sa) < 0)
		die_sys(EX_SYSTEM, "unable to bind socket to %s", s.where);
	umask(old);
}

static void
bind_inet(void)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	char ip[64], *sep;
	unsigned port;
	int r = -1;

	snprintf(ip, sizeof ip, "%s", s.where);
	sep = strrchr(ip, '_');
	if (!sep || !num_uint(sep + 1, &port) || port > 65535)
		die(EX_MISUSE, "-i wants IP_PORT, not '%s'", s.where);
	*sep = 0;
	if (inet_pton(AF_INET, ip, &four.sin_addr) == 1) {
		four.sin_port = htons((uint16_t)port);
		s.sock = socket(AF_INET, SOCK_DGRAM, 0);
		r = bind(s.sock, (struct sockaddr *)&four, sizeof four);
	} else if (inet_pton(AF_INET6, ip, &six.sin6_addr) == 1) {
		six.sin6_port = htons((uint16_t)port);
		s.sock = socket(AF_INET6, SOCK_DGRAM, 0);
		r = bind(s.sock, (struct sockaddr *)&six, sizeof six);
	} else {
		die(EX_MISUSE, "not an address: '%s'", ip);
	}
	if (s.sock < 0 || r < 0)
		die_sys(EX_SYSTEM, "unable to bind socket to %s", s.where);
}

/* --- privileges */

static unsigned
from_env(const char *name)
{
	const char *v = getenv(name);
	unsigned u;

	if (!v)
		die(EX_MISUSE, "%s not set", name);
	if (!num_uint(v, &u))
		die(EX_MISUSE, "%s is not a number: %s", name, v);
	return u;
}

/* That of the account; without one, the group of that number. */
static gid_t
group_of(uid_t uid)
{
	const struct passwd *p = getpwuid(uid);

	return p ? p->pw_gid : (gid_t)uid;
}

static void
drop(const char *uid, const char *gid, const char *groups, int env)
{
	gid_t list[128];
	int n = 0;

	if (env) {
		groups = getenv("GIDLIST");
		if (!groups)
			die(EX_MISUSE, "GIDLIST not set");
	}
	for (const char *p = groups; p && *p;) {
		char word[16];
		size_t k = strcspn(p, ",");
		unsigned u;

		snprintf(word, sizeof word, "%.*s", (int)k, p);
		if (k >= sizeof word || !num_uint(word, &u) || n == 128)
			die(EX_MISUSE, "bad list of groups: %s", groups);
		list[n++] = u;
		p += k + (p[k] == ',');
	}
	/* Another user has none of the groups that root has. */
	if ((groups || uid || gid) && geteuid() == 0 &&
		setgroups((size_t)n, list) < 0)
		die_sys(EX_SYSTEM, "unable to set the groups");
	if ((env || uid || gid) &&
		setgid(env ? from_env("GID")
				: gid
				? opt_uint("-g", gid, 0, ~0u)
				: group_of(opt_uint("-u", uid, 0, ~0u))) < 0)
		die_sys(EX_SYSTEM, "unable to set the group");
	if ((env || uid) &&
		setuid(env ? from_env("UID") : opt_uint("-u", uid, 0, ~0u)) < 0)
		die_sys(EX_SYSTEM, "unable to set the user");
}

/* --- messages */

static size_t
sender(char *buf, size_t max, const struct sockaddr_storage *sa)
{
	char ip[INET6_ADDRSTRLEN];
	const struct sockaddr_in *four = (const void *)sa;
	const struct sockaddr_in6 *six = (const void *)sa;
	int n;

	if (!s.inet)
		return 0;
	if (sa->ss_family == AF_INET)
		inet_ntop(AF_INET, &four->sin_addr, ip, sizeof ip);
	else
		inet_ntop(AF_INET6, &six->sin6_addr, ip, sizeof ip);
	n = snprintf(buf, max, "%s_%u: ", ip,
		ntohs(sa->ss_family == AF_INET ? four->sin_port
					       : six->sin6_port));
	return n < 0 ? 0 : (size_t)n;
}

static void
take(void)
{
	struct sockaddr_storage sa;
	socklen_t salen = sizeof sa;
	char name[64];
	size_t n, skip = 0;
	ssize_t r = recvfrom(
		s.sock, s.in, s.line, 0, (struct sockaddr *)&sa, &salen);

	if (r < 0) {
		if (errno != EAGAIN && errno != EINTR)
			warn_sys("unable to receive");
		return;
	}
	n = (size_t)r;
	while (n && (s.in[n - 1] == '\n' || !s.in[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++)
		if (s.in[i] == '\n' || !s.in[i])
			s.in[i] = '~';
	s.done = 0;
	s.len = sender(s.out, PREFIX, &sa);
	if (!s.raw) {
		skip = syslog_name(s.in, n, name, sizeof name);
		memcpy(s.out + s.len, name, strlen(name));
		s.len += strlen(name);
	}
	memcpy(s.out + s.len, s.in + skip, n - skip);
	s.len += n - skip;
	s.out[s.len++] = '\n';
}

static void
give(void)
{
	ssize_t r = write(1, s.out + s.done, s.len - s.done);

	if (r < 0 && errno != EAGAIN && errno != EINTR)
		die_sys(EX_SYSTEM, "unable to write");
	if (r > 0)
		s.done += (size_t)r;
	if (s.done == s.len)
		s.done = s.len = 0;
}

static void
set_up(void)
{
	sigset_t set;
	int fl = fcntl(1, F_GETFL);

	s.in = malloc(s.line);
	s.out = malloc(s.line + PREFIX + 64);
	if (!s.in || !s.out)
		die_sys(EX_SYSTEM, "unable to allocate");
	fcntl(s.sock, F_SETFD, FD_CLOEXEC);
	fcntl(s.sock, F_SETFL, O_RDWR | O_NONBLOCK);
	if (fl >= 0)
		fcntl(1, F_SETFL, fl | O_NONBLOCK);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	s.selfpipe = selfpipe_init();
	if (s.selfpipe < 0 || !selfpipe_trapset(&set))
		die_sys(EX_SYSTEM, "unable to catch signals");
	if (s.notify) {
		if (write(s.notify, "\n", 1) < 0)
			warn_sys("unable to say that the service is ready");
		close(s.notify);
	}
}

static int
loop(void)
{
	uint64_t end = UINT64_MAX;

	while (!s.stop || s.len) {
		struct pollfd p[3] = { { .fd = s.selfpipe, .events = POLLIN },
			{ .fd = s.len ? 1 : -1, .events = POLLOUT },
			{ .fd = s.len || s.stop ? -1 : s.sock,
				.events = POLLIN } };
		uint64_t now = umsg_now();
		int ms = -1;

		if (end != UINT64_MAX) {
			if (now >= end)
				return EX_TIMEOUT;
			ms = end - now > 1 << 30 ? 1 << 30 : (int)(end - now);
		}
		if (poll(p, 3, ms) < 0 && errno != EINTR)
			die_sys(EX_SYSTEM, "unable to poll");
		if (p[0].revents)
			while (selfpipe_read() > 0) {
				s.stop = 1;
				end = umsg_deadline(s.timeout);
			}
		if (p[1].revents)
			give();
		if (p[2].revents)
			take();
	}
	return 0;
}

int
main(int argc, char **argv)
{
	const char *uid = 0, *gid = 0, *groups = 0;
	int c, env = 0;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'd':
			s.notify = (int)opt_uint("-d", optarg, 3, 1 << 20);
			break;
		case 'r':
			s.raw = 1;
			break;
		case 'U':
			env = 1;
			break;
		case 'u':
			uid = optarg;
			break;
		case 'g':
			gid = optarg;
			break;
		case 'G':
			groups = optarg;
			break;
		case 'l':
			s.line = opt_uint("-l", optarg, 0, ~0u);
			break;
		case 't':
			s.timeout = opt_uint("-t", optarg, 0, ~0u);
			break;
		case 'x':
			s.where = optarg;
			s.inet = 0;
			break;
		case 'i':
			s.where = optarg;
			s.inet = 1;
			break;
		}
	if (argc != optind)
		opt_usage(&usage);
	if (s.line < LINE_MIN)
		s.line = LINE_MIN;
	if (s.line > LINE_MAX_)
		s.line = LINE_MAX_;
	if (s.notify && fcntl(s.notify, F_GETFD) < 0)
		die_sys(EX_SYSTEM, "descriptor %d is not open (-d)", s.notify);
	if (s.inet)
		bind_inet();
	else
		bind_local();
	drop(uid, gid, groups, env);
	set_up();
	return loop();
}
