/* diff.h - PURE what a switch from one database to another has to do, with
 * a reason for each service.  No system call. */
#ifndef RC_DIFF_H
#define RC_DIFF_H

#include <stddef.h>
#include <stdint.h>

#include "rc/db.h"
#include "rc/state.h"

enum diff_action {
	DIFF_NONE, /* it is down and stays down */
	DIFF_KEEP, /* it is up and is not touched */
	DIFF_RELOAD, /* it is told to reload after the commit */
	DIFF_RESTART, /* old: taken down; new: brought up */
	DIFF_STOP, /* old only */
	DIFF_START /* new only */
};

enum diff_because {
	BECAUSE_SAME, /* nothing about it changed */
	BECAUSE_GONE, /* not in the new set */
	BECAUSE_TYPE, /* from longrun to oneshot or back */
	BECAUSE_CHANGED, /* its definition differs [what] */
	BECAUSE_KEEP, /* it differs, but its on-change says keep */
	BECAUSE_PIPE, /* it differs, and could not be kept [what] */
	BECAUSE_ESSENTIAL, /* it would be restarted, but is essential */
	BECAUSE_OUTDATED, /* it runs with an earlier definition, and no
				 * on-change keeps it any more */
	BECAUSE_STILL_KEPT, /* it does, and goes on to */
	BECAUSE_ASKED, /* the conversion file says restart */
	BECAUSE_RENAME, /* its directory cannot take the new name */
	BECAUSE_NEEDS, /* a service it needs is taken down [other] */
	BECAUSE_NEEDS_NEW, /* it needs a service that is not up [other] */
	BECAUSE_OWED, /* a restart or switch was cut off */
	BECAUSE_WANTED, /* wanted, and its definition is another now */
	BECAUSE_BUNDLE, /* it joins the bundle that is to be up */
	BECAUSE_UNBUNDLED, /* it left that bundle */
	BECAUSE_REPLACES, /* the conversion file puts it there [other] */
	BECAUSE_NEEDED, /* a service that starts needs it [other] */
	BECAUSE_TARGET, /* an undo: it was up, or down, before */
	BECAUSE_COUNT
};

struct diff_step {
	enum diff_action action;
	enum diff_because why;
	uint32_t other; /* old or new number, by which list it is in */
	const char *what; /* BECAUSE_PIPE: which end; or 0 */
	uint32_t was, is; /* its numbers, where its definition differs */
	int wish; /* BECAUSE_NEEDED: other only wants it */
};

/* A line of a conversion file. */
struct diff_convert {
	const char *from, *to; /* to: 0 the same name */
	int restart;
};

enum diff_change { DIFF_BY_DEFINITION, DIFF_ALWAYS_RESTART, DIFF_NEVER };

struct diff_input {
	const struct db *from, *to;
	const struct state_rec *state; /* of from */
	const struct diff_convert *convert;
	size_t nconvert;
	enum diff_change on_change;
	int force_essentials;
	const char *bundle; /* its members are to be up, or 0 */
	/* For an undo: exactly those of `to' that are up or owed here are to
	 * be up; or 0.  What is owed there is what the switch took down. */
	const struct state_rec *target;
	/* For an undo, by old number: it runs with the definition of `from';
	 * or 0. */
	const unsigned char *current;
	/* By old number: it was kept, and runs with an earlier definition than
	 * that of `from'; or 0. */
	const unsigned char *outdated;
};

struct diff {
	uint32_t nfrom, nto;
	uint32_t *to; /* by old number: new one, or DB_NONE */
	uint32_t *from; /* by new number: old one, or DB_NONE */
	struct diff_step *old, *new;
	unsigned char *stop; /* set over old: take down before the commit */
	unsigned char *start; /* set over new: bring up after it */
	struct state_rec *state; /* of the new generation */
	uint32_t untouched, stops, starts, reloads, renames;
	uint32_t refused; /* old number of an essential service that
				 * would have to stop, or DB_NONE */
};

enum {
	DIFF_OK = 0,
	DIFF_UNKNOWN = 3,
	DIFF_WRONG_TYPE = 5,
	DIFF_DUPLICATE = 6,
	DIFF_MEMORY = 111
};

/* DIFF_OK, or another and err says which name of the conversion is wrong. */
int diff_make(
	struct diff *, const struct diff_input *, char *err, size_t errmax);
void diff_free(struct diff *);
/* reason.c: the reason in words: "its definition changed (run, user)". */
void diff_why_text(char *buf, size_t max, const struct diff_input *,
	const struct diff_step *);
/* 1 if anything is to be started, stopped, reloaded or renamed. */
int diff_does(const struct diff *);

/* Has new service j the definition, or the name, of the old one? */
int diff_same_definition(
	const struct diff_input *, const struct diff *, uint32_t j);
int diff_same_name(const struct diff_input *, const struct diff *, uint32_t j);
/* A longrun that is carried over under another name keeps its directory,
 * which goes by the old name until after the commit. */
int diff_moves(const struct diff_input *, const struct diff *, uint32_t j);
/* What comes along with others for the first time may be a wish of theirs;
 * what was up before has to come back. */
int diff_comes_along(const struct diff *, uint32_t j);

#endif
