/* prepare.h - the first steps of a switch: all that the new generation needs,
 * beside the old one, which stays as it is; then the journal, from which on a
 * switch is going on.  Called by update.c. */
#ifndef RC_PREPARE_H
#define RC_PREPARE_H

#include "rc/switch/update.h"

/* Definitions, service directories and gen/N of number u->to.  0, or -1
 * (reported; what was made is in nobody's way). */
int prepare_generation(struct update *, const struct diff *);

/* origin: the generation that an undo would go back to.  0, or -1
 * (reported). */
int prepare_journal(struct update *, const struct diff *, uint32_t origin);

/* Whoever takes another name: *n pairs, first the *nmoves of those that keep
 * their directory.  old and new have room for nto names, which are borrowed
 * from the databases. */
void prepare_renames(const struct update *, const struct diff *, char **old,
	char **new, uint32_t *n, uint32_t *nmoves);

#endif
