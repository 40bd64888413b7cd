/* live-make.c - building a live directory: generations, the store, service
 * directories.  Every function can be cut off anywhere and called again: it
 * either finds a thing whole or makes it anew. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/path.h"
#include "lib/shquote.h"
#include "rc/live-given.h"
#include "rc/live-seen.h"
#include "rc/live.h"
#include "supervise/event.h"
#include "supervise/start.h"

int
live_trusted(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || (st.st_uid != geteuid() && st.st_uid) ||
		(st.st_mode & 022)) {
		errno = EPERM;
		return 0;
	}
	return 1;
}

int
live_lock(int livefd, int wait)
{
	return file_lock(livefd, "lock", 1, wait);
}

uint32_t
live_gen_highest(int livefd)
{
	int fd = openat(livefd, "gen", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? 0 : fdopendir(fd);
	struct dirent *d;
	uint32_t max = 0;
	unsigned n;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while ((d = readdir(dir)))
		if (num_uint(d->d_name, &n) && n > max)
			max = n;
	closedir(dir);
	return max;
}

static int
make_dir(int at, const char *name, mode_t mode)
{
	return mkdirat(at, name, mode) < 0 && errno != EEXIST ? -1 : 0;
}

static int
make_link(int at, const char *target, const char *name)
{
	return symlinkat(target, at, name) < 0 && errno != EEXIST ? -1 : 0;
}

static int
write_new(int at, const char *name, const void *data, size_t len, mode_t mode)
{
	int e,
		fd = openat(at, name,
			O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
			mode & 07777);

	if (fd < 0)
		return -1;
	/* The umask may have taken rights away. */
	if (((mode & 077) && fchmod(fd, mode & 07777) < 0) ||
		file_write_all(fd, data, len) < 0)
		goto fail;
	return close(fd);
fail:
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

/* A directory DIR/NAME that appears only when it is complete: nobody finds
 * half of one.  fill puts into fd what belongs there.  0, or -1 and errno,
 * and then nothing is left. */
static int
make_whole(int livefd, const char *dir, const char *name,
	int (*fill)(int fd, void *arg), void *arg)
{
	char path[PATH_LEN], tmp[PATH_LEN], left[PATH_LEN];
	int fd, r = -1, e;

	if (path_join(path, sizeof path, dir, name) < 0 ||
		path_join(tmp, sizeof tmp, dir, ".make.new") < 0)
		return -1;
	if (mkdirat(livefd, tmp, 0755) < 0 &&
		(errno != EEXIST ||
			path_remove_or_move(livefd, tmp, left) < 0 ||
			mkdirat(livefd, tmp, 0755) < 0))
		return -1;
	fd = openat(livefd, tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		/* The umask may have taken rights away. */
		r = fchmod(fd, 0755) < 0 ? -1 : fill(fd, arg);
		e = errno;
		close(fd);
		errno = e;
	}
	if (r == 0 && renameat(livefd, tmp, livefd, path) == 0)
		return 0;
	e = errno;
	path_remove(livefd, tmp);
	errno = e;
	return -1;
}

static int
has_file(const struct db_service *s, const char *path)
{
	for (uint32_t i = 0; i < s->nfiles; i++)
		if (!strcmp(s->files[i].path, path))
			return 1;
	return 0;
}

/* The pipe into a consumer, as supervise wants it named. */
static int
write_fifo_name(int at, const char *name, const char *consumer)
{
	char line[PATH_LEN];
	int n = snprintf(line, sizeof line, "../../fifo/%s\n", consumer);

	return write_new(at, name, line, (size_t)n, 0644);
}

struct one {
	const struct db *db;
	uint32_t number;
};

/* Nobody else could read any of it where it is from. */
static int
all_closed(const struct db_service *s)
{
	const char *closed = db_prop(s, DB_CLOSED);

	return closed && !strcmp(closed, DB_CLOSED_ALL);
}

static int
write_files(int at, void *arg)
{
	const struct one *o = arg;
	const struct db *db = o->db;
	const struct db_service *s = db->services + o->number;

	/* Before anything is in it. */
	if (all_closed(s) && fchmod(at, 0700) < 0)
		return -1;
	for (uint32_t i = 0; i < s->nfiles; i++) {
		const struct db_file *f = s->files + i;
		int r;

		if (S_ISDIR(f->mode))
			r = mkdirat(at, f->path, (f->mode & 07777) | 0700);
		else if (S_ISLNK(f->mode))
			r = symlinkat(f->data, at, f->path);
		else
			r = write_new(at, f->path, f->data, f->len, f->mode);
		if (r < 0)
			return -1;
	}
	if (live_give(at, s, all_closed(s)) < 0)
		return -1;
	if (o->number >= db->nlong)
		return 0;
	if (s->consumer != DB_NONE && !has_file(s, "stdout-fifo") &&
		write_fifo_name(
			at, "stdout-fifo", db->services[s->consumer].name) < 0)
		return -1;
	if (s->producers.n && !has_file(s, "stdin-fifo") &&
		write_fifo_name(at, "stdin-fifo", s->name) < 0)
		return -1;
	return 0;
}

static int
stored(const struct db *db, uint32_t i)
{
	return i < db->nlong || db->services[i].nfiles;
}

int
live_store(int livefd, const struct db *db, uint32_t i)
{
	char key[LIVE_STORE], name[LIVE_STORE + 16];
	struct one o = { db, i };
	struct stat st;

	if (!stored(db, i))
		return 0;
	live_store_name(key, db->services + i);
	snprintf(name, sizeof name, "store/%s", key);
	if (fstatat(livefd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return all_closed(db->services + i) && (st.st_mode & 067)
			? fchmodat(livefd, name, 0700, 0)
			: 0;
	return make_whole(livefd, "store", key, write_files, &o);
}

/* Whoever may not read the database may know what status shows. */
static int
write_names(int at, const struct db *db)
{
	char *data;
	size_t len;
	int r;

	if (db_mode(db) & 044)
		return 0;
	if (db_names(db, &data, &len) < 0)
		return -1;
	r = write_new(at, "names", data, len, 0644);
	free(data);
	return r;
}

static int
write_seen(int genfd)
{
	char now[LIVE_SEEN_MAX];
	int n = live_seen_text(now, sizeof now, genfd);

	return n < 0 ? -1 : write_new(genfd, LIVE_SEEN, now, (size_t)n, 0644);
}

struct gen {
	const struct db *db;
	const void *data;
	size_t len;
	const struct state_rec *rec;
	const char *compiled;
	const char *const *alias;
};

static int
fill_gen(int at, void *arg)
{
	const struct gen *g = arg;
	const struct db *db = g->db;
	int def, e;

	if (write_new(at, "db", g->data, g->len, db_mode(db)) < 0 ||
		write_seen(at) < 0 || write_names(at, db) < 0 ||
		state_create(at, "state", db->id, db->nlong + db->nshort,
			g->rec) < 0 ||
		(g->compiled && symlinkat(g->compiled, at, "compiled") < 0) ||
		mkdirat(at, "def", 0755) < 0)
		return -1;
	def = openat(at, "def", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (def < 0)
		return -1;
	for (uint32_t i = 0; i < db->nlong + db->nshort; i++) {
		char target[LIVE_STORE + 16], key[LIVE_STORE];

		if (!stored(db, i))
			continue;
		live_store_name(key, db->services + i);
		snprintf(target, sizeof target, "../../../store/%s", key);
		if (symlinkat(target, def, db->services[i].name) < 0 ||
			(g->alias && g->alias[i] &&
				symlinkat(target, def, g->alias[i]) < 0)) {
			e = errno;
			close(def);
			errno = e;
			return -1;
		}
	}
	close(def);
	return 0;
}

int
live_gen_make(int livefd, uint32_t gen, const struct db *db, const void *data,
	size_t len, const struct state_rec *rec, const char *compiled,
	const char *const *alias)
{
	struct gen g = { db, data, len, rec, compiled, alias };
	char name[16];

	snprintf(name, sizeof name, "%u", (unsigned)gen);
	return make_whole(livefd, "gen", name, fill_gen, &g);
}

int
live_gen_remove(int livefd, uint32_t gen)
{
	char name[32];

	snprintf(name, sizeof name, "gen/%u", (unsigned)gen);
	return path_remove(livefd, name);
}

int
live_gen_commit(int livefd, uint32_t gen)
{
	char target[32];

	snprintf(target, sizeof target, "gen/%u", (unsigned)gen);
	return file_symlink(livefd, target, "current");
}

/* Top names of a definition that get a link in the service directory. */
static int
linked(const char *path)
{
	return !strchr(path, '/') && strcmp(path, "down") &&
		strcmp(path, "def") && strcmp(path, STARTED_LINK);
}

/* What is executed belongs to one start; all else is what counts now. */
static const char *
link_through(const char *path)
{
	return !strcmp(path, "run") || !strcmp(path, "finish") ||
			!strcmp(path, "run.user") ||
			!strcmp(path, "finish.user")
		? STARTED_LINK
		: "def";
}

static int
link_files(int at, const struct db_service *s)
{
	for (uint32_t i = 0; i < s->nfiles; i++) {
		char target[PATH_LEN];
		const char *path = s->files[i].path;

		if (!linked(path))
			continue;
		if (snprintf(target, sizeof target, "%s/%s", link_through(path),
			    path) >= (int)sizeof target) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (make_link(at, target, path) < 0)
			return -1;
	}
	/* Instances live and die while it runs: never in the store. */
	if (has_file(s, "template") &&
		(make_dir(at, "instance", 0755) < 0 ||
			make_dir(at, "instances", 0755) < 0))
		return -1;
	return 0;
}

static int
open_servicedir(int livefd, const char *name)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, "servicedirs", name) < 0)
		return -1;
	return openat(livefd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Links, and a place for events: of a new directory, or of one that lost
 * them. */
static int
link_definition(int fd, const struct db_service *s)
{
	char target[PATH_LEN];

	return path_join(target, sizeof target, "../../current/def", s->name) <
				0 ||
			make_link(fd, target, "def") < 0 ||
			make_link(fd, "def", STARTED_LINK) < 0 ||
			link_files(fd, s) < 0 ||
			event_make(fd, EVENT_DIR, getegid(), 0) < 0
		? -1
		: 0;
}

/* What supervise finds is down: it starts nothing before that is wanted. */
static int
fill_servicedir(int fd, void *arg)
{
	return link_definition(fd, arg) < 0 ||
			write_new(fd, "down", "", 0, 0644) < 0
		? -1
		: 0;
}

static int
reads_pipe(const struct db_service *s)
{
	char line[PATH_LEN];
	int n = snprintf(line, sizeof line, "../../fifo/%s\n", s->name);

	for (uint32_t i = 0; i < s->nfiles; i++)
		if (!strcmp(s->files[i].path, "stdin-fifo"))
			return s->files[i].len == (size_t)n &&
				!memcmp(s->files[i].data, line, (size_t)n);
	return s->producers.n > 0;
}

/* The pipe into a consumer.  A supervise makes one that is missing, but lets
 * nobody open it again: it does not know who else can reach it.  The directory
 * may be of an older version, and open. */
static void
make_fifo(int livefd, const struct db_service *s)
{
	int fd = openat(livefd, "fifo", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return;
	if (fchmod(fd, 0700) < 0 ||
		(mkfifoat(fd, s->name, 0600) < 0 && errno != EEXIST) ||
		fstatat(fd, s->name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		!S_ISFIFO(st.st_mode) ||
		fchmodat(fd, s->name, FILE_PIPE_MODE, 0) < 0)
		warn_sys("unable to give the pipe of %s its mode (going on)",
			s->name);
	close(fd);
}

int
live_servicedir_make(int livefd, const struct db *db, uint32_t i)
{
	struct db_service *s = db->services + i;
	int fd, r, e;

	if (i < db->nlong && reads_pipe(s))
		make_fifo(livefd, s);
	fd = open_servicedir(livefd, s->name);
	if (fd < 0)
		return errno != ENOENT ? -1
				       : make_whole(livefd, "servicedirs",
						 s->name, fill_servicedir, s);
	r = link_definition(fd, s);
	e = errno;
	close(fd);
	errno = e;
	return r;
}

int
live_is_temp(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && *name == '.' && !strcmp(name + n - 4, ".new");
}

int
live_servicedir_trim(int livefd, const struct db *db, uint32_t i)
{
	const struct db_service *s = db->services + i;
	int fd = open_servicedir(livefd, s->name), bad = 0;
	DIR *dir = fd < 0 ? 0 : fdopendir(fd);
	struct dirent *d;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while ((d = readdir(dir))) {
		char target[32];
		const char *through = link_through(d->d_name);
		size_t len = strlen(through);
		ssize_t r;

		if (live_is_temp(d->d_name)) {
			unlinkat(fd, d->d_name, 0);
			continue;
		}
		if (*d->d_name == '.' || !linked(d->d_name) ||
			has_file(s, d->d_name))
			continue;
		r = readlinkat(fd, d->d_name, target, sizeof target);
		if (r <= (ssize_t)len || strncmp(target, through, len) ||
			target[len] != '/')
			continue;
		if (unlinkat(fd, d->d_name, 0) < 0 && errno != ENOENT)
			bad = errno;
	}
	closedir(dir);
	errno = bad;
	return bad ? -1 : 0;
}

/* The program itself is the interpreter of run: no shell is needed, and an
 * image may lack one. */
static int
fill_runner(int fd, void *arg)
{
	char prog[PATH_LEN], word[4 * PATH_LEN], run[4 * PATH_LEN + 64];
	int n;

	(void)arg;
	if (chain_sister(prog, sizeof prog, "reeve-rc-oneshotd") < 0)
		return -1;
	/* The kernel takes so much of a #! line, and no blanks in it. */
	if (strlen(prog) < 100 && !strpbrk(prog, " \t\n"))
		n = snprintf(run, sizeof run, "#!%s -d3\n", prog);
	else if (shquote(word, sizeof word, prog))
		n = snprintf(
			run, sizeof run, "#!/bin/sh\nexec %s -d3 run\n", word);
	else
		return -1;
	return write_new(fd, "run", run, (size_t)n, 0755) < 0 ||
			write_new(fd, "notification-fd", "3\n", 2, 0644) < 0 ||
			event_make(fd, EVENT_DIR, getegid(), 0) < 0
		? -1
		: 0;
}

int
live_follows(const struct db *db)
{
	for (uint32_t i = 0; i < db->nlong + db->nshort; i++)
		if (db->services[i].restart_with.n)
			return 1;
	return 0;
}

int
live_needs_runner(const struct db *db)
{
	return db->nshort || live_follows(db);
}

int
live_runner_make(int livefd)
{
	int there = file_exists(livefd, "servicedirs/" LIVE_RUNNER);

	return there < 0 ? -1
		: there	 ? 0
			 : make_whole(livefd, "servicedirs", LIVE_RUNNER,
				   fill_runner, 0);
}
