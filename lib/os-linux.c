/* os-linux.c - see os.h; os-linux-proc.c asks /proc. */

#include "config.h"
#ifdef HAS_LINUX

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#ifdef HAS_INOTIFY
#include <sys/inotify.h>
#endif

#include "lib/os.h"
#include "lib/path.h"

void
os_called_as(const char *argv0)
{
	(void)argv0;
}

/* Process 1 of a machine has no /proc yet; then it is what the kernel was
 * told to execute. */
int
os_own_path(char *buf)
{
	ssize_t n = readlink("/proc/self/exe", buf, PATH_LEN - 1);
	const char *told;

	if (n > 0 && n < PATH_LEN - 1) {
		buf[n] = 0;
		return 0;
	}
	told = (const char *)getauxval(AT_EXECFN);
	return told && *told == '/' && realpath(told, buf) ? 0 : -1;
}

static uint64_t
clock_ns(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) < 0)
		return 0;
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

uint64_t
os_now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t
os_boot_now(void)
{
	return clock_ns(CLOCK_BOOTTIME);
}

int
os_when_parent_ends(int sig)
{
#ifdef PR_SET_PDEATHSIG
	return prctl(PR_SET_PDEATHSIG, sig, 0, 0, 0);
#else
	(void)sig;
	errno = ENOSYS;
	return -1;
#endif
}

int
os_subreaper(void)
{
#ifdef HAS_SUBREAPER
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#else
	errno = ENOSYS;
	return -1;
#endif
}

int
os_pidfd(pid_t pid)
{
#ifdef HAS_PIDFD
	return (int)syscall(SYS_pidfd_open, pid, 0);
#else
	(void)pid;
	errno = ENOSYS;
	return -1;
#endif
}

int
os_pidfd_kill(int fd, int sig)
{
#ifdef HAS_PIDFD
	return (int)syscall(SYS_pidfd_send_signal, fd, sig, 0, 0);
#else
	(void)fd;
	(void)sig;
	errno = ENOSYS;
	return -1;
#endif
}

/* From linux/pidfd.h of 6.15, which libraries of today do not have yet. */
struct pidfd_info_615 {
	uint64_t mask, cgroupid;
	uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid,
		fsgid;
	int32_t exit_code;
};
enum { INFO_EXIT = 1 << 3 };

int
os_pidfd_status(int fd, int *wstat)
{
	struct pidfd_info_615 i = { .mask = INFO_EXIT };

	if (ioctl(fd, _IOWR(0xff, 11, struct pidfd_info_615), &i) < 0)
		return errno == ENOTTY || errno == EINVAL ? -1 : 0;
	if (!(i.mask & INFO_EXIT))
		return 0;
	*wstat = i.exit_code;
	return 1;
}

static pid_t
clone_newpid(int (*fn)(void *), void *arg, int borrow)
{
#ifdef HAS_CLONE_NEWPID
	/* Room for what the child does before it executes. */
	char stack[16384] __attribute__((aligned(16)));

	return clone(fn, stack + sizeof stack,
		CLONE_NEWPID | SIGCHLD | (borrow ? CLONE_VM | CLONE_VFORK : 0),
		arg);
#else
	(void)fn;
	(void)arg;
	(void)borrow;
	errno = ENOSYS;
	return -1;
#endif
}

pid_t
os_vfork_newpid(int (*fn)(void *), void *arg)
{
	return clone_newpid(fn, arg, 1);
}

pid_t
os_fork_newpid(int (*fn)(void *), void *arg)
{
	return clone_newpid(fn, arg, 0);
}

int
os_exchange(int dirfd, const char *a, const char *b)
{
#ifdef SYS_renameat2
	enum { EXCHANGE = 2 };

	return (int)syscall(SYS_renameat2, dirfd, a, dirfd, b, EXCHANGE);
#else
	(void)dirfd;
	(void)a;
	(void)b;
	errno = ENOSYS;
	return -1;
#endif
}

int
os_lock(int fd, int shared, int wait)
{
	struct flock l = { .l_type = shared ? F_RDLCK : F_WRLCK,
		.l_whence = SEEK_SET };

	return fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &l);
}

int
os_changes(void)
{
#ifdef HAS_INOTIFY
	return inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
#else
	errno = ENOSYS;
	return -1;
#endif
}

int
os_changes_add(int fd, const char *dir)
{
#ifdef HAS_INOTIFY
	return inotify_add_watch(fd, dir, IN_MODIFY | IN_CREATE | IN_MOVED_TO) <
			0
		? -1
		: 0;
#else
	(void)fd;
	(void)dir;
	errno = ENOSYS;
	return -1;
#endif
}

static int
peer(int fd, pid_t *pid, uid_t *uid, gid_t *gid)
{
#ifdef HAS_SO_PEERCRED
	struct ucred u;
	socklen_t len = sizeof u;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &u, &len) < 0)
		return -1;
	*pid = u.pid;
	*uid = u.uid;
	*gid = u.gid;
	return 0;
#else
	(void)fd;
	(void)pid;
	(void)uid;
	(void)gid;
	errno = ENOSYS;
	return -1;
#endif
}

int
os_peer(int fd, uid_t *uid, gid_t *gid)
{
	pid_t pid;

	return peer(fd, &pid, uid, gid);
}

int
os_peer_pid(int fd, pid_t *pid)
{
	uid_t uid;
	gid_t gid;

	return peer(fd, pid, &uid, &gid);
}

int
os_bind_nameless(int fd, char *buf, size_t max)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t len = sizeof a;

	if (bind(fd, (struct sockaddr *)&a, sizeof a.sun_family) < 0 ||
		getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		return -1;
	len -= offsetof(struct sockaddr_un, sun_path) + 1;
	snprintf(buf, max, "@%.*s", (int)len, a.sun_path + 1);
	return 0;
}

int
os_tell_senders(int fd)
{
	return setsockopt(
		fd, SOL_SOCKET, SO_PASSCRED, &(int){ 1 }, sizeof(int));
}

int
os_sender(struct msghdr *m, pid_t *pid, uid_t *uid)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct ucred u;

		if (c->cmsg_level != SOL_SOCKET ||
			c->cmsg_type != SCM_CREDENTIALS)
			continue;
		memcpy(&u, CMSG_DATA(c), sizeof u);
		*pid = u.pid;
		*uid = u.uid;
		return 1;
	}
	return 0;
}

int
os_owns(uid_t uid, pid_t pid)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof path, "/proc/%ld", (long)pid);
	return stat(path, &st) == 0 && st.st_uid == uid;
}

__attribute__((noinline)) void
os_shed_stack(void)
{
	enum { RANGE = 65536, PAGE = 4096, FRAME = 256 };
	char here;
	uintptr_t end = ((uintptr_t)&here - FRAME) & ~(uintptr_t)(PAGE - 1);

	madvise((void *)(end - RANGE), RANGE, MADV_DONTNEED);
}

/* The kernel's layout; the library's readdir would allocate. */
struct entry {
	uint64_t ino;
	int64_t off;
	uint16_t len;
	unsigned char type;
	char name[];
};

static int
each_name(int fd, int only, int (*fn)(void *, const char *), void *arg)
{
	/* Small, as supervise counts its pages; the longest entry fits. */
	_Alignas(struct entry) char buf[640];
	int r = 0;

	for (;;) {
		long n = syscall(SYS_getdents64, fd, buf, sizeof buf);

		if (n <= 0)
			return n < 0 ? -1 : 0;
		for (long i = 0; i < n;) {
			const struct entry *e = (void *)(buf + i);

			i += e->len;
			if (e->name[0] == '.' &&
				(!e->name[1] ||
					(e->name[1] == '.' && !e->name[2])))
				continue;
			if (only && e->type != only && e->type != DT_UNKNOWN)
				continue;
			r = fn(arg, e->name);
			if (r)
				return r;
		}
	}
}

int
os_each_name(int fd, int (*fn)(void *, const char *), void *arg)
{
	return each_name(fd, 0, fn, arg);
}

int
os_each_fifo(int fd, int (*fn)(void *, const char *), void *arg)
{
	return each_name(fd, DT_FIFO, fn, arg);
}

int
os_open_walk(int at, const char *name)
{
	return openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int
os_reopen(int fd, int flags)
{
	/* Not by stdio, which would cost a supervise a page. */
	char path[] = "/proc/self/fd/\0\0\0\0\0\0\0\0\0\0";
	char *p = path + strlen(path);

	for (int n = fd; n > 9; n /= 10)
		p++;
	for (; fd > 9; fd /= 10)
		*p-- = (char)('0' + fd % 10);
	*p = (char)('0' + fd);
	return open(path, flags | O_CLOEXEC | O_NOCTTY);
}

#else
typedef int os_linux_is_not_used;
#endif
