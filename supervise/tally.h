/* tally.h - FORMAT supervise/death_tally: 14 bytes for each death of run,
 * oldest first, as in s6.  Writer: supervise.  Readers: svdt, permafailon. */
#ifndef SUPERVISE_TALLY_H
#define SUPERVISE_TALLY_H

#include <stddef.h>
#include <skalibs/tai.h>

#define TALLY_FILE "supervise/death_tally"
enum { TALLY_RECORD = 14, TALLY_MAX = 4096, TALLY_DEFAULT = 100 };

struct death {
	tain when; /* wall clock */
	unsigned code; /* exit code, or 128 + signal */
	unsigned signal; /* 0: it exited */
};

/* From a wait status. */
struct death tally_death(const tain *when, int wstat);
/* Always writes TALLY_RECORD bytes. */
void tally_pack(unsigned char *buf, const struct death *);
/* 1, or 0 if len is not TALLY_RECORD. */
int tally_unpack(struct death *, const void *buf, size_t len);

/* Add a record to TALLY_FILE below the directory at, keeping at most max
 * (0: keep none, touch nothing).  0, or -1 and errno. */
int tally_add(int at, const struct death *, unsigned max);
/* Read the last max records of a service directory, oldest first, into d.
 * How many; 0 if there is no file; -1 and errno (EPROTO: a size that is no
 * multiple of a record). */
int tally_read(struct death *d, unsigned max, int at, const char *servicedir);

#endif
