/* reexec.h - becoming a newly installed program.  First the new supervise
 * and the new svscan are asked to check themselves, without stopping the
 * loop; then every supervise is told, then svscan executes itself. */
#ifndef SVSCAN_REEXEC_H
#define SVSCAN_REEXEC_H

#include "svscan/act.h"

/* Begin: R was asked for. */
void reexec_begin(struct svscan *);
/* A child that is no supervise ended.  1 if it was the check, which may end
 * in another program executed: then this does not return. */
int reexec_checked(struct svscan *, pid_t pid, int wstat);
/* The check takes too long (see check_until): give up. */
void reexec_late(struct svscan *);
/* In the new program: take state from fd.  0, or -1 if it is none. */
int reexec_resume(struct svscan *, int fd);

#endif
