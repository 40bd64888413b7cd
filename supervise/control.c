/* control.c - FORMAT supervise/control; see control.h and servicedir(5).
 * Source of the letters: s6 2.15's documentation of s6-svc. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/os.h"
#include "lib/path.h"
#include "supervise/control.h"
#include "supervise/status.h"

const struct command control_commands[] = { { 'a', SIGALRM, CMD_SIGNAL, "alarm",
						    "send SIGALRM" },
	{ 'b', SIGABRT, CMD_SIGNAL, "abort", "send SIGABRT" },
	{ 'q', SIGQUIT, CMD_SIGNAL, "quit", "send SIGQUIT" },
	{ 'h', SIGHUP, CMD_SIGNAL, "hup", "send SIGHUP" },
	{ 'k', SIGKILL, CMD_SIGNAL, "kill", "send SIGKILL" },
	{ 't', SIGTERM, CMD_SIGNAL, "term", "send SIGTERM" },
	{ 'i', SIGINT, CMD_SIGNAL, "interrupt", "send SIGINT" },
	{ '1', SIGUSR1, CMD_SIGNAL, "usr1", "send SIGUSR1" },
	{ '2', SIGUSR2, CMD_SIGNAL, "usr2", "send SIGUSR2" },
	{ 'p', SIGSTOP, CMD_SIGNAL, "pause", "send SIGSTOP" },
	{ 'c', SIGCONT, CMD_SIGNAL, "continue", "send SIGCONT" },
	{ 'y', SIGWINCH, CMD_SIGNAL, "winch", "send SIGWINCH" },
	{ 'r', 0, CMD_SIGNAL, "restart",
		"send the down signal (down-signal, else\n"
		"SIGTERM), without wanting it down: it is\n"
		"started again" },
	{ 'l', 0, CMD_SIGNAL, "reload",
		"send the reload signal (reload-signal, else\n"
		"SIGHUP)" },
	{ 'P', SIGSTOP, CMD_SIGNAL, "pause-group",
		"send SIGSTOP to its process group" },
	{ 'C', SIGCONT, CMD_SIGNAL, "continue-group",
		"send SIGCONT to its process group" },
	{ 'K', SIGKILL, CMD_SIGNAL, "kill-group",
		"send SIGKILL to its process group" },
	{ 'o', 0, CMD_ONCE, "once",
		"start it if it is down, but do not restart it\n"
		"when it dies" },
	{ 'd', 0, CMD_DOWN, "down",
		"stop it (down signal, then SIGCONT) and leave\n"
		"it down" },
	{ 'u', 0, CMD_UP, "up", "start it, and restart it whenever it dies" },
	{ 'D', 0, CMD_DOWN_STAY, "permanent-down",
		"like -d, and keep it down when supervise\n"
		"starts anew (creates the file 'down')" },
	{ 'U', 0, CMD_UP_STAY, "permanent-up",
		"like -u, and remove the file 'down'" },
	{ 'x', 0, CMD_EXIT, "exit",
		"supervise exits when the service is down" },
	{ 'O', 0, CMD_LAST, "at-most-once",
		"do not restart it when it dies; do not\n"
		"start it now" },
	{ 'Q', 0, CMD_LAST_STAY, "permanent-at-most-once",
		"like -O, and create the file\n"
		"'down'" },
	{ 'R', 0, CMD_REEXEC, "reexec",
		"supervise becomes the newly installed "
		"program;\nthe service does not notice" },
	{ 0, 0, 0, 0, 0 } };

const struct command *
control_find(char letter)
{
	for (const struct command *c = control_commands; c->letter; c++)
		if (c->letter == letter)
			return c;
	return 0;
}

int
control_send(int at, const char *servicedir, const char *letters, size_t len)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, servicedir, CONTROL_FILE) < 0)
		return -1;
	return file_tell(at, path, letters, len);
}

int
control_fifo_unread(int at, const char *path)
{
	int fd, r, n = 0;

	fd = openat(at, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -1;
	r = ioctl(fd, FIONREAD, &n);
	close(fd);
	return r < 0 ? -1 : n;
}

int
control_unread(int at, const char *servicedir)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, servicedir, CONTROL_FILE) < 0)
		return -1;
	return control_fifo_unread(at, path);
}

pid_t
control_pid(int at, const char *servicedir)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, servicedir, LOCK_FILE) < 0)
		return -1;
	return file_locked_by(at, path);
}

int
control_alive(int at, const char *servicedir)
{
	char path[PATH_LEN];
	pid_t pid = control_pid(at, servicedir);

	/* Only its owner may open the lock: who could, could hold it.  What
	 * everybody may see (reeve-svperms -o) is the status, which is made
	 * by a supervise. */
	if (pid < 0 && errno == EACCES &&
		path_join(path, sizeof path, servicedir, STATUS_FILE) == 0)
		return faccessat(at, path, R_OK, 0) < 0 ? -1 : 1;
	return pid < 0 ? -1 : pid > 0;
}

/* It ended, and may not have been waited for: that kill does not tell. */
static int
has_ended(pid_t pid)
{
	struct pollfd p = { .fd = os_pidfd(pid), .events = POLLIN };
	int ended;

	if (p.fd < 0)
		return errno == ESRCH || (kill(pid, 0) < 0 && errno == ESRCH);
	ended = poll(&p, 1, 0) > 0;
	close(p.fd);
	return ended;
}

int
control_lost(int at, const char *servicedir, uint64_t pid)
{
	pid_t by;

	if (!pid || !has_ended((pid_t)pid))
		return 0;
	by = control_pid(at, servicedir);
	return !by || (by > 1 && !os_in_inner_pidns(by));
}
