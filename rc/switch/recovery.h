/* recovery.h - PURE: what follows when a service of the new set fails, and
 * when a switch was cut off: go on, go back, or nothing.  update-undo.c and
 * update-recover.c do it. */
#ifndef RC_RECOVERY_H
#define RC_RECOVERY_H

#include <stdint.h>

/* What is known of a switch that was cut off. */
struct cut_off {
	uint32_t live; /* the generation that is current now */
	uint32_t from, to, origin; /* see journal.h */
	int damaged; /* its journal cannot be read: only live
				 * counts */
	int other_set; /* another set than live comes next */
};

enum recovery {
	RECOVERY_FORGET, /* nothing was switched: what was stopped is
				 * owed */
	RECOVERY_START, /* the new set is live: start what is owed */
	RECOVERY_STOP, /* the same, but it is left next: nothing of it
				 * may be on its way */
	RECOVERY_BACK, /* go on with an undo that was under way */
	RECOVERY_UNDO /* undo what was switched */
};

/* A switch comes next, or the same one again. */
enum recovery recovery_go_on(const struct cut_off *);
/* --abort. */
enum recovery recovery_abort(const struct cut_off *);
/* Services that take another name may not have done so yet: 1 or 0. */
int recovery_renames(const struct cut_off *, int abort);

/* The code with which the new set came up: go back?  rollback: that is wished;
 * undoing: this is an undo already; worse: something failed that had not
 * before. */
int recovery_goes_back(int code, int rollback, int undoing, int worse);
/* Exit code of an undo that came up with this code. */
int recovery_undo_code(int code);

#endif
