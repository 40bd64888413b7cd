/* sources.h - did anything below some directories change?  Answered from the
 * directory entries alone, so that a switch with nothing to do does not read
 * thousands of files. */
#ifndef RC_SOURCES_H
#define RC_SOURCES_H

#include <stdint.h>

struct sources {
	uint64_t sum[2]; /* over names, inodes, sizes, modes, times */
	uint64_t files;
	uint64_t newest; /* ns of the latest change */
};

/* Add all below dir, following links as the compiler does.  0, or -1 and
 * errno. */
int sources_add(struct sources *, const char *dir);
/* Add a text that matters too. */
void sources_text(struct sources *, const char *);

#endif
