/* sweep.h - what is left of a service when its run has ended. */
#ifndef SUPERVISE_SWEEP_H
#define SUPERVISE_SWEEP_H

#include <sys/types.h>

/* Before a start: if the definition in dir asks for it, make the orphans of
 * run our children; failure is a message. */
void sweep_prepare(const char *dir);

/* If the definition in dir asks for it: end what is left in the cgroup that
 * it names, or in the process group of the dead run, or as our children but
 * `spared', and say what that was.  foreign: run was started by another
 * supervise, so that its orphans never came to us; then those of its process
 * group.  Returns when it is gone, or after two seconds, with a message. */
void sweep(const char *dir, pid_t group, pid_t spared, int foreign);

/* PURE.  The next of a list of pids, each of which ends with `after'; *list
 * is what is left of it, changed.  0: it is no pid; -1: there is none, or only
 * a part of one. */
pid_t sweep_next(char **list, char after);

#endif
