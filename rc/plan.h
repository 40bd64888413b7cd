/* plan.h - PURE which services an order means, and in what sequence they go
 * up or down.  No system call; tested with random graphs against a model. */
#ifndef RC_PLAN_H
#define RC_PLAN_H

#include <stdint.h>

#include "rc/db.h"

/* Sets are arrays with one byte a service, 0 or not. */

/* Add to set everything its members need, hard dependencies always, wants
 * too if wants is not 0.  0, or -1 (out of memory). */
int plan_needs(const struct db *, unsigned char *set, int wants);
/* Set wishes to what plan_needs adds to these members only because of wants:
 * what they can do without.  0, or -1 (out of memory). */
int plan_wishes(
	const struct db *, const unsigned char *members, unsigned char *wishes);
/* Add everything that needs its members (hard dependencies only). */
int plan_needed_by(const struct db *, unsigned char *set);

enum plan_state {
	PLAN_IDLE,
	PLAN_WAITING,
	PLAN_READY,
	PLAN_RUNNING,
	PLAN_DONE,
	PLAN_FAILED,
	PLAN_SKIPPED
};

/* One half of a change: all of set goes up, or all of it goes down.  A
 * service is ready when those of the set before it are done: going up its
 * dependencies and `after', going down what depends on it. */
struct plan {
	const struct db *db; /* borrowed */
	int up;
	uint32_t n;
	unsigned char *state; /* owned; enum plan_state */
	uint32_t *pending; /* owned; how many come before it */
	uint32_t *queue; /* owned; ready ones, in order */
	uint32_t head, tail;
	uint32_t *cause; /* owned; skipped because of that one failed */
	uint32_t *stack; /* owned; for skipping */
	uint32_t *before; /* owned; reversed `after' lists ... */
	uint32_t *before_at; /* owned; ... n + 1 offsets into it */
	uint32_t left; /* neither done, failed nor skipped */
	uint32_t running;
};

/* 0, or -1 (out of memory).  A failure skips what depends on it when going
 * up, and keeps up what it depends on when going down. */
int plan_init(
	struct plan *, const struct db *, const unsigned char *set, int up);
/* Next service to begin with, or DB_NONE if none is ready now. */
uint32_t plan_next(struct plan *);
/* Put back one that plan_next gave and that cannot begin now. */
void plan_defer(struct plan *, uint32_t i);
/* It was done, or failed.  How many others are skipped by that. */
uint32_t plan_ended(struct plan *, uint32_t i, int ok);
void plan_free(struct plan *);

#endif
