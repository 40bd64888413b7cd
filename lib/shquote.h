/* shquote.h - words for scripts of sh. */
#ifndef LIB_SHQUOTE_H
#define LIB_SHQUOTE_H

#include <stddef.h>

/* Put s into buf as one word for sh, in single quotes if it needs any.  Its
 * length; 0 if it does not fit, and then buf is an empty string. */
size_t shquote(char *buf, size_t max, const char *s);

#endif
