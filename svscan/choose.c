/* choose.c - decides which services are started, kept or forgotten, from what
 * the table says of them.  No system call. */

#include "svscan/choose.h"

/* While many are added, looking for another fifo would be often; an update
 * asks for another scan when all are there. */
enum choice
choose_after_scan(const struct service *s, int added)
{
	if (!s->used)
		return CHOOSE_NOTHING;
	if (s->seen)
		return s->pid && !added ? CHOOSE_HOLD : CHOOSE_NOTHING;
	return s->pid ? CHOOSE_NOTHING : CHOOSE_FORGET;
}

/* One of a pair does not start with what is ours instead of the pipe: the
 * next scan makes that. */
enum choice
choose_start(const struct service *s, const struct service *peer, uint64_t now)
{
	if (!s->used || !s->there || s->pid)
		return CHOOSE_NOTHING;
	if (s->next > now)
		return CHOOSE_LATER;
	return peer && s->pipe[0] < 0 && peer->pipe[0] < 0 ? CHOOSE_NOTHING
							   : CHOOSE_START;
}

uint64_t
choose_pause(unsigned failures)
{
	uint64_t ms = CHOOSE_MIN_MS;

	/* same: more than the most is the most, and that is itself */
	while (failures-- && ms < CHOOSE_MAX_MS)
		ms *= 2;
	/* same: */
	return ms < CHOOSE_MAX_MS ? ms : CHOOSE_MAX_MS;
}

int
choose_nuke(int was, int all, int partial)
{
	return !partial ? 0 : all || was == 2 ? 2 : 1;
}
