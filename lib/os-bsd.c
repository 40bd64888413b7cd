/* os-bsd.c - see os.h.  Only what POSIX has and a few calls of the BSDs;
 * also what ./configure --without-linux uses, so that Linux can test it. */

#include "config.h"
#ifndef HAS_LINUX

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <skalibs/posixplz.h>	/* getpeereid where the system has none */
#ifdef __FreeBSD__
#include <sys/procctl.h>
#endif

#include "lib/os.h"

uint64_t
os_now(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) < 0)
		return 0;
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

uint64_t
os_boot_now(void)
{
	return 0;
}

uint64_t
os_boot_token(void)
{
	return 0;
}

int
os_start_time(pid_t pid, uint64_t *ns)
{
	(void)pid;
	(void)ns;
	errno = ENOSYS;
	return -1;
}

pid_t
os_parent(pid_t pid)
{
	(void)pid;
	return 0;
}

int
os_in_inner_pidns(pid_t pid)
{
	(void)pid;
	return 0;
}

void
os_name(pid_t pid, char *buf, size_t max)
{
	(void)pid;
	if (max > 1)
		strcpy(buf, "?");
}

int
os_subreaper(void)
{
#ifdef PROC_REAP_ACQUIRE
	return procctl(P_PID, 0, PROC_REAP_ACQUIRE, 0);
#else
	errno = ENOSYS;
	return -1;
#endif
}

ssize_t
os_children(char *buf, size_t max)
{
	(void)buf;
	(void)max;
	errno = ENOSYS;
	return -1;
}

int
os_pidfd(pid_t pid)
{
	(void)pid;
	errno = ENOSYS;
	return -1;
}

int
os_pidfd_kill(int fd, int sig)
{
	(void)fd;
	(void)sig;
	errno = ENOSYS;
	return -1;
}

int
os_pidfd_status(int fd, int *wstat)
{
	(void)fd;
	(void)wstat;
	return -1;
}

pid_t
os_vfork_newpid(int (*fn)(void *), void *arg)
{
	(void)fn;
	(void)arg;
	errno = ENOSYS;
	return -1;
}

int
os_peer(int fd, uid_t *uid, gid_t *gid)
{
	return getpeereid(fd, uid, gid);
}

int
os_peer_pid(int fd, pid_t *pid)
{
	(void)fd;
	(void)pid;
	errno = ENOSYS;
	return -1;
}

void
os_shed_stack(void)
{
}

int
os_each_name(int fd, int (*fn)(void *, const char *), void *arg)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0), r = 0, e;
	DIR *dir = copy < 0 ? 0 : fdopendir(copy);
	struct dirent *d;

	if (!dir) {
		if (copy >= 0)
			close(copy);
		return -1;
	}
	rewinddir(dir);
	while (!r && (errno = 0, d = readdir(dir)))
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, ".."))
			r = fn(arg, d->d_name);
	e = r || d ? 0 : errno;
	closedir(dir);
	if (!e)
		return r;
	errno = e;
	return -1;
}

#else
typedef int os_bsd_is_not_used;
#endif
