/* rotate.h - PURE the steps of a rotation and of the repair of a directory
 * whose logger was killed.  Each step can be done again after dying in it;
 * logact.c carries them out. */
#ifndef LOG_ROTATE_H
#define LOG_ROTATE_H

enum rotate_step {
	ROTATE_IDLE, /* no rotation; lines go to current */
	ROTATE_SYNC, /* fsync current */
	ROTATE_SEAL, /* mark current as whole (u+x) */
	ROTATE_MOVE, /* rename current to the archive's name, or to
				 * previous if there is a processor */
	ROTATE_NEW, /* make a new current */
	ROTATE_RUN, /* start the processor on previous */
	ROTATE_WAIT, /* until the processor has ended */
	ROTATE_SYNC_PROCESSED, /* fsync processed and newstate */
	ROTATE_COMMIT, /* mark processed as whole (u+x): from here it
				 * counts, before it previous does */
	ROTATE_DROP, /* unlink previous */
	ROTATE_STATE, /* rename newstate to state */
	ROTATE_KEEP, /* rename processed to the archive's name */
	ROTATE_TRIM, /* remove the oldest archives */
	ROTATE_STEPS
};

struct rotate_row {
	const char *doing; /* "unable to ..." */
	enum rotate_step next; /* without a processor */
	enum rotate_step next_processor;
	int writable; /* lines may go to current meanwhile */
	int optional; /* when it fails, say so and go on */
};
extern const struct rotate_row rotate_table[ROTATE_STEPS];

/* What a directory looks like when a logger opens it. */
enum {
	SEEN_CURRENT = 1, /* current exists and is not empty */
	SEEN_CURRENT_WHOLE = 2, /* current has u+x */
	SEEN_PREVIOUS = 4,
	SEEN_PREVIOUS_WHOLE = 8,
	SEEN_PROCESSED = 16,
	SEEN_PROCESSED_WHOLE = 32,
	SEEN_NEWSTATE = 64,
	SEEN_ALL = 127
};
/* What repairs it, to be done from the lowest bit up. */
enum {
	REPAIR_DROP_PREVIOUS = 1, /* processed stands for it */
	REPAIR_TAKE_STATE = 2, /* rename newstate to state */
	REPAIR_KEEP_PROCESSED = 4, /* rename processed to @stamp.s */
	REPAIR_DROP_PROCESSED = 8, /* half made: made again */
	REPAIR_DROP_NEWSTATE = 16,
	REPAIR_PREVIOUS_S = 32, /* rename previous to @stamp.s */
	REPAIR_PREVIOUS_U = 64, /* rename previous to @stamp.u */
	REPAIR_RESUME = 128, /* go on at ROTATE_RUN */
	REPAIR_CURRENT_U = 256, /* rename current to @stamp.u */
	REPAIR_EMPTY_STATE = 512 /* the processor missed something */
};
unsigned rotate_repair(unsigned seen, int has_processor);

#endif
