/* block.c - finds the end of execline's blocks in a command line, and takes
 * off their blanks. */

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
