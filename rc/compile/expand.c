/* expand.c - see expand.h.  What is to happen before the command of a service
 * becomes a short script that says it, in this order: variables and umask
 * by the shell, then one chain of programs: the one that tells when it is
 * ready, reeve-apply for all that needs a system call, the one that keeps a
 * daemon in sight, and the command. */

#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "lib/caps.h"
#include "lib/num.h"
#include "lib/suggest.h"
#include "rc/compile/compile.h"
#include "rc/compile/cron.h"
#include "rc/compile/expand.h"
#include "rc/compile/users.h"
#include "rc/compile/wrap.h"
#include "rc/places.h"

#define CGROUPS "/sys/fs/cgroup/"
enum {
	READY_MS = 60000,
	WEIGHT_MAX = 10000,
	OOM_MAX = 1000,
	APPLY_PERCENT_MAX = 1000000
}; /* what reeve-apply takes */

static void
made_of(struct wrap *w, const char *name, uint32_t sum)
{
	buf_printf(&w->made, "%s%s:%08x", w->made.len ? " " : "", name,
		(unsigned)sum);
}

/* FNV-1a. */
static uint32_t
sum_of(uint32_t sum, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum = (sum ^ (unsigned char)s[i]) * 16777619u;
	return sum;
}

enum { SUM_BEGIN = 0x811c9dc5 };

/* Of a text without its comments and empty lines. */
static uint32_t
sum_lines(const char *s, size_t len)
{
	uint32_t sum = SUM_BEGIN;

	while (len) {
		const char *nl = memchr(s, '\n', len);
		size_t n = nl ? (size_t)(nl - s) + 1 : len;

		if (n > 1 && *s != '#')
			sum = sum_of(sum, s, n - (nl != 0));
		s += n;
		len -= n;
	}
	return sum;
}

const struct def_text *
wrap_use(struct wrap *w, const char *name)
{
	const struct def_text *t = def_text(w->d, name);

	if (t) {
		w->any = 1;
		buf_printf(&w->from, " %s", name);
		made_of(w, name, sum_lines(t->text, t->len));
	}
	return t;
}

/* In a line of many, or in the only one. */
void
wrap_bad_line(struct wrap *w, const struct def_text *t, unsigned line,
	const char *value)
{
	diag_error(w->s->diag, 1, t->file, line,
		"invalid value '%.60s', "
		"expected %s",
		value, t->prop->unit);
}

void
wrap_bad(struct wrap *w, const struct def_text *t, const char *value)
{
	wrap_bad_line(w, t, w->s->line, value);
}

/* "-x VALUE" for reeve-apply. */
void
wrap_apply(struct wrap *w, const char *option, const char *value)
{
	buf_printf(&w->apply, " %s", option);
	if (value) {
		buf_char(&w->apply, ' ');
		buf_shell(&w->apply, value);
	}
}

/* One of these words, or -1 and said. */
int
wrap_one_of(struct wrap *w, const struct def_text *t, const char *const *words)
{
	const char *line = def_line(w->s, t);
	struct suggest near;

	if (!line)
		return -1;
	near = suggest_init(line);
	for (int i = 0; words[i]; i++) {
		if (!strcmp(line, words[i]))
			return i;
		suggest_try(&near, words[i]);
	}
	diag_error(w->s->diag, 1, t->file, w->s->line,
		"invalid value "
		"'%.60s', expected %s%s%s%s",
		line, t->prop->unit, near.best ? " (did you mean " : "",
		near.best ? near.best : "", near.best ? "?)" : "");
	return -1;
}

/* --- environment, directory, mask */

static int
variable_ok(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') ||
			    (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_' ||
			    (i && s[i] >= '0' && s[i] <= '9')))
			return 0;
	return n > 0;
}

static void
unquote(char **value)
{
	char *v = *value;
	size_t n = strlen(v);

	if (n && v[n - 1] == '\r')
		v[--n] = 0;
	if (n >= 2 && (*v == '"' || *v == '\'') && v[n - 1] == *v) {
		v[n - 1] = 0;
		++*value;
	}
}

static void
expand_environment(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "environment");
	size_t at = 0;
	unsigned number = 0;
	char *line;

	if (w->d->instance) {
		w->any = 1;
		buf_str(&w->shell, "export INSTANCE=");
		buf_shell(&w->shell, w->d->instance);
		buf_char(&w->shell, '\n');
	}
	while (t && def_next_line(w->s, t, &at, &line, &number)) {
		char *eq = strchr(line, '='), *value;

		if (!eq || !variable_ok(line, (size_t)(eq - line))) {
			diag_error(w->s->diag, 1, t->file, number,
				"invalid "
				"line '%.60s', expected NAME=VALUE%s",
				line,
				strncmp(line, "export ", 7)
					? ""
					: " (without export)");
			continue;
		}
		*eq = 0;
		value = eq + 1;
		unquote(&value);
		buf_printf(&w->shell, "export %s=", line);
		buf_shell(&w->shell, value);
		buf_char(&w->shell, '\n');
	}
}

static void
expand_umask(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "umask");
	const char *line = t ? def_line(w->s, t) : 0;
	size_t n;

	if (!line)
		return;
	n = strlen(line);
	if (!n || n > 4 || line[strspn(line, "01234567")] ||
		(n == 4 && *line != '0'))
		wrap_bad(w, t, line);
	else
		buf_printf(&w->shell, "umask %s\n", line);
}

static int
absolute(struct wrap *w, const struct def_text *t, const char *line,
	unsigned number)
{
	if (*line == '/')
		return 1;
	wrap_bad_line(w, t, number, line);
	return 0;
}

static void
expand_directory(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "directory");
	const char *line = t ? def_line(w->s, t) : 0;

	if (line && absolute(w, t, line, w->s->line))
		wrap_apply(w, "-d", line);
}

/* --- who the command is */

static void
unknown_name(struct defs *s, const struct def_text *t, const char *kind,
	const char *name)
{
	if (s->users == USERS_IGNORE)
		return;
	if (s->users == USERS_ERROR)
		diag_error(s->diag, 1, t->file, s->line,
			"%s %s is unknown to "
			"this system (make it first; a switch with "
			"--users=warn goes on without)",
			kind, name);
	else
		diag_warn(s->diag, t->file, s->line,
			"%s %s is unknown to this "
			"system (it must be there when the service starts)",
			kind, name);
}

static void
check_group(struct defs *s, const struct def_text *t, const char *name)
{
	char buf[USERS_NAME];
	const char *what = users_unknown_group(buf, name);

	if (what)
		unknown_name(s, t, what, buf);
}

void
expand_check_user(struct defs *s, const struct def_text *t, const char *user)
{
	char buf[USERS_NAME];
	const char *what = users_unknown(buf, user);

	if (what)
		unknown_name(s, t, what, buf);
}

static void
expand_user(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "user");
	const char *line = t ? def_line(w->s, t) : 0;
	size_t n;

	if (!line)
		return;
	n = strcspn(line, ":");
	if (!n || strpbrk(line, " \t/") ||
		(line[n] && (!line[n + 1] || strchr(line + n + 1, ':')))) {
		wrap_bad(w, t, line);
		return;
	}
	expand_check_user(w->s, t, line);
	def_set_prop(w->s, w->d, "user", line);
	wrap_apply(w, "-u", line);
}

/* Words of all lines of a text, joined by single blanks; each is given to
 * check first, which says what is wrong. */
static const char *
words(struct wrap *w, const struct def_text *t,
	int (*check)(
		struct wrap *, const struct def_text *, unsigned, const char *))
{
	struct buf b = { 0 };
	size_t at = 0;
	unsigned number = 0;
	char *line, *word;
	const char *joined;

	while (def_next_line(w->s, t, &at, &line, &number)) {
		char *save = 0;

		for (word = strtok_r(line, " \t\r", &save); word;
			word = strtok_r(0, " \t\r", &save)) {
			if (check && !check(w, t, number, word))
				continue;
			if (b.len)
				buf_char(&b, ' ');
			buf_str(&b, word);
		}
	}
	joined = arena_dup(w->s->mem, b.s, b.len);
	buf_free(&b);
	return joined;
}

static int
known_group(struct wrap *w, const struct def_text *t, unsigned line,
	const char *word)
{
	w->s->line = line;
	check_group(w->s, t, word);
	return 1;
}

static void
expand_groups(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "groups");
	const char *names = t ? words(w, t, known_group) : 0;

	if (!names)
		return;
	def_set_prop(w->s, w->d, "groups", names);
	wrap_apply(w, "-g", names);
}

static int
known_capability(struct wrap *w, const struct def_text *t, unsigned line,
	const char *word)
{
	struct suggest near;
	const char *name;

	if (caps_number(word) >= 0)
		return 1;
	near = suggest_init(word);
	for (int i = 0; (name = caps_name(i)); i++)
		suggest_try(&near, name);
	diag_error(w->s->diag, 1, t->file, line, "unknown capability %s%s%s%s",
		word, near.best ? "; did you mean " : "",
		near.best ? near.best : "", near.best ? "?" : "");
	return 0;
}

static void
expand_privileges(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "capabilities");
	size_t at = 0;
	unsigned number = 0;
	char *line;

	if (t)
		wrap_apply(w, "-c", words(w, t, known_capability));
	if (wrap_use(w, "no-new-privs"))
		wrap_apply(w, "-N", 0);
	if (wrap_use(w, "private-tmp"))
		wrap_apply(w, "-t", 0);
	t = wrap_use(w, "read-only-paths");
	while (t && def_next_line(w->s, t, &at, &line, &number)) {
		def_trim(line);
		if (absolute(w, t, line, number))
			wrap_apply(w, "-r", line);
	}
}

/* --- how much of the machine */

static void
expand_nice(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "nice");
	const char *line = t ? def_line(w->s, t) : 0;
	unsigned u;

	if (!line)
		return;
	if (!num_uint(line + (*line == '-'), &u) || u > 20 ||
		(u == 20 && *line != '-'))
		wrap_bad(w, t, line);
	else
		wrap_apply(w, "-n", line);
}

static int
limit_value(const char *s, size_t n, uint64_t *v)
{
	char text[32];

	if (n >= sizeof text)
		return 0;
	memcpy(text, s, n);
	text[n] = 0;
	*v = UINT64_MAX;
	return !strcmp(text, "unlimited") || num_size(text, v);
}

/* "VALUE" or "SOFT:HARD". */
static int
limit_ok(const char *s)
{
	size_t k = strcspn(s, ":");
	uint64_t soft, hard;

	if (!limit_value(s, k, &soft))
		return 0;
	return !s[k] ||
		(limit_value(s + k + 1, strlen(s + k + 1), &hard) &&
			soft <= hard);
}

static const char *const limit_names[] = { "as", "core", "cpu", "data", "fsize",
	"memlock", "nofile", "nproc", "rss", "stack" };
enum { LIMITS = sizeof limit_names / sizeof *limit_names };

static void
unknown_limit(struct wrap *w, const struct def_text *t, unsigned number,
	const char *line, size_t n)
{
	char *name = arena_dup(w->s->mem, line, n);
	struct suggest near = suggest_init(name);

	for (size_t i = 0; i < LIMITS; i++)
		suggest_try(&near, limit_names[i]);
	diag_error(w->s->diag, 1, t->file, number,
		"unknown limit '%.40s'; "
		"%s%s%s",
		name,
		near.best ? "did you mean "
			  : "expected as, core, cpu, "
			    "data, fsize, memlock, nofile, nproc, rss or stack",
		near.best ? near.best : "", near.best ? "?" : "");
}

static void
expand_limits(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "limits");
	size_t at = 0;
	unsigned number = 0;
	char *line;

	while (t && def_next_line(w->s, t, &at, &line, &number)) {
		size_t n = strcspn(line, "="), i;

		def_trim(line);
		for (i = 0; i < LIMITS; i++)
			if (strlen(limit_names[i]) == n &&
				!strncmp(line, limit_names[i], n))
				break;
		if (i == LIMITS)
			unknown_limit(w, t, number, line, n);
		else if (!line[n] || !limit_ok(line + n + 1))
			diag_error(w->s->diag, 1, t->file, number,
				"invalid "
				"limit '%.60s', expected %s=, and a number, a "
				"size as 64M, unlimited, or SOFT:HARD with "
				"the lower first",
				line, limit_names[i]);
		else
			wrap_apply(w, "-l", line);
	}
}

/* A limit of the control group that is a number above 0 or max, which is
 * none.  The line if it is to be set, or 0. */
static const char *
cgroup_limit(struct wrap *w, const char *name, int (*check)(const char *))
{
	const struct def_text *t = wrap_use(w, name);
	const char *line = t ? def_line(w->s, t) : 0;

	if (!line || !strcmp(line, "max"))
		return 0;
	if (check(line))
		return line;
	wrap_bad(w, t, line);
	return 0;
}

static int
is_size(const char *s)
{
	uint64_t v;

	return num_size(s, &v) && v;
}

static int
is_percent(const char *s)
{
	char text[16];
	size_t n = strlen(s);
	unsigned u;

	if (n >= sizeof text)
		return 0;
	memcpy(text, s, n + 1);
	if (n && text[n - 1] == '%')
		text[n - 1] = 0;
	return num_uint(text, &u) && u && u <= APPLY_PERCENT_MAX;
}

static int
is_number(const char *s)
{
	unsigned u;

	return num_uint(s, &u) && u;
}

/* Of a path below the mount point no part may lead out of it. */
static int
cgroup_ok(const char *path)
{
	const char *p = path;

	for (; *p; p += strcspn(p, "/")) {
		p += strspn(p, "/");
		if (!strncmp(p, "..", 2) && (!p[2] || p[2] == '/'))
			return 0;
	}
	return *path != '/' ||
		(!strncmp(path, CGROUPS, sizeof CGROUPS - 1) &&
			path[sizeof CGROUPS - 1]);
}

static int
is_size_or_none(const char *s)
{
	uint64_t v;

	return num_size(s, &v);
}

static int
is_weight(const char *s)
{
	unsigned u;

	return num_uint(s, &u) && u && u <= WEIGHT_MAX;
}

/* Those that are written as they are.  How many there are. */
static int
cgroup_values(struct wrap *w)
{
	static const struct {
		const char *name, *file;
		int (*check)(const char *);
	} known[] = { { "memory-high", "memory.high", is_size },
		{ "memory-swap-max", "memory.swap.max", is_size_or_none },
		{ "cpu-weight", "cpu.weight", is_weight },
		{ "io-weight", "io.weight", is_weight } };
	int n = 0;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const char *value =
			cgroup_limit(w, known[i].name, known[i].check);

		if (!value)
			continue;
		wrap_apply(w, "-v",
			arena_printf(w->s->mem, "%s=%s", known[i].file, value));
		n++;
	}
	return n;
}

static void
expand_oom_score(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "oom-score-adjust");
	const char *line = t ? def_line(w->s, t) : 0;
	unsigned u;

	if (!line)
		return;
	if (!num_uint(line + (*line == '-'), &u) || u > OOM_MAX)
		wrap_bad(w, t, line);
	else
		wrap_apply(w, "-o", line);
}

static void
expand_cgroup(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "cgroup");
	const char *path = t && t->len ? def_line(w->s, t) : 0, *memory, *cpu,
		   *tasks;

	if (t && t->len && !path)
		return;
	memory = cgroup_limit(w, "memory-max", is_size);
	cpu = cgroup_limit(w, "cpu-max", is_percent);
	tasks = cgroup_limit(w, "tasks-max", is_number);
	if (memory)
		wrap_apply(w, "-m", memory);
	if (cpu)
		wrap_apply(w, "-p",
			arena_printf(w->s->mem, "%.*s", (int)strcspn(cpu, "%"),
				cpu));
	if (tasks)
		wrap_apply(w, "-k", tasks);
	if (!cgroup_values(w) && !t && !memory && !cpu && !tasks)
		return;
	if (path && !cgroup_ok(path)) {
		wrap_bad(w, t, path);
		return;
	}
	path = !path ? arena_printf(w->s->mem, CGROUPS "reeve/%s", w->d->name)
		: *path == '/' ? path
			       : arena_printf(w->s->mem, CGROUPS "%s", path);
	wrap_apply(w, "-C", path);
	path = arena_printf(w->s->mem, "%s\n", path);
	def_set_file(w->s, w->d, "cgroup", S_IFREG | 0644, path, strlen(path));
}

/* --- readiness, and daemons that go away */

static unsigned
notification_fd(struct wrap *w)
{
	struct db_file *f = def_file(w->d, "notification-fd");
	unsigned u = 3;

	if (f) {
		num_uint(arena_dup(w->s->mem, f->data, strcspn(f->data, "\n")),
			&u);
		return u;
	}
	def_set_file(w->s, w->d, "notification-fd", S_IFREG | 0644, "3\n", 2);
	w->d->flags |= DB_NOTIFIES;
	return u;
}

/* The words of a script as shell words, each with a blank in front. */
void
wrap_put_script(struct buf *b, const struct db_script *c)
{
	const char *p = c->argv;

	for (uint32_t i = 0; i < c->argc; i++, p += strlen(p) + 1) {
		buf_char(b, ' ');
		buf_shell(b, p);
	}
}

static void
expand_check(struct wrap *w, const struct def_text *t)
{
	struct db_script script = { 0 };
	struct buf b = { 0 };

	if (def_file(w->d, "data/check")) {
		diag_error(w->s->diag, 1, t->file, 0,
			"there is a data/check "
			"too; expected one of them");
		return;
	}
	if (def_lex(w->s, &script, t->file, t->text, t->len) < 0)
		return;
	if (!script.argc) {
		diag_error(w->s->diag, 1, t->file, 1,
			"this is empty, "
			"expected %s",
			t->prop->unit);
		return;
	}
	buf_str(&b, "#!/bin/sh\nexec");
	wrap_put_script(&b, &script);
	buf_char(&b, '\n');
	if (!def_file(w->d, "data"))
		def_set_file(w->s, w->d, "data", S_IFDIR | 0755, "", 0);
	def_set_file(w->s, w->d, "data/check", S_IFREG | 0755,
		arena_dup(w->s->mem, b.s, b.len), b.len);
	buf_free(&b);
	buf_printf(&w->first,
		" \"$b\"reeve-notifyoncheck -d -3 %u -s 50 "
		"-w 250 -n 0",
		notification_fd(w));
}

/* Behind the program that it is an option of. */
static void
expand_watchdog(struct wrap *w, int sd_notify)
{
	const struct def_text *t = wrap_use(w, "watchdog");
	const char *line = t ? def_line(w->s, t) : 0;
	uint64_t ms;

	if (!line)
		return;
	if (!sd_notify)
		diag_error(w->s->diag, 1, t->file, 0,
			"expected sd_notify in "
			"notification-type: only that protocol has a "
			"watchdog");
	else if (!num_duration(line, 1, &ms) || !ms || ms > 86400000)
		wrap_bad(w, t, line);
	else
		buf_printf(&w->first, " -w %llu", (unsigned long long)ms);
}

static void
expand_readiness(struct wrap *w)
{
	static const char *const types[] = { "fd", "check", "sd_notify", 0 };
	enum { FD, CHECK, SD_NOTIFY };
	const struct def_text *t = wrap_use(w, "notification-type"),
			      *check = wrap_use(w, "ready-check");
	int type = t ? wrap_one_of(w, t, types) : check ? CHECK : -1;

	if (check && type >= 0 && type != CHECK)
		diag_error(w->s->diag, 1, check->file, 0,
			"notification-type "
			"is %s; expected check there, or no ready-check",
			types[type]);
	else if (type == CHECK && !check)
		diag_error(w->s->diag, 1, t->file, 1,
			"this says check, expected "
			"a ready-check beside it");
	else if (type == CHECK)
		expand_check(w, check);
	else if (type == FD)
		notification_fd(w);
	else if (type == SD_NOTIFY)
		buf_printf(&w->first, " \"$b\"reeve-sdnotify -3 %u",
			notification_fd(w));
	expand_watchdog(w, type == SD_NOTIFY);
}

static void
expand_pid_file(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "pid-file");
	const char *line = t ? def_line(w->s, t) : 0;

	if (!line || !absolute(w, t, line, w->s->line))
		return;
	/* As long as a switch waits for who says that it is ready. */
	buf_printf(&w->last, " \"$b\"reeve-forking -t %u",
		w->d->timeout[1] ? w->d->timeout[1] : READY_MS);
	/* Without another way to tell it is ready when its parent has ended. */
	if (w->d->type == DB_LONGRUN && !def_text(w->d, "ready-check") &&
		!def_text(w->d, "notification-type"))
		buf_printf(&w->last, " -3 %u", notification_fd(w));
	buf_char(&w->last, ' ');
	buf_shell(&w->last, line);
}

/* --- what is not a matter of the script */

static void
expand_words(struct wrap *w)
{
	static const char *const changes[] = { "restart", "reload", "keep", 0 };
	const struct def_text *t;
	const char *line;
	int i;

	if ((t = def_text(w->d, "description")) && (line = def_line(w->s, t)))
		def_set_prop(w->s, w->d, "description", line);
	if ((t = def_text(w->d, "main"))) {
		w->d->flags |= DB_MAIN;
		def_set_prop(w->s, w->d, "main", "yes");
	}
	if ((t = def_text(w->d, "on-change")) &&
		(i = wrap_one_of(w, t, changes)) >= 0)
		w->d->on_change = (enum db_on_change)i;
}

/* --- putting it together */

static const char *
take(struct wrap *w, struct buf *b, size_t *len)
{
	const char *s = arena_dup(w->s->mem, b->s, b->len);

	if (len)
		*len = b->len;
	buf_free(b);
	return s;
}

/* " chain of programs", all before the command. */
static void
put_chain(struct buf *b, struct wrap *w)
{
	buf_mem(b, w->first.s, w->first.len);
	if (w->apply.len) {
		buf_str(b, " \"$b\"reeve-apply");
		buf_mem(b, w->apply.s, w->apply.len);
		buf_str(b, " --");
	}
	buf_mem(b, w->last.s, w->last.len);
}

static void
put_head(struct buf *b, struct wrap *w)
{
	if (w->first.len || w->apply.len || w->last.len)
		buf_str(b, EXPAND_BIN);
	buf_mem(b, w->shell.s, w->shell.len);
}

static int
read_command(struct wrap *w, struct db_script *script)
{
	const struct def_text *t = wrap_use(w, "command");

	if (!t)
		return 0;
	if (def_lex(w->s, script, t->file, t->text, t->len) < 0)
		return -1;
	if (script->argc)
		return 1;
	diag_error(w->s->diag, 1, t->file, 1,
		"this is empty, expected a "
		"command line");
	return -1;
}

static void
expand_longrun(struct wrap *w, int logged)
{
	struct db_script command = { 0 };
	int has = read_command(w, &command);
	struct db_file *run = def_file(w->d, "run");
	struct buf b = { 0 };
	const char *text;
	size_t len;

	if (has > 0 && run) {
		diag_strict(w->s->diag, def_text(w->d, "command")->file, 0,
			"there is a run too; expected one of them%s",
			w->s->diag->lax ? " (run is taken)" : "");
		has = 0;
	}
	if ((!has && !run) || has < 0 || (!w->any && !logged))
		return;
	buf_printf(&b, "#!/bin/sh\n# made by reeve-rc-compile from:%.*s%s\n",
		(int)w->from.len, w->from.len ? w->from.s : "",
		logged ? " logger" : "");
	put_head(&b, w);
	if (logged)
		buf_str(&b, "exec 2>&1\n");
	if (!has && w->apply.len)
		buf_str(&b, "case $0 in /*) r=${0%/*} ;; *) r=$PWD ;; esac\n");
	buf_str(&b, "exec");
	put_chain(&b, w);
	if (has) {
		wrap_put_script(&b, &command);
		buf_char(&b, '\n');
	} else {
		buf_str(&b,
			w->apply.len ? " \"$r\"/run.user"
				     : " \"${0%/*}\"/run.user");
		if (w->d->instance) {
			buf_char(&b, ' ');
			buf_shell(&b, w->d->instance);
		}
		buf_str(&b, " \"$@\"\n");
		def_set_file(
			w->s, w->d, "run.user", run->mode, run->data, run->len);
	}
	text = take(w, &b, &len);
	def_set_file(w->s, w->d, "run", S_IFREG | 0755, text, len);
}

/* Before the words of a script: sh -c 'what must be done; exec "$@"' NAME. */
static void
wrap_script(struct wrap *w, struct db_script *c)
{
	struct buf b = { 0 };

	if (!c->argc)
		return;
	buf_str(&b, "/bin/sh");
	buf_char(&b, 0);
	buf_str(&b, "-c");
	buf_char(&b, 0);
	put_head(&b, w);
	buf_str(&b, "exec");
	put_chain(&b, w);
	buf_str(&b, " \"$@\"");
	buf_char(&b, 0);
	buf_str(&b, w->d->name);
	buf_char(&b, 0);
	buf_mem(&b, c->argv, c->len);
	c->argc += 4;
	c->argv = take(w, &b, &c->len);
}

static void
expand_oneshot(struct wrap *w)
{
	struct db_script command = { 0 };
	int has,
		wrapped = w->shell.len || w->apply.len || w->first.len ||
		w->last.len;

	has = read_command(w, &command);
	if (has > 0 && w->d->script[1].present)
		diag_strict(w->s->diag, def_text(w->d, "command")->file, 0,
			"there is an up too; expected one of them%s",
			w->s->diag->lax ? " (up is taken)" : "");
	else if (has > 0)
		w->d->script[1] = command;
	for (int i = 0; i < 3; i++) {
		struct db_script *c = w->d->script + i;

		if (!c->argc)
			continue;
		made_of(w,
			i == 1	    ? "up"
				: i ? "reload"
				    : "down",
			sum_of(SUM_BEGIN, c->argv, c->len));
		if (wrapped)
			wrap_script(w, c);
	}
}

/* The service directory is gone after a reboot, and the record of the last
 * run with it; so there is a copy where generations are kept. */
static void
missed_run(struct wrap *w, struct buf *b)
{
	static struct places places;
	char err[512];

	buf_str(b, " -m");
	if (places_default(&places, err, sizeof err) < 0)
		return;
	buf_str(b, " -r ");
	buf_shell(b,
		arena_printf(
			w->s->mem, "%s/schedule/%s", places.state, w->d->name));
}

/* "15 3 * * *" and perhaps further lines missed=run, jitter=5m. */
static void
expand_schedule(struct wrap *w, const struct def_text *t, int logged)
{
	struct buf b = { 0 };
	struct cron cron;
	size_t at = 0;
	unsigned number = 0;
	char *line;
	const char *what, *text;
	size_t len;
	uint64_t ms;

	/* Also of a wrong one, for what is asked about it from here on. */
	w->d->type = DB_LONGRUN;
	if (!def_next_line(w->s, t, &at, &line, &number)) {
		wrap_bad_line(w, t, 1, "");
		return;
	}
	if (strchr(line, '\r'))
		*strchr(line, '\r') = 0;
	if (!cron_parse(&cron, line, &what)) {
		diag_error(w->s->diag, 1, t->file, number,
			"invalid time "
			"'%.60s': %s",
			line, what);
		return;
	}
	def_set_prop(w->s, w->d, "schedule", line);
	made_of(w, "schedule", sum_lines(t->text, t->len));
	buf_str(&b,
		"#!/bin/sh\n# made by reeve-rc-compile from: schedule\n" EXPAND_BIN);
	buf_printf(&b, "%sexec \"$b\"reeve-schedule -3 %u",
		logged ? "exec 2>&1\n" : "", notification_fd(w));
	text = line;
	while (def_next_line(w->s, t, &at, &line, &number)) {
		if (!strcmp(line, "missed=run"))
			missed_run(w, &b);
		else if (!strncmp(line, "jitter=", 7) &&
			num_duration(line + 7, 1000, &ms))
			buf_printf(&b, " -j %llu", (unsigned long long)ms);
		else if (strcmp(line, "missed=skip"))
			diag_error(w->s->diag, 1, t->file, number,
				"invalid "
				"line '%.60s', expected missed=run, "
				"missed=skip or jitter=DURATION",
				line);
	}
	buf_str(&b, " -- ");
	buf_shell(&b, text);
	if (!w->d->script[1].argc)
		diag_error(w->s->diag, 1, t->file, 0,
			"there is nothing to "
			"run: expected words in up, or a command");
	wrap_put_script(&b, w->d->script + 1);
	buf_char(&b, '\n');
	if (w->d->script[0].present || w->d->script[2].present)
		diag_warn(w->s->diag, t->file, 0,
			"down and reload have no "
			"meaning for what runs at times");
	memset(w->d->script, 0, sizeof w->d->script);
	text = take(w, &b, &len);
	def_set_file(w->s, w->d, "run", S_IFREG | 0755, text, len);
}

static void
expand_service(struct defs *s, struct def *d, int logged)
{
	struct wrap w = { .s = s, .d = d };
	const struct def_text *schedule = def_text(d, "schedule");

	expand_words(&w);
	wrap_restarting(&w);
	expand_environment(&w);
	expand_umask(&w);
	expand_cgroup(&w);
	expand_limits(&w);
	expand_nice(&w);
	expand_oom_score(&w);
	expand_user(&w);
	expand_groups(&w);
	expand_privileges(&w);
	expand_directory(&w);
	expand_pid_file(&w);
	if (d->type == DB_LONGRUN) {
		wrap_stopping(&w, logged);
		expand_readiness(&w);
		expand_longrun(&w, logged);
	} else {
		expand_oneshot(&w);
		if (schedule)
			expand_schedule(&w, schedule, logged);
	}
	if (logged)
		made_of(&w, "logger", SUM_BEGIN);
	if (w.made.len)
		def_set_prop(s, d, "made-from", take(&w, &w.made, 0));
	buf_free(&w.from);
	buf_free(&w.made);
	buf_free(&w.shell);
	buf_free(&w.first);
	buf_free(&w.apply);
	buf_free(&w.last);
}

/* Described bundles keep their words nowhere; the rest of the properties
 * are refused for them by type already. */
void
expand_all(struct defs *s)
{
	size_t n = s->n; /* loggers are added behind */

	for (size_t i = 0; i < n; i++) {
		struct def *d = s->v[i];
		int logged;

		if (d->bad || d->type == DB_BUNDLE)
			continue;
		if (d->instance)
			template_fill(s, d);
		logged = logger_make(s, d);
		if (d->ntexts || d->instance || logged)
			expand_service(s, d, logged);
	}
	if (s->loguser && s->n > n) {
		struct def_text t = s->loguser_text;

		if (!t.file)
			t.file = "log-user";
		expand_check_user(s, &t, s->loguser);
	}
}
