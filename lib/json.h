/* json.h - text as JSON strings. */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include <stddef.h>
#include <stdio.h>

/* Write s as a JSON string with its quotes.  Control characters are
 * escaped; a byte that is not part of valid UTF-8 becomes U+FFFD, so the
 * output is always valid.  Bytes written (no NUL is added), or 0 if max is
 * too small; 6 * len + 2 is always enough. */
size_t json_string(char *buf, size_t max, const char *s, size_t len);

/* The same onto a stream, for a NUL-terminated string; null for 0. */
void json_put(FILE *, const char *s);

#endif
