/* near.h - which known name was meant by one that is unknown. */
#ifndef LIB_NEAR_H
#define LIB_NEAR_H

struct near {
	const char *name;	/* borrowed; what was written */
	const char *best;	/* borrowed; the nearest so far, or 0 */
	unsigned distance;
};

/* Names further than a third of the length away are not near. */
struct near near_init(const char *name);
void near_try(struct near *, const char *candidate);

#endif
