/* defwrite.h - write definition directories; for reeve-new and
 * reeve-import. */
#ifndef RC_DEFWRITE_H
#define RC_DEFWRITE_H

#include "lib/arena.h"
#include "lib/path.h"

struct defwrite {
	char dir[PATH_LEN]; /* of the definition */
	int quiet;
	int made; /* by defwrite_begin */
};

/* Make the directory SOURCE/NAME.  0, or -1 and errno (EEXIST: there is a
 * definition of that name; EINVAL: the name cannot be one). */
int defwrite_begin(struct defwrite *, const char *source, const char *name);
/* One file in it; parents are made.  text gets a newline if it has none at
 * its end and is not empty.  0, or -1 and errno. */
int defwrite_file(const struct defwrite *, const char *file, const char *text,
	unsigned mode);
/* After a failure: no half of a definition is left, which would be wrong for
 * every switch.  errno stays. */
void defwrite_drop(const struct defwrite *);
/* Put the service into the bundle default of the source, which is made if it
 * is the first one.  0; 1 if there are others and no such bundle, so that it is
 * started with all of them and nothing is to be done; -1 and errno. */
int defwrite_default(const char *source, const char *name);
/* A command line from words. */
void defwrite_words(struct buf *, char *const *words);
/* Print the files: path and content, for people. */
void defwrite_show(const struct defwrite *);
/* A service name from other text: what may not be in one becomes -. */
void defwrite_name(char *name, size_t max, const char *text);

#endif
