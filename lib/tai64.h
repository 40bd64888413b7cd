/* tai64.h - TAI64N stamps, as loggers write them, for people.
 * Source of the format: skalibs (timestamp_scan), cr.yp.to's tai64n. */
#ifndef LIB_TAI64_H
#define LIB_TAI64_H

#include <stddef.h>

enum { TAI64_TEXT = 64 }; /* room for a date as written here */

/* Write the stamp that s begins with, "@" and 24 hexadecimal digits, into buf
 * as "2026-11-23 00:31:02.123456789", local time or UTC.  How many characters
 * of s it took; 0 if s does not begin with one, and buf is left alone. */
size_t tai64_text(char *buf, size_t max, const char *s, int utc);

#endif
