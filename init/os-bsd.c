/* os-bsd.c - see os.h.  For FreeBSD, NetBSD, OpenBSD and Dragonfly, and the
 * fallback of every other system.  Never run on a BSD by us: compiled here
 * with the names of their headers stubbed, and run on Linux without its own
 * calls (configure --without-linux), where the last branches are taken. */

#include "config.h"
#ifndef HAS_LINUX

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#if defined(__FreeBSD__) || defined(__DragonFly__)
#define BSD_MOUNTS statfs
#define BSD_FLAG f_flags
#include <sys/param.h>
#include <sys/mount.h>
#include <sys/procctl.h>
#include <sys/reboot.h>
#include <sys/uio.h>
#elif defined(__NetBSD__)
#define BSD_MOUNTS statvfs
#define BSD_FLAG f_flag
#include <sys/param.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#elif defined(__OpenBSD__)
#define BSD_MOUNTS statfs
#define BSD_FLAG f_flags
#include <sys/param.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#elif defined(__linux__)
/* For the tests of everything around it: the call is that of the BSDs. */
#include <sys/reboot.h>
#endif

#include "init/os.h"
#include "lib/path.h"

int
machine_is_real(void)
{
#ifdef BSD_MOUNTS
	/* A jail has no process 1 of its own. */
	return getpid() == 1;
#else
	return 0;
#endif
}

int
machine_adopt_orphans(void)
{
#if defined(__FreeBSD__) || defined(__DragonFly__)
	return procctl(P_PID, getpid(), PROC_REAP_ACQUIRE, 0);
#else
	errno = ENOSYS;
	return -1;
#endif
}

int
machine_adopts_orphans(void)
{
	return 0;
}

int
machine_kill_children(int sig)
{
#if defined(__FreeBSD__)
	struct procctl_reaper_kill rk;

	memset(&rk, 0, sizeof rk);
	rk.rk_sig = sig;
	if (procctl(P_PID, getpid(), PROC_REAP_KILL, &rk) == 0)
		return (int)rk.rk_killed;
#else
	(void)sig;
#endif
	return -1;
}

int
machine_tell_descendants(int sig, int terminal)
{
	(void)terminal;
#if defined(__FreeBSD__) || defined(__DragonFly__)
	if (!terminal)
		return machine_kill_children(sig);
#endif
	(void)sig;
	return -1;
}

void
machine_block_all(sigset_t *set, sigset_t *old)
{
	sigfillset(set);
	sigprocmask(SIG_SETMASK, set, old);
}

/* Not every BSD has sigtimedwait; with a timer ALRM is lost while one runs. */
int
machine_next_signal(const sigset_t *set, int ms)
{
	struct itimerval timer;
	int sig;

	memset(&timer, 0, sizeof timer);
	if (ms >= 0) {
		timer.it_value.tv_sec = ms / 1000;
		timer.it_value.tv_usec = ms % 1000 * 1000 + (ms == 0);
		setitimer(ITIMER_REAL, &timer, 0);
	}
	if (sigwait(set, &sig) != 0)
		sig = -1;
	if (ms >= 0) {
		memset(&timer, 0, sizeof timer);
		setitimer(ITIMER_REAL, &timer, 0);
	}
	return ms >= 0 && sig == SIGALRM ? 0 : sig;
}

void
machine_leave_terminal(void)
{
}

size_t
machine_cmdline(char *buf, size_t max)
{
	/* These kernels hand all words to process 1 as arguments. */
	(void)max;
	*buf = 0;
	return 0;
}

int
machine_mount(
	const char *type, const char *what, const char *dir, const char *opts)
{
#if defined(__FreeBSD__)
	struct iovec v[6];
	const char *word[6] = { "fstype", type, "fspath", dir, "from", what };

	(void)opts;
	for (int i = 0; i < 6; i++) {
		/* nmount does not write through it. */
		memcpy(&v[i].iov_base, &word[i], sizeof word[i]);
		v[i].iov_len = strlen(word[i]) + 1;
	}
	if (mkdir(dir, 0755) < 0 && errno != EEXIST && errno != EROFS)
		return -1;
	return nmount(v, 6, 0);
#else
	(void)type;
	(void)what;
	(void)dir;
	(void)opts;
	errno = ENOSYS; /* rc.init has mount(8) */
	return -1;
#endif
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
#ifdef BSD_MOUNTS
	struct BSD_MOUNTS s;

#ifdef __NetBSD__
	if (statvfs(dir, &s) < 0)
#else
	if (statfs(dir, &s) < 0)
#endif
		return 0;
	return !strcmp(s.f_fstypename, "tmpfs") ||
		!strcmp(s.f_fstypename, "mfs");
#else
	(void)dir;
	return 1;
#endif
}

int
machine_fill_dev(void)
{
	/* FreeBSD's kernel mounts devfs itself; the others have a real /dev. */
	return 0;
}

int
machine_unmount_all(void (*each)(const char *, int))
{
#ifdef BSD_MOUNTS
	struct BSD_MOUNTS *m;
	int left = 0, n = getmntinfo(&m, MNT_NOWAIT);

	while (n-- > 0) {
		if (!strcmp(m[n].f_fstypename, "devfs") ||
			!strcmp(m[n].f_mntonname, "/") ||
			unmount(m[n].f_mntonname, 0) == 0 ||
			unmount(m[n].f_mntonname, MNT_FORCE) == 0 ||
			(m[n].BSD_FLAG & MNT_RDONLY))
			continue;
		each(m[n].f_mntonname, errno);
		left++;
	}
	/* reboot(2) itself flushes and marks the root clean. */
	return left;
#else
	(void)each;
	errno = ENOSYS;
	return -1;
#endif
}

int
machine_switch_root(const char *dir)
{
	(void)dir;
	errno = ENOSYS; /* their kernels have no initramfs */
	return -1;
}

int
machine_take_keys(void)
{
	errno = ENOSYS; /* their kernels signal process 1 already */
	return -1;
}

void
machine_console(char *buf, size_t max)
{
	path_join(buf, max, "/dev/console");
}

unsigned long
machine_uptime_ms(void)
{
	struct timespec t;

	/* POSIX does not say since when, but these kernels count from their
	 * start. */
	if (clock_gettime(CLOCK_MONOTONIC, &t) < 0)
		return 0;
	return (unsigned long)t.tv_sec * 1000 +
		(unsigned long)t.tv_nsec / 1000000;
}

int
machine_end_now(enum machine_end how)
{
#ifdef BSD_MOUNTS
	int howto = RB_AUTOBOOT;

	if (how == END_HALT)
		howto = RB_HALT;
#if defined(RB_POWEROFF)
	else if (how == END_POWEROFF)
		howto = RB_HALT | RB_POWEROFF;
#elif defined(RB_POWERDOWN)
	else if (how == END_POWEROFF)
		howto = RB_HALT | RB_POWERDOWN;
#endif
#ifdef __NetBSD__
	return reboot(howto, 0);
#else
	return reboot(howto);
#endif
#elif defined(__linux__)
	return reboot(how == END_HALT	      ? RB_HALT_SYSTEM
			: how == END_POWEROFF ? RB_POWER_OFF
					      : RB_AUTOBOOT);
#else
	(void)how;
	errno = ENOSYS;
	return -1;
#endif
}

#endif
