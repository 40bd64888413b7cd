/* expand.c - see expand.h.  What is to happen before the command of a service
 * becomes a short script that says it, in this order: variables and umask
 * by the shell, then one chain of programs: the one that tells when it is
 * ready, reeve-apply for all that needs a system call, the one that keeps a
 * daemon in sight, and the command. */

#include <string.h>
#include <sys/stat.h>

#include "lib/num.h"
#include "rc/compile/cron.h"
#include "rc/compile/expand.h"
#include "rc/compile/wrap.h"
#include "rc/places.h"

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

static void
expand_directory(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "directory");
	const char *line = t ? def_line(w->s, t) : 0;

	if (line && wrap_absolute(w, t, line, w->s->line))
		wrap_apply(w, "-d", line);
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
		wrap_made(w,
			i == 1	    ? "up"
				: i ? "reload"
				    : "down",
			wrap_sum(WRAP_SUM_BEGIN, c->argv, c->len));
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
	wrap_made(w, "schedule", wrap_sum_lines(t->text, t->len));
	buf_str(&b,
		"#!/bin/sh\n# made by reeve-rc-compile from: schedule\n" EXPAND_BIN);
	buf_printf(&b, "%sexec \"$b\"reeve-schedule -3 %u",
		logged ? "exec 2>&1\n" : "", wrap_notification_fd(w));
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
	wrap_cgroup(&w);
	wrap_limits(&w);
	wrap_nice(&w);
	wrap_oom_score(&w);
	wrap_user(&w);
	wrap_groups(&w);
	wrap_privileges(&w);
	expand_directory(&w);
	wrap_pid_file(&w);
	if (d->type == DB_LONGRUN) {
		wrap_stopping(&w, logged);
		wrap_readiness(&w);
		expand_longrun(&w, logged);
	} else {
		expand_oneshot(&w);
		if (schedule)
			expand_schedule(&w, schedule, logged);
	}
	if (logged)
		wrap_made(&w, "logger", WRAP_SUM_BEGIN);
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
