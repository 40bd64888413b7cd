/* pipes.h - see pipes.c. */
#ifndef SVSCAN_PIPES_H
#define SVSCAN_PIPES_H

#include "svscan/act.h"
#include "svscan/table.h"

/* The pipe between a service and its logger.  0, or -1 and errno. */
int pipes_open(const struct svscan *, struct service *);
/* Close both for good: who reads it sees the end. */
void pipes_close(struct service *);

/* Hold the pipe that a service of a pipeline reads.  It is held by the
 * supervises of both ends; what is in it goes with its last descriptor, so we
 * hold it too, for the case that they and what they run are all killed at
 * once. */
void pipes_hold(struct svscan *, struct service *);
/* The same, if it has got another definition while it ran. */
void pipes_hold_another(struct svscan *, struct service *);

/* Move a descriptor that stays above the low ones.  Its new number; or -1,
 * with errno, and it is closed. */
int pipes_lay_up(const struct svscan *, int fd);
/* Say, once for each shortage, that something cannot be opened (errno). */
void pipes_tell_full(
	struct svscan *, const char *what, const char *name, const char *then);

#endif
