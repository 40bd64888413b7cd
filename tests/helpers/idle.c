/* idle.c - a service for benchmarks: says by one byte on the fifo named by
 * $IDLE_FIFO that it runs, then does nothing.  `idle spawn N' starts N of
 * itself as cheaply as a program can, and does nothing either. */

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static int
spawn_many(char *self, int n)
{
	char *argv[] = { self, 0 };
	pid_t pid;

	while (n-- > 0)
		if (posix_spawn(&pid, self, 0, 0, argv, environ))
			return 111;
	for (;;)
		pause();
}

int
main(int argc, char **argv)
{
	const char *fifo = getenv("IDLE_FIFO");
	int fd;

	if (argc == 3 && !strcmp(argv[1], "spawn"))
		return spawn_many(argv[0], atoi(argv[2]));
	if (fifo) {
		fd = open(fifo, O_WRONLY | O_CLOEXEC);
		if (fd >= 0 && write(fd, "x", 1) == 1)
			close(fd);
	}
	for (;;)
		pause();
}
