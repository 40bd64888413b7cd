/* booted.h - what reeve up starts: what is booted, whatever the definitions
 * say by now; only where nothing ever was, they are compiled. */
#ifndef TOOLS_FRONT_BOOTED_H
#define TOOLS_FRONT_BOOTED_H

#include "rc/places.h"

/* Is there anything in the places of definitions? */
int booted_has_definitions(const struct places *);
/* Make it live in a tree that has just begun (fresh), or complete what is live
 * in one that ran.  0, or the exit code of a switch that did not go well. */
int booted_bring(const struct places *, int fresh);
/* A tree is about to begin. */
void booted_begins(const struct places *);
/* Say so if the definitions are not those of what was started. */
void booted_tell_changed(void);

#endif
