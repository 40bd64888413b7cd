/* live.c - FORMAT live directory, see live.h and reeve-livedir(5).  Here it
 * is read; live-make.c builds it, live-collect.c cleans up. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/identity.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/os.h"
#include "lib/path.h"
#include "rc/live-seen.h"
#include "rc/live.h"
#include "rc/places.h"
#include "supervise/control.h"
#include "supervise/detail.h"

enum { TRIES = 100 };

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
	if (db_open_verified(&l->db, path, live_seen_unchanged(l->genfd), err,
		    errmax) < 0) {
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
	last->kept = (unsigned)field(buf, "kept");
	p = strstr(buf, "\nid ");
	if (p)
		snprintf(last->id, sizeof last->id, "%.*s",
			(int)strcspn(p + 4, "\n"), p + 4);
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
