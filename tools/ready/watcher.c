/* watcher.c - see watcher.h. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "tools/ready/watcher.h"

int
watcher_fork(int twice)
{
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (pid) {
		while (twice && waitpid(pid, 0, 0) < 0 && errno == EINTR)
			;
		return 0;
	}
	if (twice) {
		pid = fork();
		if (pid < 0)
			warn_sys("unable to fork again (going on as a child)");
		if (pid > 0)
			_exit(0);
	}
	return 1;
}

void
watcher_let_go(int keep)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd < 2; fd++)
		if (fd != keep && null >= 0)
			dup2(null, fd);
	if (null > 1)
		close(null);
}

int
watcher_notification_fd(void)
{
	unsigned u;
	int r = file_uint(AT_FDCWD, "notification-fd", &u);

	/* In a generation, the definition lies elsewhere. */
	if (r == 0)
		r = file_uint(AT_FDCWD, "def/notification-fd", &u);
	if (r == 0)
		die(EX_SYSTEM,
			"there is no notification-fd in this directory "
			"(and no option -3)");
	if ((r < 0 && errno == EINVAL) || (r > 0 && u > INT_MAX))
		die(EX_MISUSE,
			"notification-fd is not the number of a "
			"descriptor");
	if (r < 0)
		die_sys(EX_SYSTEM, "unable to read notification-fd");
	watcher_check_fd((int)u);
	return (int)u;
}

void
watcher_check_fd(int fd)
{
	if (fcntl(fd, F_GETFD) < 0)
		die_sys(EX_SYSTEM, "the notification descriptor %d is not open",
			fd);
}
