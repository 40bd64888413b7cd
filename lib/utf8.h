/* utf8.h - characters of texts that others wrote. */
#ifndef LIB_UTF8_H
#define LIB_UTF8_H

#include <stddef.h>
#include <stdio.h>

/* Length of the valid UTF-8 sequence at s, of which left bytes (at least 1)
 * are there; or 0. */
size_t utf8_len(const char *s, size_t left);

/* Length of the character at s; 1 for a byte that belongs to none.  *control
 * says whether it may steer a terminal instead of being shown: ASCII's control
 * characters, the 32 of ISO 6429 (0x80 to 0x9f), be they bytes or UTF-8, and
 * Unicode's that end a line or turn the order of text around. */
size_t utf8_char(const char *s, size_t left, int *control);

/* In place: controls become "?".  The new length. */
size_t utf8_clean(char *s, size_t len);

/* Print what may go to a terminal: characters that could steer it, but for
 * tabs, as "?". */
void utf8_print(FILE *, const char *s, size_t len);

#endif
