/* child.h - start the program of a listener beside it. */
#ifndef TOOLS_CHILD_H
#define TOOLS_CHILD_H

#include <sys/types.h>

/* Start argv, found by PATH, with our environment and descriptors; its end
 * leaves no zombie.  Its pid, or -1 and errno. */
pid_t child_start(char **argv);

#endif
