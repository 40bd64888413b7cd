/* places-container.h - FORMAT .reeve-container in the scan directory of a
 * container: its live directory and its state directory, a line each.  So
 * what runs in a container is found by whoever enters it, with whatever uid
 * and environment; see reeve-container(7). */
#ifndef RC_PLACES_CONTAINER_H
#define RC_PLACES_CONTAINER_H

#include "rc/places.h"

#define CONTAINER_MARK ".reeve-container"
/* Below /tmp or /dev/shm, with the uid: where there is no other place. */
#define CONTAINER_PRIVATE "reeve-%lu"

/* In the current directory, which is the scan directory.  0, or -1 and
 * errno. */
int container_mark(const char *live, const char *state);

/* Set live, state and scandir to those of the container that we are in: the
 * scan directory is the one given, or (0) that of process 1, or one that
 * nobody but us, root or the owner of process 1 can have made.  1, or 0: it is
 * none. */
int container_places(struct places *, const char *scandir);

#endif
