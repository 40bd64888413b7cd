/* reexec.h - becoming a newly installed program.  First the new supervise
 * and the new svscan are asked to check themselves, without stopping the
 * loop; then every supervise is told, then svscan executes itself. */
#ifndef SVSCAN_REEXEC_H
#define SVSCAN_REEXEC_H

#include "svscan/act.h"

/* Begin: R was asked for. */
void reexec_begin(struct svscan *);
/* A child that is no supervise ended.  1 if it was the check; if that went
 * well, v->become is set. */
int reexec_checked(struct svscan *, pid_t pid, int wstat);
/* Become the new program.  Returns, with a message, only on failure. */
void reexec_become(struct svscan *);
/* The check takes too long (see check_until): give up. */
void reexec_late(struct svscan *);
/* The state that lies in the file fd, into v, whose table is empty.  0, or -1
 * if it is none. */
int reexec_read(struct svscan *, int fd);
/* In the new program: take state from fd.  0, or -1 if it is none. */
int reexec_resume(struct svscan *, int fd);

#endif
