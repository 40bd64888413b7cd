/* update.h - the steps of a switch of a live directory to another database,
 * forward, back and after having been cut off.  Used by reeve-rc-update and
 * reeve-switch.  The caller holds the lock. */
#ifndef RC_UPDATE_H
#define RC_UPDATE_H

#include "lib/json.h"
#include "rc/switch/diff.h"
#include "rc/live.h"
#include "rc/run.h"

/* Exit codes: they tell where the live set is. */
enum {
	UPDATE_OK = 0, /* switched, or nothing to do */
	UPDATE_FAILED = 1, /* switched; some service failed */
	UPDATE_TIMEOUT = 2, /* switched; some service was too slow */
	UPDATE_BAD_DB = 4, /* not switched */
	UPDATE_NOT_STOPPED = 9, /* not switched: a service did not stop, all
				 * that had been stopped was brought back */
	UPDATE_STOP_TIMEOUT = 10, /* the same, out of time */
	UPDATE_UNDONE = 12, /* switched, failed, switched back */
	UPDATE_UNFINISHED = 13, /* switched, but cut off: run it again */
	UPDATE_CUT_OFF = 14, /* not switched yet, cut off: run it again, or
				 * undo it */
	UPDATE_UNDONE_PART =
		15, /* as UNDONE, but a service did not come back */
	UPDATE_SYSTEM = 111 /* not switched: a system call failed */
};

struct update {
	/* Set by the caller. */
	struct diff_input in; /* convert, on_change, essentials, bundle */
	int rollback; /* go back if a service fails to start */
	int dry; /* print the plan and do nothing */
	int verbosity;
	int show; /* print the plan before it is carried out */
	struct json *services; /* the plan goes there, as elements; or 0 */
	const char *compiled; /* where the new database lies */
	const char *boot, *boot_link; /* link to set when done, or 0 */
	const char *logs; /* default log directory, or 0 */
	struct run run; /* verbosity, timeout_ms, jobs, deaths */
	/* Working. */
	struct live live;
	struct db new;
	const void *data; /* borrowed; the new database's file */
	size_t len;
	struct state_rec *was; /* owned; the state that a switch began with */
	int follows; /* the set was one with restart-with */
	uint64_t began; /* os_now, of the switch or, for an undo,
				 * of the one that is undone */
	uint32_t from, to;
	int planned; /* there was a plan */
	uint32_t untouched; /* how many it leaves alone */
	char text[512]; /* what came out, in words */
};

/* Open the live directory for a switch.  0 or -1 (reported). */
int update_open(struct update *, const char *live);
/* A journal is there: bring what was cut off to its end (if it had reached
 * the new database) or forget it (what it had stopped stays owed).  UPDATE_*
 * (OK also if there is none). */
int update_recover(struct update *);
/* Go back to what was before the switch that was cut off.  UPDATE_*. */
int update_abort(struct update *);
/* Switch to u->new. */
int update_switch(struct update *);
/* The live directory was just made: start what is owed in it.  UPDATE_*. */
int update_begin(struct update *);
/* Record code and text as the result of the last switch. */
void update_record(struct update *, int code);
void update_close(struct update *);

/* Have target booted: replace link if it leads elsewhere, and sync it.  0, or
 * -1 (reported). */
int update_boot(const char *target, const char *link);

/* Lines of a conversion file.  0, or an exit code and a message printed. */
int update_conversions(const char *path, struct diff_convert **v, size_t *n);

#endif
