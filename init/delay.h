/* delay.h - PURE times as shutdown(8) takes them. */
#ifndef INIT_DELAY_H
#define INIT_DELAY_H

#include <stdint.h>

/* "now", "+5" (minutes), "5" (the same), "+90s" and other durations,
 * "23:15" (the next time it is that late).  The clock on the wall says
 * second_of_day.  1 and *ms set, or 0. */
int delay_parse(const char *text, unsigned second_of_day, uint64_t *ms);

/* The text "5 minutes", "now" and so on for a delay; static storage. */
const char *delay_text(uint64_t ms);

/* 1 if people have to be told now of a shutdown that is `left' ms away, else
 * 0; *next is when to ask again.  *mark is the last one told: at first
 * UINT64_MAX. */
int delay_announce(uint64_t left, uint64_t *mark, uint64_t *next);

#endif
