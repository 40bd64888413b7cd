/* output.c - see output.h. */

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "svscan/output.h"

static int both[3] = { -1, -1, -1 }; /* by number; close-on-exec */

static void
apart(int fd, int low)
{
	int flags = fcntl(fd, F_GETFL), keep, writes;
	struct stat st;

	if (flags < 0 || (flags & O_ACCMODE) != O_RDWR || fstat(fd, &st) < 0 ||
		(!S_ISFIFO(st.st_mode) && !isatty(fd)))
		return;
	writes = os_reopen(fd, O_WRONLY);
	if (writes < 0)
		return;
	keep = fcntl(fd, F_DUPFD_CLOEXEC, low);
	if (keep >= 0 && dup2(writes, fd) >= 0) {
		if (both[fd] >= 0)
			close(both[fd]);
		both[fd] = keep;
	} else if (keep >= 0) {
		close(keep);
	}
	close(writes);
}

/* What we got as a pipe without a name, as a container's output is, others
 * may open again: only who has it can. */
static void
share(void)
{
	struct stat st, own;
	int p[2];

	if (pipe(p) < 0)
		return;
	if (fstat(p[1], &own) == 0)
		for (int fd = 1; fd <= 2; fd++)
			if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) &&
				st.st_dev == own.st_dev)
				fchmod(fd,
					(st.st_mode & 0777) | FILE_PIPE_MODE);
	close(p[0]);
	close(p[1]);
}

void
output_apart(int low)
{
	share();
	apart(1, low);
	apart(2, low);
	msg_never_wait();
}

void
output_together(void)
{
	for (int fd = 1; fd <= 2; fd++)
		if (both[fd] >= 0)
			dup2(both[fd], fd);
}

void
output_replaced(void)
{
	for (int fd = 1; fd <= 2; fd++) {
		if (both[fd] >= 0)
			close(both[fd]);
		both[fd] = -1;
	}
}
