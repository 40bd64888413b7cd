/* path.h - paths in fixed buffers. */
#ifndef LIB_PATH_H
#define LIB_PATH_H

#include <stddef.h>

enum { PATH_LEN = 4096 }; /* what every path buffer here holds */

/* Join the strings up to a null pointer with single slashes into buf.
 * 0, or -1 and ENAMETOOLONG (buf is then an empty string). */
int path_join_n(char *buf, size_t max, const char *const *parts);
#define path_join(buf, max, ...)                                               \
	path_join_n(buf, max, (const char *const[]){ __VA_ARGS__, 0 })

/* The part after the last slash (s itself if there is none). */
const char *path_base(const char *s);

/* Make s absolute in buf (by the current directory), without touching the
 * file system further.  0, or -1 and errno. */
int path_absolute(char *buf, size_t max, const char *s);

/* The one spelling of a path, without links, dots and double slashes.  If its
 * last component does not exist, the one that it would have.  buf holds
 * PATH_LEN bytes.  0, or -1 and errno. */
int path_real(char *buf, const char *s);

/* mkdir -p with this mode for the last component (0777 & umask for those
 * before it), which is give_dir (lib/give.h, where it is) without giving it
 * to anybody.  0, or -1 and errno. */
int path_mkdirs(const char *path, unsigned mode);

/* Remove a file or a whole tree, never following a link.  0 (also if there
 * is nothing), or -1 and errno of the first failure; goes on after one. */
int path_remove(int dirfd, const char *name);

/* The same, but what cannot be removed (a mount, files of others) makes room:
 * it gets another name in its directory, which begins with PATH_LEFT and is
 * put into left (PATH_LEN bytes; empty if it is gone).  0, or -1 and errno: it
 * is where it was.  errno also says why it could only be moved. */
#define PATH_LEFT ".left."
int path_remove_or_move(int dirfd, const char *name, char *left);

#endif
