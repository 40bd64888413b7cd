/* trig.h - wait until what fifodirs are told matches regular expressions.
 * Used by ftrig-wait, ftrig-listen1 and ftrig-listen. */
#ifndef TOOLS_TRIG_H
#define TOOLS_TRIG_H

#include <regex.h>
#include <stddef.h>
#include <stdint.h>

#include "supervise/event.h"

struct trig {
	struct listener events;
	regex_t re; /* POSIX extended */
	char *heard; /* owned; all letters so far, NUL at the end */
	size_t len, max;
	int matched;
};

/* Subscribe and compile.  0, or -1 and errno (EINVAL: not a regular
 * expression). */
int trig_begin(struct trig *, const char *dir, const char *regex);
/* Wait until all of n, or any of them, have matched, at most ms (0: for
 * ever).  0, or -1 and errno (ETIMEDOUT). */
int trig_wait(struct trig *, unsigned n, int any, uint64_t ms);
void trig_end(struct trig *);

#endif
