/* copy.c - copies files, links and directories, with their modes. */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/copy.h"
#include "lib/file.h"
#include "lib/path.h"

/* nftw has no argument for its function. */
static struct {
	size_t skip; /* bytes of the source's own path */
	const char *to;
	char *failed;
	size_t max;
} job;

static int
copy_file(const char *from, const char *to, mode_t mode)
{
	char buf[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC), out = -1, bad = 1;
	ssize_t n;

	if (in < 0)
		return -1;
	unlink(to);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (out >= 0) {
		bad = 0;
		while (!bad && (n = read(in, buf, sizeof buf)) != 0)
			bad = n < 0 || file_write_all(out, buf, (size_t)n) < 0;
		if (close(out) < 0)
			bad = 1;
	}
	close(in);
	return bad ? -1 : 0;
}

static int
copy_link(const char *from, const char *to)
{
	char buf[PATH_LEN];
	ssize_t n = readlink(from, buf, sizeof buf - 1);

	if (n < 0)
		return -1;
	buf[n] = 0;
	return file_symlink(AT_FDCWD, buf, to);
}

static int
make_dir(const char *to, mode_t mode)
{
	struct stat st;

	if (mkdir(to, mode) == 0)
		return 0;
	return errno == EEXIST && stat(to, &st) == 0 && S_ISDIR(st.st_mode)
		? 0
		: -1;
}

/* Owner and mode as there; by descriptor, as the directory that it is in may
 * be another user's already, who can put a link under the name. */
static int
hand_over(const char *to, const struct stat *st, int mode)
{
	int fd, r, e;

	if (S_ISLNK(st->st_mode))
		return geteuid() ? 0 : lchown(to, st->st_uid, st->st_gid);
	if (geteuid())
		return mode ? chmod(to, st->st_mode & 07777) : 0;
	fd = open(to, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	r = fchown(fd, st->st_uid, st->st_gid);
	if (r == 0 && mode)
		r = fchmod(fd, st->st_mode & 07777);
	e = errno;
	close(fd);
	errno = e;
	return r;
}

static int
one(const char *from, const struct stat *st, int type, struct FTW *where)
{
	char to[PATH_LEN];
	int r = -1;

	(void)where;
	if (path_join(to, sizeof to, job.to, from + job.skip) < 0)
		goto failed;
	if (type == FTW_DNR || type == FTW_NS) {
		errno = EACCES;
		goto failed;
	}
	if (S_ISDIR(st->st_mode))
		r = make_dir(to, st->st_mode & 07777);
	else if (S_ISREG(st->st_mode))
		r = copy_file(from, to, st->st_mode & 07777);
	else if (S_ISLNK(st->st_mode))
		r = copy_link(from, to);
	else if (S_ISFIFO(st->st_mode))
		r = mkfifo(to, st->st_mode & 07777) == 0 || errno == EEXIST
			? 0
			: -1;
	else
		return 0; /* devices and sockets are nobody's here */
	if (r == 0)
		r = hand_over(to, st, from[job.skip] != 0);
	if (r == 0)
		return 0;
failed:
	snprintf(job.failed, job.max, "%s", from);
	return -1;
}

int
copy_tree(const char *from, const char *to, char *path, size_t max)
{
	job.skip = strlen(from);
	job.to = to;
	job.failed = path;
	job.max = max;
	if (path_join(path, max, from) < 0)
		return -1;
	return nftw(from, one, 16, FTW_PHYS) == 0 ? 0 : -1;
}
