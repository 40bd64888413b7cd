/* update-steps.h - what the files of update.h share: the steps of a switch. */
#ifndef RC_UPDATE_STEPS_H
#define RC_UPDATE_STEPS_H

#include "lib/msg.h"
#include "rc/switch/journal.h"
#include "rc/switch/update.h"

/* update.c.  What came out, in words. */
void update_text(struct update *, const char *fmt, ...) MSG_LIKE(2, 3);
/* Exit code (UPDATE_*) of a RUN_*. */
int update_code(int r);
/* Switch to u->new.  target: the state to get there, of an undo, or 0. */
int update_switch_to(
	struct update *, const struct state_rec *target, uint32_t origin);
/* The end: what is booted (or 0), the journal, rubbish.  0 or -1. */
int update_finish(struct update *, const char *boot, const char *link);

/* update-start.c.  Start what is owed.  d is the plan of this switch, or it has
 * a journal, or neither.  RUN_*. */
int update_start_owed(
	struct update *, const struct diff *d, const struct journal *j);
/* Nothing of a set that is about to be left is on its way.  UPDATE_*. */
int update_stop_owed(struct update *);
/* What is in pipes of loggers that were stopped is read now. */
void update_read_pipes(struct update *);
void update_reload_changed(struct update *, const struct diff *);
void update_reload_journal(struct update *, const struct journal *);

/* update-undo.c.  Before the commit.  The code that is given. */
int update_undo_stop(struct update *, int code);
/* After it: back to generation origin.  UPDATE_*. */
int update_undo_switch(
	struct update *, uint32_t origin, char **old, char **new, uint32_t n);
/* 1 if nothing is worse than it was in that set, with that state; or in that
 * generation. */
int update_no_new_failure(const struct update *, const struct db *,
	const struct state_rec *before);
int update_no_new_failure_since(const struct update *, uint32_t origin);
/* Names of those that failed. */
void update_failed_names(const struct update *, char *names, size_t max);
/* The exit code of a switch that was undone with this code, and its text. */
int update_undone(
	struct update *, const char *to, const char *failed, int code);

#endif
