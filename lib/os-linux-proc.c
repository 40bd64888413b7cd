/* os-linux-proc.c - see os.h: what /proc says of processes and of the boot.
 * Where it is not mounted, that is unknown. */

#include "config.h"
#ifdef HAS_LINUX

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/os.h"

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

#else
typedef int os_linux_proc_is_not_used;
#endif
