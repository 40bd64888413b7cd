/* clock.c - reads the monotonic clock, and counts what is left until a
 * deadline. */

#include <limits.h>
#include <time.h>

#include "lib/clock.h"

uint64_t
clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t
clock_deadline(uint64_t ms)
{
	uint64_t now = clock_now();

	/* One more, since part of the current millisecond is over. */
	return !ms || ms >= CLOCK_NEVER - now - 1 ? CLOCK_NEVER : now + ms + 1;
}

int
clock_left(uint64_t deadline)
{
	uint64_t now;

	if (deadline == CLOCK_NEVER)
		return -1;
	now = clock_now();
	if (deadline <= now)
		return 0;
	return deadline - now > INT_MAX ? INT_MAX : (int)(deadline - now);
}

int
clock_passed(uint64_t deadline)
{
	return deadline != CLOCK_NEVER && clock_now() >= deadline;
}
