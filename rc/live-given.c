/* live-given.c - see live-given.h. */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rc/live-given.h"

enum { NAME_MAX_LEN = 256 };

/* Has a user of another number this group as the first? */
static int
is_shared(uid_t uid, gid_t gid)
{
	const struct passwd *p;
	int r = 0;

	setpwent();
	while (!r && (p = getpwent()))
		r = p->pw_gid == gid && p->pw_uid != uid;
	endpwent();
	return r;
}

/* The group of a user that nobody else is in, or -1. */
static gid_t
own_group(const char *user)
{
	char name[NAME_MAX_LEN];
	size_t n = strcspn(user, ":");
	const struct passwd *p;
	const struct group *g;
	uid_t uid;
	gid_t gid;

	if (n >= sizeof name)
		return (gid_t)-1;
	memcpy(name, user, n);
	name[n] = 0;
	p = getpwnam(name);
	if (!p || !p->pw_uid)
		return (gid_t)-1;
	uid = p->pw_uid;
	gid = p->pw_gid;
	g = getgrgid(gid);
	if (!g || strcmp(g->gr_name, name))
		return (gid_t)-1;
	for (char **m = g->gr_mem; *m; m++)
		if (strcmp(*m, name))
			return (gid_t)-1;
	return is_shared(uid, gid) ? (gid_t)-1 : gid;
}

static int
is_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) && (!path[n] || path[n] == '/');
}

/* The check is run by whom the tree belongs to. */
static int
is_given(const struct db_file *f, int all_closed)
{
	if (S_ISLNK(f->mode))
		return 0;
	if (!strcmp(f->path, "run.user"))
		return all_closed || !(f->mode & 07);
	return all_closed && strcmp(f->path, "data/check") != 0 &&
		(is_in(f->path, "data") || is_in(f->path, "env"));
}

/* Its group can do what its owner can, but write. */
static int
give(int at, const char *path, gid_t gid, mode_t mode)
{
	mode = (mode & 0700) | ((mode & 0500) >> 3);
	return fchownat(at, path, (uid_t)-1, gid, AT_SYMLINK_NOFOLLOW) < 0
		? -1
		: fchmodat(at, path, mode, 0);
}

int
live_give(int at, const struct db_service *s, int all_closed)
{
	const char *user = db_prop(s, "user");
	gid_t gid = (gid_t)-1;
	int looked = 0;

	if (!user || geteuid())
		return 0;
	for (uint32_t i = 0; i < s->nfiles; i++) {
		const struct db_file *f = s->files + i;
		mode_t mode = (mode_t)f->mode;

		if (!is_given(f, all_closed))
			continue;
		if (!looked)
			gid = own_group(user);
		looked = 1;
		if (gid == (gid_t)-1)
			return 0;
		if (S_ISDIR(mode))
			mode |= 0700;
		/* Without the capability it stays root's. */
		if (give(at, f->path, gid, mode) < 0)
			return errno == EPERM ? 0 : -1;
	}
	if (!looked || !all_closed)
		return 0;
	return fchown(at, (uid_t)-1, gid) < 0 || fchmod(at, 0710) < 0 ? -1 : 0;
}
