/* cmdline.h - PURE the words of a kernel command line that mean us. */
#ifndef INIT_CMDLINE_H
#define INIT_CMDLINE_H

#include <stddef.h>

struct cmdline {
	int single; /* single, s, S, 1: a shell, then rc.init */
	int shell; /* reeve.shell, emergency: a shell at once */
	int debug; /* reeve.debug: all messages, also on console */
	int verbose; /* reeve.verbose=0..2, or -1 */
	char rcinit[256]; /* reeve.rc=PATH, or empty */
	char console[64]; /* reeve.console=DEVICE, or empty */
};

void cmdline_init(struct cmdline *);
/* Take one word.  1 if it was one of ours, 0 if not; -1 if it is ours but
 * its value is wrong (then nothing is changed). */
int cmdline_take(struct cmdline *, const char *word, size_t len);
/* Take all words of a text, which are separated by blanks; a word may be
 * quoted, wholly or after its =.  The number of ours that were wrong. */
int cmdline_read(struct cmdline *, const char *text);

#endif
