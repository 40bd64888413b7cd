/* control.c - any bytes as commands drive the state machine: it never comes
 * to a cell that is not there, nor to one that "cannot happen" by commands
 * alone, and ends only once. */

#include <stdint.h>
#include <stdlib.h>

#include "supervise/control.h"
#include "supervise/machine.h"
#include "svscan/scandir.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What the process does meanwhile; a high bit chooses it. */
static unsigned
outcome(unsigned state, unsigned byte)
{
	switch (state) {
	case DOWN:
		return byte & 1 ? EV_TIMEOUT : EV_FAILED;
	case UP:
	case LASTUP:
		return byte & 1 ? EV_TIMEOUT : EV_EXIT;
	case FINISH:
	case LASTFINISH:
		return byte & 2	   ? EV_TIMEOUT
			: byte & 1 ? EV_FINISHING
				   : EV_EXIT;
	default:
		return EV_TIMEOUT;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	unsigned state = DOWN;
	int ended = 0;

	for (size_t i = 0; i < len; i++) {
		const struct command *c = control_find((char)data[i]);
		const struct cell *cell;
		unsigned e;

		scandir_command((char)data[i]);
		if (data[i] & 0x80)
			e = outcome(state, data[i]);
		else if (c)
			e = c->event;
		else
			continue;
		cell = &machine[state][e];
		if (!cell->set || cell->act & A_BUG)
			abort();
		state = cell->next;
		if (cell->act & A_RUN)
			state = machine[state][EV_STARTED].next;
		if (ended && state != END)
			abort();
		ended |= state == END;
	}
	return 0;
}
