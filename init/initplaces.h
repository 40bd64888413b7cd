/* initplaces.h - the places of a container or machine.  Exits with a message
 * if there are none; called before anything is started. */
#ifndef INIT_INITPLACES_H
#define INIT_INITPLACES_H

#include "lib/path.h"

struct initplaces {
	char scandir[PATH_LEN], live[PATH_LEN]; /* below the run directory */
	char state[PATH_LEN], boot[PATH_LEN]; /* see rc/places.h */
};

/* Fill in state and boot; 1 if services are defined, else 0.  A container
 * has root's places whatever its uid: the definitions are the image's. */
int initplaces_services(struct initplaces *);
/* Fill in scandir and live, below `given' or (0) the first directory that
 * can be written to; move state there too if it cannot be written and holds
 * no database.  What differs from root's usual places is exported. */
void initplaces_choose(struct initplaces *, const char *given);

#endif
