/* confine.h - what a program may do and see, by means that only Linux has.
 * Everywhere else each of these is -1 and ENOSYS.  Bodies: os-linux-confine.c,
 * os-bsd.c; for reeve-apply. */
#ifndef LIB_CONFINE_H
#define LIB_CONFINE_H

#include <stdint.h>

/* From here on what is mounted is seen by this process and its children
 * only.  0, or -1 and errno. */
int confine_mounts(void);
/* For which: an empty directory in memory for everybody over dir, of a tenth
 * of the memory and 400k files at most; path and what is below it cannot be
 * written to.  0, or -1 and errno. */
int confine_empty(const char *dir);
int confine_read_only(const char *path);

/* Take out of the bounding set what is not in keep (bits by caps_number),
 * and keep what is permitted over a change of user.  0, or -1 and errno; then
 * *which is the capability that could not be dropped, or -1. */
int confine_bound(uint64_t keep, int *which);
/* Afterwards: have exactly those of want that are permitted, also over exec.
 * 0 and *have set to them, or -1 and errno. */
int confine_keep(uint64_t want, uint64_t *have);

/* No exec gives privileges any more.  0, or -1 and errno. */
int confine_privileges(void);

/* How much sooner (up to 1000) or later (down to -1000) than others this
 * process is killed when memory is short.  0, or -1 and errno. */
int confine_oom(const char *number);

/* Is there such a thing as a control group?  0, or -1 and ENOSYS. */
int confine_cgroups(void);

#endif
