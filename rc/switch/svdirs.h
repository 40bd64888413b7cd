/* svdirs.h - service directories and their entries in the scan directory,
 * made to fit the current generation.  Called by update.c after the commit;
 * each can be done again. */
#ifndef RC_SVDIRS_H
#define RC_SVDIRS_H

#include "rc/switch/update.h"

/* 1 if a supervise runs in the service directory of that name. */
int svdirs_supervised(const struct update *, const char *name);

/* Give n services their new names, the supervises that run in their
 * directories along.  0, or -1 (reported). */
int svdirs_rename(struct update *, char **old, char **new, uint32_t n);

/* Entries and directories of what is gone away, entries of what is new made,
 * and waited for until those are supervised.  0, or -1 (reported). */
int svdirs_enter(struct update *);

/* Links of service directories to files that came or went: of what the plan
 * says, or, without one, of all.  0, or -1 (reported). */
int svdirs_relink(struct update *, const struct diff *);

#endif
