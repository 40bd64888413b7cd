/* diff-work.h - what diff.c and diff-up.c share: a comparison under way. */
#ifndef RC_DIFF_WORK_H
#define RC_DIFF_WORK_H

#include "rc/switch/diff.h"

struct work {
	const struct diff_input *in;
	struct diff *d;
	uint32_t *queue; /* owned; old services newly marked stop */
	uint32_t head, tail;
	unsigned char *asked; /* owned; conversion says restart */
	unsigned char *replaced; /* owned; new ones a line names */
	unsigned char *left; /* owned; old ones that left the bundle */
};

static inline int
is_up(const struct work *w, uint32_t i)
{
	return !!(w->in->state[i].flags & STATE_UP);
}

/* Up, but who was going to take it down was cut off: it may have been told to
 * stop already, and has to be told to be up. */
static inline int
may_stop(const struct work *w, uint32_t i)
{
	return is_up(w, i) && (w->in->state[i].flags & STATE_OWED);
}

static inline int
was_up(const struct work *w, uint32_t i)
{
	return !!(w->in->state[i].flags & (STATE_UP | STATE_OWED));
}

static inline const struct db_service *
old_service(const struct work *w, uint32_t i)
{
	return w->in->from->services + i;
}

static inline const struct db_service *
new_service(const struct work *w, uint32_t j)
{
	return w->in->to->services + j;
}

static inline int
contains(const struct db_list *l, uint32_t v)
{
	for (uint32_t k = 0; k < l->n; k++)
		if (l->v[k] == v)
			return 1;
	return 0;
}

/* Of the new set: who comes up for reasons of its own (j), with the bundle that
 * is to be up, because others want it, or because they need it.  0, or -1 and
 * errno. */
void diff_want_own_reasons(struct work *, uint32_t j);
int diff_want_bundled(struct work *);
void diff_want_wished(struct work *);
int diff_want_needed(struct work *);
/* The state in which the new set begins. */
void diff_new_state(struct work *);

#endif
