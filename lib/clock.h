/* clock.h - monotonic deadlines in milliseconds, for poll. */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include <stdint.h>

#define CLOCK_NEVER UINT64_MAX

/* Milliseconds of the monotonic clock. */
uint64_t clock_now(void);
/* The moment ms from now; CLOCK_NEVER if ms is 0, which means for ever. */
uint64_t clock_deadline(uint64_t ms);
/* What is left for poll: -1 for ever, 0 when it has passed. */
int clock_left(uint64_t deadline);
int clock_passed(uint64_t deadline);

#endif
