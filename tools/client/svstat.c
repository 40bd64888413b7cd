/* svstat.c - print what supervise says about a service: one line for people,
 * chosen fields for scripts, or JSON.  See reeve-svstat(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <skalibs/djbtime.h>

#include "lib/file.h"
#include "lib/json.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/os.h"
#include "lib/path.h"
#include "supervise/control.h"
#include "supervise/detail.h"
#include "supervise/status.h"

/* What is known of one service when its line is written. */
struct view {
	const char *dir;
	struct status st;
	tain now;
	int up;
	int normally_up; /* there is no file `down' */
	int started; /* it has run at least once */
	int numbers; /* -n: signals by number */
};

/* One column of -o and one member of --json: fill buf. */
struct field {
	char letter; /* s6's option, or 0 */
	const char *name;
	void (*put)(const struct view *, char *buf, size_t max);
	enum { BOOL, NUMBER, TEXT } kind; /* for JSON */
};

enum { VALUE_MAX = 64, FIELDS_MAX = 64, CODE_JSON = OPT_LONG };

static void
put_bool(char *buf, size_t max, int b)
{
	snprintf(buf, max, "%s", b ? "true" : "false");
}
static void
put_up(const struct view *v, char *buf, size_t max)
{
	put_bool(buf, max, v->up);
}
static void
put_wantedup(const struct view *v, char *buf, size_t max)
{
	put_bool(buf, max, v->st.wanted_up);
}
static void
put_normallyup(const struct view *v, char *buf, size_t max)
{
	put_bool(buf, max, v->normally_up);
}
static void
put_ready(const struct view *v, char *buf, size_t max)
{
	put_bool(buf, max, v->up && v->st.ready);
}
static void
put_paused(const struct view *v, char *buf, size_t max)
{
	put_bool(buf, max, v->st.paused);
}
static void
put_pid(const struct view *v, char *buf, size_t max)
{
	if (v->up)
		snprintf(buf, max, "%" PRIu64, v->st.pid);
	else
		snprintf(buf, max, "-1");
}
static void
put_exitcode(const struct view *v, char *buf, size_t max)
{
	snprintf(buf, max, "%d",
		!v->up && v->started && WIFEXITED(v->st.wstat)
			? WEXITSTATUS(v->st.wstat)
			: -1);
}
static int
killed_by(const struct view *v)
{
	return !v->up && v->started && WIFSIGNALED(v->st.wstat)
		? WTERMSIG(v->st.wstat)
		: 0;
}
static void
put_signal(const struct view *v, char *buf, size_t max)
{
	snprintf(buf, max, "%s",
		killed_by(v) ? num_signame(killed_by(v)) : "NA");
}
static void
put_signum(const struct view *v, char *buf, size_t max)
{
	snprintf(buf, max, "%d", killed_by(v) ? killed_by(v) : -1);
}
static void
put_stamp(char *buf, size_t max, const tain *t)
{
	char stamp[TIMESTAMP];

	snprintf(buf, max, "%.*s", (int)timestamp_fmt(stamp, t), stamp);
}
static void
put_updownsince(const struct view *v, char *buf, size_t max)
{
	put_stamp(buf, max, &v->st.changed);
}
static void
put_readysince(const struct view *v, char *buf, size_t max)
{
	put_stamp(buf, max, &v->st.readied);
}
/* Seconds since t; a clock that was set back gives 0. */
static uint64_t
age(const struct view *v, const tain *t)
{
	tain d;

	if (tain_less(&v->now, t))
		return 0;
	tain_sub(&d, &v->now, t);
	return d.sec.x;
}
static void
put_updownfor(const struct view *v, char *buf, size_t max)
{
	snprintf(buf, max, "%" PRIu64, age(v, &v->st.changed));
}
static void
put_readyfor(const struct view *v, char *buf, size_t max)
{
	snprintf(buf, max, "%" PRIu64, age(v, &v->st.readied));
}

static const struct field fields[] = { { 'u', "up", put_up, BOOL },
	{ 'w', "wantedup", put_wantedup, BOOL },
	{ 'N', "normallyup", put_normallyup, BOOL },
	{ 'r', "ready", put_ready, BOOL }, { 0, "paused", put_paused, BOOL },
	{ 'p', "pid", put_pid, NUMBER },
	{ 'g', "pgid", put_pid, NUMBER }, /* run leads its session */
	{ 'e', "exitcode", put_exitcode, NUMBER },
	{ 's', "signal", put_signal, TEXT },
	{ 0, "signum", put_signum, NUMBER },
	{ 0, "updownsince", put_updownsince, TEXT },
	{ 0, "readysince", put_readysince, TEXT },
	{ 't', "updownfor", put_updownfor, NUMBER },
	{ 0, "readyfor", put_readyfor, NUMBER }, { 0, 0, 0, BOOL } };

static const struct opt opts[] = {
	{ 'u', "up", 0, "print true if it is up, else false" },
	{ 'w', "wanted-up", 0, "print true if it is wanted up" },
	{ 'N', "normally-up", 0, "print true if there is no file 'down'" },
	{ 'r', "ready", 0, "print true if it is up and ready" },
	{ 'p', "pid", 0, "print its process, or -1" },
	{ 'g', "pgid", 0, "print its process group, or -1" },
	{ 'e', "exit-code", 0, "print its last exit code, or -1" },
	{ 's', "signal", 0, "print the signal that ended it, or NA" },
	{ 't', "time", 0, "print for how many seconds it has been up or down" },
	{ 'o', "fields", "F,F...",
		"print these fields: up wantedup normallyup\n"
		"ready paused pid pgid exitcode signal signum\n"
		"updownsince readysince updownfor readyfor" },
	{ 'n', "numbers", 0, "in the line for people, signals by number" },
	{ CODE_JSON, "json", 0, "print one JSON object per service and line" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[-uwNrpgest | -o F,F... | --json] [-n] servicedir...",
	"Print the state of services: a line for people, or fields.", opts,
	"Exit status: 0 printed; 1 one of them has no supervise; 100 misuse;\n"
	"111 system error."
};

static const struct field *
field_named(const char *name, size_t len)
{
	for (const struct field *f = fields; f->name; f++)
		if (strlen(f->name) == len && !strncmp(f->name, name, len))
			return f;
	die(EX_MISUSE, "there is no field '%.*s' (try '%s --help')", (int)len,
		name, prog_name);
}

/* -o: append the fields of a comma separated list. */
static unsigned
add_list(const struct field **chosen, unsigned n, const char *list)
{
	for (;;) {
		size_t len = strcspn(list, ",");

		if (n == FIELDS_MAX)
			die(EX_MISUSE, "more than %d fields", FIELDS_MAX);
		chosen[n++] = field_named(list, len);
		list += len + (list[len] == ',');
		if (!*list)
			return n;
	}
}

static const struct field *
field_of_letter(int letter)
{
	for (const struct field *f = fields; f->name; f++)
		if (f->letter == letter)
			return f;
	return 0;
}

static void
print_fields(
	const struct view *v, const struct field *const *chosen, unsigned n)
{
	char buf[VALUE_MAX];

	for (unsigned i = 0; i < n; i++) {
		chosen[i]->put(v, buf, sizeof buf);
		printf("%s%s", i ? " " : "", buf);
	}
	putchar('\n');
}

/* What our supervise tells beyond s6's status. */
static void
json_detail(const char *dir)
{
	struct detail d;
	char text[256];

	if (detail_read(&d, AT_FDCWD, dir) < 0)
		return;
	detail_reason_text(text, sizeof text, &d, os_now());
	printf(",\"reason\":");
	json_put(stdout, detail_reason_name(d.reason));
	printf(",\"why\":");
	json_put(stdout, text);
	printf(",\"starts\":%u,\"deaths\":%u,\"adopted\":%s", d.starts,
		d.deaths, d.adopted ? "true" : "false");
	if (*d.def) {
		printf(",\"definition\":");
		json_put(stdout, d.def);
	}
}

static void
print_json(const struct view *v)
{
	char buf[VALUE_MAX];

	printf("{\"servicedir\":");
	json_put(stdout, v->dir);
	for (const struct field *f = fields; f->name; f++) {
		f->put(v, buf, sizeof buf);
		printf(",\"%s\":", f->name);
		if (!strcmp(buf, "NA") || !strcmp(buf, "-1"))
			printf("null");
		else if (f->kind == TEXT)
			json_put(stdout, buf);
		else
			printf("%s", buf);
	}
	json_detail(v->dir);
	puts("}");
}

static void
print_line(const struct view *v)
{
	const struct status *st = &v->st;

	if (v->up)
		printf("up (pid %" PRIu64 " pgid %" PRIu64 ")", st->pid,
			st->pid);
	else if (!v->started)
		printf("down (not started yet)");
	else if (killed_by(v) && v->numbers)
		printf("down (signal %d)", killed_by(v));
	else if (killed_by(v))
		printf("down (signal %s)", num_signame(killed_by(v)));
	else
		printf("down (exitcode %d)", WEXITSTATUS(st->wstat));
	printf(" %" PRIu64 " seconds", age(v, &st->changed));
	if (v->up != v->normally_up)
		printf(", normally %s", v->normally_up ? "up" : "down");
	if (v->up && st->paused)
		printf(", paused");
	if (v->up != (int)st->wanted_up)
		printf(", want %s", st->wanted_up ? "up" : "down");
	if (st->ready)
		printf(", ready %" PRIu64 " seconds", age(v, &st->readied));
	putchar('\n');
}

/* Fill the view; 0, or an exit code after a message. */
static int
look(struct view *v)
{
	char down[PATH_LEN];
	int r = control_alive(AT_FDCWD, v->dir);

	if (r == 0) {
		say("fatal: unable to read the status of %s: no supervise "
		    "runs there",
			v->dir);
		return EX_NO;
	}
	if (r < 0 || status_read(&v->st, AT_FDCWD, v->dir) < 0) {
		say("fatal: unable to read the status of %s: %s", v->dir,
			errno == EPROTO ? "supervise/status is not a status "
					  "(35 bytes)"
					: strerror(errno));
		return EX_SYSTEM;
	}
	v->up = status_is_up(&v->st);
	/* Before its first start a service is down and paused, which it can
	 * never be later. */
	v->started = v->up || v->st.pid || !v->st.paused;
	v->normally_up = path_join(down, sizeof down, v->dir, "down") == 0 &&
		!file_exists(AT_FDCWD, down);
	tain_wallclock_read(&v->now);
	return EX_OK;
}

int
main(int argc, char **argv)
{
	const struct field *chosen[FIELDS_MAX];
	char letters[FIELDS_MAX];
	unsigned n = 0, nletters = 0;
	int c, numbers = 0, json = 0, several, code = EX_OK;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == 'n')
			numbers = 1;
		else if (c == 'o')
			n = add_list(chosen, n, optarg);
		else if (c == CODE_JSON)
			json = 1;
		else if (nletters < FIELDS_MAX)
			letters[nletters++] = (char)c;
	}
	if ((n && nletters) || (json && (n || nletters)))
		die(EX_MISUSE,
			"letters of fields, -o and --json exclude each "
			"other");
	for (unsigned i = 0; i < nletters; i++)
		chosen[n++] = field_of_letter(letters[i]);
	argv += optind;
	several = *argv && argv[1];
	if (!*argv || (several && prog_as_s6))
		opt_usage(&usage);
	for (; *argv; argv++) {
		struct view v = { .dir = *argv, .numbers = numbers };
		int r = look(&v);

		code = r ? r : code;
		if (r)
			continue;
		if (several && !json)
			printf("%s: ", *argv);
		if (json)
			print_json(&v);
		else if (n)
			print_fields(&v, chosen, n);
		else
			print_line(&v);
	}
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write to stdout");
	return code;
}
