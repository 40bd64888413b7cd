/* feed.c - copy lines from standard input to standard output, a pipe: each
 * in a write of its own, and only when the reader has taken the one before.
 * So a reader sees the same pieces each time. */

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int
main(void)
{
	char line[65536];

	while (fgets(line, sizeof line, stdin)) {
		int n;

		while (ioctl(1, FIONREAD, &n) == 0 && n > 0)
			usleep(100);
		/* Taken is not yet written. */
		usleep(400);
		if (write(1, line, strlen(line)) < 0)
			return 1;
	}
	return 0;
}
