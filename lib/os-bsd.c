/* os-bsd.c - see os.h.  Only what POSIX has and a few calls of the BSDs;
 * also what ./configure --without-linux uses, so that Linux can test it. */

#include "config.h"
#ifndef HAS_LINUX

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <skalibs/posixplz.h> /* getpeereid where the system has none */
#ifdef __FreeBSD__
#include <sys/procctl.h>
#endif
#if !defined(__linux__) && defined(__has_include)
#if __has_include(<sys/sysctl.h>)
#include <sys/sysctl.h>
#endif
#endif

#include "lib/confine.h"
#include "lib/os.h"
#include "lib/path.h"

#ifndef O_SEARCH
#define O_SEARCH O_RDONLY
#endif

int
os_open_walk(int at, const char *name)
{
	return openat(
		at, name, O_SEARCH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* /dev/fd is the open file itself, with the flags that it has. */
int
os_reopen(int fd, int flags)
{
	(void)fd;
	(void)flags;
	errno = ENOSYS;
	return -1;
}

int
os_first(uid_t *uid, char *last, size_t max)
{
	(void)uid;
	(void)last;
	(void)max;
	errno = ENOSYS;
	return -1;
}

/* --- the program itself */

static const char *bare; /* called by this name */
static char called[PATH_LEN]; /* or by this path */

void
os_called_as(const char *argv0)
{
	if (!strchr(argv0, '/'))
		bare = argv0;
	else if (!realpath(argv0, called))
		*called = 0;
}

/* Where a shell would have found it. */
static int
in_path(char *buf)
{
	const char *p = getenv("PATH");
	char path[PATH_LEN];
	struct stat st;

	for (size_t n; bare && p && *p; p += n + (p[n] == ':')) {
		n = strcspn(p, ":");
		/* Of a relative one we do not know what it is relative to. */
		if (*p != '/' || n + strlen(bare) + 2 > sizeof path)
			continue;
		memcpy(path, p, n);
		path[n] = '/';
		strcpy(path + n + 1, bare);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
			access(path, X_OK) == 0 && realpath(path, buf))
			return 1;
	}
	return -1;
}

/* What the kernel knows; 0, or -1 where it is not asked. */
static int
told_by_kernel(char *buf)
{
#ifdef KERN_PROC_PATHNAME
#ifdef __NetBSD__
	int mib[4] = { CTL_KERN, KERN_PROC_ARGS, -1, KERN_PROC_PATHNAME };
#else
	int mib[4] = { CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1 };
#endif
	size_t len = PATH_LEN;

	return sysctl(mib, 4, buf, &len, 0, 0) == 0 && *buf == '/' ? 0 : -1;
#else
	(void)buf;
	return -1;
#endif
}

int
os_own_path(char *buf)
{
	if (told_by_kernel(buf) == 0)
		return 0;
	if (!*called)
		return in_path(buf);
	strcpy(buf, called);
	return 1;
}

/* --- time and other processes */

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
os_boot_id(char *buf, size_t max)
{
#ifdef KERN_BOOTTIME
	struct timeval t;
	size_t len = sizeof t;
	int mib[2] = { CTL_KERN, KERN_BOOTTIME };

	if (sysctl(mib, 2, &t, &len, 0, 0) < 0)
		return -1;
	snprintf(buf, max, "%lld -", (long long)t.tv_sec);
#else
	snprintf(buf, max, "- -");
#endif
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
os_input_is(pid_t pid, const char *path)
{
	(void)pid;
	(void)path;
	return -1;
}

enum os_fate
os_fate(pid_t pid, int sig)
{
	(void)pid;
	(void)sig;
	return FATE_UNKNOWN;
}

int
os_open_at_parent(const char *name)
{
	(void)name;
	errno = ENOSYS;
	return -1;
}

int
os_when_parent_ends(int sig)
{
#ifdef PROC_PDEATHSIG_CTL
	return procctl(P_PID, 0, PROC_PDEATHSIG_CTL, &sig);
#else
	(void)sig;
	errno = ENOSYS;
	return -1;
#endif
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
os_descendants(pid_t root, pid_t spared, void (*fn)(void *, pid_t), void *arg)
{
	(void)root;
	(void)spared;
	(void)fn;
	(void)arg;
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

pid_t
os_fork_newpid(int (*fn)(void *), void *arg)
{
	return os_vfork_newpid(fn, arg);
}

int
os_outer_pids(pid_t *pid, pid_t *parent)
{
	(void)pid;
	(void)parent;
	return -1;
}

/* The library's realpath does not allocate when it is given room. */
int
os_resolve(const char *dir, char *buf, size_t max)
{
	static char path[PATH_LEN];

	if (!realpath(dir, path))
		return -1;
	if (strlen(path) >= max) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(buf, path);
	return 0;
}

int
os_exchange(int dirfd, const char *a, const char *b)
{
	(void)dirfd;
	(void)a;
	(void)b;
	errno = ENOSYS;
	return -1;
}

int
os_lock(int fd, int shared, int wait)
{
	return flock(fd, (shared ? LOCK_SH : LOCK_EX) | (wait ? 0 : LOCK_NB));
}

int
os_changes(void)
{
	errno = ENOSYS;
	return -1;
}

int
os_changes_add(int fd, const char *dir)
{
	(void)fd;
	(void)dir;
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

int
os_bind_nameless(int fd, char *buf, size_t max)
{
	(void)fd;
	(void)buf;
	(void)max;
	errno = ENOSYS;
	return -1;
}

int
os_tell_senders(int fd)
{
	(void)fd;
	errno = ENOSYS;
	return -1;
}

int
os_sender(struct msghdr *m, pid_t *pid, uid_t *uid)
{
	(void)m;
	(void)pid;
	(void)uid;
	return 0;
}

int
os_owns(uid_t uid, pid_t pid)
{
	(void)uid;
	(void)pid;
	return 0;
}

void
os_shed_stack(void)
{
}

static int
may_be_fifo(const struct dirent *d)
{
#ifdef DT_FIFO
	return d->d_type == DT_FIFO || d->d_type == DT_UNKNOWN;
#else
	(void)d;
	return 1;
#endif
}

static int
each_name(int fd, int fifos, int (*fn)(void *, const char *), void *arg)
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
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, "..") &&
			(!fifos || may_be_fifo(d)))
			r = fn(arg, d->d_name);
	e = r || d ? 0 : errno;
	closedir(dir);
	if (!e)
		return r;
	errno = e;
	return -1;
}

int
os_each_name(int fd, int (*fn)(void *, const char *), void *arg)
{
	return each_name(fd, 0, fn, arg);
}

int
os_each_fifo(int fd, int (*fn)(void *, const char *), void *arg)
{
	return each_name(fd, 1, fn, arg);
}

/* --- confine.h */

static int
not_here(void)
{
	errno = ENOSYS;
	return -1;
}

int
confine_mounts(void)
{
	return not_here();
}

int
confine_empty(const char *dir)
{
	(void)dir;
	return not_here();
}

int
confine_read_only(const char *path)
{
	(void)path;
	return not_here();
}

int
confine_bound(uint64_t keep, int *which)
{
	(void)keep;
	*which = -1;
	return not_here();
}

int
confine_keep(uint64_t want, uint64_t *have)
{
	(void)want;
	*have = 0;
	return not_here();
}

int
confine_privileges(void)
{
	return not_here();
}

int
confine_oom(const char *number)
{
	(void)number;
	return not_here();
}

int
confine_cgroups(void)
{
	return not_here();
}

#else
typedef int os_bsd_is_not_used;
#endif
