/* logger.c - `logger': a log companion NAME-log for a service, joined to it
 * by a pipe.  It is a longrun like any other, made here instead of by hand. */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "log/script.h"
#include "rc/compile/expand.h"
#include "rc/compile/lex.h"
#include "rc/db.h"
#include "rc/places.h"

/* Log directory of a service, without a script that names one. */
static const char *
default_dir(struct defs *s, const struct def *d)
{
	static struct places places;
	char err[512];

	if (!s->logs) {
		if (places_default(&places, err, sizeof err) < 0) {
			diag_error(s->diag, 111, d->dir, 0,
				"no place for "
				"logs: %s (--log-directory names one)",
				err);
			s->logs = "/var/log/reeve";
		} else
			s->logs = places.logs;
	}
	return arena_path(s->mem, s->logs, d->name);
}

struct words {
	const char *v; /* NUL-terminated words */
	size_t n;
	const char *dir; /* first word that is a directory, or 0 */
};

static int
read_words(struct defs *s, const struct def_text *t, struct words *w)
{
	struct db_script script = { 0 };
	const char *p;

	if (def_lex(s, &script, t->file, t->text, t->len) < 0)
		return -1;
	w->v = p = script.argv;
	w->n = script.argc;
	for (size_t i = 0; i < w->n; i++, p += strlen(p) + 1)
		if ((*p == '/' || *p == '.') && !w->dir)
			w->dir = p;
	return 0;
}

/* As reeve-log would, each time it is started. */
static int
check_words(struct defs *s, const struct def_text *t, const struct words *w)
{
	const char **v = calloc(w->n + 1, sizeof *v), *p = w->v, *end;
	struct script script = { 0 };
	char err[512] = "out of memory";
	unsigned n = 0;
	int r = 111;

	for (; v && n < w->n; p += strlen(p) + 1)
		v[n++] = p;
	if (v && n && !w->dir)
		v[n++] = "/";
	if (v)
		r = n ? script_parse(&script, v, n, err, sizeof err) : 0;
	end = memchr(t->text, '\n', t->len);
	if (r)
		diag_error(s->diag, r == 100 ? 1 : r, t->file,
			!end || end == t->text + t->len - 1,
			"invalid logging script: "
			"%s",
			err);
	script_free(&script);
	free(v);
	return r ? -1 : 0;
}

static void
put_words(struct buf *b, const struct words *w, const char *dir)
{
	const char *p = w->v;

	if (!w->n)
		buf_str(b, " t n10 s1000000");
	for (size_t i = 0; i < w->n; i++, p += strlen(p) + 1) {
		buf_char(b, ' ');
		buf_shell(b, p);
	}
	if (!w->dir) {
		buf_char(b, ' ');
		buf_shell(b, dir);
	}
}

/* The companion's run. */
static const char *
make_run(struct defs *s, const struct words *w, const char *dir, size_t *len)
{
	struct buf b = { 0 };
	const char *text;

	buf_str(&b,
		"#!/bin/sh\n# made by reeve-rc-compile from: logger\n" EXPAND_BIN
		"\"$b\"reeve-mkdir -m ");
	/* A group that is named is there to read. */
	buf_str(&b, s->loguser && strchr(s->loguser, ':') ? "02750" : "02700");
	if (s->loguser) {
		buf_str(&b, " -o ");
		buf_shell(&b, s->loguser);
	}
	buf_str(&b, " -- ");
	buf_shell(&b, dir);
	buf_str(&b, " || exit 111\n");
	if (s->loguser) {
		buf_str(&b, "exec \"$b\"reeve-apply -u ");
		buf_shell(&b, s->loguser);
		buf_str(&b, " \"$b\"reeve-log -d3 --");
	} else
		buf_str(&b, "exec \"$b\"reeve-log -d3 --");
	put_words(&b, w, dir);
	buf_char(&b, '\n');
	text = arena_dup(s->mem, b.s, b.len);
	*len = b.len;
	buf_free(&b);
	return text;
}

static const struct def_text *
wanted(struct defs *s, const struct def *d)
{
	const struct def_text *t = def_text(d, "logger");

	if (t)
		return t;
	if (!s->default_logger || def_text(d, "no-logger") ||
		d->type != DB_LONGRUN || d->producer_for.name ||
		d->lists[LIST_PRODUCERS].present)
		return 0;
	return &s->default_logging;
}

int
logger_make(struct defs *s, struct def *d)
{
	const struct def_text *t = wanted(s, d);
	struct words w = { 0 };
	struct def *log;
	const char *name, *run, *dir;
	size_t len;

	if (!t)
		return 0;
	if (def_text(d, "no-logger"))
		diag_warn(s->diag, t->file, 0,
			"there is a no-logger beside "
			"it; the logger is made");
	if (d->producer_for.name) {
		diag_error(s->diag, 1, t->file, 0,
			"there is a producer-for "
			"beside it: the output can go to one place only");
		return 0;
	}
	if (read_words(s, t, &w) < 0)
		return 0;
	if (w.dir && t == &s->default_logging) {
		diag_error(s->diag, 1, t->file, 0,
			"this names the directory "
			"%s, which all services would share; each has one of "
			"its own below the log directory",
			w.dir);
		s->default_logger = 0;
		return 0;
	}
	if (check_words(s, t, &w) < 0) {
		if (t == &s->default_logging)
			s->default_logger = 0;
		return 0;
	}
	name = arena_printf(s->mem, "%s-log", d->name);
	if (!db_name_ok(name)) {
		diag_error(s->diag, 1, t->file, 0,
			"the name '%.60s' is too "
			"long for a service with a logger, expected at most "
			"%d bytes",
			d->name, DB_NAME_MAX - 4);
		return 0;
	}
	dir = w.dir && *w.dir == '/' ? w.dir : default_dir(s, d);
	log = def_new(s, d->source, name, t->file);
	log->type = DB_LONGRUN;
	log->flags = DB_GENERATED | DB_NOTIFIES | (d->flags & DB_ESSENTIAL);
	run = make_run(s, &w, dir, &len);
	def_set_file(s, log, "run", S_IFREG | 0755, run, len);
	def_set_file(s, log, "notification-fd", S_IFREG | 0644, "3\n", 2);
	def_set_prop(s, log, "logdir", dir);
	if (s->loguser)
		def_set_prop(s, log, "user", s->loguser);
	def_set_prop(s, log, "logger-of", d->name);
	log->lists[LIST_PRODUCERS].present = 1;
	def_set_prop(s, d, "logger", name);
	if (d->type == DB_LONGRUN || def_text(d, "schedule")) {
		def_add_name(s, log, LIST_PRODUCERS, d->name, t->file, 0);
		d->producer_for = (struct def_name){ name, t->file, 0 };
		log->pipeline = d->pipeline;
		d->pipeline = (struct def_name){ 0 };
	} else
		def_add_name(s, d, LIST_DEPS, name, t->file, 0);
	return 1;
}
