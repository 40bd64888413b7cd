/* booted.c - see booted.h. */

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
#include "rc/kept.h"
#include "rc/live.h"
#include "rc/scan.h"
#include "rc/switch/update.h"
#include "tools/front/booted.h"
#include "tools/front/change.h"

enum { START_MS = 10000 };

int
booted_has_definitions(const struct places *p)
{
	for (int i = 0; i < p->nsources; i++) {
		DIR *d = opendir(p->sources[i]);
		struct dirent *e;
		int found = 0;

		if (!d)
			continue;
		while (!found && (e = readdir(d)))
			found = e->d_name[0] != '.';
		closedir(d);
		if (found)
			return 1;
	}
	return 0;
}

static int
has_entry(const struct live *l, const char *name)
{
	char path[PATH_LEN];
	struct stat st;

	return scan_entry(path, sizeof path, l, name) < 0 ||
		lstat(path, &st) == 0;
}

/* Not waited for without a word, nor by a script of the change that holds it. */
static int
lock_live(const struct places *p, int dir)
{
	int lock = live_lock(dir, 0);

	if (lock < 0 && errno == EAGAIN && !getenv("RC_CHANGER")) {
		info("waiting for the change in progress (pid %ld)",
			(long)file_locked_by(dir, "lock"));
		lock = live_lock(dir, 1);
	}
	if (lock < 0)
		die_sys(EX_SYSTEM, "unable to lock %s", p->live);
	return lock;
}

/* A reeve-rc-init that was cut off leaves services without an entry.  0, or an
 * exit code. */
static int
complete(const struct places *p)
{
	char err[PATH_LEN + 256];
	const char **names;
	struct live l;
	uint32_t n = 0;
	int code = 0, dir = open(p->live, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int lock = lock_live(p, dir);

	if (live_open(&l, p->live, 0, err, sizeof err) < 0)
		die(EX_SYSTEM, "%s", err);
	names = calloc((size_t)l.db.nlong + 1, sizeof *names);
	if (!names)
		die_sys(EX_SYSTEM, "unable to hold the names of services");
	if (live_needs_runner(&l.db) && !has_entry(&l, LIVE_RUNNER))
		names[n++] = LIVE_RUNNER;
	for (uint32_t i = 0; i < l.db.nlong; i++)
		if (!has_entry(&l, l.db.services[i].name))
			names[n++] = l.db.services[i].name;
	/* One that was cut off goes its own way. */
	if (!live_switching(&l) &&
		scan_supervise(&l, names, n,
			(struct scan_patience){ .each = START_MS }) < 0) {
		warn_sys("unable to have the services supervised in %s",
			p->scandir);
		code = EX_SYSTEM;
	}
	free(names);
	live_close(&l);
	close(lock);
	close(dir);
	return code;
}

/* Make the database of the next boot live, if nothing is.  0, or an exit
 * code. */
static int
make_live(const struct places *p)
{
	char init[] = "reeve-rc-init", c[] = "-c", l[] = "-l";
	char *argv[] = { init, c, (char *)p->boot, l, (char *)p->live,
		(char *)p->scandir, 0 };

	if (!live_exists(p->live) && change_run(argv)) {
		warn("the services could not be made live (see above), so "
		     "none was started (reeve up tries it again)");
		return EX_SYSTEM;
	}
	return complete(p);
}

/* Have a database switched to: what is booted, or what is live already, which
 * finishes a switch that was cut off.  0, or an exit code. */
static int
switch_to(const char *db, int is_boot)
{
	char sw[] = "reeve-switch", q[] = "-q", with[] = "--db",
	     back[] = "rollback", test[] = "--test", number[16], link[PATH_LEN];
	char *argv[] = { sw, q, with, (char *)(uintptr_t)db, 0, 0 };
	unsigned n = 0;

	if (!is_boot) {
		argv[4] = test;
	} else if (file_link_text(AT_FDCWD, db, link),
		(n = kept_number(link))) {
		snprintf(number, sizeof number, "%u", n);
		argv[2] = back;
		argv[3] = number;
	}
	return change_run(argv);
}

static int
same_set(const struct places *p)
{
	char err[PATH_LEN + 256];
	struct live l;
	struct db boot;
	int same;

	if (db_open(&boot, p->boot, err, sizeof err) < 0)
		die(EX_SYSTEM,
			"what is to be started cannot be read: %s "
			"(reeve switch makes it anew)",
			err);
	if (live_open(&l, p->live, 0, err, sizeof err) < 0)
		die(EX_SYSTEM, "%s", err);
	same = !memcmp(boot.id, l.db.id, DB_HASH);
	live_close(&l);
	db_close(&boot);
	return same;
}

static int
is_cut_off(const struct places *p)
{
	char err[PATH_LEN + 256];
	struct live l;
	int r;

	if (live_open(&l, p->live, 0, err, sizeof err) < 0)
		die(EX_SYSTEM, "%s", err);
	r = live_switching(&l);
	live_close(&l);
	return r;
}

/* FORMAT live/behind: the target of live/current in a tree that has begun, until
 * what is booted is live there, whatever comes between.  A switch since then
 * makes it untrue. */
static int
is_behind(const struct places *p)
{
	char path[PATH_LEN], current[PATH_LEN], noted[PATH_LEN];

	return path_join(path, sizeof path, p->live, "behind") == 0 &&
		file_link_text(AT_FDCWD, path, noted) == 0 && *noted &&
		path_join(path, sizeof path, p->live, "current") == 0 &&
		file_link_text(AT_FDCWD, path, current) == 0 &&
		!strcmp(noted, current);
}

static void
note_behind(const struct places *p, int behind)
{
	char path[PATH_LEN], current[PATH_LEN];

	if (path_join(path, sizeof path, p->live, "current") < 0 ||
		file_link_text(AT_FDCWD, path, current) < 0 ||
		path_join(path, sizeof path, p->live, "behind") < 0)
		return;
	if (behind ? file_symlink(AT_FDCWD, current, path) < 0
		   : unlink(path) < 0 && errno != ENOENT)
		warn_sys("unable to note in %s whether what is booted is live",
			p->live);
}

void
booted_begins(const struct places *p)
{
	if (live_exists(p->live))
		note_behind(p, 1);
}

/* What is booted is live in a tree that has just begun; one that ran keeps what
 * is live there.  0, or an exit code. */
static int
bring(const struct places *p, int fresh)
{
	char current[PATH_LEN];
	int code = 0, r, behind = fresh || is_behind(p);

	if (!live_exists(p->live))
		return make_live(p);
	if (path_join(current, sizeof current, p->live, "current/db") < 0)
		die_sys(EX_SYSTEM, "unable to use %s", p->live);
	if (is_cut_off(p))
		code = switch_to(current, 0);
	if (behind && !same_set(p)) {
		if (!is_behind(p))
			note_behind(p, 1);
		code = switch_to(p->boot, 1);
	}
	if (behind && (!code || !is_behind(p)))
		note_behind(p, 0);
	r = complete(p);
	return code ? code : r;
}

/* Nothing was ever booted here. */
static int
first_definitions(const struct places *p)
{
	char sw[] = "reeve-switch", q[] = "-q", b[] = "--boot";
	/* What is not live yet is started after this. */
	char *argv[] = { sw, q, live_exists(p->live) ? 0 : b, 0 };
	int code = change_run(argv), r;

	if (code && !file_exists(AT_FDCWD, p->boot))
		die(code,
			"the definitions could not be made live (see above); "
			"the tree runs without services (mend them, then "
			"reeve up)");
	r = make_live(p);
	return code ? code : r;
}

void
booted_tell_changed(void)
{
	char sw[] = "reeve-switch", plan[] = "plan", q[] = "-q";
	char *argv[] = { sw, plan, q, 0 };

	if (change_run(argv))
		info("the definitions are not those of the set that was "
		     "started: they changed since (reeve plan shows what "
		     "would be done, reeve switch does it)");
}

int
booted_bring(const struct places *p, int fresh)
{
	return file_exists(AT_FDCWD, p->boot) ? bring(p, fresh)
					      : first_definitions(p);
}
