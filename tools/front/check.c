/* check.c - lint of source directories.  See reeve-check(1).  The compiler
 * says what is wrong; here is added what is legal but will not work, and
 * what can be corrected without a doubt is corrected. */

#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "lib/shown.h"
#include "rc/compile/compile.h"
#include "rc/db.h"
#include "rc/places.h"
#include "rc/compile/props.h"
#include "tools/front/check.h"

enum { O_FIX = OPT_LONG, O_LAX, O_OVERRIDE, O_S6RC, O_ROOT, O_BUNDLE };

/* For "%lu thing%s". */
#define COUNT(n) (unsigned long)(n), (n) == 1 ? "" : "s"

static const struct opt opts[] = {
	{ O_FIX, "fix", 0,
		"correct what is certain: CR LF, a byte order "
		"mark,\nblanks behind names, file names that are nearly right" },
	{ 'q', "quiet", 0, "errors only" },
	{ O_LAX, "lax", 0, "what s6-rc ignores is no error" },
	{ O_S6RC, "s6-rc", 0, "also say what s6-rc would read differently" },
	{ O_ROOT, "root", "DIR",
		"they are for an image below DIR: look for "
		"programs\nthere, and ask for no users" },
	{ O_BUNDLE, "bundle", "NAME",
		"what is started at boot (default "
		"'default'; else 'top'\nor 'user', as s6-overlay does)" },
	{ O_OVERRIDE, "override", 0,
		"of a service in two sources the later "
		"one wins" },
	{ 0 }
};
static const struct usage usage = {
	"[--fix] [-q] [--s6-rc] [--root dir] [source... | name...]",
	"Look for mistakes in definitions (default: the sources of the "
	"place).",
	opts,
	"Exit status: 0 no errors, 1 errors, 100 misuse, 111 system error."
};

/* Is that file one of a service that was asked for? */
static int
is_asked(const struct check *c, const char *file)
{
	char path[PATH_LEN];

	for (int k = 0; k < c->nnames; k++)
		for (int i = 0; i < c->nsources; i++) {
			size_t n;

			if (path_join(path, sizeof path, c->sources[i],
				    c->names[k]) < 0)
				continue;
			n = strlen(path);
			if (!strncmp(file, path, n) &&
				(!file[n] || file[n] == '/'))
				return 1;
		}
	return !c->nnames;
}

void
check_report(void *arg, enum diag_level level, const char *file, unsigned line,
	const char *text)
{
	static const char *const names[] = { "error", "warning", "note" };
	struct check *c = arg;

	if (!is_asked(c, file))
		return;
	c->errors += level == DIAG_ERROR;
	c->warnings += level == DIAG_WARNING;
	if (c->quiet && level != DIAG_ERROR)
		return;
	if (line)
		printf("%s:%u: %s: %s\n", shown(file), line, names[level],
			shown(text));
	else
		printf("%s: %s: %s\n", shown(file), names[level], shown(text));
}

/* What is ours alone is nothing to s6-rc, or makes it fail. */
static void
compare_definition(struct check *c, const char *dirpath)
{
	int dir = open(dirpath, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **list;
	int n = dir < 0 ? -1 : scandir(dirpath, &list, 0, alphasort);
	char path[PATH_LEN];

	for (int i = 0; i < n; i++) {
		const struct prop *p = prop_find(list[i]->d_name);

		if (p && !p->s6rc &&
			path_join(path, sizeof path, dirpath, p->name) == 0)
			check_report(c, DIAG_WARNING, path, 0,
				p->kind == PROP_INSTANCES
					? "s6-rc knows no templates: "
					  "for it this is one service"
					: "s6-rc does "
					  "not know this file and would run without it");
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	if (dir >= 0 && !file_exists(dir, "type"))
		check_report(c, DIAG_WARNING, dirpath, 0,
			"s6-rc needs a file type "
			"here");
	if (dir >= 0 && file_exists(dir, "command") &&
		!file_exists(dir, "run") && !file_exists(dir, "up"))
		check_report(c, DIAG_WARNING, dirpath, 0,
			"s6-rc needs a run or an "
			"up here, instead of command");
	if (dir >= 0)
		close(dir);
}

static void
each_definition(struct check *c, const char *source,
	void (*look)(struct check *, const char *))
{
	struct dirent **list;
	int n = scandir(source, &list, 0, alphasort);

	for (int i = 0; i < n; i++) {
		char path[PATH_LEN];
		struct stat st;

		if (*list[i]->d_name != '.' &&
			path_join(path, sizeof path, source, list[i]->d_name) ==
				0 &&
			stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			look(c, path);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void
compare_source(struct check *c, const char *source)
{
	char path[PATH_LEN];

	each_definition(c, source, compare_definition);
	for (const struct prop *p = props; p->name; p++)
		if (p->types == FOR_SOURCE &&
			path_join(path, sizeof path, source, p->name) == 0 &&
			file_exists(AT_FDCWD, path))
			check_report(c, DIAG_WARNING, path, 0,
				"s6-rc does not know "
				"this file");
}

/* --- what is legal but will not work */

/* Is there a definition of that name in a source, or is it only implied? */
static int
is_written(const struct check *c, const char *name)
{
	char path[PATH_LEN];
	int i = c->nsources;

	while (i-- &&
		(path_join(path, sizeof path, c->sources[i], name) < 0 ||
			!file_exists(AT_FDCWD, path)))
		;
	return i >= 0;
}

/* The bundle that is started at boot. */
static const char *
booted(const struct check *c)
{
	static const char *const names[] = { "default", "top", "user" };

	if (c->bundle)
		return c->bundle;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if ((db_bundle(&c->db, names[i]) != DB_NONE ||
			    db_service(&c->db, names[i]) != DB_NONE) &&
			is_written(c, names[i]))
			return names[i];
	return names[0];
}

/* Everything that the bundle started at boot starts. */
static void
check_reachable(struct check *c)
{
	const struct db *db = &c->db;
	const char *name = booted(c);
	uint32_t n = db->nlong + db->nshort, b = db_bundle(db, name), *queue,
		 count = 0;
	unsigned char *seen;
	char text[PATH_LEN];

	if (!n)
		return;
	if (b == DB_NONE && db_service(db, name) == DB_NONE) {
		snprintf(text, sizeof text,
			"there is no bundle %s: nothing "
			"is started at boot or by reeve up",
			name);
		check_report(c, DIAG_WARNING, c->sources[0], 0, text);
		return;
	}
	if (b == DB_NONE)
		return;
	queue = calloc(n, sizeof *queue);
	seen = calloc(n, 1);
	if (!queue || !seen)
		die_sys(EX_SYSTEM, "unable to check");
	for (uint32_t i = 0; i < db->bundles[b].members.n; i++) {
		queue[count] = db->bundles[b].members.v[i];
		seen[queue[count++]] = 1;
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct db_service *s = db->services + queue[i];
		const struct db_list *lists[] = { &s->deps, &s->wants,
			&s->producers };

		for (int l = 0; l < 3; l++)
			for (uint32_t k = 0; k < lists[l]->n; k++)
				if (!seen[lists[l]->v[k]]) {
					seen[lists[l]->v[k]] = 1;
					queue[count++] = lists[l]->v[k];
				}
	}
	for (uint32_t i = 0; i < n; i++) {
		char path[PATH_LEN];

		if (seen[i] || db->services[i].flags & DB_GENERATED)
			continue;
		check_place(c, db->services + i, "type", path, sizeof path);
		*strrchr(path, '/') = 0;
		snprintf(text, sizeof text,
			"bundle %s does not start it, and "
			"nothing in there needs it",
			name);
		check_report(c, DIAG_NOTE, path, 0, text);
	}
	free(queue);
	free(seen);
}

/* Who knows other tools gives the directory of a service. */
static void
need_source(const char *path)
{
	static const char *const files[] = { "type", "command", "run" };
	char file[PATH_LEN];

	if (!file_exists(AT_FDCWD, path))
		die(EX_NO,
			"there is no directory %s (reeve check takes "
			"directories of definitions; without one it checks all "
			"that reeve switch takes)",
			path);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct stat st;

		if (path_join(file, sizeof file, path, files[i]) == 0 &&
			stat(file, &st) == 0 && S_ISREG(st.st_mode))
			die(EX_NO,
				"%s is one definition: expected the "
				"directory in which it is",
				path);
	}
}

/* name: of a service that is to be there, or 0. */
static const char *const *
default_sources(int *n, const char *name)
{
	static struct places places;
	static const char *list[PLACES_SOURCES];
	char err[512];

	if (places_default(&places, err, sizeof err) < 0)
		die(EX_SYSTEM, "%s", err);
	/* The first has precedence, so it is read last. */
	*n = 0;
	for (int i = places.nsources; i--;)
		if (file_exists(AT_FDCWD, places.sources[i]))
			list[(*n)++] = places.sources[i];
	if (!*n && name)
		need_source(name);
	if (!*n)
		die(EX_SYSTEM,
			"there is no source directory %s "
			"(reeve new NAME -- COMMAND makes the first definition "
			"there)",
			places.sources[0]);
	return list;
}

/* Names of services, and not of directories? */
static int
are_names(char **v)
{
	while (*v && !strchr(*v, '/') && !file_exists(AT_FDCWD, *v))
		v++;
	return !*v;
}

static void
need_names(const struct check *c)
{
	for (int k = 0; k < c->nnames; k++)
		if (!is_written(c, c->names[k]))
			die(EX_NO,
				"there is no directory %s, and no service "
				"of that name in %s (reeve check takes names, "
				"or directories of definitions)",
				c->names[k], c->sources[0]);
}

int
main(int argc, char **argv)
{
	struct check c = { .fix = 0 };
	struct compile compiler = { .verbosity = 1,
		.users = USERS_ERROR,
		.report = check_report,
		.report_arg = &c };
	char *data, err[512];
	size_t len;
	int o, r;

	prog_init(argv[0]);
	while ((o = opt_next(&usage, argc, argv)) != -1) {
		if (o == O_ROOT) {
			c.root = optarg;
			compiler.users = USERS_IGNORE;
		}
		if (o == O_BUNDLE)
			c.bundle = optarg;
		c.fix |= o == O_FIX;
		c.quiet |= o == 'q';
		c.s6rc |= o == O_S6RC;
		compiler.lax |= o == O_LAX;
		compiler.override |= o == O_OVERRIDE;
	}
	if (optind < argc && are_names(argv + optind)) {
		c.names = (const char *const *)(argv + optind);
		c.nnames = argc - optind;
		c.sources = default_sources(&c.nsources, argv[optind]);
		compiler.override = 1;
		need_names(&c);
	} else if (optind < argc) {
		c.sources = (const char *const *)(argv + optind);
		c.nsources = argc - optind;
		for (int i = optind; i < argc; i++)
			need_source(argv[i]);
	} else {
		c.sources = default_sources(&c.nsources, 0);
		compiler.override = 1;
	}
	for (int i = 0; c.fix && i < c.nsources; i++)
		each_definition(&c, c.sources[i], check_fix);
	compiler.sources = c.sources;
	compiler.nsources = c.nsources;
	r = compile(&compiler, &data, &len);
	if (!r) {
		if (db_load(&c.db, data, len, err, sizeof err) < 0)
			die(EX_BUG, "%s", err);
		for (uint32_t i = 0; i < c.db.nlong + c.db.nshort; i++)
			check_service(&c, c.db.services + i);
		check_reachable(&c);
		for (int i = 0; c.s6rc && i < c.nsources; i++)
			compare_source(&c, c.sources[i]);
		if (!c.quiet)
			printf("%lu service%s, %lu bundle%s: ",
				COUNT(c.db.nlong + c.db.nshort),
				COUNT(c.db.nbundles));
		db_close(&c.db);
	}
	if (!c.quiet)
		printf("%lu error%s, %lu warning%s%s\n", COUNT(c.errors),
			COUNT(c.warnings),
			r ? " (not all is checked before these are gone)" : "");
	free(data);
	if (r && !c.errors) {
		warn("other definitions have errors, and so not all of these "
		     "is checked (reeve check names them)");
		return EX_NO;
	}
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	return c.errors ? EX_NO : EX_OK;
}
