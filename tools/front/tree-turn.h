/* tree-turn.h - what reeve up and reeve down share. */
#ifndef FRONT_TREE_TURN_H
#define FRONT_TREE_TURN_H

#include "rc/places.h"

/* One at a time: two would start two trees, or one what the other ends.  A
 * descriptor to close, or -1: for a script of the change that the other one
 * waits for it is no use to wait, nor where no lock can be. */
int tree_turn(const struct places *);
/* 1 when no svscan runs there any more; 0 after ms, of which 0 is no limit. */
int tree_gone(const struct places *, unsigned long long ms);

#endif
