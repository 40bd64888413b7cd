/* nofile.h - how many files may be open: a process that opens many itself
 * raises its own limit, and what it starts gets the one that was. */
#ifndef LIB_NOFILE_H
#define LIB_NOFILE_H

#include <sys/resource.h>

/* The soft limit of now. */
rlim_t nofile_soft(void);
/* Raise it to the hard one, or as far as the system lets us; the soft limit
 * that was. */
rlim_t nofile_raise(void);
/* How many descriptors below a limit are free: each is asked. */
unsigned nofile_free(unsigned limit);
/* Set the soft limit, as it was before; safe in a child of vfork. */
void nofile_set(rlim_t soft);

#endif
