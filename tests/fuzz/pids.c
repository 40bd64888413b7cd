/* pids.c - fuzz the kernel's lists of pids (cgroup.procs, children): what is
 * killed by them is never a process that is not in them. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "supervise/sweep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *list = malloc(len + 1), *copy = malloc(len + 1), *rest = list;
	char after = len & 1 ? '\n' : ' ', num[16];
	pid_t pid;

	if (!list || !copy)
		abort();
	memcpy(list, data, len);
	list[len] = 0;
	strcpy(copy, list);
	for (char *was = rest; (pid = sweep_next(&rest, after)) >= 0;
		was = rest) {
		const char *start = copy + (was - list);
		size_t n = strcspn(start, after == ' ' ? " " : "\n");

		if (rest != was + n + 1 || start[n] != after)
			abort();
		if (!pid)
			continue;
		snprintf(num, sizeof num, "%d", (int)pid);
		start += strspn(start, "0");
		if (strncmp(start, num, strlen(num)) ||
			start[strlen(num)] != after)
			abort();
	}
	if (strchr(rest, after))
		abort();
	free(copy);
	free(list);
	return 0;
}
