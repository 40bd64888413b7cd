/* generations.c - what is kept of each set, which of them is live and which is
 * booted, see gen.h.  STATE/generations/N/{db,info,stamp,failed},
 * STATE/boot -> generations/M/db. */

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
#include "lib/num.h"
#include "rc/kept.h"
#include "rc/scan.h"
#include "rc/switch/gen.h"

void
gen_path(const struct gen *g, char *buf, unsigned n, const char *file)
{
	char number[16];

	snprintf(number, sizeof number, "%u", n);
	if (path_join(buf, PATH_LEN, g->dir, number, file) < 0)
		die_sys(EX_SYSTEM, "unable to use %s", g->dir);
}

static int
by_number(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

	return x < y ? -1 : x > y;
}

/* All numbers, ascending, in malloced memory. */
unsigned *
gen_list(const struct gen *g, size_t *count)
{
	DIR *dir = opendir(g->dir);
	struct dirent *d;
	unsigned *v = 0, n;

	*count = 0;
	if (!dir) {
		if (errno == ENOENT)
			return 0;
		die_sys(EX_SYSTEM, "unable to read %s", g->dir);
	}
	while ((d = readdir(dir)))
		if (num_uint(d->d_name, &n)) {
			v = realloc(v, (*count + 1) * sizeof *v);
			if (!v)
				die_sys(EX_SYSTEM, "unable to read %s", g->dir);
			v[(*count)++] = n;
		}
	closedir(dir);
	if (v)
		qsort(v, *count, sizeof *v, by_number);
	return v;
}

unsigned
gen_booted(const struct gen *g)
{
	char link[PATH_LEN];

	if (file_link_text(AT_FDCWD, g->places.boot, link) < 0)
		die_sys(EX_SYSTEM, "unable to read %s", g->places.boot);
	return kept_number(link);
}

/* Which generation of ours is live; 0: none, or a database from elsewhere. */
unsigned
gen_live(const struct gen *g)
{
	unsigned n;

	if (kept_live(g->dir, g->live, &n) < 0)
		die_sys(EX_SYSTEM,
			"unable to see which generation is live in %s",
			g->live);
	return n;
}

void
gen_lock(struct gen *g, const char *dir)
{
	char lock[PATH_LEN];
	struct stat st;

	if (path_join(lock, sizeof lock, dir, "lock") == 0 && geteuid() &&
		stat(lock, &st) == 0 && st.st_uid != geteuid())
		die(EX_SYSTEM,
			"not switched: %s belongs to uid %lu, not to you", dir,
			(unsigned long)st.st_uid);
	if (run_lock(&g->u.run, dir, g->block) < 0)
		die_sys(errno == ETIMEDOUT ? UPDATE_STOP_TIMEOUT : EX_SYSTEM,
			"not switched: unable to lock %s", dir);
}

int
gen_has_live(const struct gen *g)
{
	int r = live_exists(g->live);

	if (r < 0 && errno == EPROTO)
		die(EX_SYSTEM, "not switched: " LIVE_LOST, g->live);
	if (r < 0)
		die_sys(EX_SYSTEM,
			"not switched: unable to see what is live "
			"in %s",
			g->live);
	return r;
}

/* There is a live set, and a tree that runs it.  After the end of the tree
 * what is left of it says only what was. */
int
gen_is_live(const struct gen *g)
{
	char scandir[PATH_LEN], path[PATH_LEN];
	int fd, runs;

	if (!gen_has_live(g))
		return 0;
	if (path_join(path, sizeof path, g->live, "scandir") < 0)
		die_sys(EX_SYSTEM, "unable to use %s", g->live);
	if (file_link_text(AT_FDCWD, path, scandir) < 0)
		die_sys(EX_SYSTEM, "not switched: unable to read %s", path);
	/* What is wrong with it will be told. */
	if (!*scandir || scan_runs(scandir) || !scan_lost(errno))
		return 1;
	fd = open(g->live, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	runs = fd < 0 ? -1 : live_supervised(fd);
	if (runs)
		die(EX_SYSTEM,
			"not switched: there is no svscan on %s, or it "
			"ends, but services are still supervised (reeve up "
			"takes them over)",
			scandir);
	close(fd);
	return 0;
}

/* The one that is live, or else would be booted; or 0.  In an image nothing is
 * live. */
unsigned
gen_current(const struct gen *g)
{
	return !g->root && gen_is_live(g) ? gen_live(g) : gen_booted(g);
}

int
gen_info(const struct gen *g, unsigned n, char *id, time_t *when)
{
	return kept_info(g->dir, n, id, when);
}

static int
is_of(const struct gen *g, unsigned n, const unsigned char *hash)
{
	char want[LIVE_HEX], id[LIVE_HEX];
	time_t when;

	live_hex(want, hash);
	return n && gen_info(g, n, id, &when) == 0 && !strcmp(id, want);
}

static void
remove_temps(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	file_remove_temps(fd);
	close(fd);
}

/* What those left who were killed.  We hold the lock of the state directory;
 * but what is booted is also set by reeve-rc-update, which holds that of the
 * live directory.  Not to be called by who holds that already: it would lose
 * it. */
void
gen_remove_rubbish(const struct gen *g)
{
	size_t n;
	unsigned *v = gen_list(g, &n);
	int live = open(g->live, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int lock = live < 0 ? -1 : live_lock(live, 0);
	char path[PATH_LEN];

	if (live < 0 || lock >= 0)
		remove_temps(g->places.state);
	if (lock >= 0 && live_trusted(live))
		file_remove_temps(live);
	for (size_t i = 0; i < n; i++) {
		gen_path(g, path, v[i], 0);
		remove_temps(path);
	}
	if (path_join(path, sizeof path, g->dir, ".new") == 0)
		path_remove(AT_FDCWD, path);
	free(v);
	if (lock >= 0)
		close(lock);
	if (live >= 0)
		close(live);
}

/* Whole or absent, and on the disk before anything leads to it.  A number
 * higher than that of all that were live before, so that a rollback finds
 * those; what is live, or was tried last, has one. */
unsigned
gen_keep(struct gen *g)
{
	char id[LIVE_HEX], info[256], tmp[PATH_LEN], path[PATH_LEN];
	size_t count;
	unsigned n = gen_current(g), last, *all;
	int len, fd;

	if (g->back || is_of(g, n, g->u.new.id))
		return g->back ? g->back : n;
	all = gen_list(g, &count);
	last = count ? all[count - 1] : 0;
	free(all);
	if (is_of(g, last, g->u.new.id))
		return last;
	n = last + 1;
	live_hex(id, g->u.new.id);
	len = snprintf(info, sizeof info, "id %s\nwhen %lld\nservices %u\n", id,
		(long long)time(0),
		(unsigned)(g->u.new.nlong + g->u.new.nshort));
	if (path_join(tmp, sizeof tmp, g->dir, ".new") < 0 ||
		path_remove(AT_FDCWD, tmp) < 0 || mkdir(tmp, 0755) < 0)
		die_sys(EX_SYSTEM, "not switched: unable to make %s", tmp);
	fd = open(tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	gen_path(g, path, n, 0);
	if (fd < 0 ||
		file_write(fd, "db", g->data, g->len, db_mode(&g->u.new), 1) <
			0 ||
		file_write(fd, "info", info, (size_t)len, 0644, 1) < 0 ||
		rename(tmp, path) < 0 || file_sync_dir(AT_FDCWD, path) < 0) {
		int e = errno;

		path_remove(AT_FDCWD, tmp);
		errno = e;
		die_sys(EX_SYSTEM,
			"not switched: unable to keep generation "
			"%u in %s",
			n, g->dir);
	}
	close(fd);
	return n;
}

int
gen_has_failed(const struct gen *g, unsigned n)
{
	char path[PATH_LEN];
	int failed;

	gen_path(g, path, n, "failed");
	failed = file_exists(AT_FDCWD, path);
	if (failed < 0)
		die_sys(EX_SYSTEM, "unable to see whether there is a %s", path);
	return failed;
}

/* Whether a rollback may choose it. */
void
gen_note_failed(const struct gen *g, unsigned n, int code)
{
	char path[PATH_LEN];

	gen_path(g, path, n, "failed");
	if (code <= UPDATE_TIMEOUT)
		unlink(path);
	else if (code == UPDATE_UNDONE || code == UPDATE_UNDONE_PART ||
		code == UPDATE_NOT_STOPPED || code == UPDATE_STOP_TIMEOUT)
		file_write(AT_FDCWD, path, "", 0, 0644, 0);
}

/* The tree runs and waits for services. */
int
gen_can_begin(const struct gen *g)
{
	return !g->boot && !g->elsewhere && !gen_has_live(g) &&
		scan_runs(g->places.scandir);
}

static int
has_id(const char *db, const unsigned char *id)
{
	char err[PATH_LEN + 256];
	struct db there;
	int same;

	if (db_open(&there, db, err, sizeof err) < 0)
		return 0;
	same = !memcmp(there.id, id, DB_HASH);
	db_close(&there);
	return same;
}

/* Is the database in hand what is live, or what is booted? */
int
gen_is_known(const struct gen *g)
{
	char path[PATH_LEN];

	return has_id(g->places.boot, g->u.new.id) ||
		(gen_is_live(g) &&
			path_join(path, sizeof path, g->live, "current/db") ==
				0 &&
			has_id(path, g->u.new.id));
}

static int
is_cut_off(const struct gen *g)
{
	char err[PATH_LEN + 256];
	struct live l;
	int r;

	if (live_open(&l, g->live, 0, err, sizeof err) < 0)
		return 1;
	r = live_switching(&l);
	for (uint32_t i = 0; !r && i < l.db.nlong + l.db.nshort; i++)
		r = l.state.rec[i].flags & STATE_OWED;
	live_close(&l);
	return r;
}

int
gen_changes(const struct gen *g)
{
	const unsigned char *id = g->u.new.id;
	char path[PATH_LEN];

	if (gen_can_begin(g))
		return 1;
	if (!g->test && !has_id(g->places.boot, id))
		return 1;
	if (g->boot || !gen_is_live(g))
		return 0;
	return path_join(path, sizeof path, g->live, "current/db") < 0 ||
		!has_id(path, id) || is_cut_off(g);
}
