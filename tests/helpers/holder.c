/* holder.c - print the pid of the supervise of a service directory, as its
 * lock tells, which needs no /proc; fails if there is none. */

#include <fcntl.h>
#include <stdio.h>

#include "supervise/control.h"

int
main(int argc, char **argv)
{
	pid_t pid = argc == 2 ? control_pid(AT_FDCWD, argv[1]) : 0;

	if (pid <= 0)
		return 1;
	printf("%ld\n", (long)pid);
	return 0;
}
