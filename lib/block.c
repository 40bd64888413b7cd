/* block.c - see block.h. */

#include "lib/block.h"

int
block_take(char **argv)
{
	int n = 0;

	while (argv[n] && *argv[n])
		n++;
	if (!argv[n])
		return -1;
	for (int i = 0; i < n; i++)
		if (*argv[i] == ' ')
			argv[i]++;
	argv[n] = 0;
	return n;
}
