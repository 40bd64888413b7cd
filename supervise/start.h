/* start.h - spawning run and finish with all that their files ask for. */
#ifndef SUPERVISE_START_H
#define SUPERVISE_START_H

#include "supervise/act.h"

/* Fifo through which run says that it is ready. */
#define READY_FIFO "supervise/ready"
/* In the service directory of a service of a live directory: link to the
 * definition that run was started with. */
#define STARTED_LINK "started"

/* The name that run and finish are told.  An update can give a service of a
 * live directory another one while we keep ours: there, the last part of `def'
 * is what it is called now (and with a prefix in the scan directory, the end
 * of ours).  Points into buf or is ours. */
char *start_name(const struct super *, char buf[DETAIL_DEF]);

/* run's pid; then s->notify, s->in, s->out and s->dt.def are what belongs to
 * it.  Or -1 and errno, with a message if errno does not say it all. */
pid_t start_run(struct super *);

/* run was started by another supervise, with the definition s->dt.def: keep
 * its pipes open as start_run would. */
void start_hold(struct super *);

/* finish's pid; 0 if there is none; -1, with a message, if it cannot be
 * started. */
pid_t start_finish(struct super *);

/* Run `stop' or `reload', told the pid of run and the name.  1, or 0: there is
 * none, or (said) it cannot be started. */
int start_asking(struct super *, char *word);

#endif
