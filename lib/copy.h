/* copy.h - copy a small tree. */
#ifndef LIB_COPY_H
#define LIB_COPY_H

#include <stddef.h>

/* Copy a tree into a directory that may exist: directories are merged, other
 * files replaced; modes and, for root, owners are kept.  0, or -1, errno and
 * in path what failed. */
int copy_tree(const char *from, const char *to, char *path, size_t max);

#endif
