/* log.c - reeve-log: lines of standard input to log directories and other
 * places, by a logging script.  See reeve-log(8).
 *
 * One buffer holds what was read and is not yet delivered; a line leaves it
 * when every place it goes to has taken it.  While a place is blocked
 * nothing is read, so memory is bounded and nothing is lost. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/selfpipe.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "log/logger.h"

enum {
	LINE_DEFAULT = 8192,
	LINE_MIN = 48,
	LASTLINE_DEFAULT_MS = 2000,
	RELEASE_MS = 1000 /* memory of a burst is given back then */
};

enum { OPT_BLOCK = 'b', OPT_PROTECT = 'p' };

static const struct opt opts[] = { { 'd', "notification-fd", "FD",
					   "write a newline to FD when ready" },
	{ 'q', "quiet", 0, "no warnings about the script" },
	{ 'v', "verbose", 0, "warnings about the script (default)" },
	{ 'b', "block", 0,
		"do not read while a place cannot be written to\n"
		"(always so; accepted for s6-log's sake)" },
	{ 'p', "protect", 0,
		"ignore SIGTERM; only SIGHUP and the end of\n"
		"input end it" },
	{ 'l', "line-limit", "BYTES",
		"cut longer lines [8192, at least 48];\n"
		"0 no limit" },
	{ 't', "last-line-timeout", "MS",
		"at the end, wait so long for the "
		"rest of a\npartial line [2000]; 0 for ever" },
	{ 0 } };

static const struct usage usage = { "[option]... [--] script...",
	"Log the lines of standard input as the logging script says.\n"
	"Nothing that was read is lost, whatever the disk does.",
	opts,
	"Script, in order (those of s6-log):\n"
	"  +RE -RE f       select matching, deselect matching, the rest\n"
	"  t T j           the next action writes TAI64N, ISO 8601 time, JSON\n"
	"  pTEXT           prefix for the actions that follow\n"
	"  nN sN SN lN     archives kept, size of current, bytes of archives,\n"
	"                  tolerance, for the directories that follow\n"
	"  rMS RSEC        retry after an error, rotate at least so often\n"
	"  !CMD ?CMD       processor of finished files (execline, shell)\n"
	"  EN ^N           bytes of an alert, of a status file\n"
	"  /DIR ./DIR      action: log directory\n"
	"  1 2 =FILE       action: standard output, alert, status file\n"
	"Script words of Reeve's own:\n"
	"  %compress=CMD   compress archives (gzip, zstd, xz...), named .s.gz\n"
	"  %total=SIZE     bound on archives and current together\n"
	"  %full=drop-oldest  when the disk is full, remove the oldest archive\n"
	"  %rate=N/TIME    at most N lines in TIME; the rest is counted\n"
	"  %join[=TEXT]    join indented lines to the line before\n"
	"  %service=NAME %priority=FACILITY.LEVEL\n"
	"  %syslog[=SOCKET]  action: RFC 5424 to a local socket [/dev/log]\n"
	"\nSignals: TERM and HUP end it after what was written before; ALRM "
	"rotates." };

/* --- setting up */

/* The service's name for JSON and syslog: the current directory of a logger
 * is its service directory, NAME-log or NAME/log. */
static void
find_service(struct logger *l)
{
	char dir[PATH_LEN];
	char *base;
	size_t n;

	l->service = l->script.service;
	if (l->service)
		return;
	l->service = l->service_buf;
	strcpy(l->service_buf, "-");
	if (!getcwd(dir, sizeof dir))
		return;
	base = strrchr(dir, '/');
	if (base && !strcmp(base, "/log")) {
		*base = 0;
		base = strrchr(dir, '/');
	}
	if (!base || !base[1])
		return;
	base++;
	n = strlen(base);
	if (n > 4 && !strcmp(base + n - 4, "-log"))
		base[n - 4] = 0;
	snprintf(l->service_buf, sizeof l->service_buf, "%.200s", base);
}

static void
find_host(struct logger *l)
{
	l->host = l->host_buf;
	if (gethostname(l->host_buf, sizeof l->host_buf - 1) < 0 ||
		!*l->host_buf)
		strcpy(l->host_buf, "-");
}

static struct sink *
sink_for(struct logger *l, const struct script_action *a)
{
	for (unsigned i = 0; i < l->nsinks; i++) {
		const struct script_action *b = l->sinks[i].action;

		if (a->kind != b->kind)
			continue;
		if (a->kind == ACTION_STDOUT || a->kind == ACTION_ALERT ||
			(a->kind == ACTION_DIR && a->dir == b->dir) ||
			(a->kind != ACTION_DIR && !strcmp(a->path, b->path))) {
			l->sinks[i].sharers++;
			return l->sinks + i;
		}
	}
	if (l->nsinks == SINKS_MAX)
		die(EX_MISUSE, "more than %d places to log to", SINKS_MAX);
	if (sink_open(l->sinks + l->nsinks, a, &l->script, l->now) < 0)
		die(EX_SYSTEM, "giving up: a place to log to is not usable");
	return l->sinks + l->nsinks++;
}

static void
open_sinks(struct logger *l)
{
	const struct script *s = &l->script;

	l->sink_of = calloc(s->nactions, sizeof *l->sink_of);
	if (!l->sink_of)
		die_sys(EX_SYSTEM, "unable to allocate memory");
	for (unsigned i = 0; i < s->nactions; i++) {
		const struct script_action *a = s->actions + i;

		l->sink_of[i] = sink_for(l, a);
		l->want_stamps |= (a->tai64n ? STAMP_WANT_TAI64N : 0) |
			(a->iso ? STAMP_WANT_ISO : 0) |
			(a->json || a->kind == ACTION_SYSLOG ? STAMP_WANT_UTC
							     : 0);
	}
}

/* Lines that go to one file as they are need not be looked at one by one. */
static void
find_direct(struct logger *l)
{
	const struct script *s = &l->script;
	const struct script_action *a = s->actions;

	if (s->nrules == 1 && !s->rules->nselects && s->nactions == 1 &&
		a->kind == ACTION_DIR && !a->tai64n && !a->iso && !a->json &&
		!a->prefix && !s->rate_lines && !s->join)
		l->direct = l->sink_of[0];
}

static void
allocate(struct logger *l)
{
	l->in.max =
		SINK_ALIGN + BATCH + (l->linelimit ? l->linelimit : BATCH) + 1;
	l->in.buf = sink_map(l->in.max);
	l->joined_max = l->linelimit ? l->linelimit : 65536;
	if (l->script.join)
		l->joined = malloc(l->joined_max + 1);
	if (!l->in.buf || (l->script.join && !l->joined))
		die_sys(EX_SYSTEM, "unable to allocate memory");
}

static int
trap_signals(void)
{
	sigset_t set;
	int fd = selfpipe_init();

	if (fd < 0)
		die_sys(EX_SYSTEM, "unable to set up signals");
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGALRM);
	sigaddset(&set, SIGCHLD);
	if (selfpipe_trapset(&set) < 0)
		die_sys(EX_SYSTEM, "unable to trap signals");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* EFBIG says it */
	return fd;
}

/* --- one line to its places */

/* --- the input buffer to lines */

static void
flush_all(struct logger *l)
{
	for (unsigned i = 0; i < l->nsinks; i++)
		if (!sink_flush(l->sinks + i, l->now) &&
			l->sinks[i].kind != ACTION_SYSLOG &&
			l->sinks[i].kind != ACTION_STATUS)
			l->stalled = 1;
}

/* --- reading */

/* --- ending */

static void
begin_end(struct logger *l)
{
	int n = 0;

	if (l->phase != RUNNING)
		return;
	/* What was written before the signal is in the pipe now. */
	if (ioctl(0, FIONREAD, &n) < 0)
		n = 0;
	l->phase = DRAINING;
	l->to_drain = n > 0 ? (size_t)n : 0;
}

static void
next_phase(struct logger *l)
{
	if (l->in.eof)
		l->phase = ENDING;
	if (l->phase == DRAINING && !l->to_drain && !l->stalled) {
		l->phase = LAST_LINE;
		l->lastline_until =
			l->lastline_ms ? l->now + l->lastline_ms : 0;
	}
	if (l->phase == LAST_LINE &&
		(l->in.start == l->in.end ||
			(l->lastline_until && l->now >= l->lastline_until)))
		l->phase = ENDING;
}

/* 1 when all is written and every place is closed. */
static int
ended(struct logger *l)
{
	int all = 1;

	if (l->phase != ENDING)
		return 0;
	lines_deliver(l);
	if (l->in.start < l->in.end || !lines_flush_joined(l) ||
		!lines_report_dropped(l))
		return 0;
	for (unsigned i = 0; i < l->nsinks; i++)
		if (!sink_close(l->sinks + i, l->now))
			all = 0;
	return all;
}

/* --- the loop */

static void
take_signals(struct logger *l)
{
	for (;;) {
		int sig = selfpipe_read();
		int wstat;
		pid_t pid;

		if (sig <= 0)
			return;
		if (sig == SIGHUP || (sig == SIGTERM && !l->protect))
			begin_end(l);
		if (sig == SIGALRM)
			for (unsigned i = 0; i < l->nsinks; i++)
				if (l->sinks[i].kind == ACTION_DIR) {
					sink_flush(l->sinks + i, l->now);
					logact_want_rotation(
						&l->sinks[i].dir, l->now);
				}
		if (sig != SIGCHLD)
			continue;
		while ((pid = waitpid(-1, &wstat, WNOHANG)) > 0)
			for (unsigned i = 0; i < l->nsinks; i++)
				if (l->sinks[i].kind == ACTION_DIR &&
					logact_child(&l->sinks[i].dir, pid,
						wstat, l->now))
					break;
	}
}

static void
sooner(int64_t *next, int64_t t)
{
	if (t && (!*next || t < *next))
		*next = t;
}

/* Timers that are due; the time of the next, or 0. */
static int64_t
tick(struct logger *l)
{
	int64_t next = 0;

	for (unsigned i = 0; i < l->nsinks; i++)
		sooner(&next, sink_tick(l->sinks + i, l->now));
	if (l->join_until && l->now >= l->join_until) {
		if (!lines_flush_joined(l))
			l->stalled = 1;
		flush_all(l);
	}
	if (l->dropped && l->now >= l->window_end) {
		lines_report_dropped(l);
		flush_all(l);
	}
	if (l->release_at && l->now >= l->release_at) {
		l->release_at = 0;
		lines_release(&l->in);
		for (unsigned i = 0; i < l->nsinks; i++)
			sink_release(l->sinks + i);
	}
	if (l->join_until && !l->stalled)
		sooner(&next, l->join_until);
	if (l->dropped && !l->stalled)
		sooner(&next, l->window_end);
	sooner(&next, l->release_at);
	if (l->phase == LAST_LINE)
		sooner(&next, l->lastline_until);
	return next;
}

/* Deliver what is in the buffer, and write it. */
static void
work(struct logger *l)
{
	if (l->in.start < l->in.end)
		lines_deliver(l);
	else
		l->stalled = 0;
	flush_all(l);
}

static int
wants_release(const struct logger *l)
{
	if (l->in.dirty > lines_used(&l->in))
		return 1;
	for (unsigned i = 0; i < l->nsinks; i++)
		if (sink_used(l->sinks + i))
			return 1;
	return 0;
}

static void
loop(struct logger *l, int sigfd)
{
	for (;;) {
		struct pollfd fds[2 + SINKS_MAX];
		nfds_t n = 2;
		int64_t next;
		int wait, r;

		l->now = logact_now();
		next_phase(l);
		if (l->phase == ENDING && ended(l))
			return;
		next = tick(l);
		/* The time to try again may have come since the failure: then
		 * it is now, for no timer will say so. */
		if (l->stalled && l->phase != ENDING) {
			work(l);
			next = tick(l);
		}
		wait = !next			     ? -1
			: next <= l->now	     ? 0
			: next - l->now > 1000000000 ? 1000000000
						     : (int)(next - l->now);
		fds[0] = (struct pollfd){ .fd = sigfd, .events = POLLIN };
		fds[1] = (struct pollfd){
			.fd = l->stalled || l->phase == ENDING ? -1 : 0,
			.events = POLLIN
		};
		for (unsigned i = 0; i < l->nsinks; i++)
			if (l->sinks[i].blocked)
				fds[n++] =
					(struct pollfd){ .fd = l->sinks[i].fd,
						.events = POLLOUT };
		r = poll(fds, n, wait);
		if (r < 0 && errno != EINTR)
			die_sys(EX_SYSTEM, "unable to poll");
		l->now = logact_now();
		if (r > 0 && fds[0].revents)
			take_signals(l);
		if (r > 0 && fds[1].revents)
			lines_read(l);
		work(l);
		/* Not while one waits: that would put it off for ever. */
		if ((!l->release_at || (r > 0 && fds[1].revents)) &&
			wants_release(l))
			l->release_at = l->now + RELEASE_MS;
	}
}

static void
notify(unsigned fd)
{
	if (write((int)fd, "\n", 1) < 0)
		warn_sys("unable to notify readiness on descriptor %u", fd);
	close((int)fd);
}

int
main(int argc, char **argv)
{
	static struct logger l;
	unsigned notif = 0, u;
	char err[512];
	int c, sigfd, r;

	prog_init(argv[0]);
	l.linelimit = LINE_DEFAULT;
	l.lastline_ms = LASTLINE_DEFAULT_MS;
	l.verbosity = 1;
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		switch (c) {
		case 'd':
			notif = opt_uint("notification fd", optarg, 3, 1 << 30);
			if (fcntl((int)notif, F_GETFD) < 0)
				die_sys(EX_MISUSE, "invalid notification fd");
			fcntl((int)notif, F_SETFD, FD_CLOEXEC);
			break;
		case 'q':
			l.verbosity = 0;
			break;
		case 'v':
			l.verbosity++;
			break;
		case OPT_BLOCK:
			break;
		case OPT_PROTECT:
			l.protect = 1;
			break;
		case 'l':
			u = opt_uint("line limit", optarg, 0, LINE_CAP);
			l.linelimit = u && u < LINE_MIN ? LINE_MIN : u;
			break;
		case 't':
			l.lastline_ms = opt_uint(
				"last line timeout", optarg, 0, 1 << 30);
			break;
		}
	}
	if (optind == argc)
		opt_usage(&usage);
	r = script_parse(&l.script, (const char *const *)argv + optind,
		(unsigned)(argc - optind), err, sizeof err);
	if (r)
		die(r, "%s", err);
	if (l.script.extraneous && l.verbosity)
		warn("ignoring extraneous non-action directives");
	sigfd = trap_signals();
	find_service(&l);
	find_host(&l);
	l.now = logact_now();
	open_sinks(&l);
	find_direct(&l);
	allocate(&l);
	if (notif)
		notify(notif);
	loop(&l, sigfd);
	return EX_OK;
}
