/* expand-ready.c - how a service says that it is ready, and daemons that go
 * away. */

#include <string.h>
#include <sys/stat.h>

#include "lib/num.h"
#include "rc/compile/wrap.h"

/* As long as a switch waits for who says that it is ready. */
enum { READY_MS = 60000 };

unsigned
wrap_notification_fd(struct wrap *w)
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
		wrap_notification_fd(w));
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

void
wrap_readiness(struct wrap *w)
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
		wrap_notification_fd(w);
	else if (type == SD_NOTIFY)
		buf_printf(&w->first, " \"$b\"reeve-sdnotify -3 %u",
			wrap_notification_fd(w));
	expand_watchdog(w, type == SD_NOTIFY);
}

void
wrap_pid_file(struct wrap *w)
{
	const struct def_text *t = wrap_use(w, "pid-file");
	const char *line = t ? def_line(w->s, t) : 0;

	if (!line || !wrap_absolute(w, t, line, w->s->line))
		return;
	buf_printf(&w->last, " \"$b\"reeve-forking -t %u",
		w->d->timeout[1] ? w->d->timeout[1] : READY_MS);
	/* Without another way to tell it is ready when its parent has ended. */
	if (w->d->type == DB_LONGRUN && !def_text(w->d, "ready-check") &&
		!def_text(w->d, "notification-type"))
		buf_printf(&w->last, " -3 %u", wrap_notification_fd(w));
	buf_char(&w->last, ' ');
	buf_shell(&w->last, line);
}
