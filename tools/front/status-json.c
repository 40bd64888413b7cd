/* status-json.c - reeve status --json: all of it for programs.  Its fields are
 * in reeve-json(5). */

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/json.h"
#include "lib/num.h"
#include "rc/kept.h"
#include "rc/switch/report.h"
#include "tools/front/status.h"

static void
number_or_null(struct json *j, const char *key, long long n, int known)
{
	if (known)
		json_number(j, key, n);
	else
		json_null(j, key);
}

static const char *
text_or_null(const char *s)
{
	return *s ? s : 0;
}

/* The word for people, without its blanks. */
static const char *
state_key(const struct item *it)
{
	static char key[16];

	snprintf(key, sizeof key, "%s", model_state(it));
	for (char *p = key; *p; p++)
		if (*p == ' ')
			*p = '-';
	return key;
}

static void
put_end(struct json *j, int w, int known)
{
	number_or_null(j, "exit_code",
		known && WIFEXITED(w) ? WEXITSTATUS(w) : 0,
		known && WIFEXITED(w));
	json_text(j, "exit_signal",
		known && WIFSIGNALED(w) ? num_signame(WTERMSIG(w)) : 0);
}

/* Before the first death there is nothing to tell. */
static int
has_ended(const struct item *it)
{
	return it->have_status && (!it->pid || it->status.wstat) &&
		(it->pid || !it->status.paused);
}

static void
put_schedule(struct json *j, const struct item *it)
{
	json_text(j, "schedule", it->schedule);
	if (it->have_last) {
		json_begin(j, "last_run", '{');
		json_number(j, "start", it->last.start);
		json_number(j, "end", it->last.end);
		put_end(j, it->last.wstat, 1);
		json_end(j, '}');
	} else
		json_null(j, "last_run");
	number_or_null(j, "next_run", it->next, it->next > 0);
}

static void
put_item(struct json *j, const struct item *it, const struct model *m)
{
	static const char *const types[] = { "longrun", "oneshot", "bundle" };

	json_begin(j, 0, '{');
	json_text(j, "name", it->name);
	json_text(j, "type", types[it->type]);
	json_text(j, "state", state_key(it));
	json_bool(j, "up", model_is_up(it));
	json_bool(j, "wanted", it->should);
	json_bool(j, "ok", model_good(it));
	json_bool(j, "ready", it->ready);
	number_or_null(j, "pid", it->pid, it->pid > 0);
	number_or_null(j, "since", it->since, it->since > 0);
	number_or_null(j, "seconds", m->now - it->since, it->since > 0);
	number_or_null(j, "restarts", it->restarts, it->restarts >= 0);
	if (it->type == ITEM_LONGRUN)
		put_end(j, it->status.wstat, has_ended(it));
	if (it->schedule)
		put_schedule(j, it);
	if (it->type == ITEM_BUNDLE) {
		json_number(j, "members", it->members);
		json_number(j, "members_up", it->up);
	}
	json_text(j, "reason", text_or_null(it->why));
	json_text(j, "description", text_or_null(it->description));
	json_text(j, "status_text", text_or_null(it->says));
	json_text(j, "log", text_or_null(it->logdir));
	json_end(j, '}');
}

static void
put_last(struct json *j, const struct model *m)
{
	struct live_last last;

	if (!m->have_live || live_last(&m->live, &last) != 1) {
		json_null(j, "last_switch");
		return;
	}
	json_begin(j, "last_switch", '{');
	json_text(j, "outcome", report_outcome(last.code));
	json_number(j, "code", last.code);
	json_number(j, "time", (long long)(last.when / 1000));
	json_text(j, "text", last.text);
	number_or_null(j, "generation", last.kept, last.kept > 0);
	json_text(j, "database", text_or_null(last.id));
	json_end(j, '}');
}

static void
put_tree(struct json *j, const struct model *m)
{
	struct kept k;

	memset(&k, 0, sizeof k);
	if (!m->named)
		kept_read(&k, &m->places, m->have_live ? &m->live : 0);
	json_begin(j, "tree", '{');
	json_bool(j, "running", m->svscan > 0);
	number_or_null(j, "pid", m->svscan, m->svscan > 0);
	json_text(j, "scandir", m->places.scandir);
	json_text(j, "live", m->have_live ? m->places.live : 0);
	number_or_null(j, "generation", k.live, k.live > 0);
	json_text(j, "database", text_or_null(k.live_id));
	number_or_null(j, "booted_generation", k.booted, k.booted > 0);
	json_text(j, "booted_database", text_or_null(k.booted_id));
	json_bool(j, "switching", m->switching);
	put_last(j, m);
	json_text(j, "error", text_or_null(m->live_error));
	json_end(j, '}');
}

void
status_json(const struct model *m, const struct status_choice *c)
{
	struct json j = { stdout, 0 };

	json_begin(&j, 0, '{');
	json_number(&j, "version", 1);
	json_number(&j, "time", m->now);
	put_tree(&j, m);
	json_begin(&j, "services", '[');
	for (size_t i = 0; i < m->n; i++) {
		if (!status_chosen(c, &m->items[i]))
			continue;
		json_line(&j);
		put_item(&j, &m->items[i], m);
	}
	puts("\n]}");
}
