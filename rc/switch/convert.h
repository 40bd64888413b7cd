/* convert.h - FORMAT conversion file of an update: "OLD [-> NEW] [restart]" on
 * each line.  See reeve-rc-update(1). */
#ifndef RC_CONVERT_H
#define RC_CONVERT_H

#include <stddef.h>

#include "rc/switch/diff.h"
#include "rc/compile/lex.h"

/* All lines of the text, which ends with a NUL behind its len bytes.  1, and
 * *v and *n are for convert_free; 0 and *err; -1 and errno. */
int convert_parse(struct diff_convert **v, size_t *n, const char *text,
	size_t len, struct lex_error *err);
void convert_free(struct diff_convert *, size_t n);

#endif
