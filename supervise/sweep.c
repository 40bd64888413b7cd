/* sweep.c - see sweep.h.  Descendants that outlive run are none of s6's
 * business, and so by default none of ours: a service that wants them gone
 * names a cgroup, or has flag-kill-group or flag-kill-orphans. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/os.h"
#include "lib/path.h"
#include "supervise/detail.h"
#include "supervise/svdir.h"
#include "supervise/sweep.h"

enum { ROOM = DETAIL_DEF + 32, WAIT_MS = 2000, STEP_MS = 2, NAMES = 8 };

pid_t
sweep_next(char **list, char after)
{
	char *start = *list, *end = strchr(start, after);
	unsigned pid;

	if (!end)
		return -1;
	*list = end + 1;
	*end = 0;
	return num_uint(start, &pid) && pid <= INT_MAX ? (pid_t)pid : 0;
}

/* Say which processes of the list are killed, and if kill_them, do it one by
 * one. */
static void
name_them(char *list, int kill_them)
{
	char name[32];
	pid_t pid;
	int n = 0;

	while ((pid = sweep_next(&list, '\n')) >= 0) {
		/* 0: of another pid namespace. */
		if (!pid)
			continue;
		if (n++ < NAMES) {
			os_name(pid, name, sizeof name);
			warn("killing what run left behind: %s (pid %ld)", name,
				(long)pid);
		}
		if (kill_them)
			kill(pid, SIGKILL);
	}
}

static void
sweep_cgroup(const char *dir)
{
	char path[ROOM], list[512], *rest;
	int fd, by_hand = 0;
	ssize_t r;
	pid_t pid;

	for (int ms = 0; ms <= WAIT_MS; ms += STEP_MS) {
		if (path_join(path, sizeof path, dir, "cgroup.procs") < 0)
			return;
		r = file_read(AT_FDCWD, path, list, sizeof list - 1);
		if (r <= 0)
			return;
		list[r] = 0;
		if (!ms) {
			path_join(path, sizeof path, dir, "cgroup.kill");
			fd = open(path, O_WRONLY | O_CLOEXEC);
			by_hand = fd < 0;
			name_them(list, by_hand);
			if (fd >= 0) {
				by_hand = write(fd, "1", 1) != 1;
				close(fd);
			}
		} else if (by_hand) {
			/* What does not fit comes in the next round. */
			for (rest = list; (pid = sweep_next(&rest, '\n')) >= 0;)
				if (pid)
					kill(pid, SIGKILL);
		}
		poll(0, 0, STEP_MS);
	}
	warn("cgroup %s is still not empty (going on)", dir);
}

static void
sweep_group(pid_t group)
{
	if (kill(-group, 0) < 0)
		return;
	warn("killing what run left behind in process group %ld", (long)group);
	kill(-group, SIGKILL);
	for (int ms = 0; ms <= WAIT_MS; ms += STEP_MS) {
		if (kill(-group, 0) < 0)
			return;
		poll(0, 0, STEP_MS);
	}
	warn("process group %ld is still there (going on)", (long)group);
}

/* Say that a process is killed, the first time and if there are not many. */
static void
name_once(pid_t pid, pid_t *named, int *n)
{
	char name[32];

	for (int i = 0; i < *n; i++)
		if (named[i] == pid)
			return;
	if (*n == NAMES)
		return;
	named[(*n)++] = pid;
	os_name(pid, name, sizeof name);
	warn("killing what run left behind: %s (pid %ld)", name, (long)pid);
}

/* All that is below us: as each one dies, its children come to us. */
static void
sweep_orphans(pid_t spared)
{
	char list[512];
	pid_t named[NAMES];
	int left = 0, n = 0;

	for (int ms = 0; ms <= WAIT_MS; ms += STEP_MS) {
		char *rest = list;
		pid_t pid;

		if (os_children(list, sizeof list) <= 0)
			return;
		left = 0;
		/* What does not fit comes in the next round. */
		while ((pid = sweep_next(&rest, ' ')) >= 0) {
			if (!pid || pid == spared)
				continue;
			if (waitpid(pid, 0, WNOHANG) == pid)
				continue;
			left++;
			name_once(pid, named, &n);
			kill(pid, SIGKILL);
			/* Mostly it is gone at once, and its children are
			 * ours for the next round. */
			for (int i = 0;
				i < 5 && waitpid(pid, 0, WNOHANG) != pid; i++)
				poll(0, 0, 1);
		}
		if (!left)
			return;
		poll(0, 0, STEP_MS);
	}
	warn("%d descendants of run are still there (going on)", left);
}

void
sweep_prepare(const char *dir)
{
	if (svdir_flag(dir, "flag-kill-orphans") && os_subreaper() < 0)
		warn_sys("unable to become the parent of orphans "
			 "(flag-kill-orphans is ignored)");
}

void
sweep(const char *dir, pid_t group, pid_t spared, int foreign)
{
	int orphans = svdir_flag(dir, "flag-kill-orphans");
	char cgroup[ROOM];

	if (svdir_path(dir, "cgroup", cgroup, sizeof cgroup) > 0)
		sweep_cgroup(cgroup);
	if (group > 1 &&
		((orphans && foreign) || svdir_flag(dir, "flag-kill-group"))) {
		/* Till then it is of the group itself. */
		waitpid(group, 0, WNOHANG);
		sweep_group(group);
	}
	if (orphans)
		sweep_orphans(spared);
}
