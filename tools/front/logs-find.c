/* logs-find.c - which log directories the names given to reeve-logs are. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "lib/suggest.h"
#include "rc/live.h"
#include "rc/places.h"
#include "tools/front/logs.h"

#define UNCAUGHT UNCAUGHT_LOGS /* of reeve-init */
#define SYSTEM_LOGS "/var/log/reeve"

static int
has(const char *path, const char *name)
{
	char buf[PATH_LEN];

	return path_join(buf, sizeof buf, path, name) == 0 &&
		file_exists(AT_FDCWD, buf) > 0;
}

/* While it is rotated there is no current. */
static int
is_logdir(const char *path)
{
	return has(path, "current") ||
		(has(path, "lock") && has(path, "state"));
}

/* End if it may be one, but is not for us to read. */
static void
check_access(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	else if (errno == EACCES)
		die_sys(EX_SYSTEM, "unable to read the log directory %s", path);
}

static void
add_source(const char *name, const char *path)
{
	struct source *s;

	logs.source = realloc(logs.source, (logs.n + 1) * sizeof *logs.source);
	if (!logs.source)
		die_sys(EX_SYSTEM, "unable to allocate memory");
	s = logs.source + logs.n++;
	memset(s, 0, sizeof *s);
	s->name = strdup(name);
	s->path = strdup(path);
	s->order = tain_zero;
	if (!s->name || !s->path)
		die_sys(EX_SYSTEM, "unable to allocate memory");
	if (strlen(name) > logs.name_width)
		logs.name_width = strlen(name);
}

/* The running set of services, if there is one. */
static struct live *
open_live(const char *path)
{
	static struct live live;
	char dir[PATH_LEN], err[512];

	if (!path) {
		if (live_default(dir, err, sizeof err) < 0)
			return 0;
		path = dir;
	} else if (live_open(&live, path, 0, err, sizeof err) < 0) {
		die_sys(EX_SYSTEM, "%s", err);
	} else {
		return &live;
	}
	return live_open(&live, path, 0, err, sizeof err) < 0 ? 0 : &live;
}

static const struct db_service *
service_named(const struct db *db, const char *name)
{
	uint32_t total = db->nlong + db->nshort;

	for (uint32_t i = 0; i < total; i++)
		if (!strcmp(db->services[i].name, name))
			return db->services + i;
	return 0;
}

/* The log directory of a service: its own property, or that of who reads its
 * output. */
static const char *
logdir_of(const struct db *db, const struct db_service *v)
{
	const char *dir = db_prop(v, "logdir");

	for (int i = 0; !dir && db_logger(db, v) != DB_NONE && i < 100; i++) {
		v = db->services + db_logger(db, v);
		dir = db_prop(v, "logdir");
	}
	return dir;
}

/* The log of all that has no other: `reeve up', reeve-catchall and
 * reeve-init each have a place for it. */
static int
is_catchall(const char *name)
{
	return !strcmp(name, "catch-all") || !strcmp(name, "catchall");
}

/* All there are.  1, or 0 if there is none. */
static int
add_catchalls(const struct places *p)
{
	static const char *const names[] = { "catch-all", "catchall" };
	size_t had = logs.n;
	char path[PATH_LEN];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (path_join(path, sizeof path, p->logs, names[i]) == 0 &&
			is_logdir(path))
			add_source(names[i], path);
	if ((logs.n == had || !strcmp(p->logs, SYSTEM_LOGS)) &&
		is_logdir(UNCAUGHT))
		add_source("catch-all", UNCAUGHT);
	return logs.n > had;
}

/* NAME to its log directory.  1; 0 if there is none, and *v is the service
 * if there is one. */
static int
find_named(const char *name, const struct live *live, const struct places *p,
	char *path, const struct db_service **v)
{
	const char *dir;

	*v = live ? service_named(&live->db, name) : 0;
	dir = *v ? logdir_of(&live->db, *v) : 0;
	if (dir)
		return path_join(path, PATH_LEN, dir) == 0;
	return path_join(path, PATH_LEN, p->logs, name) == 0 && is_logdir(path);
}

/* A name without a log: why, and what may have been meant. */
static _Noreturn void
no_log(const char *name, const struct live *live, const struct places *p,
	const struct db_service *v)
{
	struct suggest near = suggest_init(name);
	struct dirent *de;
	char path[PATH_LEN], *copy;
	DIR *d;

	if (v)
		die(EX_MISUSE,
			"service %s has no logger: what it writes %s; a file "
			"'logger' in its definition makes one",
			name, places_unlogged(p));
	check_access(p->logs);
	if (path_join(path, sizeof path, p->logs, name) == 0)
		check_access(path);
	for (uint32_t i = 0; live && i < live->db.nlong; i++)
		if (logdir_of(&live->db, live->db.services + i))
			suggest_try(&near, live->db.services[i].name);
	d = opendir(p->logs);
	while (d && (de = readdir(d)))
		if (*de->d_name != '.' &&
			path_join(path, sizeof path, p->logs, de->d_name) ==
				0 &&
			is_logdir(path) && (copy = strdup(de->d_name)))
			suggest_try(&near, copy);
	die(EX_MISUSE,
		"no log of '%s' (no log companion in the running set, "
		"and no log directory %s/%s)%s%s%s",
		name, p->logs, name, near.best ? "; did you mean '" : "",
		near.best ? near.best : "", near.best ? "'?" : "");
}

static int
by_source_name(const void *a, const void *b)
{
	return strcmp(((const struct source *)a)->name,
		((const struct source *)b)->name);
}

static int
known_path(const char *path)
{
	for (size_t i = 0; i < logs.n; i++)
		if (!strcmp(logs.source[i].path, path))
			return 1;
	return 0;
}

/* Those of a bundle's members that have one.  How many. */
static unsigned
add_bundle(const struct live *live, const char *name)
{
	unsigned n = 0;
	struct db_list l;

	if (!live || db_bundle(&live->db, name) == DB_NONE ||
		!db_resolve(&live->db, name, &l))
		return 0;
	for (uint32_t i = 0; i < l.n; i++) {
		const struct db_service *v = live->db.services + l.v[i];
		const char *dir = logdir_of(&live->db, v);

		if (!dir || !is_logdir(dir))
			continue;
		n++;
		if (!known_path(dir))
			add_source(v->name, dir);
	}
	return n;
}

/* All that is logged: by the database, and below the place for logs. */
static void
add_all(const struct live *live, const struct places *p)
{
	char path[PATH_LEN];
	struct dirent *de;
	DIR *d = opendir(p->logs);

	for (uint32_t i = 0; live && i < live->db.nlong; i++) {
		const struct db_service *v = live->db.services + i;
		const char *dir = db_prop(v, "logdir");
		char name[256];
		size_t n;

		if (!dir || !is_logdir(dir) || known_path(dir))
			continue;
		snprintf(name, sizeof name, "%s", v->name);
		n = strlen(name);
		if (n > 4 && !strcmp(name + n - 4, "-log"))
			name[n - 4] = 0;
		add_source(name, dir);
	}
	while (d && (de = readdir(d)))
		if (*de->d_name != '.' &&
			path_join(path, sizeof path, p->logs, de->d_name) ==
				0 &&
			is_logdir(path) && !known_path(path))
			add_source(de->d_name, path);
	if (d)
		closedir(d);
	if (!strcmp(p->logs, SYSTEM_LOGS) && is_logdir(UNCAUGHT))
		add_source("catch-all", UNCAUGHT);
	if (!logs.n)
		die(EX_NO,
			"there are no logs yet in %s: what services without a "
			"logger write %s (name another directory, or set "
			"REEVE_LOGS)",
			p->logs, places_unlogged(p));
	qsort(logs.source, logs.n, sizeof *logs.source, by_source_name);
}

void
logs_find(char **argv, const char *live_path)
{
	char err[512], path[PATH_LEN];
	const struct db_service *v;
	struct places p;
	struct live *live;
	int have_places = places_default(&p, err, sizeof err) == 0;

	live = open_live(live_path);
	if (!*argv && !have_places)
		die(EX_SYSTEM, "%s", err);
	if (!*argv)
		add_all(live, &p);
	for (; *argv; argv++) {
		if (strchr(*argv, '/')) {
			char *s = *argv + strlen(*argv);

			while (s > *argv + 1 && s[-1] == '/')
				*--s = 0;
			check_access(*argv);
			if (!is_logdir(*argv))
				die(EX_MISUSE,
					"%s is not a log directory (it "
					"has no file 'current')",
					*argv);
			add_source(path_base(*argv), *argv);
		} else if (!have_places) {
			die(EX_SYSTEM, "%s", err);
		} else if (is_catchall(*argv) &&
			!(live && service_named(&live->db, *argv)) &&
			add_catchalls(&p)) {
			continue;
		} else if (find_named(*argv, live, &p, path, &v)) {
			if (!known_path(path))
				add_source(*argv, path);
		} else if (!add_bundle(live, *argv)) {
			no_log(*argv, live, &p, v);
		}
	}
	if (live)
		live_close(live);
}
