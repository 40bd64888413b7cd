/* scandir.c - FORMAT scan directory; see scandir.h. */

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/path.h"
#include "svscan/scandir.h"

const struct scan_command scandir_commands[] = { { 'z', SCAN_REAP, "reap",
							 "reap zombies" },
	{ 'a', SCAN_SCAN, "alarm", "scan the directory: start what is new" },
	{ 'b', SCAN_ABORT, "abort",
		"end at once (exec finish), waiting for "
		"nothing" },
	{ 'h', SCAN_HUP, "hup",
		"scan, and end supervises whose entry is "
		"gone\n(same as -an)" },
	{ 'i', SCAN_TERM, "interrupt",
		"stop all services, then exec finish "
		"(as -t)" },
	{ 't', SCAN_TERM, "term",
		"stop all services, then exec finish; "
		"loggers are\nleft to read to the end of their input" },
	{ 'q', SCAN_QUIT, "quit",
		"stop all services and loggers, then exec "
		"finish" },
	{ 'n', SCAN_NUKE, "nuke",
		"end supervises whose entry is gone; "
		"loggers are\nleft to read to the end of their input" },
	{ 'N', SCAN_NUKE_ALL, "really-nuke",
		"the same, and stop the loggers "
		"too" },
	{ 'R', SCAN_REEXEC, "reexec",
		"svscan and every supervise execute "
		"their\nnew binary, and keep all services" },
	{ 0 } };

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

	if (path_join(path, sizeof path, scandir, SCANDIR_CONTROL) < 0)
		return -1;
	return file_tell(at, path, letters, len);
}

int
scandir_ends(int lock, pid_t pid)
{
	return ftruncate(lock, (off_t)pid);
}

int
scandir_ending(int at, const char *scandir, pid_t pid)
{
	char path[PATH_LEN];
	struct stat st;

	return path_join(path, sizeof path, scandir, SCANDIR_LOCK) == 0 &&
		fstatat(at, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		st.st_size == (off_t)pid;
}
