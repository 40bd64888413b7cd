/* rc-init.c - make the live directory for a compiled database and have every
 * longrun supervised, all of them down.  Can be called again at any time:
 * what is there and of this boot is completed, never made anew under running
 * services.  See reeve-rc-init(8). */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/os.h"
#include "lib/path.h"
#include "rc/live.h"
#include "rc/places.h"
#include "rc/scan.h"
#include "rc/waiting.h"
#include "supervise/control.h"
#include "supervise/detail.h"

enum { EX_BAD_DB = 4, EX_OTHER = 102, O_WANT = OPT_LONG, EACH_MS = 30000 };
#define S6_BOOTDB "/etc/s6-rc/compiled/current"

struct init {
	struct live live; /* only path, fd, scandir and prefix */
	char db_path[PATH_LEN]; /* as it will be recorded */
	const char *prefix;
	const char *want; /* to be started by the next change; or 0 */
	unsigned timeout;
	int block, deref;
	struct db db;
};

static const struct opt opts[] = {
	{ 'c', "bootdb", "DB",
		"the compiled database (default: that of the "
		"next\nboot, STATE/boot)" },
	{ 'l', "livedir", "DIR", "where to make the live directory" },
	{ 'p', "prefix", "TEXT", "put before the names in the scan directory" },
	{ 't', "timeout", "MS",
		"give up when not everything is supervised "
		"after\nso long (default 0: when nothing more is for 30 s)" },
	{ 'b', "block", 0,
		"wait for a change in progress (the default under "
		"our\nown name)" },
	{ 'B', "no-block", 0, "fail if a change is in progress" },
	{ 'd', "dereference", 0,
		"record the database that DB leads to, not "
		"the link\n(the default under our own name)" },
	{ 'D', "no-dereference", 0, "record DB as given" },
	{ O_WANT, "want", "NAME",
		"this service, or bundle, is wanted: it is "
		"owed, and\nthe next switch starts it" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[-c bootdb] [-l live] [-p prefix] [-t ms] [-b|-B] [-d|-D]\n"
	"       [--want name] [scandir]",
	"Make the live directory for a compiled set of services. Each longrun\n"
	"gets a supervise, down. Does nothing if that was done already.",
	opts,
	"Exit status: 0 done (or was done), 4 the database is not valid, 99\n"
	"timeout, 100 misuse or no svscan on the scan directory, 102 the live\n"
	"directory is in use with other parameters, 111 system error."
};

static void
default_places(struct init *in)
{
	struct places p;
	char err[256];

	if (live_default(in->live.path, err, sizeof err) < 0)
		die(EX_SYSTEM, "%s", err);
	if (prog_as_s6) {
		strcpy(in->db_path, S6_BOOTDB);
		return;
	}
	if (places_default(&p, err, sizeof err) < 0)
		die(EX_SYSTEM, "%s", err);
	strcpy(in->db_path, p.boot);
	strcpy(in->live.scandir, p.scandir);
}

static void
set_path(char *buf, const char *what, const char *s)
{
	if (prog_as_s6 && *s != '/')
		die(EX_MISUSE, "%s must be an absolute path, not '%s'", what,
			s);
	if (path_absolute(buf, PATH_LEN, s) < 0)
		die_sys(EX_MISUSE, "unable to use %s as %s", s, what);
}

static void
parse_options(struct init *in, int argc, char **argv)
{
	int o;

	in->prefix = "";
	in->block = in->deref = !prog_as_s6;
	default_places(in);
	while ((o = opt_next(&usage, argc, argv)) != -1)
		switch (o) {
		case 'c':
			set_path(in->db_path, "the database", optarg);
			break;
		case 'l':
			set_path(in->live.path, "live", optarg);
			break;
		case 'p':
			in->prefix = optarg;
			break;
		case 't':
			in->timeout = opt_uint("timeout", optarg, 0, 1u << 31);
			break;
		case 'b':
			in->block = 1;
			break;
		case 'B':
			in->block = 0;
			break;
		case 'd':
			in->deref = 1;
			break;
		case 'D':
			in->deref = 0;
			break;
		case O_WANT:
			in->want = optarg;
			break;
		default:
			opt_usage(&usage);
		}
	if (argc - optind > 1 || (argc == optind && prog_as_s6))
		opt_usage(&usage);
	if (argc > optind)
		set_path(in->live.scandir, "the scan directory", argv[optind]);
	if (strchr(in->prefix, '/') || strchr(in->prefix, '\n') ||
		*in->prefix == '.' ||
		strlen(in->prefix) >= sizeof in->live.prefix)
		die(EX_MISUSE,
			"invalid prefix '%s', expected one without slash, "
			"newline or leading dot, of at most %zu bytes",
			in->prefix, sizeof in->live.prefix - 1);
	strcpy(in->live.prefix, in->prefix);
	if (in->deref) {
		char given[PATH_LEN];

		strcpy(given, in->db_path);
		if (!realpath(given, in->db_path))
			die_sys(EX_SYSTEM, "unable to resolve %s", given);
	}
}

static void
load_db(struct init *in)
{
	char err[512];

	if (db_open(&in->db, in->db_path, err, sizeof err) < 0)
		die(errno == EPROTO ? EX_BAD_DB : EX_SYSTEM, "%s", err);
}

static void
open_live(struct init *in)
{
	if (path_mkdirs(in->live.path, 0755) < 0)
		die_sys(EX_SYSTEM, "unable to make %s", in->live.path);
	in->live.fd = open(in->live.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in->live.fd < 0)
		die_sys(EX_SYSTEM, "unable to open %s", in->live.path);
	if (!live_trusted(in->live.fd))
		die(EX_SYSTEM,
			"%s belongs to or is writable by others: not "
			"trusted",
			in->live.path);
}

static void
lock(struct init *in)
{
	if (live_lock(in->live.fd, in->block) < 0)
		die_sys(EX_SYSTEM, "unable to lock %s", in->live.path);
}

/* A live directory of this boot under which supervises run.  It must be the
 * one that is asked for. */
static void
check_same(struct init *in)
{
	char scandir[PATH_LEN], compiled[PATH_LEN], prefix[256];
	char a[PATH_LEN], b[PATH_LEN];
	ssize_t r = file_read(in->live.fd, "prefix", prefix, sizeof prefix - 1);

	prefix[r < 0 ? 0 : r] = 0;
	prefix[strcspn(prefix, "\n")] = 0;
	if (file_link_text(in->live.fd, "scandir", scandir) < 0 ||
		file_link_text(in->live.fd, "current/compiled", compiled) < 0)
		die_sys(EX_SYSTEM, "unable to read %s", in->live.path);
	if (strcmp(scandir, in->live.scandir) &&
		(path_real(a, scandir) < 0 ||
			path_real(b, in->live.scandir) < 0 || strcmp(a, b)))
		die(EX_OTHER, "%s is in use with another scan directory, %s",
			in->live.path, scandir);
	if (strcmp(prefix, in->live.prefix))
		die(EX_OTHER, "%s is in use with another prefix, '%s'",
			in->live.path, prefix);
	if (prog_as_s6 && strcmp(compiled, in->db_path))
		die(EX_OTHER, "%s is in use with another database, %s",
			in->live.path, compiled);
}

/* 1 if this boot's services run in there, 0 if it has to be (re)built. */
static int
in_use(struct init *in)
{
	struct live l;
	char err[PATH_LEN + 256];
	int good = live_open(&l, in->live.path, 0, err, sizeof err) == 0, used;

	if (good)
		live_close(&l);
	else if (errno == ENOENT || errno == ESTALE)
		return 0;
	used = live_supervised(in->live.fd);
	if (used < 0)
		die_sys(EX_SYSTEM,
			"unable to see whether services run in %s "
			"(nothing was touched)",
			in->live.path);
	if (used && !good)
		die(EX_SYSTEM, "%s (nothing was touched)", err);
	return used;
}

/* Names of the service directories there; each and all of them is owned. */
static uint32_t
servicedirs(struct init *in, char ***names)
{
	int fd = openat(
		in->live.fd, "servicedirs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? 0 : fdopendir(fd);
	struct dirent *d;
	uint32_t n = 0;

	*names = 0;
	while (dir && (d = readdir(dir))) {
		char **more;

		if (*d->d_name == '.')
			continue;
		more = realloc(*names, (n + 1) * sizeof *more);
		if (!more || !(more[n] = strdup(d->d_name)))
			die_sys(EX_SYSTEM,
				"unable to hold the names of services");
		*names = more;
		n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

/* Told by clear, if that cannot remove it either. */
static void
not_removed(const char *name, const char *what, const char *left, int error)
{
	(void)name, (void)what, (void)left, (void)error;
}

/* An svscan that found the entries of an earlier boot supervises those, in
 * directories that are removed next. */
static void
end_old(struct init *in)
{
	char **names;
	uint32_t n = servicedirs(in, &names);
	long left;

	if (scan_forget(in->live.path, in->live.scandir) < 0)
		die_sys(EX_SYSTEM, "unable to clear %s", in->live.scandir);
	left = scan_remove(&in->live, (const char *const *)names, n,
		(struct scan_patience){ .all = in->timeout }, not_removed);
	if (left)
		die(EX_TIMEOUT,
			"%ld services of an earlier boot still run in %s "
			"after %u ms",
			left, in->live.path, in->timeout);
	for (uint32_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

/* What an earlier boot left means nothing now: pids, states, pipes.  What says
 * of which boot it is goes last: if this is cut off, the rest is no more
 * believed then than it was before. */
static void
clear(struct init *in, int all)
{
	static const char *const names[] = { "current", "journal", "last",
		"gen", "scandir", "prefix", "compiled", "state", "store",
		"fifo", "servicedirs", "boot" };
	size_t n = sizeof names / sizeof *names;

	for (size_t i = 0; i < (all ? n : n - 4); i++) {
		char left[PATH_LEN];

		if (path_remove_or_move(in->live.fd, names[i], left) < 0)
			die_sys(EX_SYSTEM, "unable to remove %s/%s",
				in->live.path, names[i]);
		if (*left)
			warn_sys("unable to remove all of %s/%s, which is "
				 "%s/%s now (going on)",
				in->live.path, names[i], in->live.path, left);
	}
}

static void
make_fixed(struct init *in)
{
	static const char *const dirs[] = { "gen", "store", "servicedirs",
		"fifo" };
	enum { CLOSED = 3 }; /* fifo: others may write to those in it */
	char boot[128], line[300];
	int at = in->live.fd, n;

	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		if (mkdirat(at, dirs[i], i == CLOSED ? 0700 : 0755) < 0 &&
			errno != EEXIST)
			die_sys(EX_SYSTEM, "unable to make %s/%s",
				in->live.path, dirs[i]);
	n = snprintf(line, sizeof line, "%s\n", in->live.prefix);
	if (file_write(at, "prefix", line, (size_t)n, 0644, 0) < 0 ||
		file_symlink(at, in->live.scandir, "scandir") < 0 ||
		file_symlink(at, "current/compiled", "compiled") < 0 ||
		file_symlink(at, "current/state", "state") < 0)
		die_sys(EX_SYSTEM, "unable to fill %s", in->live.path);
	if (os_boot_id(boot, sizeof boot) < 0)
		strcpy(boot, "- -");
	n = snprintf(line, sizeof line, "%s\n", boot);
	if (file_write(at, "boot", line, (size_t)n, 0644, 0) < 0)
		die_sys(EX_SYSTEM, "unable to fill %s", in->live.path);
}

/* supervise must not start it by itself. */
static void
keep_down(struct init *in, const char *name)
{
	char path[PATH_LEN];
	int fd;

	if (path_join(path, sizeof path, "servicedirs", name, "down") < 0)
		return;
	fd = openat(in->live.fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		die_sys(EX_SYSTEM, "unable to make %s/%s", in->live.path, path);
	close(fd);
}

/* Owed from the first moment: whatever is cut off after it, the next switch
 * starts them. */
static struct state_rec *
first_state(const struct init *in)
{
	struct state_rec *rec =
		calloc((size_t)in->db.nlong + in->db.nshort + 1, sizeof *rec);
	struct db_list l;

	if (!rec)
		die_sys(EX_SYSTEM, "unable to hold the state");
	if (in->want && !db_resolve(&in->db, in->want, &l))
		die(EX_MISUSE, "there is no bundle or service %s in %s",
			in->want, in->db_path);
	for (uint32_t k = 0; in->want && k < l.n; k++)
		rec[l.v[k]].flags = STATE_WANTED | STATE_OWED;
	return rec;
}

static void
build(struct init *in, int kept)
{
	struct state_rec *rec = first_state(in);

	for (uint32_t i = 0; i < in->db.nlong + in->db.nshort; i++) {
		const char *name = in->db.services[i].name;

		if (live_store(in->live.fd, &in->db, i) < 0)
			die_sys(EX_SYSTEM,
				"unable to store the definition of "
				"%s in %s",
				name, in->live.path);
		if (i < in->db.nlong &&
			live_servicedir_make(in->live.fd, &in->db, i) < 0)
			die_sys(EX_SYSTEM, "unable to make %s/servicedirs/%s",
				in->live.path, name);
		if (kept && i < in->db.nlong)
			keep_down(in, name);
	}
	if (live_gen_make(in->live.fd, 1, &in->db, in->db.map, in->db.maplen,
		    rec, in->db_path, 0) < 0)
		die_sys(EX_SYSTEM, "unable to make the first generation in %s",
			in->live.path);
	free(rec);
	if (live_needs_runner(&in->db) && live_runner_make(in->live.fd) < 0)
		die_sys(EX_SYSTEM,
			"unable to make the directory of the "
			"oneshot daemon");
	if (live_gen_commit(in->live.fd, 1) < 0)
		die_sys(EX_SYSTEM, "unable to set %s/current", in->live.path);
}

/* A pipeline is a fifo that reeve-supervise opens.  Ours writes its detail
 * before the first status; s6's only the status. */
static void
warn_of_strangers(const struct init *in, const struct db *db)
{
	char dir[PATH_LEN];
	struct detail d;
	uint32_t i = 0;

	while (i < db->nlong && !db->services[i].producers.n)
		i++;
	/* It has its first status: scan_supervise waits for that. */
	if (i < db->nlong &&
		live_servicedir(dir, sizeof dir, &in->live,
			db->services[i].name) == 0 &&
		detail_read(&d, AT_FDCWD, dir) < 0)
		warn("%s is not supervised by reeve-supervise: its pipe, and "
		     "that of every other logger, carries nothing (have "
		     "reeve-svscan run on %s)",
			db->services[i].name, in->live.scandir);
}

/* Before anything is touched: what somebody else has put into the scan
 * directory under one of the names is not replaced. */
static void
check_free(struct init *in, const struct db *db)
{
	char entry[PATH_LEN];

	for (uint32_t i = 0; i < db->nlong; i++)
		if (scan_taken(entry, &in->live, db->services[i].name))
			die(EX_SYSTEM,
				"%s already exists and does not belong "
				"to this live directory: remove it or "
				"rename the service",
				entry);
}

static void
have_supervised(struct init *in, const struct db *db)
{
	const char **names = calloc((size_t)db->nlong + 1, sizeof *names);
	uint32_t n = 0;
	long missing;

	if (!names)
		die_sys(EX_SYSTEM, "unable to hold the names of services");
	if (live_needs_runner(db))
		names[n++] = LIVE_RUNNER;
	for (uint32_t i = 0; i < db->nlong; i++)
		names[n++] = db->services[i].name;
	missing = scan_supervise(&in->live, names, n,
		(struct scan_patience){ .all = in->timeout,
			.each = prog_as_s6 || in->timeout ? 0 : EACH_MS,
			.tell = waiting_tell });
	if (missing < 0)
		die_sys(EX_SYSTEM,
			"unable to have the services supervised in "
			"%s (run it again to complete that)",
			in->live.scandir);
	if (missing) {
		char why[PATH_LEN + 64];

		waiting_full(why, sizeof why, in->live.path);
		die(EX_TIMEOUT,
			"%ld of %u services are not supervised after "
			"%u ms%s",
			missing, (unsigned)n,
			in->timeout ? in->timeout : EACH_MS, why);
	}
	warn_of_strangers(in, db);
	free(names);
}

/* A start that was cut off left services without an entry. */
static void
complete(struct init *in)
{
	struct live l;
	char err[512];

	if (live_open(&l, in->live.path, 0, err, sizeof err) < 0)
		die(EX_SYSTEM, "%s", err);
	check_free(in, &l.db);
	have_supervised(in, &l.db);
	live_close(&l);
}

static int
of_this_boot(struct init *in)
{
	struct live l;
	char err[512];
	int r = live_open(&l, in->live.path, 0, err, sizeof err);

	if (r == 0)
		live_close(&l);
	return r == 0 || errno != ESTALE;
}

int
main(int argc, char **argv)
{
	struct init in = { .block = 1 };
	int kept;

	prog_init(argv[0]);
	parse_options(&in, argc, argv);
	umask(022);
	if (scan_send(in.live.scandir, "") < 0)
		die_sys(EX_MISUSE, "no svscan runs on %s", in.live.scandir);
	open_live(&in);
	lock(&in);
	if (in_use(&in)) {
		check_same(&in);
		complete(&in);
		info("%s is already running", in.live.path);
		return EX_OK;
	}
	load_db(&in);
	kept = of_this_boot(&in);
	if (!kept)
		end_old(&in);
	check_free(&in, &in.db);
	clear(&in, !kept);
	make_fixed(&in);
	build(&in, kept);
	have_supervised(&in, &in.db);
	db_close(&in.db);
	return EX_OK;
}
