/* sweep.h - what is left of a service when its run has ended. */
#ifndef SUPERVISE_SWEEP_H
#define SUPERVISE_SWEEP_H

#include <sys/types.h>

/* If the definition in dir asks for it: end what is left in the cgroup that
 * it names, or in the process group of the dead run, and say what that was.
 * Returns when it is gone, or after two seconds, with a message. */
void sweep(const char *dir, pid_t group);

#endif
