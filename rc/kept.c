/* kept.c - which of the kept generations is live and which is booted, see
 * kept.h.  STATE/generations/N/{db,info}, STATE/boot -> generations/N/db. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/num.h"
#include "rc/kept.h"

unsigned
kept_number(const char *path)
{
	char buf[PATH_LEN];
	unsigned n;
	char *slash;

	if (path_join(buf, sizeof buf, path) < 0 ||
		strcmp(path_base(buf), "db"))
		return 0;
	slash = strrchr(buf, '/');
	if (!slash)
		return 0;
	*slash = 0;
	return num_uint(path_base(buf), &n) ? n : 0;
}

static int
file_of(char *buf, const char *dir, unsigned n, const char *file)
{
	char number[16];

	snprintf(number, sizeof number, "%u", n);
	return path_join(buf, PATH_LEN, dir, number, file);
}

int
kept_live(const char *dir, const char *live, unsigned *n)
{
	char link[PATH_LEN], path[PATH_LEN];
	struct stat ours, theirs;
	unsigned found;

	*n = 0;
	if (path_join(path, sizeof path, live, "current/compiled") < 0)
		return 0;
	if (file_link_text(AT_FDCWD, path, link) < 0)
		return -1;
	found = kept_number(link);
	if (!found)
		return 0;
	if (file_of(path, dir, found, "db") < 0)
		return -1;
	if (stat(path, &ours) < 0 || stat(link, &theirs) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	if (ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino)
		*n = found;
	return 0;
}

int
kept_info(const char *dir, unsigned n, char *id, time_t *when)
{
	char path[PATH_LEN], buf[512], *p;
	ssize_t r;

	if (file_of(path, dir, n, "info") < 0)
		return -1;
	r = file_read(AT_FDCWD, path, buf, sizeof buf - 1);
	if (r < 0)
		return -1;
	buf[r] = 0;
	p = strstr(buf, "id ");
	snprintf(id, LIVE_HEX, "%.*s", p ? LIVE_HEX - 1 : 0, p ? p + 3 : "");
	p = strstr(buf, "when ");
	*when = p ? (time_t)strtoll(p + 5, 0, 10) : 0;
	return 0;
}

static void
read_booted(struct kept *k, const struct places *p, const char *dir)
{
	char link[PATH_LEN], err[PATH_LEN + 256];
	struct db db;
	time_t when;

	if (file_link_text(AT_FDCWD, p->boot, link) < 0)
		return;
	k->booted = kept_number(link);
	/* The note does for who may not read the database. */
	if (k->booted && kept_info(dir, k->booted, k->booted_id, &when) == 0)
		return;
	if (db_open(&db, p->boot, err, sizeof err) < 0)
		return;
	live_hex(k->booted_id, db.id);
	db_close(&db);
}

void
kept_read(struct kept *k, const struct places *p, const struct live *l)
{
	char dir[PATH_LEN];

	memset(k, 0, sizeof *k);
	if (path_join(dir, sizeof dir, p->state, "generations") < 0)
		return;
	read_booted(k, p, dir);
	if (!l)
		return;
	live_hex(k->live_id, l->db.id);
	(void)kept_live(dir, l->path, &k->live);
}
