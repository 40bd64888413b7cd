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
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/selfpipe.h>

#include "lib/bytes.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "log/logact.h"
#include "log/match.h"
#include "log/script.h"
#include "log/sink.h"
#include "log/stamp.h"

enum {
	LINE_DEFAULT = 8192,
	LINE_MIN = 48,
	LINE_CAP = 1 << 28,
	LASTLINE_DEFAULT_MS = 2000,
	BATCH = 65536, /* one pipe full */
	JOIN_MS = 100, /* how long a joined record waits for more */
	SMALL = 4096, /* more than that is not moved to be aligned */
	RELEASE_MS = 1000, /* memory of a burst is given back then */
	SINKS_MAX = 64
};

enum { OPT_BLOCK = 'b', OPT_PROTECT = 'p' };

struct input {
	char *buf; /* mapped */
	size_t max, start, end;
	size_t scanned; /* no newline before this */
	size_t dirty;
	int eof;
	int has_nul; /* some NUL may be in the buffer */
};

enum phase { RUNNING, DRAINING, LAST_LINE, ENDING };

struct logger {
	struct script script;
	struct sink sinks[SINKS_MAX];
	unsigned nsinks;
	struct sink **sink_of; /* of each action */
	struct input in;
	struct stamp stamp;
	unsigned want_stamps;
	const char *service, *host;
	char service_buf[256], host_buf[256];
	size_t linelimit;
	unsigned lastline_ms;
	int verbosity;
	int protect; /* -p: TERM is ignored */
	struct sink *direct; /* all lines go to this one as they are */
	enum phase phase;
	size_t to_drain; /* bytes written before the stop */
	int64_t lastline_until; /* 0 for ever */
	int stalled; /* a sink cannot take the next line */
	int64_t now;
	/* join */
	char *joined;
	size_t joined_len, joined_max;
	int has_joined, has_newlines;
	int64_t join_until;
	/* rate */
	int64_t window_end;
	unsigned window_lines;
	uint64_t dropped;
	int64_t release_at;
};

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

static int
selected(const struct script *s, const struct script_rule *r, int acted,
	const char *text, size_t len)
{
	int yes = 1;

	for (unsigned i = 0; i < r->nselects; i++) {
		const struct script_select *sel =
			s->selects + r->first_select + i;

		switch (sel->kind) {
		case SELECT_PLUS:
			if (!yes)
				yes = match_test(&sel->match, text, len);
			break;
		case SELECT_MINUS:
			if (yes)
				yes = !match_test(&sel->match, text, len);
			break;
		case SELECT_REST:
			yes = !acted;
			break;
		}
	}
	return yes;
}

/* 1 if delivered, 0 if some place has no room: then nothing was done.
 * text[len] can be written to. */
static int
by_rules(struct logger *l, char *text, size_t len, int newlines)
{
	const struct script *s = &l->script;
	struct record r = { .text = text,
		.len = len,
		.stamp = &l->stamp,
		.service = l->service,
		.host = l->host,
		.joint = s->joint,
		.newlines = newlines };
	char next = text[len];
	int acted = 0;

	for (unsigned i = 0; i < s->nactions; i++)
		if (!sink_room(l->sink_of[i], s->actions + i, &r, l->now))
			return 0;
	text[len] = 0; /* for regexec */
	for (unsigned i = 0; i < s->nrules; i++) {
		const struct script_rule *rule = s->rules + i;

		if (rule->nselects && !selected(s, rule, acted, text, len))
			continue;
		acted = 1;
		for (unsigned j = 0; j < rule->nactions; j++) {
			unsigned a = rule->first_action + j;

			sink_put(l->sink_of[a], s->actions + a, &r);
		}
	}
	text[len] = next;
	return 1;
}

/* Say how many lines the last window has dropped.  0 if there is no room. */
static int
report_dropped(struct logger *l)
{
	char text[160];
	int n;

	if (!l->dropped)
		return 1;
	n = snprintf(text, sizeof text,
		"%.32s: %llu lines dropped (limit: %u "
		"lines per %llu ms)",
		prog_name, (unsigned long long)l->dropped, l->script.rate_lines,
		(unsigned long long)l->script.rate_ms);
	if (!by_rules(l, text, (size_t)n, 0))
		return 0;
	l->dropped = 0;
	return 1;
}

static int
by_rate(struct logger *l, char *text, size_t len, int newlines)
{
	if (!l->script.rate_lines)
		return by_rules(l, text, len, newlines);
	if (l->now >= l->window_end) {
		if (!report_dropped(l))
			return 0;
		l->window_end = l->now + (int64_t)l->script.rate_ms;
		l->window_lines = 0;
	}
	if (l->window_lines >= l->script.rate_lines) {
		l->dropped++;
		return 1;
	}
	if (!by_rules(l, text, len, newlines))
		return 0;
	l->window_lines++;
	return 1;
}

static int
flush_joined(struct logger *l)
{
	if (!l->has_joined)
		return 1;
	if (!by_rate(l, l->joined, l->joined_len, l->has_newlines))
		return 0;
	l->has_joined = 0;
	l->join_until = 0;
	return 1;
}

/* One line of input.  1 if taken, 0 if it must be given again. */
static int
deliver(struct logger *l, char *text, size_t len)
{
	if (!l->script.join)
		return by_rate(l, text, len, 0);
	if (l->has_joined && len && (*text == ' ' || *text == '\t') &&
		l->joined_len + 1 + len <= l->joined_max) {
		l->joined[l->joined_len++] = '\n';
		memcpy(l->joined + l->joined_len, text, len);
		l->joined_len += len;
		l->has_newlines = 1;
	} else {
		if (!flush_joined(l))
			return 0;
		if (len > l->joined_max)
			return by_rate(l, text, len, 0);
		memcpy(l->joined, text, len);
		l->joined_len = len;
		l->has_joined = 1;
		l->has_newlines = 0;
	}
	l->join_until = l->now + JOIN_MS;
	return 1;
}

/* --- the input buffer to lines */

/* Is any line of these longer than the limit?  Looks back from a limit's
 * distance, so it touches few of the bytes. */
static int
too_long(const struct logger *l, const char *s, size_t len)
{
	while (l->linelimit && len > l->linelimit) {
		const char *nl = memrchr(s, '\n', l->linelimit + 1);

		if (!nl)
			return 1;
		len -= (size_t)(nl + 1 - s);
		s = nl + 1;
	}
	return 0;
}

/* The fast way: whole lines as they lie in the buffer.  1 if it was gone. */
static int
whole_lines(struct logger *l)
{
	struct input *in = &l->in;
	char *s = in->buf + in->start, *nl;
	size_t len = in->end - in->start, done;

	if (!l->direct || in->has_nul)
		return 0;
	if (!sink_flush(l->direct, l->now)) {
		l->stalled = 1;
		return 1;
	}
	nl = memrchr(s, '\n', len);
	if (!nl || too_long(l, s, (size_t)(nl + 1 - s)))
		return 0;
	len = (size_t)(nl + 1 - s);
	done = logact_write(&l->direct->dir, s, len, l->now);
	in->start += done;
	l->stalled = done < len;
	return 1;
}

/* End of the line at the start: index of its newline or NUL; or of the
 * limit; or in->end if it is not whole. */
static size_t
line_end(struct logger *l, size_t *next)
{
	struct input *in = &l->in;
	size_t from = in->start > in->scanned ? in->start : in->scanned;
	size_t len;
	char *s = in->buf + from, *nl;

	nl = memchr(s, '\n', in->end - from);
	len = nl ? (size_t)(nl - in->buf) : in->end;
	if (in->has_nul) {
		char *nul = memchr(s, 0, len - from);

		if (nul) {
			nl = nul;
			len = (size_t)(nul - in->buf);
		}
	}
	if (l->linelimit && len - in->start > l->linelimit) {
		*next = in->start + l->linelimit;
		return *next;
	}
	*next = nl ? len + 1 : in->end;
	return nl ? len : in->end;
}

static void
process(struct logger *l)
{
	struct input *in = &l->in;

	l->stalled = 0;
	while (in->start < in->end) {
		size_t end, next;

		if (whole_lines(l)) {
			if (l->stalled)
				return;
			if (in->start == in->end)
				break;
		}
		end = line_end(l, &next);
		if (end == in->end && next == in->end &&
			!(in->eof || l->phase == ENDING)) {
			in->scanned = in->end;
			break;
		}
		if (!deliver(l, in->buf + in->start, end - in->start)) {
			l->stalled = 1;
			return;
		}
		in->start = next;
	}
	if (in->start == in->end) {
		in->start = in->end = in->scanned = 0;
		in->has_nul = 0;
	}
}

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

/* To this place near the beginning of the buffer. */
static void
shift(struct input *in, size_t to)
{
	size_t scanned = in->scanned > in->start ? in->scanned - in->start : 0;

	if (in->start == to)
		return;
	memmove(in->buf + to, in->buf + in->start, in->end - in->start);
	in->end = in->end - in->start + to;
	in->scanned = to + scanned;
	in->start = to;
}

/* Where what is held had best lie before more is read.  What goes to a file
 * as it is, is written from there. */
static size_t
best_place(const struct logger *l)
{
	return l->direct && l->in.end - l->in.start <= SMALL
		? sink_place(l->direct)
		: 0;
}

static void
make_room(struct logger *l)
{
	struct input *in = &l->in;

	shift(in, best_place(l));
	/* One byte is kept for the 0 after a last line. */
	if (in->max - in->end <= BATCH && in->end + BATCH + 1 > in->max &&
		!l->linelimit) {
		char *p = in->max < LINE_CAP ? sink_map(2 * in->max) : 0;

		if (!p) {
			/* A line that does not fit in memory is cut. */
			if (in->end + 1 >= in->max)
				l->linelimit = in->max - BATCH - 2;
			return;
		}
		memcpy(p, in->buf, in->end);
		sink_unmap(in->buf, in->max);
		in->buf = p;
		in->max *= 2;
	}
}

static void
read_some(struct logger *l)
{
	struct input *in = &l->in;
	size_t want;
	ssize_t r;

	make_room(l);
	want = in->max - 1 - in->end;
	if (want > BATCH)
		want = BATCH;
	if (l->phase == DRAINING && want > l->to_drain)
		want = l->to_drain;
	/* What comes after the last newline belongs to the next logger. */
	if (l->phase == LAST_LINE)
		want = 1;
	if (!want)
		return;
	r = read(0, in->buf + in->end, want);
	if (r < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (r < 0)
		warn_sys("unable to read standard input (ending)");
	if (r <= 0) {
		in->eof = 1;
		return;
	}
	if (!in->has_nul)
		in->has_nul = bytes_have_nul(in->buf + in->end, (size_t)r);
	in->end += (size_t)r;
	if (in->end > in->dirty)
		in->dirty = in->end;
	if (l->phase == DRAINING)
		l->to_drain -= (size_t)r;
	stamp_now(&l->stamp, l->want_stamps);
}

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
	process(l);
	if (l->in.start < l->in.end || !flush_joined(l) || !report_dropped(l))
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

/* Of the buffer, this much is in use: whole pages, and the first one always. */
static size_t
used_pages(const struct input *in)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t n = (in->end - in->start + page - 1) / page * page;

	return n ? n : page;
}

/* Give back the memory that a burst has used. */
static void
release_input(struct input *in)
{
	size_t used = used_pages(in);

	if (in->dirty <= used)
		return;
	shift(in, 0);
	madvise(in->buf + used, in->max - used, MADV_DONTNEED);
	in->dirty = used;
}

/* Timers that are due; the time of the next, or 0. */
static int64_t
tick(struct logger *l)
{
	int64_t next = 0;

	for (unsigned i = 0; i < l->nsinks; i++)
		sooner(&next, sink_tick(l->sinks + i, l->now));
	if (l->join_until && l->now >= l->join_until) {
		if (!flush_joined(l))
			l->stalled = 1;
		flush_all(l);
	}
	if (l->dropped && l->now >= l->window_end) {
		report_dropped(l);
		flush_all(l);
	}
	if (l->release_at && l->now >= l->release_at) {
		l->release_at = 0;
		release_input(&l->in);
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
		process(l);
	else
		l->stalled = 0;
	flush_all(l);
}

static int
wants_release(const struct logger *l)
{
	if (l->in.dirty > used_pages(&l->in))
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
			read_some(l);
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
