/* os-linux.c - see os.h.  Times of processes come from /proc; where it is
 * not mounted they are unknown. */

#include "config.h"
#ifdef HAS_LINUX

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

#include "lib/file.h"
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

static ssize_t
kernel_boot_id(char *buf, size_t max)
{
	ssize_t r = file_read(
		AT_FDCWD, "/proc/sys/kernel/random/boot_id", buf, max - 1);

	buf[r < 0 ? 0 : r] = 0;
	buf[strcspn(buf, "\n")] = 0;
	return r;
}

uint64_t
os_boot_token(void)
{
	char id[64];
	uint64_t half[2] = { 0, 0 };
	int n = 0;

	kernel_boot_id(id, sizeof id);
	for (const char *p = id; *p; p++) {
		static const char hex[] = "0123456789abcdef";
		const char *h = strchr(hex, *p);

		if (h) {
			half[n / 16 & 1] =
				half[n / 16 & 1] << 4 | (uint64_t)(h - hex);
			n++;
		}
	}
	return n == 32 ? half[0] ^ half[1] : 0;
}

/* Decimal digits of u before p; the new start. */
static char *
digits(char *p, unsigned long u)
{
	do
		*--p = (char)('0' + u % 10);
	while (u /= 10);
	return p;
}

/* /proc/PID/NAME into buf, which ends with a 0 byte.  Length or -1. */
static ssize_t
read_proc(pid_t pid, const char *name, char *buf, size_t max)
{
	char path[80], num[24], *p = num + sizeof num - 1;
	ssize_t r;

	*p = 0;
	p = digits(p, (unsigned long)pid);
	strcpy(path, "/proc/");
	strcat(path, p);
	strcat(path, "/");
	strcat(path, name);
	r = file_read(AT_FDCWD, path, buf, max - 1);
	buf[r < 0 ? 0 : r] = 0;
	return r;
}

/* Field n (from 3 on) of /proc/PID/stat.  0, or -1 and errno. */
static int
stat_field(pid_t pid, int n, uint64_t *u)
{
	char buf[512], *p;

	if (read_proc(pid, "stat", buf, sizeof buf) < 0) {
		if (errno == ENOENT)
			errno = kill(pid, 0) < 0 && errno == ESRCH ? ESRCH
								   : ENOSYS;
		return -1;
	}
	/* The name stands in parentheses and may hold any byte. */
	p = strrchr(buf, ')');
	for (int i = 3; p && i <= n; i++)
		p = strchr(p + 1, ' ');
	if (!p) {
		errno = EPROTO;
		return -1;
	}
	*u = strtoull(p + 1, 0, 10);
	return 0;
}

/* In the /proc of another pid namespace we have another number, or none. */
static int
is_our_proc(void)
{
	char self[24];
	ssize_t r = readlink("/proc/self", self, sizeof self - 1);

	self[r < 0 ? 0 : r] = 0;
	return r > 0 && strtol(self, 0, 10) == (long)getpid();
}

/* A container started anew has another first process though the kernel is
 * the same. */
int
os_boot_id(char *buf, size_t max)
{
	char id[64];
	uint64_t first;

	kernel_boot_id(id, sizeof id);
	if (!is_our_proc() || stat_field(1, 22, &first) < 0)
		snprintf(buf, max, "%s -", *id ? id : "-");
	else
		snprintf(buf, max, "%s %llu", *id ? id : "-",
			(unsigned long long)first);
	return 0;
}

int
os_start_time(pid_t pid, uint64_t *ns)
{
	uint64_t ticks;
	long hz = sysconf(_SC_CLK_TCK);

	if (!is_our_proc()) {
		errno = kill(pid, 0) < 0 && errno == ESRCH ? ESRCH : ENOSYS;
		return -1;
	}
	if (stat_field(pid, 22, &ticks) < 0)
		return -1;
	*ns = ticks * (1000000000u / (uint64_t)(hz > 0 ? hz : 100));
	return 0;
}

pid_t
os_parent(pid_t pid)
{
	uint64_t u;

	return stat_field(pid, 4, &u) < 0 ? 0 : (pid_t)u;
}

void
os_name(pid_t pid, char *buf, size_t max)
{
	char *nl;

	if (read_proc(pid, "comm", buf, max) <= 0)
		strcpy(buf, "?");
	nl = strchr(buf, '\n');
	if (nl)
		*nl = 0;
}

int
os_input_is(pid_t pid, const char *path)
{
	char link[48];
	struct stat a, b;

	snprintf(link, sizeof link, "/proc/%ld/fd/0", (long)pid);
	if (stat(link, &a) < 0 || (stat(path, &b) < 0 && errno != ENOENT))
		return -1;
	return stat(path, &b) == 0 && a.st_dev == b.st_dev &&
		a.st_ino == b.st_ino;
}

/* It has a number in each namespace that it is in. */
int
os_in_inner_pidns(pid_t pid)
{
	char buf[4096], *p;

	if (read_proc(pid, "status", buf, sizeof buf) <= 0 ||
		!(p = strstr(buf, "\nNSpid:")))
		return 0;
	p += sizeof "\nNSpid:" - 1;
	p += strspn(p, " \t");
	p += strspn(p, "0123456789");
	return *p == '\t' || *p == ' ';
}

/* The signal in a mask of /proc/PID/status; -1: there is no such mask. */
static int
in_mask(const char *status, const char *name, int sig)
{
	const char *p = strstr(status, name);

	return p ? (int)(strtoull(p + strlen(name), 0, 16) >> (sig - 1) & 1)
		 : -1;
}

enum os_fate
os_fate(pid_t pid, int sig)
{
	char status[4096];

	if (read_proc(pid, "status", status, sizeof status) <= 0)
		return FATE_UNKNOWN;
	if (in_mask(status, "\nSigIgn:\t", sig) == 1)
		return FATE_IGNORED;
	return in_mask(status, "\nSigCgt:\t", sig) == 0 &&
			in_mask(status, "\nSigBlk:\t", sig) == 0
		? FATE_DEFAULT
		: FATE_HANDLED;
}

int
os_open_at_parent(const char *name)
{
	char path[80], num[24], *p = num + sizeof num - 1;

	*p = 0;
	p = digits(p, (unsigned long)getppid());
	if (strlen(name) > sizeof path - sizeof num - sizeof "/proc//cwd/") {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(path, "/proc/");
	strcat(path, p);
	strcat(path, "/cwd/");
	strcat(path, name);
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
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

ssize_t
os_children(char *buf, size_t max)
{
	/* A process of one thread has the children of that. */
	char name[48] = "task/", num[24], *p = num + sizeof num - 1;
	ssize_t r;

	*p = 0;
	strcat(name, digits(p, (unsigned long)getpid()));
	strcat(name, "/children");
	r = read_proc(getpid(), name, buf, max);
	if (r < 0 && errno == ENOENT)
		errno = ENOSYS;
	return r;
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

/* pid (name) state parent */
int
os_outer_pids(pid_t *pid, pid_t *parent)
{
	char buf[128], *p;
	ssize_t r = file_read(AT_FDCWD, "/proc/self/stat", buf, sizeof buf - 1);

	if (r <= 0)
		return -1;
	buf[r] = 0;
	p = strrchr(buf, ')');
	*pid = (pid_t)atol(buf);
	*parent = p && p[1] && p[2] ? (pid_t)atol(p + 3) : 0;
	return *pid > 0 && *parent > 0 ? 0 : -1;
}

int
os_resolve(const char *dir, char *buf, size_t max)
{
	char link[40] = "/proc/self/fd/", num[24], *p = num + sizeof num - 1;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	*p = 0;
	strcat(link, digits(p, (unsigned long)fd));
	n = readlink(link, buf, max - 1);
	close(fd);
	if (n <= 0) {
		errno = ENOSYS;
		return -1;
	}
	if ((size_t)n >= max - 1 || *buf != '/') {
		errno = ENAMETOOLONG;
		return -1;
	}
	buf[n] = 0;
	return 0;
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

struct family {
	pid_t root, spared;
	void (*fn)(void *, pid_t);
	void *arg;
	int n;
};

/* Parent of a process that has not ended, or 0. */
static pid_t
living_parent(pid_t pid)
{
	char buf[512], *p;

	if (read_proc(pid, "stat", buf, sizeof buf) <= 0)
		return 0;
	p = strrchr(buf, ')');
	if (!p || p[1] != ' ' || p[2] == 'Z' || p[2] == 'X' || p[3] != ' ')
		return 0;
	return (pid_t)strtoul(p + 4, 0, 10);
}

static int
add_relative(void *arg, const char *name)
{
	struct family *f = arg;
	unsigned long pid = strtoul(name, 0, 10);
	pid_t up;

	if (!pid || pid > INT_MAX || (pid_t)pid == f->spared)
		return 0;
	up = living_parent((pid_t)pid);
	while (up > 1 && up != f->root && up != f->spared)
		up = os_parent(up);
	if (up != f->root)
		return 0;
	f->n++;
	f->fn(f->arg, (pid_t)pid);
	return 0;
}

int
os_descendants(pid_t root, pid_t spared, void (*fn)(void *, pid_t), void *arg)
{
	struct family f = { root, spared, fn, arg, 0 };
	int fd = is_our_proc()
		? open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
		: -1;

	if (fd < 0) {
		errno = ENOSYS;
		return -1;
	}
	os_each_name(fd, add_relative, &f);
	close(fd);
	return f.n;
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
