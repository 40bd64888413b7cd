/* wall.c - see wall.h.  By the terminals that exist, not by utmp: musl has
 * no utmp, and a container has no login. */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "init/wall.h"
#include "lib/path.h"

static void
tell_one(const char *path, const char *text, size_t len)
{
	int fd = open(
		path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_APPEND);

	if (fd < 0)
		return;
	if (write(fd, text, len) < 0) {
		/* A terminal that is gone or full. */
	}
	close(fd);
}

void
wall_tell(const char *text)
{
	char buf[1024], host[128] = "", date[64] = "", path[PATH_LEN];
	time_t now = time(0);
	struct tm tm;
	struct dirent *e;
	DIR *d = opendir("/dev/pts");
	int n;

	gethostname(host, sizeof host - 1);
	if (localtime_r(&now, &tm))
		strftime(date, sizeof date, "%a %b %e %H:%M", &tm);
	n = snprintf(buf, sizeof buf,
		"\r\n\aMessage to all on %s (%s):"
		"\r\n%s\r\n",
		host, date, text);
	if (n < 0)
		n = 0;
	if ((size_t)n >= sizeof buf)
		n = sizeof buf - 1;
	tell_one("/dev/console", buf, (size_t)n);
	if (!d)
		return;
	while ((e = readdir(d)))
		if (e->d_name[0] >= '0' && e->d_name[0] <= '9' &&
			path_join(path, sizeof path, "/dev/pts", e->d_name) ==
				0)
			tell_one(path, buf, (size_t)n);
	closedir(d);
}
