/* expand-stop.c - who of a service is asked to stop, and by what; and what
 * makes it reload: the files stop, reload and finish, which supervise runs. */

#include <string.h>
#include <sys/stat.h>

#include "lib/num.h"
#include "rc/compile/expand.h"
#include "rc/compile/wrap.h"

enum to { TO_PROCESS, TO_GROUP, TO_ALL };
static const char *const to_words[] = { "process", "group", "all", 0 };

enum { KILL_MS = 10000, FINISH_MS = 5000 };

/* A number of milliseconds in a file of the service, or what holds without. */
static unsigned
ms_of(struct wrap *w, const char *name, unsigned preset)
{
	const struct db_file *f = def_file(w->d, name);
	char *s;

	if (f) {
		s = arena_dup(w->s->mem, f->data, f->len);
		s[strcspn(s, "\n")] = 0;
		num_uint(s, &preset);
	}
	return preset;
}

static void
set_ms(struct wrap *w, const char *name, unsigned ms)
{
	const char *text = arena_printf(w->s->mem, "%u\n", ms);

	def_set_file(w->s, w->d, name, S_IFREG | 0644, text, strlen(text));
}

static void
put_file(struct wrap *w, const char *name, struct buf *b)
{
	def_set_file(w->s, w->d, name, S_IFREG | 0755,
		arena_dup(w->s->mem, b->s, b->len), b->len);
	buf_free(b);
}

/* What both scripts begin with, up to the options of reeve-stopall. */
static void
begin(struct buf *b, struct wrap *w, const char *from, int logged)
{
	buf_printf(b,
		"#!/bin/sh\n# made by reeve-rc-compile from: %s\n" EXPAND_BIN,
		from);
	if (logged)
		buf_str(b, "exec 2>&1\n");
	buf_str(b, "export MAINPID=\"$1\"\n");
	buf_mem(b, w->shell.s, w->shell.len);
	buf_str(b, "exec \"$b\"reeve-stopall");
}

/* The command, as the user and where the service is. */
static void
put_command(struct buf *b, struct wrap *w, const struct db_script *c)
{
	buf_str(b, " -- \"$1\"");
	if (!c->argc)
		return;
	if (w->apply.len) {
		buf_str(b, " \"$b\"reeve-apply");
		buf_mem(b, w->apply.s, w->apply.len);
		buf_str(b, " --");
	}
	wrap_put_script(b, c);
}

static void
put_limit(struct buf *b, struct wrap *w, const char *name,
	const struct db_script *c)
{
	const struct def_text *t = def_text(w->d, name);
	const char *line = t ? def_line(w->s, t) : 0;
	unsigned ms;

	if (!line)
		return;
	if (!num_uint(line, &ms))
		wrap_bad(w, t, line);
	else if (!c->argc)
		diag_error(w->s->diag, 1, t->file, 0,
			"expected a %s beside "
			"it: there is no command that this is the limit of",
			name + sizeof "timeout-" - 1);
	else
		buf_printf(b, " -l %u", ms);
}

/* " -w all -C DIR -s TERM -k 10000" */
static void
put_who(struct buf *b, struct wrap *w, enum to to, unsigned ms)
{
	const struct db_file *f = def_file(w->d, "down-signal"),
			     *c = def_file(w->d, "cgroup");

	buf_printf(b, " -w %s", to_words[to]);
	if (to == TO_ALL && c) {
		buf_str(b, " -C ");
		buf_shell(b,
			arena_dup(w->s->mem, c->data, strcspn(c->data, "\n")));
	}
	if (f) {
		buf_str(b, " -s ");
		buf_shell(b,
			arena_dup(w->s->mem, f->data, strcspn(f->data, "\n")));
	}
	buf_printf(b, " -k %u", ms);
}

static int
read_stop(struct wrap *w, struct db_script *c, int *also)
{
	static const char *const words[] = { "wait", "signal", 0 };
	const struct def_text *t = def_text(w->d, "stop"),
			      *then = def_text(w->d, "stop-then");

	if (then && !t)
		diag_error(w->s->diag, 1, then->file, 0,
			"expected a stop "
			"beside it: there is no command that this is about");
	else if (then)
		*also = wrap_one_of(w, then, words) == 1;
	if (!t)
		return 1;
	if (def_lex(w->s, c, t->file, t->text, t->len) < 0)
		return 0;
	if (c->argc)
		return 1;
	diag_error(w->s->diag, 1, t->file, 1, "this is empty, expected %s",
		t->prop->unit);
	return 0;
}

/* Behind finish: has it died too often?  125 is for ever, as finish itself
 * can say. */
static void
put_limit_of_deaths(struct buf *b, unsigned deaths, unsigned seconds, int own)
{
	if (own)
		buf_str(b,
			"\"$r\"/finish.user \"$@\" || [ $? != 125 ] || "
			"exit 125\n");
	buf_printf(b, "exec \"$b\"reeve-permafailon %u %u 0-255 true\n",
		seconds, deaths);
}

/* In front of finish: wait for who is left.  That takes time of its own. */
static void
make_finish(struct wrap *w, enum to to, unsigned ms)
{
	struct db_file *own = def_file(w->d, "finish");
	unsigned finish = ms_of(w, "timeout-finish", FINISH_MS), deaths = 0,
		 seconds = 0;
	int limit = wrap_restart_limit(w, &deaths, &seconds);
	struct buf b = { 0 };

	if (!to && !limit)
		return;
	buf_printf(&b,
		"#!/bin/sh\n# made by reeve-rc-compile from:%s%s\n" EXPAND_BIN,
		to ? " down-signal-to" : "", limit ? " restart-limit" : "");
	if (own)
		buf_str(&b, "case $0 in /*) r=${0%/*} ;; *) r=$PWD ;; esac\n");
	/* Once it has waited, the script is run again from its beginning. */
	if (to && limit)
		buf_str(&b, "[ \"${REEVE_LEFT-}\" ] || REEVE_LEFT=1 ");
	if (to) {
		buf_str(&b, "exec \"$b\"reeve-stopall -f");
		put_who(&b, w, to, ms);
		buf_printf(&b, " -- \"$4\"%s\n",
			limit	      ? " \"$0\" \"$@\""
				: own ? " \"$r\"/finish.user \"$@\""
				      : "");
		set_ms(w, "timeout-finish",
			!ms || !finish || ms > UINT32_MAX - finish - 2000
				? 0
				: ms + finish + 2000);
	}
	if (to && limit)
		buf_str(&b, "unset REEVE_LEFT\n");
	if (own)
		def_set_file(w->s, w->d, "finish.user", own->mode, own->data,
			own->len);
	if (limit) {
		put_limit_of_deaths(&b, deaths, seconds, own != 0);
		if (deaths > ms_of(w, "max-death-tally", 100))
			set_ms(w, "max-death-tally", deaths);
	}
	put_file(w, "finish", &b);
}

static void
make_reload(struct wrap *w, int logged)
{
	struct db_script *c = w->d->script + 2;
	struct buf b = { 0 };

	if (c->present) {
		begin(&b, w, "reload", logged);
		buf_str(&b, " -n");
	}
	put_limit(&b, w, "timeout-reload", c);
	if (c->argc) {
		put_command(&b, w, c);
		buf_char(&b, '\n');
		put_file(w, "reload", &b);
	}
	buf_free(&b);
	memset(c, 0, sizeof *c);
}

void
wrap_stopping(struct wrap *w, int logged)
{
	const struct def_text *t = def_text(w->d, "down-signal-to");
	struct db_script command = { 0 };
	struct buf b = { 0 };
	int word = t ? wrap_one_of(w, t, to_words) : TO_PROCESS, also = 0;
	enum to to = word < 0 ? TO_PROCESS : (enum to)word;
	unsigned ms = ms_of(w, "timeout-kill", to ? KILL_MS : 0);

	make_reload(w, logged);
	make_finish(w, to, ms);
	if (!read_stop(w, &command, &also))
		return;
	if (!to && !command.argc) {
		put_limit(&b, w, "timeout-stop", &command);
		return;
	}
	if (to) {
		set_ms(w, "timeout-kill", ms);
		def_set_file(w->s, w->d, "down-signal-to", S_IFREG | 0644,
			arena_printf(w->s->mem, "%s\n", to_words[to]),
			strlen(to_words[to]) + 1);
	}
	if (to == TO_GROUP)
		def_set_file(w->s, w->d, "flag-timeout-killpg", S_IFREG | 0644,
			"", 0);
	else if (to == TO_ALL && !def_file(w->d, "cgroup"))
		def_set_file(
			w->s, w->d, "flag-kill-orphans", S_IFREG | 0644, "", 0);
	begin(&b, w, command.argc ? "stop" : "down-signal-to", logged);
	put_who(&b, w, to, ms);
	if (also)
		buf_str(&b, " -a");
	put_limit(&b, w, "timeout-stop", &command);
	put_command(&b, w, &command);
	buf_char(&b, '\n');
	put_file(w, "stop", &b);
}
