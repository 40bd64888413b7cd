/* os-linux.c - the machine's side of Linux: consoles, mounts, reboot, the
 * kernel's command line. */

#include "config.h"
#ifdef HAS_LINUX

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/types.h>

#include "init/os.h"
#include "lib/file.h"
#include "lib/mounts.h"
#include "lib/num.h"
#include "lib/os.h"
#include "lib/path.h"

/* From kernel headers, which musl-gcc does not find. */
#define PID_NS_OF_THE_MACHINE 0xEFFFFFFCu
#define KEY_SIGNALS 0x4B4E /* KDSIGACCEPT */
#define TMPFS_IS 0x01021994
#define RAMFS_IS 0x858458f6

int
machine_is_real(void)
{
	struct stat st;
	const char *word = getenv("container");

	/* systemd-nspawn, podman, lxc and others say so. */
	if (word && *word)
		return 0;
	if (stat("/proc/self/ns/pid", &st) == 0)
		return st.st_ino == PID_NS_OF_THE_MACHINE;
	/* No /proc yet.  Process 2 of a machine is kthreadd, which is in
	 * process group 0; a container that starts has no process 2. */
	return getpgid(2) == 0;
}

int
machine_adopt_orphans(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

int
machine_adopts_orphans(void)
{
	int yes = 0;

	return prctl(PR_GET_CHILD_SUBREAPER, &yes, 0, 0, 0) == 0 && yes;
}

int
machine_kill_children(int sig)
{
	char buf[1024], *p = buf;
	unsigned pid;
	int n = 0;

	if (os_children(buf, sizeof buf) < 0)
		return -1;
	/* Of more than fit, the rest follows when these are dead; a number
	 * cut off at the end has no blank after it. */
	for (char *e; (e = strchr(p, ' ')); p = e + 1) {
		*e = 0;
		if (num_uint(p, &pid) && pid > 1 && kill((pid_t)pid, sig) == 0)
			n++;
	}
	return n;
}

struct telling {
	int sig, terminal, n;
};

/* Parent and terminal in /proc/PID/stat; the command's name before them may
 * hold blanks and parentheses.  1, or 0 if it is gone. */
static int
read_family(const char *pid, unsigned *parent, int *terminal)
{
	enum { TERMINAL_AFTER = 3 }; /* fields from the parent to it */
	char path[64], buf[512], *p, *e;
	ssize_t n;

	if (path_join(path, sizeof path, "/proc", pid, "stat") < 0)
		return 0;
	n = file_read(AT_FDCWD, path, buf, sizeof buf - 1);
	if (n <= 0)
		return 0;
	buf[n] = 0;
	p = strrchr(buf, ')');
	if (!p || strlen(p) < sizeof ") S " || !(e = strchr(p += 4, ' ')))
		return 0;
	*e = 0;
	if (!num_uint(p, parent))
		return 0;
	for (int i = 1; e && i < TERMINAL_AFTER; i++)
		e = strchr(e + 1, ' ');
	*terminal = e && e[1] && e[1] != '0';
	return 1;
}

static int
tell_one(void *arg, const char *name)
{
	struct telling *t = arg;
	char number[UINT_FMT];
	unsigned pid, up, parent, me = (unsigned)getpid();
	int terminal = 0, other;

	if (!num_uint(name, &pid) || pid == me ||
		!read_family(name, &parent, &terminal) ||
		(t->terminal && !terminal))
		return 0;
	for (up = parent; me != 1 && up != me; up = parent) {
		if (up <= 1)
			return 0;
		number[uint_fmt(number, up)] = 0;
		if (!read_family(number, &parent, &other))
			return 0;
	}
	t->n += kill((pid_t)pid, t->sig) == 0;
	return 0;
}

int
machine_tell_descendants(int sig, int terminal)
{
	struct telling t = { sig, terminal, 0 };
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 || faccessat(fd, "self", F_OK, 0) < 0
		? -1
		: os_each_name(fd, tell_one, &t);

	if (fd >= 0)
		close(fd);
	return r < 0 ? -1 : t.n;
}

/* C libraries keep two or three signals for their threads, and leave them out
 * of every set; we have no threads, and whoever sends them means us. */
void
machine_block_all(sigset_t *set, sigset_t *old)
{
	memset(set, 0xff, sizeof *set);
	if (old)
		memset(old, 0, sizeof *old);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, set, old,
		SIGRTMAX > 64 ? 16 : 8);
}

int
machine_next_signal(const sigset_t *set, int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	int sig = sigtimedwait(set, 0, ms < 0 ? 0 : &t);

	return sig > 0 ? sig : errno == EAGAIN ? 0 : -1;
}

void
machine_leave_terminal(void)
{
	const struct timespec now = { 0, 0 };
	sigset_t set;

	if (!isatty(0) || ioctl(0, TIOCNOTTY) < 0 || getsid(0) != getpid())
		return;
	/* The leader of a session hangs up on itself. */
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCONT);
	while (sigtimedwait(&set, 0, &now) > 0)
		;
}

size_t
machine_cmdline(char *buf, size_t max)
{
	ssize_t n = file_read(AT_FDCWD, "/proc/cmdline", buf, max - 1);

	buf[n > 0 ? n : 0] = 0;
	return n > 0 ? (size_t)n : 0;
}

/* The words of mount -o that are flags; the rest goes to the file system. */
static const struct {
	const char *word;
	unsigned long flag;
	int clear;
} mount_flags[] = {
	{ "ro", MS_RDONLY, 0 },
	{ "rw", MS_RDONLY, 1 },
	{ "nosuid", MS_NOSUID, 0 },
	{ "nodev", MS_NODEV, 0 },
	{ "noexec", MS_NOEXEC, 0 },
	{ "noatime", MS_NOATIME, 0 },
	{ "relatime", MS_RELATIME, 0 },
	{ "remount", MS_REMOUNT, 0 },
	{ "bind", MS_BIND, 0 },
	{ "defaults", 0, 0 },
};

static int
take_flag(const char *word, size_t len, unsigned long *flags)
{
	for (size_t i = 0; i < sizeof mount_flags / sizeof *mount_flags; i++) {
		if (strlen(mount_flags[i].word) != len ||
			strncmp(mount_flags[i].word, word, len))
			continue;
		if (mount_flags[i].clear)
			*flags &= ~mount_flags[i].flag;
		else
			*flags |= mount_flags[i].flag;
		return 1;
	}
	return 0;
}

int
machine_mount(
	const char *type, const char *what, const char *dir, const char *opts)
{
	unsigned long flags = 0;
	char data[512];
	size_t used = 0;

	for (const char *p = opts; *p;) {
		size_t n = strcspn(p, ",");

		if (n && !take_flag(p, n, &flags)) {
			if (used + n + 2 > sizeof data) {
				errno = ENAMETOOLONG;
				return -1;
			}
			if (used)
				data[used++] = ',';
			memcpy(data + used, p, n);
			used += n;
		}
		p += n + (p[n] == ',');
	}
	data[used] = 0;
	if (mkdir(dir, 0755) < 0 && errno != EEXIST && errno != EROFS)
		return -1;
	return mount(what, dir, type, flags, data);
}

int
machine_is_mounted(const char *dir)
{
	struct stat a, b;
	char up[PATH_LEN];

	if (stat(dir, &a) < 0 || path_join(up, sizeof up, dir, "..") < 0 ||
		stat(up, &b) < 0)
		return 0;
	return a.st_dev != b.st_dev || a.st_ino == b.st_ino;
}

int
machine_in_memory(const char *dir)
{
	struct statfs s;

	return statfs(dir, &s) == 0 &&
		((unsigned long)s.f_type == TMPFS_IS ||
			(unsigned long)s.f_type == RAMFS_IS);
}

int
machine_fill_dev(void)
{
	static const struct {
		const char *path;
		unsigned mode, major, minor;
	} nodes[] = {
		{ "/dev/console", 0600, 5, 1 },
		{ "/dev/null", 0666, 1, 3 },
		{ "/dev/zero", 0666, 1, 5 },
		{ "/dev/tty", 0666, 5, 0 },
		{ "/dev/random", 0666, 1, 8 },
		{ "/dev/urandom", 0666, 1, 9 },
		{ "/dev/kmsg", 0600, 1, 11 },
	};

	/* The usual case first: the kernel knows all devices itself. */
	if (machine_mount("devtmpfs", "dev", "/dev", "nosuid,mode=755") == 0)
		return 0;
	for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
		if (mknod(nodes[i].path, S_IFCHR | nodes[i].mode,
			    makedev(nodes[i].major, nodes[i].minor)) < 0 &&
			errno != EEXIST)
			return -1;
	return 0;
}

/* What is only a view of the kernel holds no data, and is needed to the end. */
static int
holds_no_data(const char *type)
{
	static const char *const types[] = {
		"proc",
		"sysfs",
		"devtmpfs",
		"devpts",
		"cgroup",
		"cgroup2",
		"rootfs",
		"securityfs",
		"debugfs",
		"tracefs",
		"pstore",
		"bpf",
		"mqueue",
		"efivarfs",
		"configfs",
	};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (!strcmp(types[i], type))
			return 1;
	return 0;
}

/* Swap on a file keeps its file system busy. */
static void
swap_off(void)
{
	char *text, *line, *save;

	if (file_slurp(AT_FDCWD, "/proc/swaps", &text, 1 << 16) < 0)
		return;
	/* The first line is a heading; a partition stays as it is. */
	for (line = strtok_r(text, "\n", &save); line;
		line = strtok_r(0, "\n", &save)) {
		size_t n = strcspn(line, " \t");

		if (*line != '/' || !strstr(line + n, "file"))
			continue;
		line[n] = 0;
		mounts_unescape(line);
		swapoff(line);
	}
	free(text);
}

/* Unmount one line of /proc/mounts.  1 if it was left writable. */
static int
unmount_line(char *line, int ours, void (*each)(const char *, int))
{
	unsigned long keep = MS_REMOUNT | MS_RDONLY;
	struct mounts_line m;
	int err;

	if (!mounts_line(&m, line) || holds_no_data(m.type))
		return 0;
	if (strcmp(m.dir, "/") && umount2(m.dir, 0) == 0)
		return 0;
	err = errno;
	/* A file system that is mounted elsewhere too, by the machine that we
	 * are a container of, must not become read-only there. */
	if (!ours)
		return 0;
	/* In use, by us for one: no more writing then. */
	if (!strcmp(m.type, "tmpfs") || !strcmp(m.type, "ramfs"))
		return 0;
	if (mount(0, m.dir, 0, keep, 0) == 0)
		return 0;
	if (!strncmp(m.opts, "ro", 2) && (!m.opts[2] || m.opts[2] == ','))
		return 0;
	each(m.dir, strcmp(m.dir, "/") ? err : errno);
	return 1;
}

int
machine_unmount_all(void (*each)(const char *, int))
{
	enum { LIMIT = 1 << 22 };
	char *text, *line;
	int left = 0, ours = machine_is_real();
	ssize_t len;

	if (ours)
		swap_off();
	len = file_slurp(AT_FDCWD, "/proc/mounts", &text, LIMIT);

	if (len < 0) {
		int err = errno;

		each("/proc/mounts", err);
		/* At least the root. */
		if (ours && mount(0, "/", 0, MS_REMOUNT | MS_RDONLY, 0) < 0)
			left++;
		return left;
	}
	/* Backwards: what was mounted later may lie on what was earlier. */
	while (len > 0) {
		text[--len] = 0;
		line = strrchr(text, '\n');
		line = line ? line + 1 : text;
		len = line - text;
		left += unmount_line(line, ours, each);
	}
	free(text);
	return left;
}

struct level {
	DIR *dir;
	char name[NAME_MAX + 1]; /* of the directory, in the one above */
};

/* Open the directory `name' in that of the level above.  1, or 0. */
static int
descend(struct level *l, int fd, const char *name)
{
	l->dir = fd < 0 ? 0 : fdopendir(fd);
	if (!l->dir) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	snprintf(l->name, sizeof l->name, "%s", name);
	return 1;
}

/* Remove everything on the file system `dev' below the directory fd, which
 * is closed.  What lies deeper than an initramfs goes is left there. */
static void
empty_directory(int fd, dev_t dev)
{
	enum { DEEP = 64 };
	static struct level at[DEEP];
	int n = descend(&at[0], fd, "");

	while (n) {
		DIR *d = at[n - 1].dir;
		struct dirent *e = readdir(d);
		struct stat st;

		if (!e) {
			closedir(d);
			if (--n)
				unlinkat(dirfd(at[n - 1].dir), at[n].name,
					AT_REMOVEDIR);
		} else if (!strcmp(e->d_name, ".") ||
			!strcmp(e->d_name, "..") ||
			fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) <
				0 ||
			st.st_dev != dev) {
			continue;
		} else if (!S_ISDIR(st.st_mode)) {
			unlinkat(dirfd(d), e->d_name, 0);
		} else if (n < DEEP) {
			n += descend(&at[n],
				openat(dirfd(d), e->d_name,
					O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
						O_CLOEXEC),
				e->d_name);
		}
	}
}

int
machine_switch_root(const char *dir)
{
	static const char *const along[] = { "/dev", "/proc", "/sys", "/run" };
	char to[PATH_LEN];
	struct stat old, new;
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), empty;

	if (fd < 0 || fstat(fd, &old) < 0 || stat(dir, &new) < 0)
		return -1;
	if (old.st_dev == new.st_dev) {
		errno = EINVAL; /* not a mount point */
		return -1;
	}
	/* Never a real disk. */
	empty = machine_in_memory("/");
	for (size_t i = 0; i < sizeof along / sizeof *along; i++)
		if (machine_is_mounted(along[i]) &&
			path_join(to, sizeof to, dir, along[i]) == 0 &&
			mount(along[i], to, 0, MS_MOVE, 0) < 0)
			umount2(along[i], MNT_DETACH);
	if (chdir(dir) < 0 || mount(".", "/", 0, MS_MOVE, 0) < 0 ||
		chroot(".") < 0 || chdir("/") < 0)
		return -1;
	if (empty)
		empty_directory(fd, old.st_dev);
	else
		close(fd);
	return 0;
}

int
machine_take_keys(void)
{
	int r = reboot(RB_DISABLE_CAD), fd;

	/* Alt-up exists on virtual consoles only. */
	fd = open("/dev/tty0", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0) {
		ioctl(fd, KEY_SIGNALS, SIGWINCH);
		close(fd);
	}
	return r;
}

void
machine_console(char *buf, size_t max)
{
	char names[256], *last;
	ssize_t n = file_read(AT_FDCWD, "/sys/class/tty/console/active", names,
		sizeof names - 1);

	if (n > 0) {
		names[n] = 0;
		names[strcspn(names, "\n")] = 0;
		last = strrchr(names, ' ');
		last = last ? last + 1 : names;
		if (strcmp(last, "tty0") == 0)
			last = memcpy(names, "tty1", 5);
		if (path_join(buf, max, "/dev", last) == 0 &&
			access(buf, R_OK | W_OK) == 0)
			return;
	}
	path_join(buf, max, "/dev/console");
}

unsigned long
machine_uptime_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_BOOTTIME, &t) < 0)
		return 0;
	return (unsigned long)t.tv_sec * 1000 +
		(unsigned long)t.tv_nsec / 1000000;
}

int
machine_end_now(enum machine_end how)
{
	switch (how) {
	case END_HALT:
		return reboot(RB_HALT_SYSTEM);
	case END_POWEROFF:
		/* Where there is no power switch the kernel halts. */
		return reboot(RB_POWER_OFF);
	case END_KEXEC:
		/* The kernel loaded before; if none, boot in the usual way. */
		reboot(RB_KEXEC);
		return reboot(RB_AUTOBOOT);
	case END_REBOOT:
		return reboot(RB_AUTOBOOT);
	}
	errno = EINVAL;
	return -1;
}

#endif
