/* give.c - see give.h. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/give.h"
#include "lib/os.h"
#include "lib/path.h"

enum { LINKS_MAX = 40 }; /* as the kernel's */

struct walk {
	int fd; /* where we are */
	struct stat st; /* of it */
	int safe; /* nobody else could lead us here */
	int made; /* the last step made it */
	int links;
	char rest[PATH_LEN];
	const char *why;
};

static int
trusted(uid_t uid)
{
	return uid == 0 || uid == geteuid();
}

static int
others_write(const struct stat *dir)
{
	return (dir->st_mode & S_IWOTH) ||
		((dir->st_mode & S_IWGRP) && dir->st_gid != 0);
}

/* Can nobody but root and us have put this entry where we are, nor replace
 * it? */
static int
entry_safe(const struct walk *w, const struct stat *entry)
{
	return w->safe && trusted(w->st.st_uid) &&
		(!others_write(&w->st) ||
			((w->st.st_mode & S_ISVTX) && trusted(entry->st_uid)));
}

/* Go on in fd. */
static int
enter(struct walk *w, int fd, const struct stat *st, int safe)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = fd;
	w->st = *st;
	w->safe = safe;
	return 0;
}

static int
drop(int fd, int e)
{
	if (fd >= 0)
		close(fd);
	errno = e;
	return -1;
}

/* A relative path begins where we are, whoever owns what is above. */
static int
start(struct walk *w, const char *from)
{
	struct stat st;
	int fd = os_open_walk(AT_FDCWD, from);

	if (fd < 0 || fstat(fd, &st) < 0)
		return drop(fd, errno);
	return enter(w, fd, &st, 1);
}

/* The link becomes part of what is still to be walked. */
static int
follow(struct walk *w, const char *name)
{
	char to[PATH_LEN], rest[PATH_LEN];
	struct stat st;

	if (fstatat(w->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (!S_ISLNK(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	/* What root does is worth luring it; others act for themselves. */
	if (geteuid() ? !trusted(st.st_uid) : !entry_safe(w, &st)) {
		w->why = "a link on the way may be another user's";
		errno = ELOOP;
		return -1;
	}
	file_link_text(w->fd, name, to);
	if (!*to || ++w->links > LINKS_MAX) {
		errno = ELOOP;
		return -1;
	}
	if (path_join(rest, sizeof rest, to, w->rest) < 0)
		return -1;
	strcpy(w->rest, rest);
	return *to == '/' ? start(w, "/") : 0;
}

/* Into name, which is made if it is not there. */
static int
step(struct walk *w, const char *name, unsigned mode)
{
	struct stat st;
	int fd;

	w->made = 0;
	if (!strcmp(name, "..") && !w->safe && geteuid() == 0) {
		w->why = "what is above may have changed";
		errno = EPERM;
		return -1;
	}
	fd = os_open_walk(w->fd, name);
	if (fd < 0 && errno == ENOENT) {
		if (mkdirat(w->fd, name, mode) == 0)
			w->made = 1;
		else if (errno != EEXIST)
			return -1;
		fd = os_open_walk(w->fd, name);
	}
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR || errno == EMLINK))
		return follow(w, name);
	if (fd < 0 || fstat(fd, &st) < 0)
		return drop(fd, errno);
	return enter(w, fd, &st, entry_safe(w, &st));
}

/* What comes next of the path, cut off its front; 0 if that was all. */
static int
next_name(struct walk *w, char *name)
{
	size_t skip = strspn(w->rest, "/"), n = strcspn(w->rest + skip, "/");

	memcpy(name, w->rest + skip, n);
	name[n] = 0;
	skip += n;
	skip += strspn(w->rest + skip, "/");
	memmove(w->rest, w->rest + skip, strlen(w->rest + skip) + 1);
	return n != 0;
}

static int
is_empty(int fd)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), n = 0;
	DIR *dir = again < 0 ? 0 : fdopendir(again);
	struct dirent *d;

	if (!dir)
		return drop(again, errno) == 0;
	while ((d = readdir(dir)))
		n += strcmp(d->d_name, ".") && strcmp(d->d_name, "..");
	closedir(dir);
	return !n;
}

/* In a place where others can rename, what is under the name now may be a
 * directory that they moved there. */
static int
may_touch(const struct walk *w, const struct give *g)
{
	if (w->safe || geteuid() ||
		(g->uid != (uid_t)-1 && w->st.st_uid == g->uid))
		return 1;
	return w->made && w->st.st_uid == geteuid() && is_empty(w->fd);
}

static int
hand_over(struct walk *w, const struct give *g)
{
	int owner = (g->uid != (uid_t)-1 && g->uid != w->st.st_uid) ||
		(g->gid != (gid_t)-1 && g->gid != w->st.st_gid);
	int mode = g->set && (owner || g->mode != (w->st.st_mode & 07777));
	int fd;

	if (!owner && !mode)
		return 0;
	if (!may_touch(w, g)) {
		w->why = "it belongs to somebody else, in a directory that a "
			 "third may write; move it away, or change its owner "
			 "by hand";
		errno = EPERM;
		return -1;
	}
	/* The mode of a stranger's directory is the stranger's. */
	if (!owner && g->uid == (uid_t)-1 && geteuid() &&
		w->st.st_uid != geteuid())
		return 0;
	fd = openat(w->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* The owner first: it takes bits of the mode away. */
	if (fd < 0 || (owner && fchown(fd, g->uid, g->gid) < 0) ||
		(mode && fchmod(fd, (mode_t)g->mode) < 0))
		return drop(fd, errno);
	close(fd);
	return 0;
}

int
give_dir(const char *path, const struct give *g, const char **why)
{
	struct walk w = { .fd = -1 };
	char name[PATH_LEN];
	int r = -1, e;

	if (!*path)
		errno = ENOENT;
	else if (path_join(w.rest, sizeof w.rest, path) == 0)
		r = start(&w, *path == '/' ? "/" : ".");
	while (r == 0 && next_name(&w, name)) {
		/* Nobody looks into a new one before it is given. */
		unsigned mode = *w.rest ? 0777
			: g->set	? g->mode & 0700
					: g->mode;

		if (strcmp(name, "."))
			r = step(&w, name, mode);
	}
	if (r == 0)
		r = hand_over(&w, g);
	e = errno;
	if (w.fd >= 0)
		close(w.fd);
	if (why)
		*why = w.why;
	errno = e;
	return r;
}

int
path_mkdirs(const char *path, unsigned mode)
{
	struct give g = { .uid = (uid_t)-1, .gid = (gid_t)-1, .mode = mode };

	return give_dir(path, &g, 0);
}
