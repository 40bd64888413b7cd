/* file.c - reads and replaces small files whole, and keeps locks and fifos.
 * */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/num.h"
#include "lib/os.h"
#include "lib/path.h"

static int
open_read(int at, const char *name)
{
	int fd;

	do
		fd = openat(
			at, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	while (fd < 0 && errno == EINTR);
	return fd;
}

static ssize_t
read_up_to(int fd, char *buf, size_t max)
{
	size_t n = 0;

	while (n < max) {
		ssize_t r = read(fd, buf + n, max - n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (!r)
			break;
		n += (size_t)r;
	}
	return (ssize_t)n;
}

/* close that keeps errno, for error paths. */
static void
drop(int fd)
{
	int e = errno;

	close(fd);
	errno = e;
}

ssize_t
file_read(int at, const char *name, void *buf, size_t max)
{
	int fd = open_read(at, name);
	ssize_t r;

	if (fd < 0)
		return -1;
	r = read_up_to(fd, buf, max);
	drop(fd);
	return r;
}

ssize_t
file_slurp(int at, const char *name, char **data, size_t limit)
{
	struct stat st;
	size_t max = 512, n = 0;
	char *buf = 0, *bigger;
	int fd = open_read(at, name);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_size > 0)
		max = (size_t)st.st_size + 1;
	for (;;) {
		ssize_t r;

		if (n > limit || max > limit + 2) {
			errno = EFBIG;
			goto fail;
		}
		bigger = realloc(buf, max + 1);
		if (!bigger)
			goto fail;
		buf = bigger;
		r = read_up_to(fd, buf + n, max - n);
		if (r < 0)
			goto fail;
		n += (size_t)r;
		if (n < max)
			break;
		max = max * 2 > limit + 2 ? limit + 2 : max * 2;
	}
	if (n > limit) {
		errno = EFBIG;
		goto fail;
	}
	close(fd);
	buf[n] = 0;
	*data = buf;
	return (ssize_t)n;
fail:
	free(buf);
	drop(fd);
	return -1;
}

int
file_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t r = write(fd, p, len);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		p += r;
		len -= (size_t)r;
	}
	return 0;
}

/* A name beside `name' that nobody else uses: ".NAME.PID.new" in the same
 * directory. */
static int
temp_name(char *buf, size_t max, const char *name)
{
	const char *base = path_base(name);
	int n = snprintf(buf, max, "%.*s.%s.%ld.new", (int)(base - name), name,
		base, (long)getpid());

	if (n < 0 || (size_t)n >= max) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}

/* Pid of the one who made a temporary name, or 0: it is none. */
static pid_t
temp_writer(const char *name)
{
	size_t n = strlen(name), end = n - 4, i = end;
	char digits[16];
	unsigned pid;

	if (n < 8 || *name != '.' || strcmp(name + end, ".new"))
		return 0;
	while (i && name[i - 1] >= '0' && name[i - 1] <= '9')
		i--;
	if (i < 3 || name[i - 1] != '.' || end - i >= sizeof digits)
		return 0;
	memcpy(digits, name + i, end - i);
	digits[end - i] = 0;
	return num_uint(digits, &pid) ? (pid_t)pid : 0;
}

static int
remove_temp(void *fd, const char *name)
{
	pid_t pid = temp_writer(name);

	if (pid > 0 && kill(pid, 0) < 0 && errno == ESRCH)
		unlinkat(*(int *)fd, name, 0);
	return 0;
}

void
file_remove_temps(int fd)
{
	os_each_name(fd, remove_temp, &fd);
}

/* A file of our own making: what lies there already (another's hard link, a
 * fifo, the rest of a process with our number) is removed, never used. */
static int
open_new(int at, const char *name, unsigned mode)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	int fd = openat(at, name, flags, mode);

	if (fd >= 0 || errno != EEXIST || unlinkat(at, name, 0) < 0)
		return fd;
	return openat(at, name, flags, mode);
}

static int
open_dir_of(int at, const char *name)
{
	char dir[PATH_LEN];
	const char *base = path_base(name);

	if ((size_t)(base - name) >= sizeof dir) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(dir, name, (size_t)(base - name));
	dir[base - name] = 0;
	return openat(at, *dir ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int
sync_dir(int fd)
{
	int r = fsync(fd);

	/* Some file systems cannot sync a directory and say EINVAL. */
	if (r < 0 && errno == EINVAL)
		r = 0;
	drop(fd);
	return r;
}

int
file_write(int at, const char *name, const void *data, size_t len,
	unsigned mode, int sync)
{
	char tmp[PATH_LEN];
	int fd;

	if (temp_name(tmp, sizeof tmp, name) < 0)
		return -1;
	fd = open_new(at, tmp, mode);
	if (fd < 0)
		return -1;
	if (fchmod(fd, mode) < 0 || file_write_all(fd, data, len) < 0 ||
		(sync && fsync(fd) < 0))
		goto fail;
	close(fd);
	/* What can be missing is found before the name is another's. */
	fd = sync ? open_dir_of(at, name) : -1;
	if (sync && fd < 0)
		goto fail;
	if (renameat(at, tmp, at, name) == 0)
		return sync ? sync_dir(fd) : 0;
fail:
	if (fd >= 0)
		drop(fd);
	{
		int e = errno;

		unlinkat(at, tmp, 0);
		errno = e;
	}
	return -1;
}

int
file_uint(int at, const char *name, unsigned *u)
{
	char buf[64];
	ssize_t r = file_read(at, name, buf, sizeof buf - 1);
	char *nl;

	if (r < 0)
		return errno == ENOENT ? 0 : -1;
	buf[r] = 0;
	nl = strchr(buf, '\n');
	if (nl)
		*nl = 0;
	if (num_uint(buf, u))
		return 1;
	errno = EINVAL;
	return -1;
}

/* The errnos that say that no such file can be opened. */
static int
none_there(int e)
{
	return e == ENOENT || e == ENOTDIR || e == ELOOP || e == ENAMETOOLONG;
}

int
file_exists(int at, const char *name)
{
	struct stat st;

	if (fstatat(at, name, &st, 0) == 0)
		return 1;
	return none_there(errno) ? 0 : -1;
}

void
file_only_ours(int fd)
{
	struct stat st;

	/* A link could lead to anything, such as /dev/null.  What is
	 * another's, that one can hold anyway. */
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
		st.st_uid != geteuid() || st.st_nlink != 1 ||
		!(st.st_mode & 077))
		return;
	if (fchmod(fd, st.st_mode & 0700) < 0)
		return;
}

int
file_lock(int at, const char *name, int exclusive, int wait)
{
	struct flock l = { .l_type = exclusive ? F_WRLCK : F_RDLCK,
		.l_whence = SEEK_SET };
	/* Where others can write it may be a fifo by now. */
	int r,
		fd = openat(at, name,
			O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK |
				(exclusive ? O_WRONLY : O_RDONLY),
			0600);

	if (fd < 0)
		return -1;
	file_only_ours(fd);
	do
		r = fcntl(fd, wait ? F_SETLKW : F_SETLK, &l);
	while (r < 0 && errno == EINTR && wait);
	if (r == 0)
		return fd;
	/* POSIX allows both; the other one says that it cannot be opened. */
	if (errno == EACCES)
		errno = EAGAIN;
	drop(fd);
	return -1;
}

pid_t
file_lock_holder(int fd)
{
	struct flock l = { .l_type = F_RDLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &l) < 0)
		return -1;
	/* A lock by an open file description, or by a process outside our
	 * pid namespace, has no pid to show. */
	return l.l_type == F_UNLCK ? 0 : l.l_pid > 0 ? l.l_pid : 1;
}

pid_t
file_locked_by(int at, const char *name)
{
	int fd = open_read(at, name);
	pid_t pid;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	pid = file_lock_holder(fd);
	drop(fd);
	return pid;
}

int
file_link_text(int at, const char *name, char *buf)
{
	ssize_t r = readlinkat(at, name, buf, PATH_LEN - 1);

	buf[r < 0 ? 0 : r] = 0;
	return r < 0 && errno != EINVAL && !none_there(errno) ? -1 : 0;
}

int
file_symlink(int at, const char *target, const char *name)
{
	char tmp[PATH_LEN];

	if (temp_name(tmp, sizeof tmp, name) < 0)
		return -1;
	if (unlinkat(at, tmp, 0) < 0 && errno != ENOENT)
		return -1;
	if (symlinkat(target, at, tmp) < 0)
		return -1;
	if (renameat(at, tmp, at, name) == 0)
		return 0;
	{
		int e = errno;

		unlinkat(at, tmp, 0);
		errno = e;
	}
	return -1;
}

int
file_sync_dir(int at, const char *name)
{
	int fd = open_dir_of(at, name);

	return fd < 0 ? -1 : sync_dir(fd);
}

int
file_open_regular(int at, const char *name)
{
	int fd = openat(at, name,
		O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	close(fd);
	errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	return -1;
}

int
file_is_fifo(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

int
file_tell(int at, const char *name, const void *data, size_t len)
{
	int fd = openat(at, name, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	ssize_t r;

	if (fd < 0)
		return -1;
	if (!file_is_fifo(fd)) {
		close(fd);
		errno = ENODEV;
		return -1;
	}
	do
		/* At most PIPE_BUF bytes: whole or EAGAIN. */
		r = write(fd, data, len);
	while (r < 0 && errno == EINTR);
	drop(fd);
	return r < 0 ? -1 : 0;
}

int
file_shortage(int e)
{
	return e == EAGAIN || e == ENOMEM || e == EMFILE || e == ENFILE ||
		e == ENOSPC || e == EINTR || e == ETXTBSY || e == ENOBUFS ||
		e == EIO;
}
