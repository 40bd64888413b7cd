/* def-read.h - reading a definition: what the files def-*.c share.  What is
 * wrong is said to diag by whoever finds it. */
#ifndef RC_DEF_READ_H
#define RC_DEF_READ_H

#include <sys/types.h>

#include "rc/compile/def.h"

/* One definition that is being read. */
struct reader {
	struct defs *s;
	struct def *d;
	int fd; /* of its directory */
	int over_fd; /* of an instance: where its own files are, */
	const char *over_dir; /* if anywhere else than in dir */
	int lists_d[PROP_LISTS]; /* this list came from a directory */
	const char *dir; /* its path, for messages */
};

/* Path of one of its files, in the arena. */
const char *reader_path(struct reader *, const char *name);
/* Text of a file as it is for a property: without what editors of other
 * systems leave in it, which is said.  0 and said if it cannot be read. */
char *reader_text(
	struct reader *, const struct prop *, const char *name, size_t *len);
/* The same of a text that is read already. */
char *reader_plain(struct reader *, const char *name, char *text, size_t *len);
/* What is made of a file of this mode is not for others if it was not. */
void reader_note_mode(struct reader *, uint32_t mode);
/* Say that only the first line counts, if there are more. */
void reader_warn_rest(
	struct reader *, const char *name, const char *text, size_t len);

/* Lists of names: one in each line of a file, or the entries of a directory. */
void reader_names(struct reader *, const struct prop *);
void reader_dir(struct reader *, const struct prop *);
/* The one name in a file of at most one. */
void reader_name(struct reader *, const struct prop *, struct def_name *to);

/* A file that the type of the definition may have. */
void reader_known(struct reader *, const struct prop *);
/* All of it, into r->d. */
void reader_def(struct reader *);

/* All of a file, in the arena, with a NUL after it; 0 and errno if it cannot
 * be read (EISDIR, EINVAL: not a file; EFBIG). */
char *def_slurp(struct arena *, int dirfd, const char *name, size_t *len,
	uint32_t *mode);
/* Sorted names of a directory's entries, without those with a dot in front
 * (unless all).  -1 and errno. */
ssize_t def_list_dir(struct arena *, int fd, char ***names, int all);
/* 1 if one of n names is this. */
int def_has_name(char **names, ssize_t n, const char *name);
int def_open_dir(int at, const char *name);

#endif
