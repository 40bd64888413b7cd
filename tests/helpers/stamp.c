/* stamp.c - a run that adds the time to file starts (seconds, with three
 * decimals), and fails at once. */

#include <stdio.h>
#include <time.h>

int
main(void)
{
	FILE *f = fopen("starts", "a");
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	if (f)
		fprintf(f, "%ld.%03ld\n", (long)t.tv_sec, t.tv_nsec / 1000000);
	return 1;
}
