/* suggest.h - which known name was meant by one that is unknown. */
#ifndef LIB_SUGGEST_H
#define LIB_SUGGEST_H

struct suggest {
	const char *name; /* borrowed; what was written */
	const char *best; /* borrowed; the nearest so far, or 0 */
	unsigned distance;
};

/* Names further than a third of the length away are not near. */
struct suggest suggest_init(const char *name);
void suggest_try(struct suggest *, const char *candidate);

#endif
