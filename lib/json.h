/* json.h - text as JSON strings, and objects and arrays around them. */
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

/* What is written piece by piece; commas are put where they belong.  Begin
 * with { stream, 0 }.  A key of 0: an element of an array. */
struct json {
	FILE *f;
	int more; /* a comma is due */
};
/* open: '{' or '['. */
void json_begin(struct json *, const char *key, char open);
void json_end(struct json *, char close);
/* The next one begins a line. */
void json_line(struct json *);
void json_text(struct json *, const char *key, const char *value);
void json_number(struct json *, const char *key, long long n);
void json_null(struct json *, const char *key);
/* value: null if negative. */
void json_bool(struct json *, const char *key, int value);

#endif
