/* journal.h - FORMAT live/journal: a switch is going on, or was cut off.
 * Written whole before the first service is stopped, removed when all is
 * done.  What was taken down and must come back is in the state
 * (STATE_OWED), so that the journal never changes.  See reeve-livedir(5). */
#ifndef RC_JOURNAL_H
#define RC_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/path.h"

enum { JOURNAL_VERSION = 1, JOURNAL_MAX = 1 << 24 };
#define JOURNAL_FILE "journal"

struct journal {
	uint32_t from, to; /* generations of the live directory */
	uint32_t origin; /* where an undo goes; differs from `from'
				 * while a failed switch is being undone */
	char boot[PATH_LEN]; /* database to be booted once it is done, or
				 * empty */
	char boot_link[PATH_LEN]; /* by which link */
	char boot_was[PATH_LEN]; /* where that led before, or empty */
	uint64_t began; /* when what an undo undoes began (ns,
				 * os_now), or 0 */
	uint32_t nrenames, nold; /* nold: while parsing */
	uint32_t nmoves; /* so many of them, the first ones, go on in
				 * their directory under the new name */
	char **old, **new; /* owned; services that change their name */
	uint32_t nreloads;
	char **reload; /* owned; to be told to reload after the
				 * commit */
	uint32_t nalong;
	char **along; /* owned; new ones that start only because
				 * others need or want them */
};

/* Text in malloced memory, or 0. */
char *journal_format(const struct journal *, size_t *len);
/* 1 and *j set (journal_free it), or 0 and *j empty: not a journal. */
int journal_parse(struct journal *j, const char *text, size_t len);
void journal_free(struct journal *);

/* In a live directory.  0 or -1 and errno. */
int journal_write(int livefd, const struct journal *);
int journal_remove(int livefd);
/* 1 if there was one, 0 if none, -1 and errno (EPROTO: damaged). */
int journal_read(struct journal *, int livefd);

#endif
