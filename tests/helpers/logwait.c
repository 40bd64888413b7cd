/* logwait.c - logwait FILE N [MS]: write N lines to standard output, each when
 * FILE has grown by the one before, and MS later; print the median and the
 * 99th percentile of the times that took, in microseconds, on standard
 * error. */

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static off_t
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? 0 : st.st_size;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[2]) : 100;
	useconds_t pause = argc > 3 ? (useconds_t)atoi(argv[3]) * 1000 : 500;
	double *t = calloc((size_t)n + 1, sizeof *t);

	if (!t || argc < 2 || n < 1)
		return 100;
	for (int i = 0; i < n; i++) {
		off_t before = size_of(argv[1]);
		double start;

		usleep(pause); /* let the logger sleep */
		start = now_us();
		if (write(1, "one line\n", 9) != 9)
			return 111;
		while (size_of(argv[1]) <= before)
			;
		t[i] = now_us() - start;
	}
	qsort(t, (size_t)n, sizeof *t, ascending);
	fprintf(stderr, "median %.0f, 99th percentile %.0f\n", t[n / 2],
		t[n * 99 / 100]);
	return 0;
}
