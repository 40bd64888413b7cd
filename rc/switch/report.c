/* report.c - see report.h. */

#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "lib/json.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "rc/kept.h"
#include "rc/switch/report.h"
#include "rc/tail.h"

/* What people know a generation of the live directory by: the number under
 * which reeve-switch keeps it, or the database that it was made from. */
const char *
report_generation(const struct update *u, uint32_t gen, char *buf, size_t size)
{
	char name[64], path[PATH_LEN];
	unsigned kept;

	snprintf(name, sizeof name, "gen/%u/compiled", (unsigned)gen);
	file_link_text(u->live.fd, name, path);
	kept = kept_number(path);
	if (kept)
		snprintf(buf, size, "generation %u", kept);
	else
		snprintf(buf, size, "%s", *path ? path : "what was live");
	return buf;
}

const char *
report_outcome(int code)
{
	switch (code) {
	case UPDATE_OK:
		return "switched";
	case UPDATE_FAILED:
	case UPDATE_TIMEOUT:
		return "switched-failed";
	case UPDATE_UNDONE:
		return "undone";
	case UPDATE_UNDONE_PART:
		return "undone-partly";
	case UPDATE_UNFINISHED:
	case UPDATE_CUT_OFF:
		return "cut-off";
	}
	return "not-switched";
}

static void
put_service(struct json *j, const char *name, const char *action,
	const char *why, const char *to)
{
	json_line(j);
	json_begin(j, 0, '{');
	json_text(j, "name", name);
	json_text(j, "action", action);
	json_text(j, "reason", why);
	json_text(j, "to", to);
	json_end(j, '}');
}

static void
plan_line(const struct update *u, const char *word, const char *name,
	const struct diff_step *s)
{
	char why[512];

	diff_why_text(why, sizeof why, &u->in, s);
	if (u->services)
		put_service(u->services, name, word, why, 0);
	else if (u->dry || u->show)
		printf("%-8s %s: %s\n", word, name, why);
	else
		info("%s %s: %s", word, name, why);
}

static void
tell_old(const struct update *u, const struct diff *d, uint32_t i)
{
	const char *name = u->in.from->services[i].name;
	const struct diff_step *s = d->old + i;

	switch (s->action) {
	case DIFF_STOP:
		plan_line(u, "stop", name, s);
		break;
	case DIFF_RESTART:
		plan_line(u, "restart", name, s);
		break;
	case DIFF_RELOAD:
		plan_line(u, "reload", name, s);
		break;
	case DIFF_KEEP:
		if (s->why != BECAUSE_SAME)
			plan_line(u, "keep", name, s);
		break;
	case DIFF_NONE:
	case DIFF_START:
		break;
	}
}

static void
tell_rename(const struct update *u, const struct diff *d, uint32_t i)
{
	const char *old = u->in.from->services[i].name, *new;

	if (d->to[i] == DB_NONE)
		return;
	new = u->in.to->services[d->to[i]].name;
	if (!strcmp(old, new))
		return;
	if (u->services)
		put_service(u->services, old, "rename", 0, new);
	else if (u->dry || u->show)
		printf("rename   %s: to %s\n", old, new);
	else
		info("rename %s: to %s", old, new);
}

void
report_plan(struct update *u, const struct diff *d)
{
	/* Of an undo the plan is not told as JSON. */
	if (u->services ? u->planned : !u->dry && !u->show && u->verbosity < 2)
		return;
	u->planned = 1;
	u->untouched = d->untouched;
	for (uint32_t i = 0; i < d->nfrom; i++) {
		tell_old(u, d, i);
		tell_rename(u, d, i);
	}
	for (uint32_t j = 0; j < d->nto; j++)
		if (d->new[j].action == DIFF_START)
			plan_line(u, "start", u->in.to->services[j].name,
				d->new + j);
	if (u->services)
		return;
	if (u->dry)
		printf("%u stay up untouched\n", (unsigned)d->untouched);
	else if (u->show)
		fflush(stdout);
	else
		info("%u stay up untouched", (unsigned)d->untouched);
}

int
report_outdated(const struct update *u)
{
	struct diff_step kept = { .why = BECAUSE_STILL_KEPT };
	int found = 0;

	for (uint32_t i = 0; i < u->live.db.nlong; i++)
		if (live_outdated(u->live.fd, &u->live.db, i)) {
			plan_line(
				u, "keep", u->live.db.services[i].name, &kept);
			found = 1;
		}
	if (found && !u->services)
		puts("nothing to do: the same set of services (reeve restart "
		     "starts one that is kept with what counts now)");
	return found;
}

void
report_logs(const struct update *u)
{
	for (uint32_t k = 0; k < u->run.nfailed && u->verbosity > 0; k++)
		tail_tell(&u->live.db, u->run.failed[k], u->logs);
}
