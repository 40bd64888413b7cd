/* surroundings.h - what a tree of root has of whoever starts it. */
#ifndef FRONT_SURROUNDINGS_H
#define FRONT_SURROUNDINGS_H

/* The environment becomes that of a tree: PATH, TZ, LANG, LC_* and REEVE_*
 * stay, HOME, USER, LOGNAME and SHELL are those of our user, and everything
 * else is gone: services of other users are to have no agent, token or
 * library of whoever typed the command. */
void surroundings_clean(void);

#endif
