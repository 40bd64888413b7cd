/* update.c - the steps of a switch, see update.h, reeve-rc-update(8) and
 * reeve-livedir(5).  In order:
 *
 *   prepare    build gen/N+1 and new service directories beside the old
 *   journal    from here on a switch is going on
 *   stop       what has to go, marked owed in the old state first
 *   commit     one rename
 *   enter      entries of the scan directory: renamed, gone, new
 *   start      what is owed in the new state
 *   finish     boot link, journal away, rubbish away
 *
 * Cut off before the commit, the old generation is whole and knows what it
 * is owed; after it, the new one is and does.  Each step can be done again.
 * An error before the commit undoes; one after it leaves the rest to the next
 * run. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/arena.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/os.h"
#include "lib/path.h"
#include "lib/stamp.h"
#include "lib/utf8.h"
#include "rc/convert.h"
#include "rc/journal.h"
#include "rc/lex.h"
#include "rc/plan.h"
#include "rc/scan.h"
#include "rc/update.h"
#include "supervise/control.h"
#include "supervise/detail.h"

enum { LOG_LINES = 5, LOG_TAIL = 2048, CONVERT_LIMIT = 1 << 24,
	GONE_MS = 10000, SUPERVISE_MS = 30000 };

/* --- opening --- */

/* Read the generation that is current now.  On failure the old one stays. */
static int
reopen(struct update *u)
{
	char err[PATH_LEN + 256];
	struct live fresh;

	if (live_open(&fresh, u->live.path, !u->dry, err, sizeof err) < 0) {
		warn("%s", err);
		return -1;
	}
	u->live = fresh;
	u->run.live = &u->live;
	return 0;
}

int
update_open(struct update *u, const char *live)
{
	u->live.fd = u->live.genfd = u->live.state.fd = -1;
	if (path_join(u->live.path, sizeof u->live.path, live) < 0 ||
		reopen(u) < 0)
		return -1;
	if (u->dry)
		return 0;
	/* Root would remove, and put into the scan directory, what another
	 * user's links lead to. */
	if (!live_trusted(u->live.fd)) {
		warn("%s belongs to or is writable by others: not trusted "
			"(change it as its owner)", live);
		return -1;
	}
	if (run_begin(&u->run) < 0) {
		warn_sys("unable to trap signals");
		return -1;
	}
	u->follows = live_follows(&u->live.db);
	if (u->live.db.nshort)
		run_settle(&u->run);
	return 0;
}

void
update_close(struct update *u)
{
	live_close(&u->live);
	run_end(&u->run);
}

static uint32_t
count(const struct db *db)
{
	return db->nlong + db->nshort;
}

void
update_record(struct update *u, int code)
{
	char buf[1024];
	struct timespec t;
	int n;

	clock_gettime(CLOCK_REALTIME, &t);
	n = snprintf(buf, sizeof buf, "code %d\nwhen %llu\nfrom %u\nto %u\n"
		"text %s\n", code, (unsigned long long)t.tv_sec * 1000 +
		(unsigned long long)t.tv_nsec / 1000000, (unsigned)u->from,
		(unsigned)u->to, u->text);
	if (file_write(u->live.fd, "last", buf, (size_t)n, 0644, 0) < 0)
		warn_sys("unable to note the result of the switch");
}

static void
set_text(struct update *u, const char *fmt, ...) MSG_LIKE(2, 3);

static void
set_text(struct update *u, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(u->text, sizeof u->text, fmt, ap);
	va_end(ap);
}

unsigned
update_kept(const char *path)
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

/* What people know a generation of the live directory by: the number under
 * which reeve-switch keeps it, or the database that it was made from. */
static const char *
called(const struct update *u, uint32_t gen, char *buf, size_t size)
{
	char name[64], path[PATH_LEN];
	ssize_t r;
	unsigned kept;

	snprintf(name, sizeof name, "gen/%u/compiled", (unsigned)gen);
	r = readlinkat(u->live.fd, name, path, sizeof path - 1);
	path[r < 0 ? 0 : r] = 0;
	kept = update_kept(path);
	if (kept)
		snprintf(buf, size, "generation %u", kept);
	else
		snprintf(buf, size, "%s", *path ? path : "what was live");
	return buf;
}

/* --- the plan, for people --- */

static void
plan_line(const struct update *u, const char *word, const char *name,
	const struct diff_step *s, int is_old)
{
	char why[512];

	diff_why_text(why, sizeof why, &u->in, s, is_old);
	if (u->dry)
		printf("%-8s %s: %s\n", word, name, why);
	else
		info("%s %s: %s", word, name, why);
}

static void
tell_old(const struct update *u, const struct diff *d, uint32_t i)
{
	const char *name = u->in.from->services[i].name;
	const struct diff_step *s = d->old + i;

	switch (s->action) {
	case DIFF_STOP:
		plan_line(u, "stop", name, s, 1);
		break;
	case DIFF_RESTART:
		plan_line(u, "restart", name, s, 1);
		break;
	case DIFF_RELOAD:
		plan_line(u, "reload", name, s, 1);
		break;
	case DIFF_KEEP:
		if (s->why != BECAUSE_SAME)
			plan_line(u, "keep", name, s, 1);
		break;
	case DIFF_NONE:
	case DIFF_START:
		break;
	}
}

static void
tell_rename(const struct update *u, const struct diff *d, uint32_t i)
{
	const char *old = u->in.from->services[i].name, *new;

	if (d->to[i] == DB_NONE)
		return;
	new = u->in.to->services[d->to[i]].name;
	if (!strcmp(old, new))
		return;
	if (u->dry)
		printf("rename   %s: to %s\n", old, new);
	else
		info("rename %s: to %s", old, new);
}

static void
tell_plan(const struct update *u, const struct diff *d)
{
	if (!u->dry && u->verbosity < 2)
		return;
	for (uint32_t i = 0; i < d->nfrom; i++) {
		tell_old(u, d, i);
		tell_rename(u, d, i);
	}
	for (uint32_t j = 0; j < d->nto; j++)
		if (d->new[j].action == DIFF_START)
			plan_line(u, "start", u->in.to->services[j].name,
				d->new + j, 0);
	if (u->dry)
		printf("%u stay up untouched\n", (unsigned)d->untouched);
	else
		info("%u stay up untouched", (unsigned)d->untouched);
}

/* Lines of a log, with times for people in place of stamps. */
static void
print_lines(const char *p)
{
	while (*p) {
		char date[STAMP_TEXT];
		size_t stamp = stamp_text(date, sizeof date, p, 0), len;

		p += stamp;
		len = strcspn(p, "\n");
		fputs(stamp ? date : "", stderr);
		utf8_print(stderr, p, len);
		putc('\n', stderr);
		p += len + (p[len] == '\n');
	}
}

/* The last lines of the log of a service that failed. */
static void
tell_log(const struct update *u, uint32_t i)
{
	const struct db_service *s = u->live.db.services + i;
	uint32_t logger = db_logger(&u->live.db, s);
	const char *dir = 0, *p;
	char path[PATH_LEN], buf[LOG_TAIL + 1];
	struct stat st;
	ssize_t r;
	int fd, lines = 0;

	if (logger != DB_NONE)
		dir = db_prop(u->live.db.services + logger, "logdir");
	if (path_join(path, sizeof path, dir ? dir : u->logs ? u->logs : "",
		dir ? "" : s->name, "current") < 0 || (!dir && !u->logs))
		return;
	fd = file_open_regular(AT_FDCWD, path);
	if (fd < 0) {
		if (logger == DB_NONE && i < u->live.db.nlong && !prog_as_s6)
			info("%s has no logger: what it said is in the log "
				"catch-all (reeve logs catch-all)", s->name);
		return;
	}
	r = fstat(fd, &st) < 0 ? -1 : pread(fd, buf, LOG_TAIL,
		st.st_size > LOG_TAIL ? st.st_size - LOG_TAIL : 0);
	close(fd);
	if (r <= 0)
		return;
	buf[r] = 0;
	for (p = buf + r - 1; p > buf; p--)
		if (p[-1] == '\n' && ++lines == LOG_LINES)
			break;
	info("last lines of the log of %s (%s):", s->name, path);
	print_lines(p);
}

static void
tell_logs(const struct update *u)
{
	for (uint32_t k = 0; k < u->run.nfailed && u->verbosity > 0; k++)
		tell_log(u, u->run.failed[k]);
}

/* --- prepare --- */

static int
same_definition(const struct update *u, const struct diff *d, uint32_t j)
{
	uint32_t i = d->from[j];

	return i != DB_NONE && !memcmp(u->in.from->services[i].hash,
		u->in.to->services[j].hash, DB_HASH);
}

static int
same_name(const struct update *u, const struct diff *d, uint32_t j)
{
	uint32_t i = d->from[j];

	return i != DB_NONE && !strcmp(u->in.from->services[i].name,
		u->in.to->services[j].name);
}

/* A longrun that is carried over under another name keeps its directory,
 * which goes by the old name until after the commit. */
static int
moves(const struct update *u, const struct diff *d, uint32_t j)
{
	uint32_t i = d->from[j];

	return i != DB_NONE && i < u->in.from->nlong && j < u->in.to->nlong &&
		!same_name(u, d, j) &&
		db_service(u->in.to, u->in.from->services[i].name) == DB_NONE &&
		db_service(u->in.from, u->in.to->services[j].name) == DB_NONE;
}

static int
is_longrun(const struct db *db, const char *name)
{
	uint32_t i = db_service(db, name);

	return i != DB_NONE && i < db->nlong;
}

static int
supervised(const struct update *u, const char *name)
{
	char dir[PATH_LEN];

	return path_join(dir, sizeof dir, "servicedirs", name) == 0 &&
		control_alive(u->live.fd, dir) > 0;
}

/* A directory that is in use gets its links after the commit: cut off before
 * that, nothing about it is of another set.  One of a name that is in no use
 * is what a switch that was cut off had made. */
static int
prepare_directory(struct update *u, uint32_t j)
{
	const char *name = u->new.services[j].name;
	char path[PATH_LEN];

	if (path_join(path, sizeof path, "servicedirs", name) < 0)
		return -1;
	if (file_exists(u->live.fd, path)) {
		if (is_longrun(u->in.from, name) || supervised(u, name))
			return 0;
		if (path_remove(u->live.fd, path) < 0)
			return -1;
	}
	return live_servicedir_make(u->live.fd, &u->new, j);
}

/* Who moves brings its directory along. */
static int
clear_directory(struct update *u, const char *name)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, "servicedirs", name) < 0)
		return -1;
	if (!file_exists(u->live.fd, path))
		return 0;
	if (supervised(u, name)) {
		errno = EBUSY;
		return -1;
	}
	return path_remove(u->live.fd, path);
}

static int
prepare_services(struct update *u, const struct diff *d)
{
	for (uint32_t j = 0; j < d->nto; j++) {
		const char *name = u->new.services[j].name;

		/* Also what did not change: somebody may have removed it. */
		if (live_store(u->live.fd, &u->new, j) < 0) {
			warn_sys("unable to store the definition of %s", name);
			return -1;
		}
		if (same_definition(u, d, j) && same_name(u, d, j) &&
			(d->from[j] < u->in.from->nlong) == (j < u->new.nlong))
			continue;
		if (j < u->new.nlong && (moves(u, d, j) ?
			clear_directory(u, name) : prepare_directory(u, j))
			< 0) {
			warn_sys("unable to make the directory of %s", name);
			return -1;
		}
	}
	if (live_needs_runner(&u->new) && live_runner_make(u->live.fd) < 0) {
		warn_sys("unable to make the directory of the oneshot daemon");
		return -1;
	}
	return 0;
}

static int
prepare(struct update *u, const struct diff *d)
{
	const char **alias = calloc((size_t)d->nto + 1, sizeof *alias);
	int r = -1;

	if (!alias) {
		warn_sys("unable to hold the names of services");
		return -1;
	}
	for (uint32_t j = 0; j < d->nto; j++)
		if (moves(u, d, j))
			alias[j] = u->in.from->services[d->from[j]].name;
	if (prepare_services(u, d) == 0) {
		r = live_gen_make(u->live.fd, u->to, &u->new, u->data, u->len,
			d->state, u->compiled, alias);
		if (r < 0)
			warn_sys("unable to make generation %u",
				(unsigned)u->to);
	}
	free(alias);
	return r;
}

/* Whoever takes another name; first those that keep their directory.  old and
 * new hold nto names. */
static void
list_renames(const struct update *u, const struct diff *d, char **old,
	char **new, uint32_t *n, uint32_t *nmoves)
{
	*n = 0;
	for (int rest = 0; rest < 2; rest++) {
		for (uint32_t k = 0; k < d->nto; k++) {
			if (d->from[k] == DB_NONE || same_name(u, d, k) ||
				moves(u, d, k) == rest)
				continue;
			old[*n] = (char *)(uintptr_t)
				u->in.from->services[d->from[k]].name;
			new[(*n)++] = (char *)(uintptr_t)
				u->in.to->services[k].name;
		}
		if (!rest)
			*nmoves = *n;
	}
}

/* What came along with others for the first time may be a wish of theirs;
 * what was up before has to come back. */
static int
came_along(const struct diff *d, uint32_t i)
{
	return d->new[i].action == DIFF_START &&
		d->new[i].why == BECAUSE_NEEDED;
}

static int
write_journal(struct update *u, const struct diff *d, uint32_t origin)
{
	struct journal j = { .from = u->from, .to = u->to, .origin = origin,
		.began = u->began };
	int r = -1;

	j.old = calloc((size_t)d->nto + 1, sizeof *j.old);
	j.new = calloc((size_t)d->nto + 1, sizeof *j.new);
	j.reload = calloc((size_t)d->nfrom + 1, sizeof *j.reload);
	j.along = calloc((size_t)d->nto + 1, sizeof *j.along);
	if (!j.old || !j.new || !j.reload || !j.along)
		goto out;
	list_renames(u, d, j.old, j.new, &j.nrenames, &j.nmoves);
	for (uint32_t i = 0; i < d->nfrom; i++)
		if (d->old[i].action == DIFF_RELOAD)
			j.reload[j.nreloads++] = (char *)(uintptr_t)
				u->new.services[d->to[i]].name;
	for (uint32_t i = 0; i < d->nto; i++)
		if (came_along(d, i))
			j.along[j.nalong++] = (char *)(uintptr_t)
				u->new.services[i].name;
	if (u->boot && origin == u->from) {
		snprintf(j.boot, sizeof j.boot, "%s", u->boot);
		snprintf(j.boot_link, sizeof j.boot_link, "%s", u->boot_link);
	}
	r = journal_write(u->live.fd, &j);
out:
	free(j.old);
	free(j.new);
	free(j.reload);
	free(j.along);
	if (r < 0)
		warn_sys("unable to write the journal");
	return r;
}

/* --- entries of the scan directory --- */

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
		path_join(target, sizeof target, "../../current/def", new)
			< 0 ||
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

static int
rename_services(struct update *u, char **old, char **new, uint32_t n)
{
	for (uint32_t k = 0; k < n; k++)
		if (rename_service(u, old[k], new[k]) < 0) {
			warn_sys("unable to rename %s to %s", old[k], new[k]);
			return -1;
		}
	return 0;
}

struct names {
	const char **v;		/* owned */
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

/* Directories of services that the current set does not have; names are
 * copies.  Half-made ones begin with a dot and are removed here. */
static int
find_gone(struct update *u, struct names *gone)
{
	int fd = openat(u->live.fd, "servicedirs", O_RDONLY | O_DIRECTORY |
		O_CLOEXEC), r = 0;
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
			if (strcmp(d->d_name, ".") && strcmp(d->d_name, ".."))
				r = path_remove(dirfd(dir), d->d_name);
			continue;
		}
		if (is_longrun(&u->live.db, d->d_name) ||
			!strcmp(d->d_name, LIVE_RUNNER))
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

/* Up for us, but somebody told its supervise otherwise.  One that ended by
 * its own rules did what it is there for. */
static int
stopped_by_hand(const struct update *u, uint32_t i)
{
	char dir[PATH_LEN];
	struct detail d;

	return i < u->live.db.nlong && run_actual(&u->live, i) == 0 &&
		live_servicedir(dir, sizeof dir, &u->live,
			u->live.db.services[i].name) == 0 &&
		detail_read(&d, AT_FDCWD, dir) == 0 &&
		(d.reason == WHY_ASKED || d.reason == WHY_DOWN_FILE);
}

static int
find_new(struct update *u, struct names *new)
{
	if (live_needs_runner(&u->live.db) && !supervised(u, LIVE_RUNNER) &&
		add_name(new, LIVE_RUNNER) < 0)
		return -1;
	for (uint32_t i = 0; i < u->live.db.nlong; i++)
		if (!supervised(u, u->live.db.services[i].name) &&
			add_name(new, u->live.db.services[i].name) < 0)
			return -1;
	return 0;
}

/* svscan runs, but not for these.  No later act can change that, so none is
 * held up by it: those of them that have to start will fail. */
static void
tell_unsupervised(const struct update *u, const struct names *new, long left)
{
	uint32_t k = 0;
	char others[48] = "";

	while (k < new->n && supervised(u, new->v[k]))
		k++;
	if (k == new->n)
		return;
	if (left > 1)
		snprintf(others, sizeof others, " and %ld others", left - 1);
	warn("%s%s: not supervised after %d s (going on; what svscan says of "
		"it is in its log: reeve logs catch-all)", new->v[k], others,
		SUPERVISE_MS / 1000);
}

/* Make the entries fit the current generation. */
static int
enter(struct update *u)
{
	struct names gone = { 0, 0 }, new = { 0, 0 };
	const struct scan_patience going = { .each = GONE_MS },
		coming = { .each = SUPERVISE_MS };
	long left;
	int r = -1;

	if (find_gone(u, &gone) < 0 || find_new(u, &new) < 0) {
		warn_sys("unable to look through the service directories");
		goto out;
	}
	left = scan_remove(&u->live, gone.v, gone.n, going);
	if (left) {
		warn("%s", left < 0 ? "unable to remove services that are gone"
			: "supervises of services that are gone do not end");
		goto out;
	}
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
		return is_longrun(u->in.from, u->in.to->services[j].name);
	return !same_definition(u, d, j) || !same_name(u, d, j);
}

/* Links of service directories to files that came or went; all of them when
 * it is not known what an earlier run did. */
static int
relink(struct update *u, const struct diff *d)
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

/* --- start --- */

/* d is the plan of this switch, or it has a journal, or neither. */
static int
start_owed(struct update *u, const struct diff *d, const struct journal *j)
{
	uint32_t n = count(&u->live.db);
	unsigned char *set = calloc((size_t)n + 1, 1);
	unsigned char *wishes = calloc((size_t)n + 1, 1);
	int r = RUN_OK, any = 0;

	if (!set || !wishes) {
		free(set);
		free(wishes);
		return RUN_SYSTEM;
	}
	run_keep_untaken(&u->live);
	/* Who wants it may be up already, if this goes on where another was
	 * cut off. */
	for (uint32_t i = 0; i < n; i++)
		set[i] = (u->live.state.rec[i].flags & (STATE_OWED |
			STATE_UP)) && !(d && came_along(d, i));
	for (uint32_t k = 0; j && k < j->nalong; k++) {
		uint32_t i = db_service(&u->live.db, j->along[k]);

		if (i != DB_NONE)
			set[i] = 0;
	}
	if (plan_wishes(&u->live.db, set, wishes) < 0)
		r = RUN_SYSTEM;
	for (uint32_t i = 0; i < n; i++)
		any |= set[i] = !!(u->live.state.rec[i].flags & STATE_OWED);
	if (any && plan_needs(&u->live.db, set, 1) < 0)
		r = RUN_SYSTEM;
	for (uint32_t i = 0; i < n; i++)
		if (set[i] && (u->live.state.rec[i].flags &
			(STATE_UP | STATE_OWED)) == STATE_UP &&
			!stopped_by_hand(u, i))
			set[i] = 0;
	u->run.nfailed = 0;
	u->run.wishes = wishes;
	if (r == RUN_OK && any)
		r = run_half(&u->run, set, RUN_UP);
	u->run.wishes = 0;
	free(wishes);
	free(set);
	return r;
}

static int
update_code(int r)
{
	return r == RUN_OK ? UPDATE_OK : r == RUN_FAILED ? UPDATE_FAILED :
		r == RUN_TIMEOUT ? UPDATE_TIMEOUT : UPDATE_UNFINISHED;
}

static void
reload_changed(struct update *u, const struct diff *d)
{
	for (uint32_t i = 0; i < d->nfrom; i++)
		if (d->old[i].action == DIFF_RELOAD)
			run_reload(&u->run, d->to[i]);
}

/* Twice is no harm. */
static void
reload_journal(struct update *u, const struct journal *j)
{
	for (uint32_t k = 0; k < j->nreloads; k++) {
		uint32_t i = db_service(&u->live.db, j->reload[k]);

		if (i != DB_NONE && (u->live.state.rec[i].flags & STATE_UP))
			run_reload(&u->run, i);
	}
}

/* --- finish --- */

/* Pipes into services that read none any more. */
static void
remove_fifos(struct update *u)
{
	int fd = openat(u->live.fd, "fifo", O_RDONLY | O_DIRECTORY |
		O_CLOEXEC);
	DIR *dir = fd < 0 ? 0 : fdopendir(fd);
	struct dirent *d;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((d = readdir(dir))) {
		uint32_t i = db_service(&u->live.db, d->d_name);

		if (*d->d_name == '.' || (i != DB_NONE &&
			u->live.db.services[i].producers.n))
			continue;
		unlinkat(dirfd(dir), d->d_name, 0);
	}
	closedir(dir);
}

/* Names that a writer who was killed had made for a moment.  In the scan
 * directory only those that lead to us. */
static void
remove_temps(struct update *u, const char *path, int ours_only)
{
	DIR *dir = opendir(path);
	struct dirent *d;

	if (!dir)
		return;
	while ((d = readdir(dir))) {
		char target[PATH_LEN];
		size_t n = strlen(u->live.path);
		ssize_t r;

		if (!live_is_temp(d->d_name))
			continue;
		r = readlinkat(dirfd(dir), d->d_name, target, sizeof target);
		if (!ours_only || (r > (ssize_t)n && target[n] == '/' &&
			!strncmp(target, u->live.path, n)))
			path_remove(dirfd(dir), d->d_name);
	}
	closedir(dir);
}

/* Rubbish never makes a switch fail: the next one removes it. */
static void
remove_rubbish(struct update *u)
{
	int fd = openat(u->live.fd, "gen", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? 0 : fdopendir(fd);
	struct dirent *d;
	unsigned n;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((d = readdir(dir))) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..") ||
			(num_uint(d->d_name, &n) && n == u->live.gen))
			continue;
		path_remove(dirfd(dir), d->d_name);
	}
	closedir(dir);
	live_store_collect(u->live.fd, &u->live.db);
	remove_fifos(u);
	remove_temps(u, u->live.path, 0);
	remove_temps(u, u->live.scandir, 1);
}

int
update_boot(const char *target, const char *link)
{
	char now[PATH_LEN];
	ssize_t r = readlink(link, now, sizeof now - 1);

	if (r > 0) {
		now[r] = 0;
		if (!strcmp(now, target))
			return 0;
	}
	if (file_symlink(AT_FDCWD, target, link) < 0 ||
		file_sync_dir(AT_FDCWD, link) < 0) {
		warn_sys("unable to make %s the one to boot", target);
		return -1;
	}
	return 0;
}

static int
finish(struct update *u, const char *boot, const char *link)
{
	if (boot && *boot && update_boot(boot, link) < 0)
		return -1;
	if (journal_remove(u->live.fd) < 0) {
		warn_sys("unable to remove the journal");
		return -1;
	}
	remove_rubbish(u);
	if (u->follows || live_follows(&u->live.db))
		run_look(&u->run);
	return 0;
}

/* --- undoing --- */

static void
not_interrupted(struct update *u)
{
	u->run.interrupted = 0;
	u->run.deadline = 0;
	u->run.result = RUN_OK;
}

/* Before the commit: bring back what was stopped and forget the new one. */
static int
undo_stop(struct update *u, int code)
{
	not_interrupted(u);
	if (start_owed(u, 0, 0) != RUN_OK)
		warn("not everything that was stopped came back (it is marked "
			"as owed; run the update again, or with --abort)");
	if (live_gen_remove(u->live.fd, u->to) < 0 || enter(u) < 0 ||
		journal_remove(u->live.fd) < 0)
		warn_sys("unable to remove what was prepared (the next update "
			"does)");
	else
		remove_rubbish(u);
	return code;
}

/* By number: whether it was started since the switch that is undone began,
 * with the definition of the set that is live, and not with an earlier one.
 * (One that is kept may run since long with a definition that the switch only
 * came back to.)  Only oneshots cannot be asked. */
static unsigned char *
runs_current(const struct update *u)
{
	unsigned char *v = calloc((size_t)count(&u->live.db) + 1, 1);

	for (uint32_t i = 0; v && i < u->live.db.nlong; i++) {
		const struct db_service *s = u->live.db.services + i;
		char dir[PATH_LEN], hex[LIVE_HEX];
		struct detail d;

		live_hex(hex, s->hash);
		v[i] = live_servicedir(dir, sizeof dir, &u->live, s->name)
			== 0 && detail_read(&d, AT_FDCWD, dir) == 0 &&
			d.run_pid && !strcmp(path_base(d.def), hex) &&
			d.run_started >= u->began;
	}
	return v;
}

static int switch_to(struct update *u, const struct state_rec *target,
	uint32_t origin);

/* After the commit: the same way back, to generation origin of which
 * database and state are still there. */
static int
undo_switch(struct update *u, uint32_t origin, char **old, char **new,
	uint32_t n)
{
	struct db db = u->new;
	struct states before;
	struct diff_convert *c = calloc((size_t)n + 1, sizeof *c);
	char gen[64], path[PATH_LEN], compiled[PATH_LEN], err[PATH_LEN + 256];
	ssize_t r;
	int code = UPDATE_UNFINISHED;

	snprintf(gen, sizeof gen, "gen/%u/db", (unsigned)origin);
	if (!c || path_join(path, sizeof path, u->live.path, gen) < 0) {
		free(c);
		return code;
	}
	if (db_open(&u->new, path, err, sizeof err) < 0) {
		warn("unable to go back: %s", err);
		u->new = db;
		free(c);
		return code;
	}
	snprintf(gen, sizeof gen, "gen/%u/state", (unsigned)origin);
	if (state_open(&before, u->live.fd, gen, u->new.id, count(&u->new), 0,
		err, sizeof err) < 0) {
		warn("unable to go back: %s", err);
		goto out;
	}
	snprintf(gen, sizeof gen, "gen/%u/compiled", (unsigned)origin);
	r = readlinkat(u->live.fd, gen, compiled, sizeof compiled - 1);
	compiled[r < 0 ? 0 : r] = 0;
	for (uint32_t k = 0; k < n; k++)
		c[k] = (struct diff_convert){ .from = new[k], .to = old[k] };
	{
		struct diff_input in = u->in;
		const char *was = u->compiled;
		const void *data = u->data;
		size_t len = u->len;
		unsigned char *current = runs_current(u);

		u->in.current = current;
		u->in.convert = c;
		u->in.nconvert = n;
		u->in.bundle = 0;
		u->in.target = before.rec;
		u->compiled = *compiled ? compiled : 0;
		u->data = u->new.map;
		u->len = u->new.maplen;
		not_interrupted(u);
		code = switch_to(u, before.rec, origin);
		u->in = in;
		u->compiled = was;
		u->data = data;
		u->len = len;
		free(current);
	}
	state_close(&before);
out:
	db_close(&u->new);
	u->new = db;
	free(c);
	return code;
}

/* --- the whole --- */

static void
count_text(struct update *u, const struct diff *d)
{
	set_text(u, "%u untouched, %u stopped, %u started, %u reloaded",
		(unsigned)d->untouched, (unsigned)d->stops,
		(unsigned)d->starts, (unsigned)d->reloads);
}

/* Copies, as an undo needs them when the sets are others.  0 or -1. */
static int
renames_of(struct update *u, const struct diff *d, char ***old, char ***new,
	uint32_t *n, uint32_t *nmoves)
{
	int r = 0;

	*n = *nmoves = 0;
	*old = calloc((size_t)d->nto + 1, sizeof **old);
	*new = calloc((size_t)d->nto + 1, sizeof **new);
	if (!*old || !*new)
		return -1;
	list_renames(u, d, *old, *new, n, nmoves);
	for (uint32_t k = 0; k < *n; k++) {
		(*old)[k] = r < 0 ? 0 : strdup((*old)[k]);
		(*new)[k] = r < 0 ? 0 : strdup((*new)[k]);
		if (!(*old)[k] || !(*new)[k])
			r = -1;
	}
	return r;
}

static void
free_names(char **v, uint32_t n)
{
	for (uint32_t k = 0; v && k < n; k++)
		free(v[k]);
	free(v);
}

static int
unfinished(struct update *u)
{
	char to[PATH_LEN];

	set_text(u, "switched, but not finished");
	warn("switched to %s, but not finished: run it again to finish it, or "
		"with --abort to undo it", called(u, u->to, to, sizeof to));
	return UPDATE_UNFINISHED;
}

static void
failed_names(const struct update *u, char *names, size_t max)
{
	size_t len = 0;

	snprintf(names, max, "%s", u->run.nfailed ? "" : "a service");
	for (uint32_t k = 0; k < u->run.nfailed && len + 55 < max; k++)
		len += (size_t)snprintf(names + len, max - len, "%s%.50s",
			k ? ", " : "",
			u->live.db.services[u->run.failed[k]].name);
}

/* What became of a switch that failed: CODE is what the undo says. */
static int
undone(struct update *u, const char *to, const char *failed, int code)
{
	char names[256];

	if (code != UPDATE_OK && code != UPDATE_FAILED &&
		code != UPDATE_TIMEOUT)
		return code;
	failed_names(u, names, sizeof names);
	if (code == UPDATE_OK) {
		set_text(u, "%s failed (%s) and was undone", to, failed);
		return UPDATE_UNDONE;
	}
	warn("%s was undone, but did not come back: %s", to, names);
	set_text(u, "%s failed (%s) and was undone; did not come back: %s", to,
		failed, names);
	return UPDATE_UNDONE_PART;
}

/* After the commit.  u->live is still the old generation's. */
static int
complete(struct update *u, const struct diff *d, uint32_t origin)
{
	char **old, **new, names[256];
	struct live before = u->live;
	uint32_t n, nmoves;
	int code;

	/* What is asked about the old set still is, until the end. */
	u->in.from = &before.db;
	if (renames_of(u, d, &old, &new, &n, &nmoves) < 0 ||
		rename_services(u, old, new, nmoves) < 0 || reopen(u) < 0 ||
		enter(u) < 0 || relink(u, d) < 0) {
		code = unfinished(u);
		goto out;
	}
	reload_changed(u, d);
	code = update_code(start_owed(u, d, 0));
	if (code == UPDATE_UNFINISHED) {
		unfinished(u);
		goto out;
	}
	failed_names(u, names, sizeof names);
	if (code != UPDATE_OK && !u->in.target)
		tell_logs(u);
	if (code != UPDATE_OK && u->rollback && origin == u->from) {
		char to[PATH_LEN], back[PATH_LEN];

		/* The undo removes what was switched to. */
		called(u, u->to, to, sizeof to);
		warn("going back to %s, as %s failed", called(u, origin, back,
			sizeof back), names);
		code = undone(u, to, names, undo_switch(u, origin, old, new,
			n));
		u->from = origin;
		goto out;
	}
	if (finish(u, origin == u->from ? u->boot : 0, u->boot_link) < 0) {
		code = unfinished(u);
		goto out;
	}
	if (code != UPDATE_OK)
		set_text(u, "switched; failed: %s", names);
out:
	free_names(old, n);
	free_names(new, n);
	if (u->live.fd != before.fd)
		live_close(&before);
	return code;
}

/* Is a oneshot among what did not stop? */
static int
half_down(const struct update *u)
{
	for (uint32_t k = 0; k < u->run.nfailed; k++)
		if (u->run.failed[k] >= u->live.db.nlong)
			return 1;
	return 0;
}

static int
stop_code(struct update *u, int r)
{
	if (r == RUN_INTERRUPTED) {
		set_text(u, "cut off before the switch");
		warn("not switched: cut off with %u services left to stop; run "
			"it again to finish it, or with --abort to undo it",
			(unsigned)u->run.left_undone);
		return UPDATE_CUT_OFF;
	}
	set_text(u, "not switched: a service did not stop");
	warn("not switched: not everything could be stopped; bringing back "
		"what was%s", half_down(u) ? " (if a down script cannot be "
		"mended: --ignore-down)" : "");
	return undo_stop(u, r == RUN_TIMEOUT ? UPDATE_STOP_TIMEOUT :
		r == RUN_FAILED ? UPDATE_NOT_STOPPED : UPDATE_SYSTEM);
}

/* The old longrun in whose directory the new one will be. */
static uint32_t
lives_in(const struct update *u, const struct diff *d, uint32_t j)
{
	return moves(u, d, j) ? d->from[j] : db_service(u->in.from,
		u->in.to->services[j].name);
}

/* What is down for us and is to be started may run by somebody else's will,
 * or because who started it was killed before he noted it: it would be taken
 * for the new one. */
static void
stop_unasked(const struct update *u, struct diff *d)
{
	for (uint32_t j = 0; j < u->in.to->nlong; j++) {
		uint32_t i = d->start[j] ? lives_in(u, d, j) : DB_NONE;

		if (i == DB_NONE || i >= u->in.from->nlong || d->stop[i] ||
			(d->from[j] == i && same_definition(u, d, j)))
			continue;
		if (run_actual(&u->live, i))
			d->stop[i] = 1;
	}
}

static int
carry_out(struct update *u, struct diff *d, uint32_t origin)
{
	int r;

	u->to = live_gen_highest(u->live.fd) + 1;
	if (prepare(u, d) < 0 || write_journal(u, d, origin) < 0) {
		set_text(u, "not switched: unable to prepare it");
		warn("not switched; nothing was touched");
		live_gen_remove(u->live.fd, u->to);
		if (origin == u->from) {
			enter(u);
			journal_remove(u->live.fd);
		}
		return UPDATE_SYSTEM;
	}
	stop_unasked(u, d);
	r = run_half(&u->run, d->stop, RUN_OWE);
	run_signals(&u->run);
	if (r == RUN_OK && u->run.interrupted)
		r = RUN_INTERRUPTED;
	if (r != RUN_OK)
		return stop_code(u, r);
	if (live_gen_commit(u->live.fd, u->to) < 0) {
		warn_sys("not switched: unable to rename current");
		set_text(u, "not switched: unable to rename current");
		return undo_stop(u, UPDATE_SYSTEM);
	}
	count_text(u, d);
	return complete(u, d, origin);
}

static int
refuse(struct update *u, const struct diff *d)
{
	const char *name = u->in.from->services[d->refused].name;
	char why[256];

	diff_why_text(why, sizeof why, &u->in, d->old + d->refused, 1);
	warn("not switched: essential service %s would have to stop, as %s "
		"(-e forces it)", name, why);
	set_text(u, "not switched: essential service %s would have to stop",
		name);
	return UPDATE_NOT_STOPPED;
}

static int
switch_to(struct update *u, const struct state_rec *target, uint32_t origin)
{
	struct diff d;
	char err[512];
	int code;

	u->in.from = &u->live.db;
	u->in.to = &u->new;
	u->in.state = u->live.state.rec;
	u->in.target = target;
	u->from = u->to = u->live.gen;
	if (!target) {
		origin = u->from;
		u->began = os_now();
	}
	code = diff_make(&d, &u->in, err, sizeof err);
	if (code != DIFF_OK) {
		warn("not switched: %s", err);
		set_text(u, "not switched: %s", err);
		return code;
	}
	if (d.refused != DB_NONE) {
		code = refuse(u, &d);
	} else {
		tell_plan(u, &d);
		code = u->dry ? UPDATE_OK : carry_out(u, &d, origin);
	}
	diff_free(&d);
	return code;
}

/* Owed from the start: if it is cut off, the next run goes on. */
static int
want_bundle(struct update *u)
{
	struct db_list l;

	if (!u->in.bundle || !db_resolve(&u->live.db, u->in.bundle, &l))
		return 0;
	for (uint32_t k = 0; k < l.n; k++)
		if (state_put(&u->live.state, l.v[k], u->live.state.rec[l.v[k]]
			.flags | STATE_WANTED | STATE_OWED, REASON_NONE, 0) < 0)
			return -1;
	return 0;
}

int
update_begin(struct update *u)
{
	uint32_t up = 0;
	int code;

	u->from = u->to = u->live.gen;
	if (want_bundle(u) < 0) {
		warn_sys("unable to write the state");
		set_text(u, "not begun: unable to write the state");
		return UPDATE_SYSTEM;
	}
	code = update_code(start_owed(u, 0, 0));
	if (code == UPDATE_UNFINISHED) {
		set_text(u, "begun, but cut off: run it again to finish it");
		return code;
	}
	if (code != UPDATE_OK)
		tell_logs(u);
	for (uint32_t i = 0; i < count(&u->live.db); i++)
		up += u->live.state.rec[i].flags & STATE_UP;
	set_text(u, "%u started, %u failed", (unsigned)up,
		(unsigned)u->run.nfailed);
	return code;
}

/* The set is the same: only debts of something cut off can be left. */
static int
pay_debts(struct update *u)
{
	int code;

	set_text(u, "the same set of services");
	if (enter(u) < 0)
		return UPDATE_SYSTEM;
	code = update_code(start_owed(u, 0, 0));
	if (finish(u, u->boot, u->boot_link) < 0)
		return unfinished(u);
	return code;
}

static int
is_same(const struct update *u)
{
	return !memcmp(u->live.db.id, u->new.id, DB_HASH) && !u->in.nconvert;
}

/* To the set that is live already nothing takes another name: a switch that
 * was cut off, or of which the end was not seen, has done it. */
static void
drop_done(struct update *u)
{
	struct diff_convert *c = (struct diff_convert *)(uintptr_t)
		u->in.convert;
	size_t n = 0;

	if (prog_as_s6 || memcmp(u->live.db.id, u->new.id, DB_HASH))
		return;
	for (size_t k = 0; k < u->in.nconvert; k++)
		if ((!c[k].to || !strcmp(c[k].from, c[k].to)) &&
			db_service(&u->live.db, c[k].from) != DB_NONE)
			c[n++] = c[k];
	u->in.nconvert = n;
}

/* A switch that was cut off may have stopped a logger while those that write
 * to it run on.  The set that comes may have another one in its place, or
 * none: so what is in its pipe is read now. */
static void
read_pipes(struct update *u)
{
	const struct db *db = &u->live.db;
	unsigned char *set = calloc((size_t)count(db) + 1, 1);
	char path[PATH_LEN];
	int any = 0;

	for (uint32_t i = 0; set && i < db->nlong; i++)
		any |= set[i] = (u->live.state.rec[i].flags & STATE_OWED) &&
			db->services[i].producers.n &&
			path_join(path, sizeof path, "fifo",
				db->services[i].name) == 0 &&
			control_fifo_unread(u->live.fd, path) > 0;
	if (any)
		run_keep_untaken(&u->live);
	if (any && plan_needs(db, set, 1) == 0) {
		for (uint32_t i = 0; i < count(db); i++)
			if ((u->live.state.rec[i].flags & (STATE_UP |
				STATE_OWED)) == STATE_UP)
				set[i] = 0;
		/* One that does not come up is no reason to stay. */
		run_half(&u->run, set, RUN_UP);
		u->run.result = RUN_OK;
	}
	free(set);
}

int
update_switch(struct update *u)
{
	int again = 0;

	drop_done(u);

	u->from = u->to = u->live.gen;
	for (uint32_t i = 0; is_same(u) && i < count(&u->live.db); i++)
		again |= u->live.state.rec[i].flags & STATE_OWED;
	if (is_same(u) && (!u->dry || !again)) {
		if (u->dry)
			puts("nothing to do: the same set of services");
		return u->dry ? UPDATE_OK : pay_debts(u);
	}
	if (!u->dry)
		read_pipes(u);
	return switch_to(u, 0, 0);
}

/* What is still to be started of a set that is about to be left need not be
 * waited for: it stays owed.  Names that were to be changed do not make it
 * another set: if this is the command that was cut off, they have been. */
static int
follows_other_set(const struct update *u)
{
	return u->data && memcmp(u->live.db.id, u->new.id, DB_HASH);
}

/* But nothing of it may be on its way either, as it would be taken for what
 * comes next. */
static int
stop_owed(struct update *u)
{
	unsigned char *set = calloc((size_t)count(&u->live.db) + 1, 1);
	int r;

	if (!set)
		return UPDATE_SYSTEM;
	for (uint32_t i = 0; i < u->live.db.nlong; i++)
		set[i] = (u->live.state.rec[i].flags &
			(STATE_UP | STATE_OWED)) == STATE_OWED;
	r = run_half(&u->run, set, RUN_OWE);
	free(set);
	return update_code(r);
}

/* The end of a switch that was cut off is that of any other. */
static int
start_recovered(struct update *u, const struct journal *j)
{
	int code = update_code(start_owed(u, 0, j));
	char to[PATH_LEN], back[PATH_LEN], names[256];

	if ((code != UPDATE_FAILED && code != UPDATE_TIMEOUT) || !u->rollback ||
		j->origin != j->from)
		return code;
	tell_logs(u);
	failed_names(u, names, sizeof names);
	called(u, j->to, to, sizeof to);
	warn("going back to %s, as %s failed", called(u, j->origin, back,
		sizeof back), names);
	code = undone(u, to, names, undo_switch(u, j->origin, j->old, j->new,
		j->nrenames));
	if (code == UPDATE_UNDONE || code == UPDATE_UNDONE_PART)
		u->from = j->origin;
	return code;
}

/* What was on its way up, with a definition that is about to be left, may be
 * up without that being noted. */
static int
undo_cut_off(struct update *u, uint32_t origin, char **old, char **new,
	uint32_t n)
{
	int code = stop_owed(u);

	return code > UPDATE_TIMEOUT ? code : undo_switch(u, origin, old, new,
		n);
}

int
update_recover(struct update *u)
{
	struct journal j;
	int r = journal_read(&j, u->live.fd), code = UPDATE_OK;

	if (r == 0)
		return UPDATE_OK;
	if (r < 0 && errno != EPROTO) {
		warn_sys("unable to read the journal");
		return UPDATE_SYSTEM;
	}
	if (u->dry) {
		warn("a switch was cut off; the real run would finish it "
			"first");
		journal_free(&j);
		return UPDATE_OK;
	}
	info("finishing a switch that was cut off");
	if (r < 0)
		warn("the journal is damaged (making everything fit the "
			"current generation)");
	u->began = j.began;
	u->from = j.from;
	u->to = u->live.gen;
	if (r > 0 && u->live.gen == j.to &&
		rename_services(u, j.old, j.new, j.nmoves) < 0)
		code = UPDATE_UNFINISHED;
	else if (relink(u, 0) < 0 || enter(u) < 0)
		code = UPDATE_SYSTEM;
	else if (r > 0 && u->live.gen == j.from && j.origin != j.from &&
		!follows_other_set(u)) {
		/* On the way back, and not there yet. */
		code = undo_cut_off(u, j.origin, j.new, j.old, j.nrenames);
	} else if (r > 0 && u->live.gen == j.to) {
		reload_journal(u, &j);
		code = follows_other_set(u) ? stop_owed(u) :
			start_recovered(u, &j);
	}
	if (code <= UPDATE_TIMEOUT && finish(u, u->live.gen == j.to ? j.boot :
		0, j.boot_link) < 0)
		code = UPDATE_UNFINISHED;
	if (code > UPDATE_TIMEOUT && !*u->text)
		set_text(u, "not switched: the switch that was cut off could "
			"not be finished (mend what is said above and run it "
			"again; --abort undoes it)");
	journal_free(&j);
	return code;
}

int
update_abort(struct update *u)
{
	struct journal j;
	int r = journal_read(&j, u->live.fd), code;

	u->from = u->to = u->live.gen;
	if (r < 0) {
		warn_sys("unable to read the journal");
		return UPDATE_SYSTEM;
	}
	if (r == 0) {
		info("no switch was cut off; bringing back what is owed, if "
			"anything");
		set_text(u, "nothing to undo");
		/* One may have been while it prepared. */
		if (relink(u, 0) < 0 || enter(u) < 0)
			return UPDATE_SYSTEM;
		code = update_code(start_owed(u, 0, 0));
		remove_rubbish(u);
		return code;
	}
	u->began = j.began;
	if (u->live.gen != j.origin && u->live.gen == j.to &&
		rename_services(u, j.old, j.new, j.nmoves) < 0) {
		code = UPDATE_UNFINISHED;
	} else if (relink(u, 0) < 0 || enter(u) < 0) {
		code = UPDATE_SYSTEM;
	} else if (u->live.gen == j.origin || j.origin != j.from) {
		/* Not reached, or already on the way back. */
		if (u->live.gen != j.origin && u->live.gen != j.to)
			code = undo_cut_off(u, j.origin, j.new, j.old,
				j.nrenames);
		else {
			if (u->live.gen == j.to)
				reload_journal(u, &j);
			code = update_code(start_owed(u, 0, &j));
			if (code <= UPDATE_TIMEOUT && finish(u, 0, 0) < 0)
				code = UPDATE_UNFINISHED;
		}
	} else {
		code = undo_cut_off(u, j.origin, j.old, j.new, j.nrenames);
	}
	set_text(u, "undone");
	journal_free(&j);
	return code;
}

/* --- the conversion file --- */

int
update_conversions(const char *path, struct diff_convert **v, size_t *n)
{
	struct lex_error err;
	char *text;
	ssize_t len = file_slurp(AT_FDCWD, path, &text, CONVERT_LIMIT);
	int r;

	*v = 0;
	*n = 0;
	if (len < 0) {
		warn_sys("unable to read %s", path);
		return EX_SYSTEM;
	}
	r = convert_parse(v, n, text, (size_t)len, &err);
	if (r == 0)
		warn("%s:%u: %s", path, err.line, err.what);
	else if (r < 0)
		warn_sys("unable to read %s", path);
	free(text);
	return r > 0 ? 0 : r ? EX_SYSTEM : EX_NO;
}
