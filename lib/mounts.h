/* mounts.h - lines of /proc/mounts, and paths as it and /proc/swaps write
 * them. */
#ifndef LIB_MOUNTS_H
#define LIB_MOUNTS_H

struct mounts_line {
	char *dir, *type, *opts; /* borrowed from the line */
};

/* The fields of a line, which is changed: 1, or 0 if it has not all. */
int mounts_line(struct mounts_line *, char *line);
/* \040 and its like to what it means, in place. */
void mounts_unescape(char *);

#endif
