/* passing.h - which signal becomes which on its way to the command, and which
 * exit code becomes which on the way back.  Used by the small process 1 of a
 * container too: nothing here allocates or prints. */
#ifndef INIT_PASSING_H
#define INIT_PASSING_H

#include <stddef.h>

enum { PASSING_SIGNALS = 64, PASSING_CODES = 256 };

struct passing {
	unsigned char signal[PASSING_SIGNALS + 1]; /* 0: not passed on */
	unsigned char code[PASSING_CODES];
};

/* Everything as it is. */
void passing_init(struct passing *);
/* "TERM:QUIT", "15:3" or "1:0".  1, or 0 if it is none. */
int passing_rewrite(struct passing *, const char *text);
/* "143:7", or "143" for "143:0".  1, or 0 if it is none. */
int passing_map(struct passing *, const char *text);

/* What the signal becomes; 0: it is not passed on. */
int passing_signal(const struct passing *, int sig);

/* All that is not as it is in words of reeve-init-alone, "s15:3,e143:0" or
 * "-": 1, or 0 if they do not fit. */
int passing_text(const struct passing *, char *buf, size_t max);
/* And back: 1, or 0. */
int passing_read(struct passing *, const char *text);

#endif
