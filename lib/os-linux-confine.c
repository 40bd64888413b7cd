/* os-linux-confine.c - private, empty and read-only places, capabilities and
 * cgroups, by the calls of Linux. */

#include "config.h"
#ifdef HAS_LINUX

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/confine.h"
#include "lib/file.h"
#include "lib/mounts.h"
#include "lib/path.h"

#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442 /* but on Alpha */
#endif

int
confine_mounts(void)
{
	if (unshare(CLONE_NEWNS) < 0)
		return -1;
	return mount(0, "/", 0, MS_REC | MS_SLAVE, 0);
}

int
confine_empty(const char *dir)
{
	return mount("tmpfs", dir, "tmpfs", MS_NOSUID | MS_NODEV,
		"mode=1777,size=10%,nr_inodes=400k");
}

/* What a mount has of its own, to be said again when it is changed. */
static unsigned long
mount_flags(const char *path)
{
	static const struct {
		unsigned long st, ms;
	} map[] = { { ST_NOSUID, MS_NOSUID }, { ST_NODEV, MS_NODEV },
		{ ST_NOEXEC, MS_NOEXEC }, { ST_NOATIME, MS_NOATIME },
		{ ST_NODIRATIME, MS_NODIRATIME },
		{ ST_RELATIME, MS_RELATIME } };
	unsigned long flags = 0;
	struct statvfs v;

	if (statvfs(path, &v) < 0)
		return 0;
	for (size_t i = 0; i < sizeof map / sizeof *map; i++)
		if (v.f_flag & map[i].st)
			flags |= map[i].ms;
	return flags;
}

static int
remount_read_only(const char *path)
{
	return mount(0, path, 0,
		MS_REMOUNT | MS_BIND | MS_RDONLY | mount_flags(path), 0);
}

/* One by one, on a Linux before 5.12. */
static int
each_read_only(const char *path)
{
	char *text, *save = 0;
	struct mounts_line m;
	size_t n = strcmp(path, "/") ? strlen(path) : 0;
	int r = remount_read_only(path);

	if (r < 0 ||
		file_slurp(AT_FDCWD, "/proc/self/mounts", &text, 1 << 24) < 0)
		return -1;
	for (char *line = strtok_r(text, "\n", &save); line && !r;
		line = strtok_r(0, "\n", &save))
		if (mounts_line(&m, line) && !strncmp(m.dir, path, n) &&
			m.dir[n] == '/' && m.dir[n + 1])
			r = remount_read_only(m.dir);
	free(text);
	return r;
}

int
confine_read_only(const char *name)
{
	/* struct mount_attr, for C libraries that do not have it. */
	struct {
		uint64_t set, clear, propagation, userns;
	} attr = { .set = 1 /* MOUNT_ATTR_RDONLY */ };
	char path[PATH_LEN];

	if (!realpath(name, path) ||
		mount(path, path, 0, MS_BIND | MS_REC, 0) < 0)
		return -1;
	/* All mounts below as well, and no other flag of any. */
	if (syscall(SYS_mount_setattr, AT_FDCWD, path,
		    0x8000 /* AT_RECURSIVE */, &attr, sizeof attr) == 0)
		return 0;
	return errno == ENOSYS ? each_read_only(path) : -1;
}

int
confine_bound(uint64_t keep, int *which)
{
	for (int i = 0; i < 64; i++) {
		if (keep >> i & 1 || prctl(PR_CAPBSET_READ, i, 0, 0, 0) <= 0)
			continue;
		*which = i;
		if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0)
			return -1;
	}
	*which = -1;
	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
}

int
confine_keep(uint64_t want, uint64_t *have)
{
	/* capset(2)'s version 3, for C libraries without kernel headers. */
	struct {
		uint32_t version;
		int pid;
	} head = { 0x20080522, 0 };
	struct {
		uint32_t effective, permitted, inheritable;
	} data[2];

	if (syscall(SYS_capget, &head, data) < 0)
		return -1;
	*have = want & (data[0].permitted | (uint64_t)data[1].permitted << 32);
	for (int i = 0; i < 2; i++)
		data[i].permitted = data[i].effective = data[i].inheritable =
			(uint32_t)(*have >> (32 * i));
	if (syscall(SYS_capset, &head, data) < 0)
		return -1;
	/* Ambient, so that exec keeps them. */
	for (int i = 0; i < 64; i++)
		if (*have >> i & 1 &&
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) <
				0)
			return -1;
	return 0;
}

int
confine_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int
confine_oom(const char *number)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC), e;
	ssize_t r;

	if (fd < 0)
		return -1;
	r = write(fd, number, strlen(number));
	e = errno;
	close(fd);
	errno = e;
	return r < 0 ? -1 : 0;
}

int
confine_cgroups(void)
{
	return 0;
}

#else
typedef int os_linux_confine_is_not_used;
#endif
