/* update-recover.c - a switch that was cut off is brought to its end, or undone.
 * recovery.c says which; this does it.  See update.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "rc/switch/journal.h"
#include "rc/switch/recovery.h"
#include "rc/switch/report.h"
#include "rc/switch/rubbish.h"
#include "rc/switch/svdirs.h"
#include "rc/switch/update-steps.h"

/* What is still to be started of a set that is about to be left need not be
 * waited for: it stays owed.  Names that were to be changed do not make it
 * another set: if this is the command that was cut off, they have been. */
static int
follows_other_set(const struct update *u)
{
	return u->data && memcmp(u->live.db.id, u->new.id, DB_HASH);
}

/* A switch that was cut off just before its journal was removed has set the
 * boot link already.  0 or -1. */
static int
boot_as_before(const struct journal *j)
{
	char now[PATH_LEN];

	if (!*j->boot_was)
		return 0;
	if (file_link_text(AT_FDCWD, j->boot_link, now) < 0) {
		warn_sys("unable to read %s", j->boot_link);
		return -1;
	}
	return strcmp(now, j->boot) ? 0
				    : update_boot(j->boot_was, j->boot_link);
}

/* Since a switch was cut off, another set may have been chosen to be booted.
 * 1, 0 or -1. */
static int
boots_as_then(const struct journal *j)
{
	char now[PATH_LEN];

	if (file_link_text(AT_FDCWD, j->boot_link, now) < 0) {
		warn_sys("unable to read %s", j->boot_link);
		return -1;
	}
	return !strcmp(now, j->boot_was);
}

/* The end of a switch that was cut off is that of any other. */
static int
start_recovered(struct update *u, const struct journal *j)
{
	int code = update_code(update_start_owed(u, 0, j));
	char to[PATH_LEN], back[PATH_LEN], names[256];

	if (!recovery_goes_back(code, u->rollback, j->origin != j->from, 1) ||
		update_no_new_failure_since(u, j->origin))
		return code;
	report_logs(u);
	update_failed_names(u, names, sizeof names);
	report_generation(u, j->to, to, sizeof to);
	warn("going back to %s, as %s failed",
		report_generation(u, j->origin, back, sizeof back), names);
	if (boot_as_before(j) < 0)
		return UPDATE_UNFINISHED;
	code = update_undone(u, to, names,
		update_undo_switch(u, j->origin, j->old, j->new, j->nrenames));
	if (code == UPDATE_UNDONE || code == UPDATE_UNDONE_PART)
		u->from = j->origin;
	return code;
}

/* What was on its way up, with a definition that is about to be left, may be
 * up without that being noted. */
static int
undo_cut_off(
	struct update *u, uint32_t origin, char **old, char **new, uint32_t n)
{
	int code = update_stop_owed(u);

	return code > UPDATE_TIMEOUT
		? code
		: update_undo_switch(u, origin, old, new, n);
}

static struct cut_off
cut_off(const struct update *u, const struct journal *j, int damaged)
{
	return (struct cut_off){ .live = u->live.gen,
		.from = j->from,
		.to = j->to,
		.origin = j->origin,
		.damaged = damaged,
		.other_set = follows_other_set(u) };
}

/* UPDATE_*. */
static int
go_on(struct update *u, const struct journal *j, enum recovery way)
{
	switch (way) {
	case RECOVERY_BACK:
		return undo_cut_off(u, j->origin, j->new, j->old, j->nrenames);
	case RECOVERY_STOP:
		update_reload_journal(u, j);
		return update_stop_owed(u);
	case RECOVERY_START:
		update_reload_journal(u, j);
		return start_recovered(u, j);
	case RECOVERY_UNDO:
	case RECOVERY_FORGET:
		break;
	}
	return UPDATE_OK;
}

static int
go_back(struct update *u, const struct journal *j, enum recovery way)
{
	int code;

	if (way == RECOVERY_UNDO)
		return undo_cut_off(u, j->origin, j->old, j->new, j->nrenames);
	if (way == RECOVERY_BACK)
		return undo_cut_off(u, j->origin, j->new, j->old, j->nrenames);
	if (u->live.gen == j->to)
		update_reload_journal(u, j);
	code = update_code(update_start_owed(u, 0, j));
	return code <= UPDATE_TIMEOUT && update_finish(u, 0, 0) < 0
		? UPDATE_UNFINISHED
		: code;
}

int
update_recover(struct update *u)
{
	struct journal j;
	struct cut_off c;
	int r = journal_read(&j, u->live.fd), code = UPDATE_OK, as_then;

	if (r == 0)
		return UPDATE_OK;
	if (r < 0 && errno != EPROTO) {
		warn_sys("unable to read the journal");
		return UPDATE_SYSTEM;
	}
	if (u->dry) {
		warn("a switch was cut off; the real run would finish it "
		     "first");
		journal_free(&j);
		return UPDATE_OK;
	}
	info("finishing a switch that was cut off");
	if (r < 0)
		warn("the journal is damaged (making everything fit the "
		     "current generation)");
	u->began = j.began;
	u->from = j.from;
	u->to = u->live.gen;
	c = cut_off(u, &j, r < 0);
	if (recovery_renames(&c, 0) &&
		svdirs_rename(u, j.old, j.new, j.nmoves) < 0)
		code = UPDATE_UNFINISHED;
	else if (svdirs_relink(u, 0) < 0 || svdirs_enter(u) < 0)
		code = UPDATE_SYSTEM;
	else
		code = go_on(u, &j, recovery_go_on(&c));
	as_then = u->live.gen == j.to ? boots_as_then(&j) : 0;
	if (code <= UPDATE_TIMEOUT &&
		(as_then < 0 ||
			update_finish(u, as_then ? j.boot : 0, j.boot_link) <
				0))
		code = UPDATE_UNFINISHED;
	if (code > UPDATE_TIMEOUT && !*u->text)
		update_text(u,
			"not switched: the switch that was cut off could "
			"not be finished (mend what is said above and run it "
			"again; --abort undoes it)");
	journal_free(&j);
	return code;
}

int
update_abort(struct update *u)
{
	struct journal j;
	struct cut_off c;
	int r = journal_read(&j, u->live.fd), code;
	char to[PATH_LEN];

	u->from = u->to = u->live.gen;
	if (r < 0) {
		warn_sys("unable to read the journal");
		return UPDATE_SYSTEM;
	}
	if (r == 0 && u->dry) {
		puts("nothing to undo: no switch was cut off");
		return UPDATE_OK;
	}
	if (r == 0) {
		info("no switch was cut off; bringing back what is owed, if "
		     "anything");
		update_text(u, "nothing to undo");
		/* One may have been while it prepared. */
		if (svdirs_relink(u, 0) < 0 || svdirs_enter(u) < 0)
			return UPDATE_SYSTEM;
		code = update_code(update_start_owed(u, 0, 0));
		rubbish_remove(u);
		return code;
	}
	if (u->dry) {
		printf("a switch that was cut off would be undone, back to "
		       "%s\n",
			report_generation(u, j.origin, to, sizeof to));
		journal_free(&j);
		return UPDATE_OK;
	}
	u->began = j.began;
	c = cut_off(u, &j, 0);
	if (boot_as_before(&j) < 0) {
		code = UPDATE_SYSTEM;
	} else if (recovery_renames(&c, 1) &&
		svdirs_rename(u, j.old, j.new, j.nmoves) < 0) {
		code = UPDATE_UNFINISHED;
	} else if (svdirs_relink(u, 0) < 0 || svdirs_enter(u) < 0) {
		code = UPDATE_SYSTEM;
	} else {
		code = go_back(u, &j, recovery_abort(&c));
	}
	report_generation(u, u->live.gen, to, sizeof to);
	if (code > UPDATE_TIMEOUT) {
		update_text(
			u, "the switch that was cut off could not be undone");
		warn("%s (mend what is said above and run it again)", u->text);
	} else {
		update_text(u,
			"the switch that was cut off is undone: %s is "
			"live",
			to);
		if (u->verbosity >= 1 && !prog_as_s6)
			info("%s", u->text);
	}
	journal_free(&j);
	return code;
}
