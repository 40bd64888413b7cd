/* envfile.h - FORMAT of a file that holds the value of a variable, as in the
 * directories of envdir and of access rules.  See reeve-envdir(1). */
#ifndef LIB_ENVFILE_H
#define LIB_ENVFILE_H

#include <stddef.h>

enum {
	ENVFILE_FULL = 1, /* all but the last newline, not one line */
	ENVFILE_BLANKS = 2 /* blanks at the end stay, with FULL the last
				 * newline */
};

/* Make the value of the len bytes in s, in place and with a NUL behind it, for
 * which there must be room; NUL bytes become `nul'.  Its length. */
size_t envfile_value(char *s, size_t len, int how, char nul);

#endif
