/* rotate.c - see rotate.h.  Only data and one function without calls. */

#include "log/rotate.h"

const struct rotate_row rotate_table[ROTATE_STEPS] = {
	[ROTATE_IDLE] = { "be idle", ROTATE_IDLE, ROTATE_IDLE, 1, 0 },
	/* A disk that cannot sync has lost what it has lost; waiting for it
	 * would only add to that. */
	[ROTATE_SYNC] = { "sync current", ROTATE_SEAL, ROTATE_SEAL, 0, 1 },
	[ROTATE_SEAL] = { "set the mode of current", ROTATE_MOVE, ROTATE_MOVE,
		0, 0 },
	[ROTATE_MOVE] = { "rename current", ROTATE_NEW, ROTATE_NEW, 0, 0 },
	[ROTATE_NEW] = { "make a new current", ROTATE_TRIM, ROTATE_RUN, 0, 0 },
	[ROTATE_RUN] = { "start the processor", ROTATE_WAIT, ROTATE_WAIT, 1,
		0 },
	[ROTATE_WAIT] = { "wait for the processor", ROTATE_SYNC_PROCESSED,
		ROTATE_SYNC_PROCESSED, 1, 0 },
	[ROTATE_SYNC_PROCESSED] = { "sync processed", ROTATE_COMMIT,
		ROTATE_COMMIT, 1, 0 },
	[ROTATE_COMMIT] = { "set the mode of processed", ROTATE_DROP,
		ROTATE_DROP, 1, 0 },
	[ROTATE_DROP] = { "remove previous", ROTATE_STATE, ROTATE_STATE, 1, 0 },
	[ROTATE_STATE] = { "rename newstate to state", ROTATE_KEEP, ROTATE_KEEP,
		1, 0 },
	[ROTATE_KEEP] = { "rename processed", ROTATE_TRIM, ROTATE_TRIM, 1, 0 },
	[ROTATE_TRIM] = { "remove old archives", ROTATE_IDLE, ROTATE_IDLE, 1,
		1 },
};

unsigned
rotate_repair(unsigned seen, int has_processor)
{
	unsigned todo = 0;

	if (seen & SEEN_PROCESSED_WHOLE) {
		/* Died after the commit. */
		todo |= REPAIR_KEEP_PROCESSED;
		if (seen & SEEN_PREVIOUS)
			todo |= REPAIR_DROP_PREVIOUS;
		if (seen & SEEN_NEWSTATE)
			todo |= REPAIR_TAKE_STATE;
	} else {
		if (seen & SEEN_PROCESSED)
			todo |= REPAIR_DROP_PROCESSED;
		if (seen & SEEN_NEWSTATE)
			todo |= REPAIR_DROP_NEWSTATE;
		if (!(seen & SEEN_PREVIOUS))
			;
		else if (!(seen & SEEN_PREVIOUS_WHOLE))
			todo |= REPAIR_PREVIOUS_U | REPAIR_EMPTY_STATE;
		else if (has_processor)
			todo |= REPAIR_RESUME;
		else
			todo |= REPAIR_PREVIOUS_S;
	}
	if ((seen & SEEN_CURRENT) && !(seen & SEEN_CURRENT_WHOLE))
		todo |= REPAIR_CURRENT_U | REPAIR_EMPTY_STATE;
	return todo;
}
