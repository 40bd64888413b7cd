/* names.h - reeve-init under the names of other entry points of containers:
 * tini (docker-init, tini-static), dumb-init, catatonit.  It takes the options
 * of the name and does what it does, so that a link is all that an image
 * changes.  See reeve-init(8). */
#ifndef INIT_NAMES_H
#define INIT_NAMES_H

#include "init/container.h"

/* If name is such a one, fill in the container from its options and
 * environment: 1, or 0.  Prints and exits for --help and the like. */
int names_read(struct container *, const char *name, int argc, char **argv);

/* Parent death signal from text; a message and exit 100 if it is none. */
void names_follow(const char *text);

#endif
