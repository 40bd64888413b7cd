/* logs.c - reeve-logs: read the logs of services, merged by time, followed
 * if wanted.  Reads log directories of reeve-log and of s6-log; changes
 * nothing.  See reeve-logs(1). */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/json.h"
#include "lib/msg.h"
#include "lib/nofile.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/os.h"
#include "lib/path.h"
#include "lib/suggest.h"
#include "lib/utf8.h"
#include "log/logdir.h"
#include "log/stream.h"
#include "log/when.h"
#include "rc/live.h"
#include "rc/places.h"

#define UNCAUGHT UNCAUGHT_LOGS /* of reeve-init */
#define SYSTEM_LOGS "/var/log/reeve"

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

struct source {
	char *name; /* shown; owned */
	char *path; /* owned */
	struct stream stream;
	int open;
	int have; /* a line is waiting */
	char *line; /* borrowed from the stream */
	size_t len, skip; /* text begins after skip */
	int stamped; /* the line has its own time */
	tain when; /* of it */
	tain order; /* the latest so far */
};

struct kept { /* a line of -n, formatted */
	char *text;
	size_t len;
};

static struct logs {
	struct source *source;
	size_t n;
	int follow, utc, json, raw, color;
	uint64_t lines; /* -n; UINT64_MAX all */
	int have_since, have_until, have_grep;
	tain since, until;
	regex_t grep;
	struct kept *kept; /* ring of the last lines */
	uint64_t nkept;
	size_t name_width;
	int terminal; /* what is shown goes to one */
	pid_t pager;
	const char *pager_command;
	int failed;
} g;

/* --- which logs */

static int
has(const char *path, const char *name)
{
	char buf[PATH_LEN];

	return path_join(buf, sizeof buf, path, name) == 0 &&
		file_exists(AT_FDCWD, buf) > 0;
}

/* While it is rotated there is no current. */
static int
is_logdir(const char *path)
{
	return has(path, "current") ||
		(has(path, "lock") && has(path, "state"));
}

/* End if it may be one, but is not for us to read. */
static void
check_access(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	else if (errno == EACCES)
		die_sys(EX_SYSTEM, "unable to read the log directory %s", path);
}

static void
add_source(const char *name, const char *path)
{
	struct source *s;

	g.source = realloc(g.source, (g.n + 1) * sizeof *g.source);
	if (!g.source)
		die_sys(EX_SYSTEM, "unable to allocate memory");
	s = g.source + g.n++;
	memset(s, 0, sizeof *s);
	s->name = strdup(name);
	s->path = strdup(path);
	s->order = tain_zero;
	if (!s->name || !s->path)
		die_sys(EX_SYSTEM, "unable to allocate memory");
	if (strlen(name) > g.name_width)
		g.name_width = strlen(name);
}

/* The running set of services, if there is one. */
static struct live *
open_live(const char *path)
{
	static struct live live;
	char dir[PATH_LEN], err[512];

	if (!path) {
		if (live_default(dir, err, sizeof err) < 0)
			return 0;
		path = dir;
	} else if (live_open(&live, path, 0, err, sizeof err) < 0) {
		die_sys(EX_SYSTEM, "%s", err);
	} else {
		return &live;
	}
	return live_open(&live, path, 0, err, sizeof err) < 0 ? 0 : &live;
}

static const struct db_service *
service_named(const struct db *db, const char *name)
{
	uint32_t total = db->nlong + db->nshort;

	for (uint32_t i = 0; i < total; i++)
		if (!strcmp(db->services[i].name, name))
			return db->services + i;
	return 0;
}

/* The log directory of a service: its own property, or that of who reads its
 * output. */
static const char *
logdir_of(const struct db *db, const struct db_service *v)
{
	const char *dir = db_prop(v, "logdir");

	for (int i = 0; !dir && db_logger(db, v) != DB_NONE && i < 100; i++) {
		v = db->services + db_logger(db, v);
		dir = db_prop(v, "logdir");
	}
	return dir;
}

/* The log of all that has no other: `reeve up', reeve-catchall and
 * reeve-init each have a place for it. */
static int
is_catchall(const char *name)
{
	return !strcmp(name, "catch-all") || !strcmp(name, "catchall");
}

/* All there are.  1, or 0 if there is none. */
static int
add_catchalls(const struct places *p)
{
	static const char *const names[] = { "catch-all", "catchall" };
	size_t had = g.n;
	char path[PATH_LEN];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (path_join(path, sizeof path, p->logs, names[i]) == 0 &&
			is_logdir(path))
			add_source(names[i], path);
	if ((g.n == had || !strcmp(p->logs, SYSTEM_LOGS)) &&
		is_logdir(UNCAUGHT))
		add_source("catch-all", UNCAUGHT);
	return g.n > had;
}

/* NAME to its log directory.  1; 0 if there is none, and *v is the service
 * if there is one. */
static int
find_named(const char *name, const struct live *live, const struct places *p,
	char *path, const struct db_service **v)
{
	const char *dir;

	*v = live ? service_named(&live->db, name) : 0;
	dir = *v ? logdir_of(&live->db, *v) : 0;
	if (dir)
		return path_join(path, PATH_LEN, dir) == 0;
	return path_join(path, PATH_LEN, p->logs, name) == 0 && is_logdir(path);
}

/* A name without a log: why, and what may have been meant. */
static _Noreturn void
no_log(const char *name, const struct live *live, const struct places *p,
	const struct db_service *v)
{
	struct suggest near = suggest_init(name);
	struct dirent *de;
	char path[PATH_LEN], *copy;
	DIR *d;

	if (v)
		die(EX_MISUSE,
			"service %s has no logger: what it writes %s; a file "
			"'logger' in its definition makes one",
			name, places_unlogged(p));
	check_access(p->logs);
	if (path_join(path, sizeof path, p->logs, name) == 0)
		check_access(path);
	for (uint32_t i = 0; live && i < live->db.nlong; i++)
		if (logdir_of(&live->db, live->db.services + i))
			suggest_try(&near, live->db.services[i].name);
	d = opendir(p->logs);
	while (d && (de = readdir(d)))
		if (*de->d_name != '.' &&
			path_join(path, sizeof path, p->logs, de->d_name) ==
				0 &&
			is_logdir(path) && (copy = strdup(de->d_name)))
			suggest_try(&near, copy);
	die(EX_MISUSE,
		"no log of '%s' (no log companion in the running set, "
		"and no log directory %s/%s)%s%s%s",
		name, p->logs, name, near.best ? "; did you mean '" : "",
		near.best ? near.best : "", near.best ? "'?" : "");
}

static int
by_source_name(const void *a, const void *b)
{
	return strcmp(((const struct source *)a)->name,
		((const struct source *)b)->name);
}

static int
known_path(const char *path)
{
	for (size_t i = 0; i < g.n; i++)
		if (!strcmp(g.source[i].path, path))
			return 1;
	return 0;
}

/* Those of a bundle's members that have one.  How many. */
static unsigned
add_bundle(const struct live *live, const char *name)
{
	unsigned n = 0;
	struct db_list l;

	if (!live || db_bundle(&live->db, name) == DB_NONE ||
		!db_resolve(&live->db, name, &l))
		return 0;
	for (uint32_t i = 0; i < l.n; i++) {
		const struct db_service *v = live->db.services + l.v[i];
		const char *dir = logdir_of(&live->db, v);

		if (!dir || !is_logdir(dir))
			continue;
		n++;
		if (!known_path(dir))
			add_source(v->name, dir);
	}
	return n;
}

/* All that is logged: by the database, and below the place for logs. */
static void
add_all(const struct live *live, const struct places *p)
{
	char path[PATH_LEN];
	struct dirent *de;
	DIR *d = opendir(p->logs);

	for (uint32_t i = 0; live && i < live->db.nlong; i++) {
		const struct db_service *v = live->db.services + i;
		const char *dir = db_prop(v, "logdir");
		char name[256];
		size_t n;

		if (!dir || !is_logdir(dir) || known_path(dir))
			continue;
		snprintf(name, sizeof name, "%s", v->name);
		n = strlen(name);
		if (n > 4 && !strcmp(name + n - 4, "-log"))
			name[n - 4] = 0;
		add_source(name, dir);
	}
	while (d && (de = readdir(d)))
		if (*de->d_name != '.' &&
			path_join(path, sizeof path, p->logs, de->d_name) ==
				0 &&
			is_logdir(path) && !known_path(path))
			add_source(de->d_name, path);
	if (d)
		closedir(d);
	if (!strcmp(p->logs, SYSTEM_LOGS) && is_logdir(UNCAUGHT))
		add_source("catch-all", UNCAUGHT);
	if (!g.n)
		die(EX_NO,
			"there are no logs yet in %s: what services without a "
			"logger write %s (name another directory, or set "
			"REEVE_LOGS)",
			p->logs, places_unlogged(p));
	qsort(g.source, g.n, sizeof *g.source, by_source_name);
}

static void
find_sources(char **argv, const char *live_path)
{
	char err[512], path[PATH_LEN];
	const struct db_service *v;
	struct places p;
	struct live *live;
	int have_places = places_default(&p, err, sizeof err) == 0;

	live = open_live(live_path);
	if (!*argv && !have_places)
		die(EX_SYSTEM, "%s", err);
	if (!*argv)
		add_all(live, &p);
	for (; *argv; argv++) {
		if (strchr(*argv, '/')) {
			char *s = *argv + strlen(*argv);

			while (s > *argv + 1 && s[-1] == '/')
				*--s = 0;
			check_access(*argv);
			if (!is_logdir(*argv))
				die(EX_MISUSE,
					"%s is not a log directory (it "
					"has no file 'current')",
					*argv);
			add_source(path_base(*argv), *argv);
		} else if (!have_places) {
			die(EX_SYSTEM, "%s", err);
		} else if (is_catchall(*argv) &&
			!(live && service_named(&live->db, *argv)) &&
			add_catchalls(&p)) {
			continue;
		} else if (find_named(*argv, live, &p, path, &v)) {
			if (!known_path(path))
				add_source(*argv, path);
		} else if (!add_bundle(live, *argv)) {
			no_log(*argv, live, &p, v);
		}
	}
	if (live)
		live_close(live);
}

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
		g.failed = 1;
	}
	if (s->stream.failed)
		g.failed = 1;
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

	if (g.have_since && tain_less(&s->when, &g.since))
		return 0;
	if (g.have_until && !tain_less(&s->when, &g.until))
		return 0;
	if (!g.have_grep)
		return 1;
	/* The byte after the line is its newline, or beyond the end of the
	 * file, where the buffer has room. */
	end = s->line[s->len];
	s->line[s->len] = 0;
	r = !regexec(&g.grep, text, 0, 0, 0);
	s->line[s->len] = end;
	return r;
}

/* --- showing it */

/* The date and the second, which the lines of one second share. */
static const char *
second_text(time_t sec, int precise)
{
	static char text[2][32];
	static time_t of[2];
	struct tm tm;

	if (*text[precise] && of[precise] == sec)
		return text[precise];
	if (!(g.utc || precise ? gmtime_r(&sec, &tm) : localtime_r(&sec, &tm)))
		return 0;
	strftime(text[precise], sizeof text[precise],
		precise ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
	of[precise] = sec;
	return text[precise];
}

/* n digits of u. */
static char *
put_digits(char *p, unsigned long u, int n)
{
	for (int i = n; i--; u /= 10)
		p[i] = (char)('0' + u % 10);
	return p + n;
}

static void
put_time(FILE *f, const tain *when, int precise)
{
	struct timespec ts;
	const char *s;
	char buf[16], *p = buf;

	if (!timespec_sysclock_from_tain(&ts, when) ||
		!(s = second_text(ts.tv_sec, precise)))
		return;
	fputs(s, f);
	*p++ = '.';
	p = precise ? put_digits(p, (unsigned long)ts.tv_nsec, 9)
		    : put_digits(p, (unsigned long)ts.tv_nsec / 1000000, 3);
	if (precise || g.utc)
		*p++ = 'Z';
	fwrite(buf, 1, (size_t)(p - buf), f);
}

/* One of six colours, the same for a name each time. */
static int
color_of(const char *name)
{
	unsigned h = 5381;

	for (; *name; name++)
		h = h * 33 + (unsigned char)*name;
	return 31 + (int)(h % 6);
}

static void
put_json(FILE *f, const struct source *s, char *text, size_t len)
{
	char *buf = malloc(6 * len + 3);
	size_t n;

	if (!buf)
		die_sys(EX_SYSTEM, "unable to allocate memory");
	fputs("{\"time\":", f);
	if (s->stamped) {
		putc('"', f);
		put_time(f, &s->when, 1);
		putc('"', f);
	} else {
		fputs("null", f);
	}
	fputs(",\"service\":", f);
	json_put(f, s->name);
	fputs(",\"text\":", f);
	n = json_string(buf, 6 * len + 2, text, len);
	fwrite(buf, 1, n, f);
	fputs("}\n", f);
	free(buf);
}

/* Length of the sequence that sets a colour at s, or 0. */
static size_t
color_sequence(const char *s, size_t len)
{
	size_t i = 2;

	if (len < 3 || s[0] != '\033' || s[1] != '[')
		return 0;
	while (i < len && ((s[i] >= '0' && s[i] <= '9') || s[i] == ';'))
		i++;
	return i < len && s[i] == 'm' ? i + 1 : 0;
}

/* What a service writes must not steer the terminal, but for colours. */
static void
put_text(FILE *f, const char *s, size_t len)
{
	size_t from = 0, n, color;
	int colored = 0, control;

	for (size_t i = 0; g.terminal && i < len; i += n) {
		n = utf8_char(s + i, len - i, &control);
		if (!control || s[i] == '\t' || s[i] == '\n')
			continue;
		color = color_sequence(s + i, len - i);
		if (color) {
			colored = 1;
			n = color;
			continue;
		}
		fwrite(s + from, 1, i - from, f);
		for (size_t k = 0; k < n; k++)
			fprintf(f, "\\x%02x", (unsigned char)s[i + k]);
		from = i + n;
	}
	fwrite(s + from, 1, len - from, f);
	if (colored)
		fputs("\033[0m", f);
}

static void
put_human(FILE *f, const struct source *s, const char *text, size_t len)
{
	if (s->stamped) {
		put_time(f, &s->when, 0);
		fputs("  ", f);
	} else {
		/* As wide as a time. */
		fprintf(f, "%*s", g.utc ? 26 : 25, "");
	}
	if (g.n > 1 && g.color)
		fprintf(f, "\033[%dm%-*s\033[0m  ", color_of(s->name),
			(int)g.name_width, s->name);
	else if (g.n > 1)
		fprintf(f, "%-*s  ", (int)g.name_width, s->name);
	put_text(f, text, len);
	putc('\n', f);
}

static void
show(FILE *f, struct source *s)
{
	char *text = s->line + s->skip;
	size_t len = s->len - s->skip;

	if (g.raw) {
		fwrite(s->line, 1, s->len, f);
		putc('\n', f);
		return;
	}
	if (s->stamped && !s->skip &&
		!logdir_json_text(s->line, s->len, &text, &len))
		text = s->line;
	if (g.json)
		put_json(f, s, text, len);
	else
		put_human(f, s, text, len);
}

/* Show it, or keep it among the last ones. */
static void
take(struct source *s)
{
	struct kept *k;
	FILE *f;

	if (g.lines == UINT64_MAX) {
		show(stdout, s);
		return;
	}
	if (!g.lines)
		return;
	k = g.kept + g.nkept++ % g.lines;
	free(k->text);
	k->text = 0;
	f = open_memstream(&k->text, &k->len);
	if (!f)
		die_sys(EX_SYSTEM, "unable to allocate memory");
	show(f, s);
	fclose(f);
}

static void
show_kept(void)
{
	uint64_t n = g.nkept < g.lines ? g.nkept : g.lines;

	if (g.lines == UINT64_MAX)
		return;
	for (uint64_t i = g.nkept - n; i < g.nkept; i++)
		fwrite(g.kept[i % g.lines].text, 1, g.kept[i % g.lines].len,
			stdout);
	g.lines = UINT64_MAX; /* what comes now is shown at once */
}

/* All lines that are there, the earliest first. */
static void
merge(void)
{
	for (;;) {
		struct source *first = 0;

		for (size_t i = 0; i < g.n; i++) {
			struct source *s = g.source + i;

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

	while (i + 1 < t->nseg && tain_less(&t->seg[i].end, &g.since))
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
	while (first > least && n < g.lines) {
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
	t->follow = g.follow;
}

static void
open_sources(void)
{
	for (size_t i = 0; i < g.n; i++) {
		struct source *s = g.source + i;

		if (stream_open(&s->stream, s->path, g.follow) < 0) {
			if (errno == ENOENT)
				warn("there is no log in %s yet: the logger of "
				     "%s has not run, or that directory was "
				     "removed (restarting its logger makes "
				     "it again)",
					s->path, s->name);
			else
				warn_sys("unable to read the log directory %s",
					s->path);
			g.failed = 1;
			continue;
		}
		s->open = 1;
		if (g.have_since)
			skip_old(&s->stream);
		if (g.lines < UINT64_MAX)
			start_late(s);
	}
}

/* --- following */

static int
watch_sources(void)
{
	int fd = os_changes();

	for (size_t i = 0; fd >= 0 && i < g.n; i++)
		if (g.source[i].open &&
			os_changes_add(fd, g.source[i].path) < 0) {
			close(fd);
			return -1;
		}
	return fd;
}

static int
past_until(void)
{
	tain now;

	return g.have_until && tain_wallclock_read(&now) &&
		tain_less(&g.until, &now);
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
			    watch < 0		   ? POLL_MS
				    : g.have_until ? 1000
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
	g.pager_command = pager;
	g.pager = fork();
	if (g.pager < 0) {
		g.pager = 0;
		close(p[0]);
		close(p[1]);
		return;
	}
	if (!g.pager) {
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

	if (!g.pager)
		return;
	fclose(stdout);
	while (waitpid(g.pager, &w, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(w) &&
		(WEXITSTATUS(w) == EX_NOTFOUND || WEXITSTATUS(w) == EX_NOEXEC))
		die(EX_SYSTEM,
			"unable to run the pager %s (see REEVE_PAGER, "
			"PAGER and --no-pager)",
			g.pager_command);
}

/* --- options */

static void
parse_time(const char *option, const char *text, tain *t)
{
	tain now;

	tain_wallclock_read(&now);
	if (!when_parse(text, &now, g.utc, t))
		die(EX_MISUSE,
			"--%s: '%s' is not a time (expected "
			"'2026-01-31 12:00', 12:00, today, 'yesterday 12:00', "
			"'10m ago' or @TAI64N)",
			option, text);
}

int
main(int argc, char **argv)
{
	const char *since = 0, *until = 0, *grep = 0, *color = "auto";
	const char *live = 0;
	int c, no_pager = 0, watch = -1, r, have_n = 0;

	prog_init(argv[0]);
	g.lines = UINT64_MAX;
	opt_permute(&usage, argc, argv);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		switch (c) {
		case 'f':
			g.follow = 1;
			break;
		case 'n':
			have_n = 1;
			g.lines = opt_uint(
				"number of lines", optarg, 0, 100000000);
			break;
		case 'g':
			grep = optarg;
			break;
		case 'l':
			live = optarg;
			break;
		case OPT_SINCE:
			since = optarg;
			break;
		case OPT_UNTIL:
			until = optarg;
			break;
		case OPT_UTC:
			g.utc = 1;
			break;
		case OPT_JSON:
			g.json = 1;
			break;
		case OPT_RAW:
			g.raw = 1;
			break;
		case OPT_NO_PAGER:
			no_pager = 1;
			break;
		case OPT_COLOR:
			color = optarg;
			break;
		}
	}
	if (g.json && g.raw)
		die(EX_MISUSE, "--json and --raw exclude each other");
	if ((g.have_since = since != 0))
		parse_time("since", since, &g.since);
	if ((g.have_until = until != 0))
		parse_time("until", until, &g.until);
	if ((g.have_grep = grep != 0) &&
		(r = regcomp(&g.grep, grep, REG_EXTENDED | REG_NOSUB))) {
		char why[128];

		regerror(r, &g.grep, why, sizeof why);
		die(EX_MISUSE,
			"--grep: '%s' is not an extended regular "
			"expression: %s",
			grep, why);
	}
	if (g.follow && !have_n && !since)
		g.lines = 10;
	if (g.lines < UINT64_MAX && g.lines &&
		!(g.kept = calloc(g.lines, sizeof *g.kept)))
		die_sys(EX_SYSTEM, "unable to allocate memory");
	g.color = color_wanted(color);
	/* Every archive is opened at the start, before it can be removed. */
	nofile_raise();
	find_sources(argv + optind, live);
	g.terminal = isatty(1);
	if (g.terminal && !g.follow && !no_pager)
		start_pager(choose_pager());
	open_sources();
	/* Watch before reading, so that no change falls between. */
	if (g.follow)
		watch = watch_sources();
	signal(SIGPIPE, SIG_IGN);
	merge();
	show_kept();
	if (g.follow)
		follow(watch);
	if (fflush(stdout) && errno != EPIPE)
		die_sys(EX_SYSTEM, "unable to write");
	end_pager();
	return g.failed ? EX_NO : EX_OK;
}
