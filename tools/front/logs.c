/* logs.c - reeve-logs: read the logs of services, merged by time, followed
 * if wanted.  Reads log directories of reeve-log and of s6-log; changes
 * nothing.  See reeve-logs(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/nofile.h"
#include "lib/opt.h"
#include "lib/os.h"
#include "lib/path.h"
#include "log/logdir.h"
#include "log/stream.h"
#include "log/when.h"
#include "rc/live.h"
#include "tools/front/logs.h"

enum { POLL_MS = 200 };
enum {
	OPT_SINCE = OPT_LONG,
	OPT_UNTIL,
	OPT_UTC,
	OPT_JSON,
	OPT_RAW,
	OPT_NO_PAGER,
	OPT_COLOR,
	OPT_LIVE
};

static const struct opt opts[] = {
	{ 'f', "follow", 0,
		"go on with new lines until interrupted; shows "
		"the last\n10 lines first unless -n or --since say more" },
	{ 'n', "lines", "LINES", "the last LINES lines only" },
	{ OPT_SINCE, "since", "TIME",
		"lines from TIME on: '2026-01-31 12:00',"
		"\n12:00, today, yesterday, '10m ago', @TAI64N" },
	{ OPT_UNTIL, "until", "TIME", "lines before TIME" },
	{ 'g', "grep", "ERE", "lines that match the regular expression" },
	{ OPT_UTC, "utc", 0, "show and read times in UTC" },
	{ OPT_JSON, "json", 0, "one JSON object a line: time, service, text" },
	{ OPT_RAW, "raw", 0, "the lines as they are in the files" },
	{ OPT_NO_PAGER, "no-pager", 0, "do not page on a terminal" },
	{ OPT_COLOR, "color", "WHEN", "auto, always or never [auto]" },
	{ 'l', "live", "DIR", "live directory in which names are looked up" },
	{ 0 }
};

static const struct usage usage = { "[option]... [name|directory]...",
	"Show the logs of services, merged by time; without names, of all.\n"
	"A bundle stands for its members.  An argument with a slash is a log\n"
	"directory.",
	opts,
	"Environment: REEVE_PAGER, PAGER (default less), NO_COLOR, "
	"REEVE_LOGS.\n"
	"Exit status: 0, 1 if a log could not be read, 100 misuse, 111 system "
	"error." };

struct logs logs;

/* --- one line: its time and its text */

/* Next line of a source.  1, 0 none now. */
static int
next_line(struct source *s)
{
	int r;

	if (s->have)
		return 1;
	if (!s->open)
		return 0;
	r = stream_line(&s->stream, &s->line, &s->len);
	if (r < 0) {
		warn_sys("unable to read %s", s->path);
		stream_close(&s->stream);
		s->open = 0;
		logs.failed = 1;
	}
	if (s->stream.failed)
		logs.failed = 1;
	if (r <= 0)
		return 0;
	s->stamped = logdir_line_stamp(s->line, s->len, &s->when, &s->skip);
	if (!s->stamped) {
		s->skip = 0;
		/* Its time is that of the line before; if there is none, no
		 * later than its file's name says. */
		s->when = tain_less(&tain_zero, &s->order)
			? s->order
			: stream_segment(&s->stream)->end;
	}
	/* A clock that jumped back does not change the order of lines. */
	if (s->stamped && tain_less(&s->order, &s->when))
		s->order = s->when;
	s->have = 1;
	return 1;
}

static const tain *
order_time(const struct source *s)
{
	return s->stamped ? &s->order : &s->when;
}

static int
wanted(struct source *s)
{
	char *text = s->line + s->skip;
	char end;
	int r;

	if (logs.have_since && tain_less(&s->when, &logs.since))
		return 0;
	if (logs.have_until && !tain_less(&s->when, &logs.until))
		return 0;
	if (!logs.have_grep)
		return 1;
	/* The byte after the line is its newline, or beyond the end of the
	 * file, where the buffer has room. */
	end = s->line[s->len];
	s->line[s->len] = 0;
	r = !regexec(&logs.grep, text, 0, 0, 0);
	s->line[s->len] = end;
	return r;
}

/* Show it, or keep it among the last ones. */
static void
take(struct source *s)
{
	struct kept *k;
	FILE *f;

	if (logs.lines == UINT64_MAX) {
		logs_show(stdout, s);
		return;
	}
	if (!logs.lines)
		return;
	k = logs.kept + logs.nkept++ % logs.lines;
	free(k->text);
	k->text = 0;
	f = open_memstream(&k->text, &k->len);
	if (!f)
		die_sys(EX_SYSTEM, "unable to allocate memory");
	logs_show(f, s);
	fclose(f);
}

static void
show_kept(void)
{
	uint64_t n = logs.nkept < logs.lines ? logs.nkept : logs.lines;

	if (logs.lines == UINT64_MAX)
		return;
	for (uint64_t i = logs.nkept - n; i < logs.nkept; i++)
		fwrite(logs.kept[i % logs.lines].text, 1,
			logs.kept[i % logs.lines].len, stdout);
	logs.lines = UINT64_MAX; /* what comes now is shown at once */
}

/* All lines that are there, the earliest first. */
static void
merge(void)
{
	for (;;) {
		struct source *first = 0;

		for (size_t i = 0; i < logs.n; i++) {
			struct source *s = logs.source + i;

			if (next_line(s) &&
				(!first ||
					tain_less(order_time(s),
						order_time(first))))
				first = s;
		}
		if (!first)
			return;
		if (wanted(first))
			take(first);
		first->have = 0;
		if (ferror(stdout))
			return;
	}
}

/* No line of an archive is later than its name; so those that are earlier
 * need not be read. */
static void
skip_old(struct stream *t)
{
	size_t i = 0;

	while (i + 1 < t->nseg && tain_less(&t->seg[i].end, &logs.since))
		i++;
	stream_seek(t, i);
}

/* For the last lines only the newest files need to be read: go back until
 * this source alone has enough. */
static void
start_late(struct source *s)
{
	struct stream *t = &s->stream;
	uint64_t n = 0;
	size_t first = t->nseg, least = t->at;

	t->follow = 0; /* the same segments twice */
	while (first > least && n < logs.lines) {
		stream_seek(t, --first);
		while (t->at == first && next_line(s)) {
			if (t->at == first)
				n += (uint64_t)wanted(s);
			s->have = 0;
		}
		s->have = 0;
		s->order = tain_zero;
	}
	stream_seek(t, first);
	t->follow = logs.follow;
}

static void
open_sources(void)
{
	for (size_t i = 0; i < logs.n; i++) {
		struct source *s = logs.source + i;

		if (stream_open(&s->stream, s->path, logs.follow) < 0) {
			if (errno == ENOENT)
				warn("there is no log in %s yet: the logger of "
				     "%s has not run, or that directory was "
				     "removed (restarting its logger makes "
				     "it again)",
					s->path, s->name);
			else
				warn_sys("unable to read the log directory %s",
					s->path);
			logs.failed = 1;
			continue;
		}
		s->open = 1;
		if (logs.have_since)
			skip_old(&s->stream);
		if (logs.lines < UINT64_MAX)
			start_late(s);
	}
}

/* --- following */

static int
watch_sources(void)
{
	int fd = os_changes();

	for (size_t i = 0; fd >= 0 && i < logs.n; i++)
		if (logs.source[i].open &&
			os_changes_add(fd, logs.source[i].path) < 0) {
			close(fd);
			return -1;
		}
	return fd;
}

static int
past_until(void)
{
	tain now;

	return logs.have_until && tain_wallclock_read(&now) &&
		tain_less(&logs.until, &now);
}

static void
follow(int watch)
{
	for (;;) {
		struct pollfd p[2] = { { .fd = watch, .events = POLLIN },
			{ .fd = 1, .events = 0 } };
		char events[4096];

		merge();
		if (fflush(stdout) || past_until())
			return;
		/* Without inotify (or with a time to end at) the clock
		 * wakes us. */
		if (poll(p, 2,
			    watch < 0		      ? POLL_MS
				    : logs.have_until ? 1000
						      : -1) < 0 &&
			errno != EINTR)
			return;
		if (p[1].revents & (POLLERR | POLLHUP | POLLNVAL))
			return;
		while (watch >= 0 && read(watch, events, sizeof events) > 0)
			;
	}
}

/* --- terminal */

static int
color_wanted(const char *when)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	if (!strcmp(when, "always"))
		return 1;
	if (!strcmp(when, "never"))
		return 0;
	if (strcmp(when, "auto"))
		die(EX_MISUSE,
			"--color must be auto, always or never, not "
			"'%s'",
			when);
	return isatty(1) && !(no && *no) && term && strcmp(term, "dumb");
}

static int
on_path(const char *name)
{
	const char *path = getenv("PATH");
	char buf[PATH_LEN];

	while (path && *path) {
		size_t n = strcspn(path, ":");
		int w = snprintf(
			buf, sizeof buf, "%.*s/%s", (int)n, path, name);

		if (w > 0 && (size_t)w < sizeof buf && access(buf, X_OK) == 0)
			return 1;
		path += n;
		path += *path == ':';
	}
	return 0;
}

/* As git does: less, which ends at once if all fits on the screen; nothing
 * where that would not work. */
static const char *
choose_pager(void)
{
	const char *pager = getenv("REEVE_PAGER"), *term = getenv("TERM");

	if (!pager)
		pager = getenv("PAGER");
	if (!pager)
		pager = term && *term && strcmp(term, "dumb") && on_path("less")
			? "less"
			: "";
	return *pager && strcmp(pager, "cat") ? pager : 0;
}

static void
start_pager(const char *pager)
{
	int p[2];

	if (!pager || pipe(p) < 0)
		return;
	fflush(stdout);
	logs.pager_command = pager;
	logs.pager = fork();
	if (logs.pager < 0) {
		logs.pager = 0;
		close(p[0]);
		close(p[1]);
		return;
	}
	if (!logs.pager) {
		dup2(p[0], 0);
		close(p[0]);
		close(p[1]);
		setenv("LESS", "FRX", 0);
		setenv("LV", "-c", 0);
		execl("/bin/sh", "sh", "-c", pager, (char *)0);
		_exit(EX_NOTFOUND);
	}
	dup2(p[1], 1);
	close(p[0]);
	close(p[1]);
	signal(SIGINT, SIG_IGN); /* the pager's affair */
}

static void
end_pager(void)
{
	int w = 0;

	if (!logs.pager)
		return;
	fclose(stdout);
	while (waitpid(logs.pager, &w, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(w) &&
		(WEXITSTATUS(w) == EX_NOTFOUND || WEXITSTATUS(w) == EX_NOEXEC))
		die(EX_SYSTEM,
			"unable to run the pager %s (see REEVE_PAGER, "
			"PAGER and --no-pager)",
			logs.pager_command);
}

/* --- options */

static void
parse_time(const char *option, const char *text, tain *t)
{
	tain now;

	tain_wallclock_read(&now);
	if (!when_parse(text, &now, logs.utc, t))
		die(EX_MISUSE,
			"--%s: '%s' is not a time (expected "
			"'2026-01-31 12:00', 12:00, today, 'yesterday 12:00', "
			"'10m ago' or @TAI64N)",
			option, text);
}

/* What is not in struct logs. */
struct asked {
	const char *since, *until, *grep, *color, *live;
	int no_pager, have_n;
};

static void
options(struct asked *a, int argc, char **argv)
{
	int c;

	opt_permute(&usage, argc, argv);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		switch (c) {
		case 'f':
			logs.follow = 1;
			break;
		case 'n':
			a->have_n = 1;
			logs.lines = opt_uint(
				"number of lines", optarg, 0, 100000000);
			break;
		case 'g':
			a->grep = optarg;
			break;
		case 'l':
			a->live = optarg;
			break;
		case OPT_SINCE:
			a->since = optarg;
			break;
		case OPT_UNTIL:
			a->until = optarg;
			break;
		case OPT_UTC:
			logs.utc = 1;
			break;
		case OPT_JSON:
			logs.json = 1;
			break;
		case OPT_RAW:
			logs.raw = 1;
			break;
		case OPT_NO_PAGER:
			a->no_pager = 1;
			break;
		case OPT_COLOR:
			a->color = optarg;
			break;
		}
	}
}

/* Times and the pattern, or die. */
static void
choose_lines(const struct asked *a)
{
	int r;

	if ((logs.have_since = a->since != 0))
		parse_time("since", a->since, &logs.since);
	if ((logs.have_until = a->until != 0))
		parse_time("until", a->until, &logs.until);
	if ((logs.have_grep = a->grep != 0) &&
		(r = regcomp(&logs.grep, a->grep, REG_EXTENDED | REG_NOSUB))) {
		char why[128];

		regerror(r, &logs.grep, why, sizeof why);
		die(EX_MISUSE,
			"--grep: '%s' is not an extended regular "
			"expression: %s",
			a->grep, why);
	}
}

int
main(int argc, char **argv)
{
	struct asked a = { .color = "auto" };
	int watch = -1;

	prog_init(argv[0]);
	logs.lines = UINT64_MAX;
	options(&a, argc, argv);
	if (logs.json && logs.raw)
		die(EX_MISUSE, "--json and --raw exclude each other");
	choose_lines(&a);
	if (logs.follow && !a.have_n && !a.since)
		logs.lines = 10;
	if (logs.lines < UINT64_MAX && logs.lines &&
		!(logs.kept = calloc(logs.lines, sizeof *logs.kept)))
		die_sys(EX_SYSTEM, "unable to allocate memory");
	logs.color = color_wanted(a.color);
	/* Every archive is opened at the start, before it can be removed. */
	nofile_raise();
	logs_find(argv + optind, a.live);
	logs.terminal = isatty(1);
	if (logs.terminal && !logs.follow && !a.no_pager)
		start_pager(choose_pager());
	open_sources();
	/* Watch before reading, so that no change falls between. */
	if (logs.follow)
		watch = watch_sources();
	signal(SIGPIPE, SIG_IGN);
	merge();
	show_kept();
	if (logs.follow)
		follow(watch);
	if (fflush(stdout) && errno != EPIPE)
		die_sys(EX_SYSTEM, "unable to write");
	end_pager();
	return logs.failed ? EX_NO : EX_OK;
}
