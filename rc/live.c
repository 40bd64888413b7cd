/* live.c - FORMAT live directory, see live.h and reeve-livedir(5).  Every
 * function that builds can be cut off anywhere and called again: it either
 * finds a thing whole or makes it anew. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "lib/chain.h"
#include "lib/file.h"
#include "lib/identity.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/os.h"
#include "lib/path.h"
#include "lib/shquote.h"
#include "rc/live.h"
#include "rc/places.h"
#include "supervise/control.h"
#include "supervise/detail.h"
#include "supervise/event.h"
#include "supervise/start.h"

enum { TRIES = 100, DB_LIMIT = 1 << 30, SEEN_MAX = 160 };
#define SEEN "db.seen" /* in a generation, beside its database */

/* The checksum of a database is verified before it enters a live directory.
 * What it is there is kept beside it: as long as that holds, nobody has
 * written to it, and commands need not sum up all its bytes again. */
static int
seen_text(char *buf, size_t max, int genfd)
{
	struct stat st;

	if (fstatat(genfd, "db", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return snprintf(buf, max, "%llu %llu %lld %lld.%09ld %lld.%09ld\n",
		(unsigned long long)st.st_uid, (unsigned long long)st.st_ino,
		(long long)st.st_size, (long long)st.st_mtim.tv_sec,
		st.st_mtim.tv_nsec, (long long)st.st_ctim.tv_sec,
		st.st_ctim.tv_nsec);
}

static int
unchanged(int genfd)
{
	char now[SEEN_MAX], *then;
	int n = seen_text(now, sizeof now, genfd), same;
	ssize_t len = n < 0 ? -1 : file_slurp(genfd, SEEN, &then, sizeof now);

	if (len < 0)
		return 0;
	same = len == n && !memcmp(now, then, (size_t)n);
	free(then);
	return same;
}

void
live_hex(char out[LIVE_HEX], const unsigned char *hash)
{
	static const char digit[] = "0123456789abcdef";

	for (int i = 0; i < DB_HASH; i++) {
		out[2 * i] = digit[hash[i] >> 4];
		out[2 * i + 1] = digit[hash[i] & 15];
	}
	out[2 * DB_HASH] = 0;
}

/* Two services with equal files have two entries: what one of them writes into
 * its data the other does not see. */
void
live_store_name(char out[LIVE_STORE], const struct db_service *s)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (const char *p = s->name; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211u;
	live_hex(out, s->hash);
	snprintf(out + 2 * DB_HASH, LIVE_STORE - 2 * DB_HASH, ".%016llx",
		(unsigned long long)h);
}

int
live_is_definition(const char *def, const struct db_service *s)
{
	char hex[LIVE_HEX];

	live_hex(hex, s->hash);
	return !strncmp(path_base(def), hex, LIVE_HEX - 1);
}

int
live_outdated(int livefd, const struct db *db, uint32_t i)
{
	const struct db_service *s = db->services + i;
	char path[PATH_LEN];
	struct detail d;

	/* Of others a switch leaves nothing behind; what reloads was told. */
	return i < db->nlong &&
		(s->on_change == DB_CHANGE_KEEP || (s->flags & DB_ESSENTIAL)) &&
		path_join(path, sizeof path, "servicedirs", s->name) == 0 &&
		detail_read(&d, livefd, path) == 0 && d.pid && *d.def &&
		!live_is_definition(d.def, s);
}

/* --- identity of the boot --- */

/* The first service that is supervised: pid of the supervise, 1 if that
 * cannot be seen from our pid namespace; 0 if there is none; -1 and errno. */
static pid_t
first_supervise(int livefd)
{
	int fd = openat(
		    livefd, "servicedirs", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	    e;
	DIR *dir = fd < 0 ? 0 : fdopendir(fd);
	struct dirent *d;
	pid_t pid = 0;

	if (!dir) {
		e = errno;
		if (fd >= 0)
			close(fd);
		errno = e;
		return e == ENOENT ? 0 : -1;
	}
	e = 0;
	while (pid <= 0 && (d = readdir(dir))) {
		char path[PATH_LEN];

		if (*d->d_name == '.' ||
			path_join(path, sizeof path, d->d_name, LOCK_FILE) < 0)
			continue;
		pid = file_locked_by(fd, path);
		/* A file is no service. */
		if (pid < 0 && errno != ENOTDIR)
			e = errno;
	}
	closedir(dir);
	errno = e;
	return pid > 0 ? pid : e ? -1 : 0;
}

int
live_supervised(int livefd)
{
	pid_t pid = first_supervise(livefd);

	return pid < 0 ? -1 : pid > 0;
}

/* Whoever looks from another pid namespace (a host that looks into a
 * container, or nsenter) sees another first process than those inside: then
 * the supervises that run are not in our namespace. */
static int
supervised_elsewhere(int livefd)
{
	pid_t pid = first_supervise(livefd);

	return pid == 1 || (pid > 1 && os_in_inner_pidns(pid));
}

static int
of_this_boot(int livefd)
{
	char now[128], then[128];
	ssize_t r = file_read(livefd, "boot", then, sizeof then - 1);

	if (r < 0)
		return -1;
	then[r] = 0;
	then[strcspn(then, "\n")] = 0;
	if (os_boot_id(now, sizeof now) < 0)
		return 1;
	if (identity_same_boot(now, then))
		return 1;
	return identity_same_kernel(now, then) && supervised_elsewhere(livefd);
}

/* What says which set is live is not there.  While services of it run it was
 * lost.  -1 and errno: ENOENT, or EPROTO. */
static int
not_there(int livefd)
{
	int r = live_supervised(livefd);

	if (r >= 0)
		errno = r ? EPROTO : ENOENT;
	return -1;
}

/* --- reading --- */

int
live_default(char *buf, char *err, size_t errmax)
{
	struct places p;

	if (prog_as_s6) {
		strcpy(buf, LIVE_S6);
		return 0;
	}
	if (places_default(&p, err, errmax) < 0)
		return -1;
	strcpy(buf, p.live);
	return 0;
}

uint32_t
live_gen_current(int livefd)
{
	char link[64];
	unsigned n;
	ssize_t r = readlinkat(livefd, "current", link, sizeof link - 1);

	if (r < 0)
		return 0;
	link[r] = 0;
	if (!strncmp(link, "gen/", 4) && num_uint(link + 4, &n))
		return n;
	errno = ENOENT;
	return 0;
}

static int
read_line(int at, const char *name, char *buf, size_t max)
{
	ssize_t r = file_read(at, name, buf, max - 1);

	if (r < 0)
		return -1;
	buf[r] = 0;
	buf[strcspn(buf, "\n")] = 0;
	return 0;
}

/* Scan directory and prefix.  Absent while it is being built. */
static int
read_fixed(struct live *l)
{
	ssize_t r =
		readlinkat(l->fd, "scandir", l->scandir, sizeof l->scandir - 1);

	if (r < 0)
		return -1;
	l->scandir[r] = 0;
	if (read_line(l->fd, "prefix", l->prefix, sizeof l->prefix) < 0 &&
		errno != ENOENT)
		return -1;
	return 0;
}

/* One generation whole.  0; 1 if it went away meanwhile; -1. */
static int
read_gen(struct live *l, int writable, char *err, size_t errmax)
{
	char path[PATH_LEN], gen[32];

	l->gen = live_gen_current(l->fd);
	if (!l->gen) {
		int e = errno;

		snprintf(err, errmax,
			e == ENOENT
				? "%s is not a live "
				  "directory (no current generation; start it with "
				  "reeve-rc-init)"
				: "unable to read %s/current: %s",
			l->path, strerror(e));
		errno = e;
		return -1;
	}
	snprintf(gen, sizeof gen, "gen/%u", (unsigned)l->gen);
	l->genfd = openat(l->fd, gen, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->genfd < 0) {
		snprintf(err, errmax, "unable to open %s/%s: %s", l->path, gen,
			strerror(errno));
		return errno == ENOENT ? 1 : -1;
	}
	if (path_join(path, sizeof path, l->path, gen, "db") < 0)
		goto fail;
	if (db_open_verified(&l->db, path, unchanged(l->genfd), err, errmax) <
		0) {
		if (errno != EACCES || writable ||
			db_open_names(&l->db, l->genfd, "names") < 0)
			goto fail;
		*err = 0;
	}
	if (state_open(&l->state, l->genfd, "state", l->db.id,
		    l->db.nlong + l->db.nshort, writable, err, errmax) == 0)
		return 0;
	{
		int e = errno;

		db_close(&l->db);
		errno = e;
	}
fail : {
	int gone = errno == ENOENT, e = errno;

	close(l->genfd);
	l->genfd = -1;
	errno = e;
	return gone ? 1 : -1;
}
}

int
live_exists(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r, e;
	struct stat st;
	char link[1];

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	r = of_this_boot(fd);
	if (r > 0 &&
		(!live_gen_current(fd) ||
			readlinkat(fd, "scandir", link, sizeof link) < 0))
		r = -1;
	/* A switch may remove the one just read: then there is a newer one. */
	for (int i = 0; r > 0 && i < TRIES; i++)
		if (fstatat(fd, "current/db", &st, 0) == 0)
			break;
		else if (errno != ENOENT || i == TRIES - 1)
			r = -1;
	if (r < 0 && errno == ENOENT)
		r = not_there(fd);
	e = errno;
	close(fd);
	errno = e;
	return r < 0 && errno == ENOENT ? 0 : r;
}

int
live_open(struct live *l, const char *path, int writable, char *err,
	size_t errmax)
{
	int r = 1, e;

	memset(l, 0, sizeof *l);
	l->fd = l->genfd = l->state.fd = -1;
	if (path_join(l->path, sizeof l->path, path) < 0) {
		snprintf(err, errmax, "path of the live directory is too long");
		return -1;
	}
	l->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->fd < 0) {
		snprintf(err, errmax, "unable to open live directory %s: %s",
			path, strerror(errno));
		return -1;
	}
	r = of_this_boot(l->fd);
	if (r == 0) {
		snprintf(err, errmax,
			"live directory %s is of an earlier "
			"boot (reeve-rc-init makes it anew)",
			path);
		errno = ESTALE;
		goto fail;
	}
	if (r < 0 && errno == ENOENT) {
		snprintf(err, errmax, "%s is not a live directory", path);
		errno = ENOENT;
		goto fail;
	}
	if (r < 0 || read_fixed(l) < 0) {
		snprintf(err, errmax, "unable to read live directory %s: %s",
			path, strerror(errno));
		goto fail;
	}
	/* The generation just read may be removed by the end of a switch:
	 * then there is a newer one. */
	r = 1;
	for (int i = 0; r > 0 && i < TRIES; i++)
		r = read_gen(l, writable, err, errmax);
	if (r == 0)
		return 0;
fail:
	if (errno == ENOENT && not_there(l->fd) < 0 && errno == EPROTO)
		snprintf(err, errmax, LIVE_LOST, path);
	e = errno;
	close(l->fd);
	l->fd = -1;
	errno = e;
	return -1;
}

void
live_close(struct live *l)
{
	state_close(&l->state);
	db_close(&l->db);
	if (l->genfd >= 0)
		close(l->genfd);
	if (l->fd >= 0)
		close(l->fd);
	l->fd = l->genfd = -1;
}

int
live_servicedir(char *buf, size_t max, const struct live *l, const char *name)
{
	return path_join(buf, max, l->path, "servicedirs", name);
}

void
live_service(const struct live *l, uint32_t i, struct live_service *s)
{
	const struct state_rec *r = l->state.rec + i;
	uint32_t n = l->db.nlong + l->db.nshort;
	const char *about = r->reason == REASON_NOEXEC
		? db_program(l->db.services + i, !(r->flags & STATE_UP))
		: r->code < n ? l->db.services[r->code].name
			      : 0;

	memset(s, 0, sizeof *s);
	s->wanted = !!(r->flags & STATE_WANTED);
	s->up = !!(r->flags & STATE_UP);
	s->owed = !!(r->flags & STATE_OWED);
	s->failed = !!(r->flags & STATE_FAILED);
	s->when = r->when;
	if (s->failed)
		state_reason_text(s->reason, sizeof s->reason, r, about);
}

static uint64_t
field(const char *text, const char *key)
{
	size_t n = strlen(key);
	const char *p;
	uint64_t v = 0;

	for (p = text; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (!strncmp(p, key, n) && p[n] == ' ')
			for (p += n + 1; *p >= '0' && *p <= '9'; p++)
				v = v * 10 + (uint64_t)(*p - '0');
	}
	return v;
}

int
live_last(const struct live *l, struct live_last *last)
{
	char buf[1024], *p;
	ssize_t r = file_read(l->fd, "last", buf, sizeof buf - 1);

	if (r < 0)
		return errno == ENOENT ? 0 : -1;
	buf[r] = 0;
	memset(last, 0, sizeof *last);
	last->code = (int)field(buf, "code");
	last->when = field(buf, "when");
	last->from = (uint32_t)field(buf, "from");
	last->to = (uint32_t)field(buf, "to");
	p = strstr(buf, "\ntext ");
	if (p)
		snprintf(last->text, sizeof last->text, "%.*s",
			(int)strcspn(p + 6, "\n"), p + 6);
	return 1;
}

int
live_switching(const struct live *l)
{
	/* Who cannot tell reads it next, and fails. */
	return file_exists(l->fd, "journal") != 0;
}

long
live_changer(const struct live *l)
{
	pid_t p = file_locked_by(l->fd, "lock");

	return p > 0 ? (long)p : 0;
}

/* --- building --- */

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
	if (all_closed(s) && fchmod(at, 0700) < 0)
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
		return all_closed(db->services + i) && (st.st_mode & 077)
			? fchmodat(livefd, name, 0700, 0)
			: 0;
	return make_whole(livefd, "store", key, write_files, &o);
}

struct gen {
	const struct db *db;
	const void *data;
	size_t len;
	const struct state_rec *rec;
	const char *compiled;
	const char *const *alias;
};

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
	char now[SEEN_MAX];
	int n = seen_text(now, sizeof now, genfd);

	return n < 0 ? -1 : write_new(genfd, SEEN, now, (size_t)n, 0644);
}

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

int
live_servicedir_make(int livefd, const struct db *db, uint32_t i)
{
	struct db_service *s = db->services + i;
	int fd = open_servicedir(livefd, s->name), r, e;

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

/* --- the store --- */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A running service goes on with the definition that it was started with:
 * its finish script is still to come.  Adds those to the names that stay. */
static void
add_running(int livefd, const struct db *db, char (*key)[LIVE_STORE],
	char **sorted, uint32_t *n)
{
	for (uint32_t i = 0; i < db->nlong; i++) {
		char path[PATH_LEN];
		struct detail d;

		if (path_join(path, sizeof path, "servicedirs",
			    db->services[i].name) < 0 ||
			detail_read(&d, livefd, path) < 0 || !d.pid)
			continue;
		snprintf(key[*n], sizeof *key, "%s", path_base(d.def));
		sorted[*n] = key[*n];
		++*n;
	}
	qsort(sorted, *n, sizeof *sorted, by_text);
}

/* One that is down has what it was started with no more. */
static void
repair_started(int livefd, const struct db *db)
{
	for (uint32_t i = 0; i < db->nlong; i++) {
		char path[PATH_LEN];

		if (path_join(path, sizeof path, "servicedirs",
			    db->services[i].name, STARTED_LINK) == 0 &&
			faccessat(livefd, path, F_OK, 0) < 0 && errno == ENOENT)
			(void)file_symlink(livefd, "def", path);
	}
}

/* Of one that is half removed nobody is to find what is left: it would pass
 * for the whole. */
static int
remove_whole(int at, const char *name)
{
	static const char gone[] = ".gone.new";

	if (*name == '.')
		return path_remove(at, name);
	if (renameat(at, name, at, gone) < 0 &&
		(path_remove(at, gone) < 0 || renameat(at, name, at, gone) < 0))
		return -1;
	return path_remove(at, gone);
}

/* Remove all but those of these names, or only look.  The number, or -1. */
static int
remove_others(int fd, char **sorted, uint32_t n, int look)
{
	int copy = dup(fd), removed = 0, bad = 0;
	DIR *dir = copy < 0 ? 0 : fdopendir(copy);
	struct dirent *d;

	if (!dir) {
		if (copy >= 0)
			close(copy);
		return -1;
	}
	rewinddir(dir);
	while ((d = readdir(dir))) {
		const char *name = d->d_name;

		if (!strcmp(name, ".") || !strcmp(name, "..") ||
			(n &&
				bsearch(&name, sorted, n, sizeof *sorted,
					by_text)))
			continue;
		if (!look && remove_whole(fd, name) < 0)
			bad = 1;
		removed++;
	}
	closedir(dir);
	return bad ? -1 : removed;
}

int
live_store_collect(int livefd, const struct db *db)
{
	uint32_t n = db->nlong + db->nshort, all = n + db->nlong + 1;
	char(*key)[LIVE_STORE] = calloc(all, sizeof *key);
	char **sorted = calloc(all, sizeof *sorted);
	int fd = openat(livefd, "store", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = -1;

	if (key && sorted && fd >= 0) {
		for (uint32_t i = 0; i < n; i++) {
			live_store_name(key[i], db->services + i);
			sorted[i] = key[i];
		}
		qsort(sorted, n, sizeof *sorted, by_text);
		r = remove_others(fd, sorted, n, 1);
		if (r > 0) {
			add_running(livefd, db, key, sorted, &n);
			r = remove_others(fd, sorted, n, 0);
			if (r)
				repair_started(livefd, db);
		}
	}
	if (fd >= 0)
		close(fd);
	free(key);
	free(sorted);
	return r < 0 ? -1 : 0;
}
