/* give.h - make a directory and give it to somebody, where others may write
 * on the way.  The one place for that: whoever acts by path below a directory
 * of somebody else acts on whatever that one puts there meanwhile. */
#ifndef LIB_GIVE_H
#define LIB_GIVE_H

#include <sys/types.h>

struct give {
	uid_t uid; /* -1: leave it */
	gid_t gid; /* -1: leave it */
	unsigned mode; /* of the last component if it is made, by
				 * umask unless `set' */
	int set; /* have this mode, made or not */
};

/* mkdir -p, step by step with descriptors, then owner and mode of what was
 * opened.  A link is followed only where nobody but root and we ourselves can
 * have put it or can change it.  Below a directory in which somebody else can
 * rename, only what is new, or belongs to uid already, is touched.
 * 0; or -1 and errno, and *why (may be a null pointer) says more, or is null:
 *   ELOOP  a link that another user may have put there
 *   EPERM  what is there belongs to someone else, and may have been moved
 *          there */
int give_dir(const char *path, const struct give *g, const char **why);

#endif
