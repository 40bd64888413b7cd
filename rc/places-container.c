/* places-container.c - see places-container.h.  Everybody may write to /tmp, so
 * a mark is believed for its owner and never for its place. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/os.h"
#include "rc/places-container.h"

int
container_mark(const char *live, const char *state)
{
	char text[2 * PATH_LEN + 2];
	int n = snprintf(text, sizeof text, "%s\n%s\n", live, state);

	if (n < 0 || (size_t)n >= sizeof text)
		return -1;
	return file_write(AT_FDCWD, CONTAINER_MARK, text, (size_t)n, 0644, 0);
}

/* Only its owner can have written it: it and its directory are his, and
 * nobody else may write there. */
static int
is_of(const struct stat *st, uid_t owner)
{
	return st->st_uid == owner && !(st->st_mode & 022);
}

static int
take_line(char **text, char *buf)
{
	char *end = strchr(*text, '\n');
	int ok;

	if (!end)
		return 0;
	*end = 0;
	ok = **text == '/' && path_join(buf, PATH_LEN, *text) == 0;
	*text = end + 1;
	return ok;
}

/* Read the mark in a scan directory if this uid has made it. */
static int
read_mark(struct places *p, const char *scandir, uid_t owner)
{
	char text[2 * PATH_LEN + 2], *at = text, live[PATH_LEN],
				     state[PATH_LEN];
	struct stat dir, mark;
	ssize_t n = -1;
	int d, fd;

	d = *scandir == '/' ? os_open_walk(AT_FDCWD, scandir) : -1;
	if (d < 0)
		return 0;
	fd = fstat(d, &dir) == 0 && is_of(&dir, owner)
		? file_open_regular(d, CONTAINER_MARK)
		: -1;
	close(d);
	if (fd < 0)
		return 0;
	if (fstat(fd, &mark) == 0 && is_of(&mark, owner))
		n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = 0;
	if (!take_line(&at, live) || !take_line(&at, state) ||
		path_join(p->scandir, sizeof p->scandir, scandir) < 0)
		return 0;
	strcpy(p->live, live);
	strcpy(p->state, state);
	return 1;
}

/* Ours, as it is what we would have made; does it run? */
static int
read_private(struct places *p, const char *top)
{
	char name[32], dir[PATH_LEN], lock[PATH_LEN];

	snprintf(name, sizeof name, CONTAINER_PRIVATE, (unsigned long)getuid());
	return path_join(dir, sizeof dir, top, name, "service") == 0 &&
		path_join(lock, sizeof lock, dir, ".s6-svscan/lock") == 0 &&
		read_mark(p, dir, getuid()) &&
		file_locked_by(AT_FDCWD, lock) > 0;
}

int
container_places(struct places *p, const char *scandir)
{
	static const char run[] = "/run/service";
	char last[PATH_LEN];
	uid_t first;
	int known = os_first(&first, last, sizeof last) == 0;

	if (scandir)
		return read_mark(p, scandir, getuid()) ||
			read_mark(p, scandir, 0) ||
			(known && read_mark(p, scandir, first));
	/* Process 1 names it.  If it is another program, a small init before
	 * ours, there are the usual places. */
	if (known && read_mark(p, last, first))
		return 1;
	return read_mark(p, run, getuid()) || read_mark(p, run, 0) ||
		(known && read_mark(p, run, first)) ||
		read_private(p, "/tmp") || read_private(p, "/dev/shm");
}
