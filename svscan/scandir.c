/* scandir.c - FORMAT scan directory; see scandir.h. */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/path.h"
#include "svscan/scandir.h"

const struct scan_command scandir_commands[] = {
	{ 'z', SCAN_REAP, "reap", "reap ended processes now" },
	{ 'a', SCAN_SCAN, "alarm", "scan: start a supervise for each new "
		"entry" },
	{ 'b', SCAN_ABORT, "abort", "execute finish at once, and leave the "
		"services alone" },
	{ 'h', SCAN_HUP, "hup", "scan, then nuke (like -an)" },
	{ 'i', SCAN_TERM, "interrupt", "like -t" },
	{ 't', SCAN_TERM, "terminate", "stop all services, let loggers end by "
		"themselves,\nthen execute finish" },
	{ 'q', SCAN_QUIT, "quit", "like -t, but stop loggers too" },
	{ 'n', SCAN_NUKE, "nuke", "stop what has no entry any more; loggers "
		"end by\nthemselves" },
	{ 'N', SCAN_NUKE_ALL, "nuke-all", "like -n, but stop loggers too" },
	{ 'R', SCAN_REEXEC, "reexec", "svscan and every supervise become the "
		"newly\ninstalled programs; no service notices" },
	{ 0 }
};

const struct scan_command *
scandir_command(char letter)
{
	for (const struct scan_command *c = scandir_commands; c->letter; c++)
		if (c->letter == letter)
			return c;
	return 0;
}

int
scandir_send(int at, const char *scandir, const char *letters, size_t len)
{
	char path[PATH_LEN];
	ssize_t r;
	int fd, e;

	if (path_join(path, sizeof path, scandir, SCANDIR_CONTROL) < 0)
		return -1;
	fd = openat(at, path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -1;
	do
		r = write(fd, letters, len);
	while (r < 0 && errno == EINTR);
	e = errno;
	close(fd);
	errno = e;
	return r < 0 ? -1 : 0;
}
