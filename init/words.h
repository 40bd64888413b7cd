/* words.h - PURE the words of a kernel command line that mean us. */
#ifndef INIT_WORDS_H
#define INIT_WORDS_H

#include <stddef.h>

struct words {
	int single;		/* single, s, S, 1: a shell, then rc.init */
	int shell;		/* reeve.shell, emergency: a shell at once */
	int debug;		/* reeve.debug: all messages, also on console */
	int verbose;		/* reeve.verbose=0..2, or -1 */
	char rcinit[256];	/* reeve.rc=PATH, or empty */
	char console[64];	/* reeve.console=DEVICE, or empty */
};

void words_init(struct words *);
/* Take one word.  1 if it was one of ours, 0 if not; -1 if it is ours but
 * its value is wrong (then nothing is changed). */
int words_take(struct words *, const char *word, size_t len);
/* Take all words of a text, which are separated by blanks; a word may be
 * quoted, wholly or after its =.  The number of ours that were wrong. */
int words_read(struct words *, const char *text);

#endif
