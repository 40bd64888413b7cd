/* svdirs.c - see svdirs.h. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "lib/path.h"
#include "rc/places.h"
#include "rc/scan.h"
#include "rc/waiting.h"
#include "rc/switch/svdirs.h"
#include "supervise/control.h"
#include "supervise/detail.h"

enum { GONE_MS = 10000, SUPERVISE_MS = 30000 };

int
svdirs_supervised(const struct update *u, const char *name)
{
	char dir[PATH_LEN];

	return path_join(dir, sizeof dir, "servicedirs", name) == 0 &&
		control_alive(u->live.fd, dir) > 0;
}

/* The running supervise sits in the directory, wherever its name goes; the
 * entry of the scan directory is at no moment missing or dangling, so a scan
 * by anybody finds it. */
static int
swap_names(int at, const char *a, const char *b)
{
	if (os_exchange(at, a, b) == 0)
		return unlinkat(at, a, 0);
	if (errno != ENOSYS && errno != EINVAL)
		return -1;
	return unlinkat(at, b, 0) < 0 ? -1 : renameat(at, a, at, b);
}

static int
is_link(int at, const char *name)
{
	struct stat st;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return S_ISLNK(st.st_mode);
}

static int
rename_service(struct update *u, const char *old, const char *new)
{
	char a[PATH_LEN], b[PATH_LEN], def[PATH_LEN], target[PATH_LEN];
	char entry[PATH_LEN], renamed[PATH_LEN];
	int at = u->live.fd;

	if (path_join(a, sizeof a, "servicedirs", old) < 0 ||
		path_join(b, sizeof b, "servicedirs", new) < 0 ||
		path_join(def, sizeof def, b, "def") < 0 ||
		path_join(target, sizeof target, "../../current/def", new) <
			0 ||
		scan_entry(entry, sizeof entry, &u->live, old) < 0 ||
		scan_entry(renamed, sizeof renamed, &u->live, new) < 0)
		return -1;
	if (is_link(at, b) < 0 && is_link(at, a) == 0 &&
		symlinkat(old, at, b) < 0)
		return -1;
	if (is_link(AT_FDCWD, entry) > 0 && rename(entry, renamed) < 0)
		return -1;
	if (scan_link(&u->live, new) < 0)
		return -1;
	if (file_symlink(at, target, def) < 0)
		return -1;
	if (is_link(at, b) > 0 && is_link(at, a) == 0 &&
		swap_names(at, a, b) < 0)
		return -1;
	if (is_link(at, a) > 0 && unlinkat(at, a, 0) < 0)
		return -1;
	if (path_join(def, sizeof def, "current/def", old) < 0)
		return -1;
	return unlinkat(at, def, 0) < 0 && errno != ENOENT ? -1 : 0;
}

/* The supervise starts itself anew under that name, so that ps shows it.  One
 * of s6 cannot, and works all the same. */
static void
tell_name(const struct update *u, const char *name)
{
	char dir[PATH_LEN];
	struct detail d;

	if (path_join(dir, sizeof dir, "servicedirs", name) == 0 &&
		detail_read(&d, u->live.fd, dir) == 0)
		(void)control_send(u->live.fd, dir, "R", 1);
}

int
svdirs_rename(struct update *u, char **old, char **new, uint32_t n)
{
	for (uint32_t k = 0; k < n; k++)
		if (rename_service(u, old[k], new[k]) < 0) {
			warn_sys("unable to rename %s to %s", old[k], new[k]);
			return -1;
		} else {
			tell_name(u, new[k]);
		}
	return 0;
}

struct names {
	const char **v; /* owned */
	uint32_t n;
};

static int
add_name(struct names *l, const char *name)
{
	const char **more = realloc(l->v, (l->n + 1) * sizeof *more);

	if (!more)
		return -1;
	l->v = more;
	l->v[l->n] = name;
	l->n++;
	return 0;
}

/* Half-made, or moved out of the way because it could not be removed: then
 * that was told. */
static void
remove_hidden(int dir, const char *name)
{
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return;
	if (path_remove(dir, name) < 0 &&
		strncmp(name, PATH_LEFT, strlen(PATH_LEFT)))
		warn_sys("unable to remove servicedirs/%s (going on)", name);
}

/* A directory, or a link to one: not what a service wrote beside its own. */
static int
may_be_service(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		(S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode));
}

/* Directories of services that the current set does not have; names are
 * copies. */
static int
find_gone(struct update *u, struct names *gone)
{
	int fd = openat(u->live.fd, "servicedirs",
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	    r = 0;
	DIR *dir = fd < 0 ? 0 : fdopendir(fd);
	struct dirent *d;
	char *copied;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (r == 0 && (d = readdir(dir))) {
		if (*d->d_name == '.') {
			remove_hidden(dirfd(dir), d->d_name);
			continue;
		}
		if (db_is_longrun(&u->live.db, d->d_name) ||
			!strcmp(d->d_name, LIVE_RUNNER) ||
			!may_be_service(dirfd(dir), d->d_name))
			continue;
		copied = strdup(d->d_name);
		if (!copied || add_name(gone, copied) < 0) {
			free(copied);
			r = -1;
		}
	}
	closedir(dir);
	return r;
}

/* 1, also if that cannot be seen: to wait for it is no use then, which is
 * said. */
static int
is_supervised(const struct update *u, const char *name)
{
	char dir[PATH_LEN];
	int r = path_join(dir, sizeof dir, "servicedirs", name) < 0
		? -1
		: control_alive(u->live.fd, dir);

	if (r < 0 && errno == EACCES) {
		warn_sys("unable to see whether %s is supervised (going on)",
			name);
		return 1;
	}
	return r > 0;
}

static int
find_new(struct update *u, struct names *new)
{
	if (live_needs_runner(&u->live.db) && !is_supervised(u, LIVE_RUNNER) &&
		add_name(new, LIVE_RUNNER) < 0)
		return -1;
	for (uint32_t i = 0; i < u->live.db.nlong; i++)
		if (!is_supervised(u, u->live.db.services[i].name) &&
			add_name(new, u->live.db.services[i].name) < 0)
			return -1;
	return 0;
}

/* svscan runs, but not for these.  No later act can change that, so none is
 * held up by it: those of them that have to start will fail. */
static void
tell_unsupervised(const struct update *u, const struct names *new, long left)
{
	struct places places;
	uint32_t k = 0;
	char others[48] = "", err[256];
	const char *said = places_default(&places, err, sizeof err) == 0
		? places_unlogged(&places)
		: "goes to its output";

	while (k < new->n && svdirs_supervised(u, new->v[k]))
		k++;
	if (k == new->n)
		return;
	if (left > 1)
		snprintf(others, sizeof others, " and %ld others", left - 1);
	warn("%s%s: not supervised %s (going on; what svscan says of it %s)",
		new->v[k], others,
		run_left(&u->run) == 1 ? "in time" : "after 30 s", said);
}

/* It stands in nobody's way, or will be tried again. */
static void
not_removed(const char *name, const char *what, const char *left, int error)
{
	errno = error;
	if (left)
		warn_sys("unable to remove all of servicedirs/%s, which is "
			 "%s now (going on)",
			name, left);
	else
		warn_sys("unable to remove %s, of %s, which is gone (going on)",
			what, name);
}

static void
remove_gone(const struct update *u, const struct names *gone)
{
	const struct scan_patience going = { .each = GONE_MS,
		.all = run_left(&u->run) };
	long left = scan_remove(&u->live, gone->v, gone->n, going, not_removed);

	for (uint32_t k = 0; left > 0 && k < gone->n; k++)
		if (svdirs_supervised(u, gone->v[k])) {
			char others[48] = "";

			if (left > 1)
				snprintf(others, sizeof others,
					" and %ld others", left - 1);
			warn("the supervise of %s%s, which is gone, does not "
			     "end (going on)",
				gone->v[k], others);
			break;
		}
}

/* Make the entries fit the current generation. */
int
svdirs_enter(struct update *u)
{
	struct names gone = { 0, 0 }, new = { 0, 0 };
	struct scan_patience coming = { .each = SUPERVISE_MS,
		.tell = waiting_tell };
	long left;
	int r = -1;

	if (find_gone(u, &gone) < 0 || find_new(u, &new) < 0) {
		warn_sys("unable to look through the service directories");
		goto out;
	}
	remove_gone(u, &gone);
	coming.all = run_left(&u->run);
	left = scan_supervise(&u->live, new.v, new.n, coming);
	if (left < 0)
		warn_sys("unable to have new services supervised");
	else
		r = 0;
	if (left > 0)
		tell_unsupervised(u, &new, left);
	/* For those that changed their name. */
	scan_send(u->live.scandir, "a");
out:
	for (uint32_t k = 0; k < gone.n; k++)
		free((char *)(uintptr_t)gone.v[k]);
	free(gone.v);
	free(new.v);
	return r;
}

/* A new service may have the directory of another that had its name. */
static int
changes_links(const struct update *u, const struct diff *d, uint32_t j)
{
	if (d->from[j] == DB_NONE)
		return db_is_longrun(u->in.from, u->in.to->services[j].name);
	return !diff_same_definition(&u->in, d, j) ||
		!diff_same_name(&u->in, d, j);
}

/* Links of service directories to files that came or went; all of them when
 * it is not known what an earlier run did. */
int
svdirs_relink(struct update *u, const struct diff *d)
{
	for (uint32_t j = 0; j < u->live.db.nlong; j++) {
		if (d && !changes_links(u, d, j))
			continue;
		if (live_store(u->live.fd, &u->live.db, j) < 0 ||
			live_servicedir_make(u->live.fd, &u->live.db, j) < 0 ||
			live_servicedir_trim(u->live.fd, &u->live.db, j) < 0) {
			warn_sys("unable to renew the directory of %s",
				u->live.db.services[j].name);
			return -1;
		}
	}
	return 0;
}
