/* shown.h - texts that others chose, for people to read. */
#ifndef LIB_SHOWN_H
#define LIB_SHOWN_H

#include <stdio.h>

/* s as it may go to a terminal: what could steer one, and every byte that is
 * not UTF-8, is written \xNN.  The result is s itself where nothing is to do,
 * which is nearly always; else it lives until SHOWN_MAX further ones. */
enum { SHOWN_MAX = 16 };
const char *shown(const char *s);

/* The same between double quotes, with those and backslashes escaped: as a
 * name for dot(1), or a label's value for Prometheus. */
void shown_quoted(FILE *, const char *s);

#endif
