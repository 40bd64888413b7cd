/* switch.c - the whole of an update in one command: compile, keep as a
 * numbered generation, switch what is live, make it the one that is booted.
 * Also plan, rollback, generations and gc.  See reeve-switch(8).
 *
 * STATE/generations/N/{db,info,stamp,failed},
 * STATE/boot -> generations/M/db. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "lib/spawn.h"
#include "rc/compile/compile.h"
#include "rc/compile/sources.h"
#include "rc/compile/users.h"
#include "rc/live.h"
#include "rc/places.h"
#include "rc/run.h"
#include "rc/scan.h"
#include "rc/switch/update.h"
#include "supervise/control.h"

enum { O_TEST = OPT_LONG, O_BOOT, O_ROOT, O_DB, O_LAX, O_OVERRIDE, O_BUNDLE,
	O_NO_ROLLBACK, O_NO_BLOCK, O_KEEP, O_ABORT, O_START, O_SETTLE,
	O_USERS, O_IGNORE_DOWN };
enum { JOBS = 32, DEATHS = 3, START_MS = 60000, SETTLE_MS = 500, KEEP = 10,
	STAMP_MAX = 256, DB_LIMIT = 1 << 30, RACY_NS = 50000000 };

static const struct opt opts[] = {
	{ 'n', "dry-run", 0, "print the plan with a reason for each service; "
		"do\nnothing (also: the sub-command plan)" },
	{ O_TEST, "test", 0, "switch, but do not make it the one that is "
		"booted" },
	{ O_BOOT, "boot", 0, "make it the one that is booted, but do not "
		"switch" },
	{ O_ROOT, "root", "DIR", "for an image below DIR: compile its "
		"definitions and\nmake them what it boots" },
	{ O_DB, "db", "FILE", "take this compiled database instead of "
		"compiling" },
	{ O_LAX, "lax", 0, "accept in definitions what s6-rc-compile accepts" },
	{ O_OVERRIDE, "override", 0, "of a service in two of the given sources "
		"the later one\nwins" },
	{ O_USERS, "users", "WHAT", "users and groups unknown to this system: "
		"error\n(default; with --root warn), warn or ignore" },
	{ O_BUNDLE, "bundle", "NAME", "what is to be up (default 'default'; "
		"'' for none)" },
	{ O_NO_ROLLBACK, "no-rollback", 0, "stay with the new set even if a "
		"service does not come\nup" },
	{ O_ABORT, "abort", 0, "undo a switch that was cut off" },
	{ O_IGNORE_DOWN, "ignore-down", 0, "a oneshot whose down script fails "
		"counts as down" },
	{ 'e', "force-essentials", 0, "stop essential services too if the "
		"switch needs it" },
	{ 'f', "conversion-file", "FILE", "lines 'OLD [-> NEW] [restart]' for "
		"services that get\nanother name" },
	{ 't', "timeout", "MS", "give up on what is not up or down after so "
		"long\n(default 0: never)" },
	{ O_START, "start-timeout", "MS", "give up on a service that has not "
		"said after so long\nthat it is ready and has no timeout-up "
		"(default 60000;\n0: never)" },
	{ O_SETTLE, "settle", "MS", "a service that does not say when it is "
		"ready has to\nlive so long after its start (default 500; 0: "
		"it need\nnot)" },
	{ 'j', "jobs", "N", "run at most N oneshots at once (default 32; 0 no\n"
		"bound)" },
	{ 'v', "verbosity", "N", "0 errors, 1 failures (default), 2 the plan "
		"and each\ntransition" },
	{ 'q', "quiet", 0, "say nothing if all goes well; with plan: exit 1 if "
		"there\nis something to do" },
	{ O_NO_BLOCK, "no-block", 0, "fail if another change is in progress, "
		"instead of\nwaiting for it" },
	{ 'l', "livedir", "DIR", "the live directory" },
	{ O_KEEP, "keep", "N", "gc: keep the newest N generations (default "
		"10)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[switch|plan|rollback|generations|gc] [option...] [source... or N]",
	"Compile the definitions, keep them as a generation, switch the live "
	"set to\nit and have it booted next time. Does nothing, fast, if "
	"nothing changed.",
	opts,
	"Commands:\n"
	"  switch [source...]   the default\n"
	"  plan [source...]     what switch would do, and why\n"
	"  rollback [N]         back to generation N (default: the one before\n"
	"                       the live one)\n"
	"  generations          list them\n"
	"  gc                   remove old ones\n"
	"Exit status: 0 done, or nothing to do; 1 switched, some service failed "
	"(or an\nerror in a definition: not switched); 2 switched, some "
	"service was too slow;\n4 not a valid database; 9 or 10 not switched, "
	"a service would not stop; 12\nswitched back, as a service failed; 13 "
	"switched but cut off, 14 cut off before\nthe switch (run it again); "
	"100 misuse; 111 not switched, system error."
};

struct gen {
	struct places places;
	char live[PATH_LEN];
	char dir[PATH_LEN];		/* STATE/generations */
	int test, boot, lax, override, block, abort_it, given, quiet;
	int users;			/* USERS_*, or -1: the default */
	int elsewhere;			/* the live directory was named */
	unsigned keep;
	unsigned back;			/* rollback: to this one; or 0 */
	const char *bundle;		/* the one given, or 0 */
	const char *root, *db_file, *convert_file;
	char *sources[PLACES_SOURCES + 64];
	int nsources;
	struct sources sum;
	int summed;
	char *data;
	size_t len;
	struct update u;
};

/* --- places --- */

static void
below(const char *root, char *path, size_t max)
{
	char copied[PATH_LEN];

	strcpy(copied, path);
	if (path_join(path, max, root, copied + (*copied == '/')) < 0)
		die_sys(EX_MISUSE, "unable to use --root %s", root);
}

static void
set_places(struct gen *g)
{
	static char root[PATH_LEN];
	struct places *p = &g->places;
	char err[256];

	if (places_default(p, err, sizeof err) < 0)
		die(EX_SYSTEM, "%s", err);
	if (g->root) {
		if (path_absolute(root, sizeof root, g->root) < 0)
			die_sys(EX_MISUSE, "unable to use --root %s", g->root);
		below(root, p->state, sizeof p->state);
		below(root, p->boot, sizeof p->boot);
		for (int i = 0; i < p->nsources; i++)
			below(root, p->sources[i], sizeof *p->sources);
		g->boot = 1;
	}
	/* An image is made elsewhere than where its users are. */
	if (g->users < 0)
		g->users = g->root ? USERS_WARN : USERS_ERROR;
	if (!*g->live)
		strcpy(g->live, p->live);
	if (path_join(g->dir, sizeof g->dir, p->state, "generations") < 0)
		die_sys(EX_SYSTEM, "unable to use %s", p->state);
}

/* The first place has precedence; for the compiler the last one wins.
 * Places that do not exist are not there to be read. */
static void
set_sources(struct gen *g, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (g->nsources >= PLACES_SOURCES + 64)
			die(EX_MISUSE, "more than %d sources",
				PLACES_SOURCES + 64);
		g->sources[g->nsources++] = argv[i];
	}
	g->given = argc > 0;
	if (argc || g->db_file)
		return;
	for (int i = g->places.nsources; i-- > 0;)
		if (file_exists(AT_FDCWD, g->places.sources[i]))
			g->sources[g->nsources++] = g->places.sources[i];
	if (!g->nsources)
		die(EX_SYSTEM, "no definitions: %s does not exist "
			"(reeve new NAME -- COMMAND makes the first)",
			g->places.sources[0]);
	g->override = 1;
}

static void
lock_state(struct gen *g)
{
	int fd, lock;

	if (path_mkdirs(g->dir, 0755) < 0)
		die_sys(EX_SYSTEM, "unable to make %s", g->dir);
	fd = open(g->places.state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	lock = fd < 0 ? -1 : file_lock(fd, "lock", 1, 0);
	if (fd >= 0 && lock < 0 && g->block && (errno == EAGAIN ||
		errno == EACCES)) {
		info("waiting for the switch in progress (pid %ld)",
			(long)file_locked_by(fd, "lock"));
		lock = file_lock(fd, "lock", 1, 1);
	}
	if (lock < 0)
		die_sys(EX_SYSTEM, "not switched: unable to lock %s",
			g->places.state);
	close(fd);
}

/* --- generations --- */

static void
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
static unsigned *
list_generations(const struct gen *g, size_t *count)
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
				die_sys(EX_SYSTEM, "unable to read %s",
					g->dir);
			v[(*count)++] = n;
		}
	closedir(dir);
	if (v)
		qsort(v, *count, sizeof *v, by_number);
	return v;
}

static unsigned
boot_number(const struct gen *g)
{
	char link[PATH_LEN];

	file_link_text(AT_FDCWD, g->places.boot, link);
	return update_kept(link);
}

/* Which generation of ours is live; 0: none, or a database from elsewhere. */
static unsigned
live_number(const struct gen *g)
{
	char link[PATH_LEN], path[PATH_LEN];
	struct stat ours, theirs;
	ssize_t r;
	unsigned n;

	if (path_join(path, sizeof path, g->live, "current/compiled") < 0)
		return 0;
	r = readlink(path, link, sizeof link - 1);
	if (r < 0)
		return 0;
	link[r] = 0;
	n = update_kept(link);
	if (!n)
		return 0;
	gen_path(g, path, n, "db");
	return stat(path, &ours) == 0 && stat(link, &theirs) == 0 &&
		ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino ?
		n : 0;
}

static int
has_live(const struct gen *g)
{
	int r = live_exists(g->live);

	if (r < 0)
		die_sys(EX_SYSTEM, "not switched: unable to see what is live "
			"in %s", g->live);
	return r;
}

/* There is a live set, and a tree that runs it.  After the end of the tree
 * what is left of it says only what was. */
static int
is_live(const struct gen *g)
{
	char scandir[PATH_LEN], path[PATH_LEN];
	int fd, runs;

	if (!has_live(g))
		return 0;
	if (path_join(path, sizeof path, g->live, "scandir") < 0)
		die_sys(EX_SYSTEM, "unable to use %s", g->live);
	file_link_text(AT_FDCWD, path, scandir);
	/* What is wrong with it will be told. */
	if (!*scandir || scan_runs(scandir) || !scan_lost(errno))
		return 1;
	fd = open(g->live, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	runs = fd < 0 ? -1 : live_supervised(fd);
	if (runs)
		die(EX_SYSTEM, "not switched: there is no svscan on %s, or it "
			"ends, but services are still supervised (reeve up "
			"takes them over)", scandir);
	close(fd);
	return 0;
}

/* The one that is live, or else would be booted; or 0.  In an image nothing is
 * live. */
static unsigned
current_number(const struct gen *g)
{
	return !g->root && is_live(g) ? live_number(g) : boot_number(g);
}

static int
read_info(const struct gen *g, unsigned n, char *id, time_t *when)
{
	char path[PATH_LEN], buf[512], *p;
	ssize_t r;

	gen_path(g, path, n, "info");
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

static int
is_of(const struct gen *g, unsigned n, const unsigned char *hash)
{
	char want[LIVE_HEX], id[LIVE_HEX];
	time_t when;

	live_hex(want, hash);
	return n && read_info(g, n, id, &when) == 0 && !strcmp(id, want);
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
static void
remove_rubbish(const struct gen *g)
{
	size_t n;
	unsigned *v = list_generations(g, &n);
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
static unsigned
keep_generation(struct gen *g)
{
	char id[LIVE_HEX], info[256], tmp[PATH_LEN], path[PATH_LEN];
	size_t count;
	unsigned n = current_number(g), last, *all;
	int len, fd;

	if (g->back || is_of(g, n, g->u.new.id))
		return g->back ? g->back : n;
	all = list_generations(g, &count);
	last = count ? all[count - 1] : 0;
	free(all);
	if (is_of(g, last, g->u.new.id))
		return last;
	n = last + 1;
	live_hex(id, g->u.new.id);
	len = snprintf(info, sizeof info, "id %s\nwhen %lld\nservices %u\n",
		id, (long long)time(0), (unsigned)(g->u.new.nlong +
			g->u.new.nshort));
	if (path_join(tmp, sizeof tmp, g->dir, ".new") < 0 ||
		path_remove(AT_FDCWD, tmp) < 0 || mkdir(tmp, 0755) < 0)
		die_sys(EX_SYSTEM, "not switched: unable to make %s", tmp);
	fd = open(tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	gen_path(g, path, n, 0);
	if (fd < 0 || file_write(fd, "db", g->data, g->len, 0644, 1) < 0 ||
		file_write(fd, "info", info, (size_t)len, 0644, 1) < 0 ||
		rename(tmp, path) < 0 ||
		file_sync_dir(AT_FDCWD, path) < 0) {
		int e = errno;

		path_remove(AT_FDCWD, tmp);
		errno = e;
		die_sys(EX_SYSTEM, "not switched: unable to keep generation "
			"%u in %s", n, g->dir);
	}
	close(fd);
	return n;
}

/* --- was anything changed? --- */

static void
sum_sources(struct gen *g)
{
	struct stat st;
	char self[PATH_LEN], text[256];

	if (g->db_file || !g->nsources)
		return;
	for (int i = 0; i < g->nsources; i++)
		if (sources_add(&g->sum, g->sources[i]) < 0)
			return;
	/* Another compiler may make something else of it. */
	memset(&st, 0, sizeof st);
	if (chain_sister(self, sizeof self, "reeve-switch") == 0)
		stat(self, &st);
	snprintf(text, sizeof text, "%s %d %lld.%ld %lld %d %d",
		REEVE_VERSION, DB_VERSION, (long long)st.st_mtim.tv_sec,
		(long)st.st_mtim.tv_nsec, (long long)st.st_size, g->lax,
		g->override);
	sources_text(&g->sum, text);
	sources_text(&g->sum, g->places.logs);
	g->summed = 1;
}

static void
stamp_text(const struct gen *g, char *buf)
{
	snprintf(buf, STAMP_MAX, "%016llx%016llx %llu\n",
		(unsigned long long)g->sum.sum[0],
		(unsigned long long)g->sum.sum[1],
		(unsigned long long)g->sum.files);
}

/* A file changed so lately that another change could bear the same time is
 * looked at again next time. */
static void
write_stamp(struct gen *g, unsigned n)
{
	char path[PATH_LEN], text[STAMP_MAX];
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	if (!g->summed || g->sum.newest + RACY_NS > (uint64_t)t.tv_sec *
		1000000000u + (uint64_t)t.tv_nsec)
		return;
	stamp_text(g, text);
	gen_path(g, path, n, "stamp");
	file_write(AT_FDCWD, path, text, strlen(text), 0644, 0);
}

static int
has_failed(const struct gen *g, unsigned n)
{
	char path[PATH_LEN];

	gen_path(g, path, n, "failed");
	return file_exists(AT_FDCWD, path);
}

/* Whether a rollback may choose it. */
static void
note_failed(const struct gen *g, unsigned n, int code)
{
	char path[PATH_LEN];

	gen_path(g, path, n, "failed");
	if (code <= UPDATE_TIMEOUT)
		unlink(path);
	else if (code == UPDATE_UNDONE || code == UPDATE_UNDONE_PART ||
		code == UPDATE_NOT_STOPPED || code == UPDATE_STOP_TIMEOUT)
		file_write(AT_FDCWD, path, "", 0, 0644, 0);
}

static int
stamp_matches(struct gen *g, unsigned n)
{
	char path[PATH_LEN], text[STAMP_MAX], then[STAMP_MAX];
	ssize_t r;

	gen_path(g, path, n, "stamp");
	r = file_read(AT_FDCWD, path, then, sizeof then - 1);
	if (r < 0)
		return 0;
	then[r] = 0;
	sum_sources(g);
	if (!g->summed)
		return 0;
	stamp_text(g, text);
	return !strcmp(text, then);
}

/* The tree runs and waits for services. */
static int
can_begin(const struct gen *g)
{
	return !g->boot && !g->elsewhere && !has_live(g) &&
		scan_runs(g->places.scandir);
}

/* reeve-rc-init enters the longruns in their order, the daemon of the oneshots
 * before them, and one scan finds them all: when it was cut off, the last one
 * is not supervised. */
static int
all_entered(const struct live *l)
{
	const char *last = l->db.nlong ?
		l->db.services[l->db.nlong - 1].name :
		live_needs_runner(&l->db) ? LIVE_RUNNER : 0;
	char dir[PATH_LEN];

	return !last || path_join(dir, sizeof dir, "servicedirs", last) < 0 ||
		control_alive(l->fd, dir) != 0;
}

/* Nothing cut off, nothing owed. */
static int
live_is_settled(const struct gen *g)
{
	struct live l;
	char err[PATH_LEN + 256];
	int good;

	if (live_open(&l, g->live, 0, err, sizeof err) < 0)
		return 0;
	good = !live_switching(&l) && all_entered(&l);
	for (uint32_t i = 0; good && i < l.db.nlong + l.db.nshort; i++)
		good = !(l.state.rec[i].flags & STATE_OWED) &&
			(!g->u.dry || !live_outdated(l.fd, &l.db, i));
	live_close(&l);
	return good;
}

static int
nothing_to_do(struct gen *g)
{
	unsigned boot = boot_number(g), live = g->boot ? boot :
		is_live(g) ? live_number(g) : boot;

	if (g->db_file || g->abort_it || !live || can_begin(g) ||
		(!g->test && live != boot) || !stamp_matches(g, live))
		return 0;
	return g->boot || !is_live(g) || live_is_settled(g);
}

/* --- what to switch to --- */

static int
tell_unknown(const struct gen *g, const struct db_service *s,
	const char *what, const char *name)
{
	if (what && g->users != USERS_IGNORE)
		warn("service %s: %s %s is unknown to this system (%s)",
			s->name, what, name, g->users == USERS_ERROR ?
			"make it first; a switch with --users=warn goes on "
			"without" : "it must be there when the service "
			"starts");
	return what != 0;
}

/* What the compiler asks where the definitions are.  1 if any is unknown. */
static int
check_users(const struct gen *g)
{
	const struct db *db = &g->u.new;
	int bad = 0;

	for (uint32_t i = 0; i < db->nlong + db->nshort; i++) {
		const struct db_service *s = db->services + i;
		const char *user = db_prop(s, "user");
		const char *p = db_prop(s, "groups");
		char name[USERS_NAME], word[USERS_NAME];

		if (user)
			bad |= tell_unknown(g, s, users_unknown(name, user),
				name);
		for (; p && *p; p += strspn(p, " ")) {
			size_t n = strcspn(p, " ");

			snprintf(word, sizeof word, "%.*s", (int)n, p);
			bad |= tell_unknown(g, s, users_unknown_group(name,
				word), name);
			p += n;
		}
	}
	return bad;
}

/* Sources that hold nothing are an unmounted disk, another user or another
 * REEVE_HOME rather than the wish to stop everything. */
static void
refuse_nothing(const struct gen *g)
{
	struct live l;
	char err[PATH_LEN + 256];
	unsigned n;

	if (g->given || g->db_file || g->u.new.nlong + g->u.new.nshort ||
		!is_live(g) || live_open(&l, g->live, 0, err, sizeof err) < 0)
		return;
	n = l.db.nlong + l.db.nshort;
	live_close(&l);
	if (n)
		die(EX_NO, "not switched: there are no definitions in %s, and "
			"what is live, %u service%s, would stop (reeve down "
			"stops everything, reeve switch DIR takes other "
			"definitions)", g->places.sources[0], n,
			n == 1 ? "" : "s");
}

static void
get_database(struct gen *g)
{
	struct compile c = { .sources = (const char *const *)g->sources,
		.nsources = g->nsources, .lax = g->lax,
		.override = g->override, .verbosity = g->u.verbosity,
		.logs = g->places.logs, .users = g->users };
	char err[PATH_LEN + 256], file[PATH_LEN];
	struct db_list l;
	ssize_t r;

	if (g->db_file) {
		r = !db_file_of(file, g->db_file) ? -1 :
			file_slurp(AT_FDCWD, file, &g->data, DB_LIMIT);
		if (r < 0)
			die_sys(EX_SYSTEM, "not switched: unable to read %s",
				g->db_file);
		g->len = (size_t)r;
	} else {
		int code;

		if (!g->summed)
			sum_sources(g);
		code = compile(&c, &g->data, &g->len);
		if (code)
			die(code, "not switched: the definitions have errors");
	}
	if (db_load(&g->u.new, g->data, g->len, err, sizeof err) < 0)
		die(UPDATE_BAD_DB, "not switched: %s: %s",
			g->db_file ? g->db_file : "compiled database", err);
	if (g->db_file && check_users(g) && g->users == USERS_ERROR)
		die(EX_NO, "not switched: %s names users or groups that this "
			"system does not know", g->db_file);
	g->u.data = g->data;
	g->u.len = g->len;
	refuse_nothing(g);
	if (g->bundle && *g->bundle && !db_resolve(&g->u.new, g->bundle, &l))
		die(EX_MISUSE, "not switched: there is no bundle or service "
			"%s in %s", g->bundle, g->db_file ? g->db_file :
			"the definitions");
}

static void
fill_update(struct gen *g)
{
	struct diff_convert *c = 0;
	struct update *u = &g->u;
	int r;

	u->logs = g->places.logs;
	u->run.verbosity = u->verbosity;
	u->show = u->verbosity >= 1 && !g->quiet;
	/* Each step too, for who looks on. */
	if (u->show && u->verbosity < 2 && isatty(2))
		u->run.verbosity = 2;
	u->run.no_progress = g->quiet;
	u->run.deaths = DEATHS;
	if (u->in.bundle && !*u->in.bundle)
		u->in.bundle = 0;
	if (g->convert_file) {
		r = update_conversions(g->convert_file, &c, &u->in.nconvert);
		if (r)
			exit(r);
		u->in.convert = c;
	}
}

/* Only what is booted next time. */
static int
boot_only(struct gen *g, unsigned n, const char *target)
{
	if (update_boot(target, g->places.boot) < 0)
		return EX_SYSTEM;
	write_stamp(g, n);
	if (g->u.verbosity >= 1 && !g->quiet)
		info("generation %u will be booted%s", n, g->boot ? "" :
			" (nothing is live now: reeve up starts it)");
	return EX_OK;
}

/* Make the live directory, with everything down, and the bundle owed. */
static int
make_live(struct gen *g, unsigned n)
{
	char prog[PATH_LEN], db[PATH_LEN], name[] = "reeve-rc-init", c[] = "-c",
		l[] = "-l", block[] = "-b", want[] = "--want";
	char *argv[10] = { name, block, c, db, l, g->live };
	struct spawn s = { .file = prog, .argv = argv };
	struct db_list members;
	int status, k = 6;
	pid_t pid = -1;

	if (!g->block)
		block[1] = 'B';
	if (g->u.in.bundle && db_resolve(&g->u.new, g->u.in.bundle, &members)) {
		argv[k++] = want;
		argv[k++] = (char *)(uintptr_t)g->u.in.bundle;
	}
	argv[k] = g->places.scandir;
	gen_path(g, db, n, "db");
	if (chain_sister(prog, sizeof prog, name) == 0)
		pid = spawn(&s);
	if (pid < 0) {
		warn_sys("unable to start %s", name);
		return EX_SYSTEM;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SYSTEM;
}

/* Nothing is live yet, but svscan runs. */
static int
begin_live(struct gen *g, unsigned n, const char *target)
{
	struct update *u = &g->u;
	int code;

	if (!g->test && update_boot(target, g->places.boot) < 0)
		return EX_SYSTEM;
	code = make_live(g, n);
	if (code) {
		warn("generation %u %s, but could not be made live (reeve "
			"switch tries it again)", n, g->test ? "is kept" :
			"will be booted");
		return EX_SYSTEM;
	}
	if (run_lock(&g->u.run, g->live, g->block) < 0)
		die_sys(EX_SYSTEM, "unable to lock %s", g->live);
	if (update_open(u, g->live) < 0)
		return EX_SYSTEM;
	code = update_begin(u);
	update_record(u, code);
	if (u->verbosity >= 1 && !(g->quiet && code == UPDATE_OK))
		info("generation %u is live%s: %s", n, g->test ?
			", not booted" : " and booted", u->text);
	if (code == UPDATE_OK)
		write_stamp(g, n);
	update_close(u);
	return code;
}

static int
switch_live(struct gen *g, unsigned n, const char *target)
{
	struct update *u = &g->u;
	char compiled[PATH_LEN];
	int code;

	if (!u->dry && run_lock(&g->u.run, g->live, g->block) < 0)
		die_sys(EX_SYSTEM, "not switched: unable to lock %s", g->live);
	if (update_open(u, g->live) < 0)
		return EX_SYSTEM;
	if (n) {
		gen_path(g, compiled, n, "db");
		u->compiled = compiled;
	}
	if (!g->test && n) {
		u->boot = target;
		u->boot_link = g->places.boot;
	}
	code = update_recover(u);
	if (code <= UPDATE_TIMEOUT)
		code = update_switch(u);
	if (!u->dry) {
		update_record(u, code);
		note_failed(g, n, code);
		if (u->verbosity < 1 || (g->quiet && code == UPDATE_OK))
			;
		else if (code <= UPDATE_TIMEOUT)
			info("generation %u is live%s: %s", n,
				g->test ? ", not booted" : " and booted",
				u->text);
		else
			warn("%s", u->text);
	}
	if (code == UPDATE_OK && n)
		write_stamp(g, n);
	update_close(u);
	return code;
}

static int
carry_out(struct gen *g)
{
	char target[64];
	unsigned n, count = g->u.new.nlong + g->u.new.nshort;

	if (g->u.dry) {
		if (is_live(g))
			return switch_live(g, 0, 0);
		printf("nothing is live: %u service%s would be kept as the "
			"next generation and booted%s\n", count,
			count == 1 ? "" : "s",
			!can_begin(g) ? "" : g->u.in.bundle ?
			", and its default set started" : ", and made live");
		return EX_OK;
	}
	remove_rubbish(g);
	n = keep_generation(g);
	snprintf(target, sizeof target, "generations/%u/db", n);
	if (can_begin(g))
		return begin_live(g, n, target);
	if (g->boot || !is_live(g))
		return boot_only(g, n, target);
	return switch_live(g, n, target);
}

/* --- commands --- */

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
static int
is_known(const struct gen *g)
{
	char path[PATH_LEN];

	return has_id(g->places.boot, g->u.new.id) || (is_live(g) &&
		path_join(path, sizeof path, g->live, "current/db") == 0 &&
		has_id(path, g->u.new.id));
}

static int
do_abort(struct gen *g)
{
	int code;

	if (!has_live(g))
		die(EX_NO, "nothing is live, so there is no switch to undo");
	if (!g->u.dry && run_lock(&g->u.run, g->live, g->block) < 0)
		die_sys(EX_SYSTEM, "unable to lock %s", g->live);
	if (update_open(&g->u, g->live) < 0)
		return EX_SYSTEM;
	code = update_abort(&g->u);
	if (!g->u.dry)
		update_record(&g->u, code);
	update_close(&g->u);
	return code;
}

static int
do_switch(struct gen *g, int argc, char **argv)
{
	if (!g->u.dry)
		lock_state(g);
	fill_update(g);
	if (g->abort_it)
		return do_abort(g);
	set_sources(g, argc, argv);
	if (nothing_to_do(g)) {
		if (g->u.verbosity >= 1 && !g->u.dry && !g->quiet)
			info("nothing to do: the definitions are those of "
				"generation %u", boot_number(g));
		else if (g->u.dry && !g->quiet)
			puts("nothing to do: the definitions did not change");
		return EX_OK;
	}
	get_database(g);
	if (g->u.dry && g->quiet)
		return is_known(g) ? EX_OK : EX_NO;
	return carry_out(g);
}

static int
do_plan(struct gen *g, int argc, char **argv)
{
	g->u.dry = 1;
	return do_switch(g, argc, argv);
}

static unsigned
previous(const struct gen *g)
{
	size_t n;
	unsigned *v = list_generations(g, &n), found = 0;
	unsigned now = current_number(g);

	for (size_t i = 0; i < n; i++)
		if ((v[i] < now || !now) && !has_failed(g, v[i]))
			found = v[i];
	free(v);
	if (!found && !now)
		die(EX_MISUSE, "there is nothing to go back to: no generation "
			"was made yet (reeve switch makes one)");
	if (!found)
		die(EX_MISUSE, "there is no generation before %u (reeve "
			"generations lists them)", now);
	return found;
}

static int
do_rollback(struct gen *g, int argc, char **argv)
{
	static char path[PATH_LEN];
	unsigned n;

	if (argc > 1)
		die(EX_MISUSE, "rollback takes one generation, not also '%s'",
			argv[1]);
	if (!g->u.dry)
		lock_state(g);
	fill_update(g);
	n = argc ? opt_uint("the generation", argv[0], 1, 1u << 31) :
		previous(g);
	gen_path(g, path, n, "db");
	if (!file_exists(AT_FDCWD, path))
		die(EX_MISUSE, "there is no generation %u (reeve "
			"generations lists them)", n);
	g->db_file = path;
	g->back = n;
	get_database(g);
	return carry_out(g);
}

static int
do_generations(struct gen *g, int argc, char **argv)
{
	size_t n;
	unsigned *v = list_generations(g, &n), live = live_number(g),
		boot = boot_number(g);

	if (argc)
		die(EX_MISUSE, "generations takes no '%s'", *argv);
	for (size_t i = 0; i < n; i++) {
		char id[LIVE_HEX] = "", date[32] = "-";
		time_t when = 0;
		struct tm tm;

		if (read_info(g, v[i], id, &when) == 0 &&
			localtime_r(&when, &tm))
			strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &tm);
		printf("%u  %s  %.12s%s%s%s\n", v[i], date, id,
			v[i] == live ? "  live" : "",
			v[i] == boot ? "  boot" : "",
			has_failed(g, v[i]) ? "  failed" : "");
	}
	if (!n)
		info("there is none yet (reeve switch makes the first)");
	free(v);
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	return EX_OK;
}

static int
do_gc(struct gen *g, int argc, char **argv)
{
	size_t n;
	unsigned *v, live, boot, removed = 0;

	if (argc)
		die(EX_MISUSE, "gc takes no '%s'; --keep=N says how many stay",
			*argv);
	lock_state(g);
	if (!g->u.dry)
		remove_rubbish(g);
	v = list_generations(g, &n);
	live = live_number(g);
	boot = boot_number(g);
	for (size_t i = 0; i + g->keep < n; i++) {
		char path[PATH_LEN];

		if (v[i] == live || v[i] == boot)
			continue;
		gen_path(g, path, v[i], 0);
		if (g->u.dry)
			printf("would remove generation %u\n", v[i]);
		else if (path_remove(AT_FDCWD, path) < 0)
			die_sys(EX_SYSTEM, "unable to remove %s", path);
		removed++;
	}
	free(v);
	if (g->u.verbosity >= 1 && !g->u.dry && !g->quiet)
		info("removed %u generations", removed);
	return EX_OK;
}

static const struct word {
	const char *name;
	int (*run)(struct gen *, int, char **);
} commands[] = {
	{ "switch", do_switch },
	{ "plan", do_plan },
	{ "rollback", do_rollback },
	{ "generations", do_generations },
	{ "gc", do_gc },
};

static const struct word *
find_word(const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(name, commands[i].name))
			return commands + i;
	return 0;
}

static void
set_live(struct gen *g, const char *s)
{
	if (path_absolute(g->live, sizeof g->live, s) < 0)
		die_sys(EX_MISUSE, "unable to use %s", s);
	g->elsewhere = 1;
}

static int
users_option(const char *s)
{
	int users = compile_users(s);

	if (users < 0)
		die(EX_MISUSE, "--users must be error, warn or ignore, not "
			"'%s'", s);
	return users;
}

static void
parse_options(struct gen *g, int argc, char **argv)
{
	int c;

	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'n': g->u.dry = 1; break;
		case O_TEST: g->test = 1; break;
		case O_BOOT: g->boot = 1; break;
		case O_ROOT: g->root = optarg; break;
		case O_DB: g->db_file = optarg; break;
		case O_LAX: g->lax = 1; break;
		case O_OVERRIDE: g->override = 1; break;
		case O_USERS: g->users = users_option(optarg); break;
		case O_BUNDLE: g->u.in.bundle = g->bundle = optarg; break;
		case O_NO_ROLLBACK: g->u.rollback = 0; break;
		case O_IGNORE_DOWN: g->u.run.ignore_down = 1; break;
		case O_ABORT: g->abort_it = 1; break;
		case 'e': g->u.in.force_essentials = 1; break;
		case 'f': g->convert_file = optarg; break;
		case 't': g->u.run.timeout_ms = opt_uint("timeout", optarg, 0,
			1u << 31); break;
		case O_START: g->u.run.start_ms = opt_uint("start-timeout",
			optarg, 0, 1u << 31); break;
		case O_SETTLE: g->u.run.settle_ms = opt_uint("settle", optarg,
			0, 60000); break;
		case 'j': g->u.run.jobs = opt_uint("jobs", optarg, 0, 100000);
			break;
		case 'v': g->u.verbosity = (int)opt_uint("verbosity", optarg,
			0, 99); break;
		case 'q': g->quiet = 1; break;
		case O_NO_BLOCK: g->block = 0; break;
		case 'l': set_live(g, optarg); break;
		case O_KEEP: g->keep = opt_uint("keep", optarg, 1, 1u << 30);
			break;
		default: opt_usage(&usage);
		}
	if (g->test && g->boot)
		die(EX_MISUSE, "--test and --boot exclude each other");
}

/* "reeve-switch plan ...", "reeve-switch ... plan ...", or called by the name
 * reeve-plan. */
int
main(int argc, char **argv)
{
	static struct gen g;
	const struct word *w = 0;
	const char *dash;

	prog_init(argv[0]);
	umask(022);
	g.block = 1;
	g.keep = KEEP;
	g.users = -1;
	g.u.verbosity = 1;
	g.u.rollback = 1;
	g.u.in.bundle = "default";
	g.u.run.jobs = JOBS;
	g.u.run.start_ms = START_MS;
	g.u.run.settle_ms = SETTLE_MS;
	dash = strchr(prog_name, '-');
	if (dash && strcmp(dash + 1, commands->name))
		w = find_word(dash + 1);
	if (argc > 1 && find_word(argv[1])) {
		w = find_word(argv[1]);
		argv++, argc--;
	}
	parse_options(&g, argc, argv);
	if (!w && argc > optind && find_word(argv[optind])) {
		w = find_word(argv[optind]);
		argc -= optind, argv += optind;
		opt_reset();
		parse_options(&g, argc, argv);
	}
	argc -= optind, argv += optind;
	set_places(&g);
	if (!w)
		w = commands;
	return w->run(&g, argc, argv);
}
