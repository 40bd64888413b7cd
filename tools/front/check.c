/* check.c - lint of source directories.  See reeve-check(1).  The compiler
 * says what is wrong; here is added what is legal but will not work, and
 * what can be corrected without a doubt is corrected. */

#include <dirent.h>
#include <errno.h>
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
#include "lib/os.h"
#include "lib/path.h"
#include "lib/shown.h"
#include "rc/compile/compile.h"
#include "rc/db.h"
#include "rc/places.h"
#include "rc/compile/props.h"
#include "tools/front/inroot.h"

enum { FILE_MAX = 1 << 24 };
enum { O_FIX = OPT_LONG, O_LAX, O_OVERRIDE, O_S6RC, O_ROOT, O_BUNDLE };

struct check {
	const char *const *sources;
	int nsources;
	const char *const *names; /* only these services, or 0: all */
	int nnames;
	const char *root; /* of the image they are for, or 0 */
	const char *bundle; /* that is started at boot */
	int fix, quiet, s6rc;
	unsigned errors, warnings, fixed;
	struct db db;
};

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

static void
report(void *arg, enum diag_level level, const char *file, unsigned line,
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

/* --- correcting */

static void
fixed(struct check *c, const char *path, const char *what)
{
	c->fixed++;
	printf("%s: fixed: %s\n", shown(path), what);
}

/* CR before a newline, and at the end, goes; blanks behind the names of
 * lists go. */
static void
fix_text(struct check *c, int dir, const char *name, const char *path, int list)
{
	char *data;
	struct stat st;
	ssize_t n = file_slurp(dir, name, &data, FILE_MAX);
	size_t out = 0;
	int cr = 0, blanks = 0, mark;

	if (n < 0)
		return;
	if (memchr(data, 0, (size_t)n) || fstatat(dir, name, &st, 0) < 0) {
		free(data);
		return;
	}
	mark = n >= 3 && !memcmp(data, "\357\273\277", 3);
	for (ssize_t i = mark ? 3 : 0; i <= n; i++) {
		if (i == n || data[i] == '\n') {
			for (; out &&
				(data[out - 1] == '\r' ||
					(list &&
						(data[out - 1] == ' ' ||
							data[out - 1] ==
								'\t')));
				out--) {
				if (data[out - 1] == '\r')
					cr = 1;
				else
					blanks = 1;
			}
			if (i == n)
				break;
		}
		data[out++] = data[i];
	}
	if ((cr || blanks || mark) &&
		file_write(dir, name, data, out, st.st_mode & 07777, 0) < 0)
		warn_sys("unable to write %s", path);
	else if (cr || blanks || mark)
		fixed(c, path,
			cr	       ? "CR LF is LF now"
				: mark ? "no byte order "
					 "mark now"
				       : "no blanks behind names now");
	free(data);
}

static void
fix_definition(struct check *c, const char *dirpath)
{
	int dir = open(dirpath, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **list;
	int n = dir < 0 ? -1 : scandir(dirpath, &list, 0, alphasort);

	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		const struct prop *p = prop_find(name);
		const char *near = p || *name == '.' ? 0 : prop_near(name, 0);
		char path[PATH_LEN], what[128];

		if (near && !file_exists(dir, near) &&
			renameat(dir, name, dir, near) == 0) {
			path_join(path, sizeof path, dirpath, name);
			snprintf(what, sizeof what, "renamed to %s", near);
			fixed(c, path, what);
			name = near;
			p = prop_find(near);
		}
		path_join(path, sizeof path, dirpath, name);
		if (p && p->kind != PROP_DIR && p->kind != PROP_TREE &&
			p->kind != PROP_INSTANCES && p->kind != PROP_FLAG)
			fix_text(c, dir, name, path,
				p->kind == PROP_NAMES || p->kind == PROP_TYPE ||
					p->kind == PROP_TIMEOUT ||
					p->kind == PROP_UINT ||
					p->kind == PROP_PRODUCER ||
					p->kind == PROP_PIPELINE);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	if (dir >= 0)
		close(dir);
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
			report(c, DIAG_WARNING, path, 0,
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
		report(c, DIAG_WARNING, dirpath, 0,
			"s6-rc needs a file type "
			"here");
	if (dir >= 0 && file_exists(dir, "command") &&
		!file_exists(dir, "run") && !file_exists(dir, "up"))
		report(c, DIAG_WARNING, dirpath, 0,
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
			report(c, DIAG_WARNING, path, 0,
				"s6-rc does not know "
				"this file");
}

/* --- what is legal but will not work */

/* Where a service is defined, for messages. */
static void
place_of(const struct check *c, const struct db_service *s, const char *file,
	char *path, size_t max)
{
	char name[DB_NAME_MAX + 1];

	snprintf(name, sizeof name, "%s", s->name);
	if (db_prop(s, "logger-of")) {
		snprintf(name, sizeof name, "%s", db_prop(s, "logger-of"));
		file = "logger";
	}
	for (int i = c->nsources; i--;) {
		if (path_join(path, max, c->sources[i], name) == 0 &&
			file_exists(AT_FDCWD, path)) {
			path_join(path, max, c->sources[i], name, file);
			return;
		}
	}
	if (strchr(name, '@'))
		strchr(name, '@')[1] = 0;
	for (int i = c->nsources; i--;) {
		path_join(path, max, c->sources[i], name, file);
		if (file_exists(AT_FDCWD, path))
			return;
	}
}

static int
in_path(const struct check *c, const char *program)
{
	const char *path = c->root ? 0 : getenv("PATH");
	char full[PATH_LEN], real[PATH_LEN];

	if (*program == '/')
		return inroot(real, c->root, program) &&
			access(real, X_OK) == 0;
	if (strchr(program, '/'))
		return access(program, X_OK) == 0;
	if (!path)
		path = "/command:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
	while (*path) {
		size_t n = strcspn(path, ":");
		char dir[PATH_LEN];

		if (n && n < sizeof dir) {
			memcpy(dir, path, n);
			dir[n] = 0;
			if (path_join(full, sizeof full, dir, program) == 0 &&
				inroot(real, c->root, full) &&
				access(real, X_OK) == 0)
				return 1;
		}
		path += n + (path[n] != 0);
	}
	return 0;
}

static void
check_shebang(
	struct check *c, const struct db_service *s, const struct db_file *f)
{
	char path[PATH_LEN], program[PATH_LEN], text[PATH_LEN + 128];
	const char *p = f->data, *end;
	size_t n;

	place_of(c, s, strcmp(f->path, "run.user") ? f->path : "run", path,
		sizeof path);
	if (f->len > 3 && !memcmp(p, "\357\273\277", 3)) {
		report(c, DIAG_ERROR, path, 1,
			"there is a byte order mark in "
			"front of the #! line: this does not run (--fix takes "
			"it away)");
		return;
	}
	if (f->len < 2 || p[0] != '#' || p[1] != '!') {
		if (f->len && f->len < 4096 && !memchr(p, 0, f->len))
			report(c, DIAG_WARNING, path, 1,
				"there is no #! "
				"line: whether this runs depends on who "
				"starts it");
		else if (!f->len)
			report(c, DIAG_WARNING, path, 0, "this is empty");
		return;
	}
	p += 2 + strspn(p + 2, " \t");
	n = strcspn(p, " \t\n");
	if (n >= sizeof program)
		return;
	memcpy(program, p, n);
	program[n] = 0;
	end = p + n;
	if (n && program[n - 1] == '\r') {
		report(c, DIAG_ERROR, path, 1,
			"the #! line ends in CR LF: "
			"the program will not be found (--fix corrects it)");
		return;
	}
	if (!in_path(c, program) || *program != '/') {
		snprintf(text, sizeof text,
			"%s is not there, or cannot be "
			"run",
			program);
		report(c, DIAG_ERROR, path, 1, text);
		return;
	}
	/* "#!/usr/bin/env PROGRAM" */
	if (strcmp(path_base(program), "env") || *end == '\n')
		return;
	end += strspn(end, " \t");
	n = strcspn(end, " \t\r\n");
	if (!n || *end == '-' || n >= sizeof program)
		return;
	memcpy(program, end, n);
	program[n] = 0;
	if (!in_path(c, program)) {
		snprintf(text, sizeof text, "%s is not in PATH", program);
		report(c, DIAG_ERROR, path, 1, text);
	}
}

/* A relative path is one below the service directory, which gets what the
 * definition has, or below its `directory'; path is that of a file of the
 * definition. */
static int
in_service(const struct db_service *s, const char *path, const char *program)
{
	char dir[PATH_LEN], full[PATH_LEN];

	snprintf(dir, sizeof dir, "%s", path);
	*strrchr(dir, '/') = 0;
	if (path_join(full, sizeof full, dir, "directory") == 0 &&
		file_exists(AT_FDCWD, full))
		return 1; /* who knows what is there then */
	return s->type == DB_LONGRUN &&
		path_join(full, sizeof full, dir, program) == 0 &&
		access(full, X_OK) == 0;
}

static void
check_program(struct check *c, const struct db_service *s, const char *file,
	const char *program)
{
	char path[PATH_LEN], text[PATH_LEN];
	int relative = *program != '/' && strchr(program, '/');

	if (!relative && in_path(c, program))
		return;
	place_of(c, s, file, path, sizeof path);
	if (relative && in_service(s, path, program))
		return;
	if (snprintf(text, sizeof text,
		    strchr(program, '/')
			    ? "%.2000s is not there, or cannot be run"
			    : "%.2000s is not in PATH",
		    program) > 0)
		report(c, DIAG_WARNING, path, 0, text);
}

/* The first word of a command line in the source: what has become of it in
 * a script of ours, behind all that comes before, cannot be told. */
static void
check_command(struct check *c, const struct db_service *s, const char *file)
{
	char path[PATH_LEN], *data;
	ssize_t n;
	size_t k;

	place_of(c, s, file, path, sizeof path);
	n = file_slurp(AT_FDCWD, path, &data, 65536);
	if (n < 0)
		return;
	for (char *p = data; *p; p += strcspn(p, "\n"), p += *p != 0) {
		p += strspn(p, " \t");
		if (*p == '#' || *p == '\n' || !*p)
			continue;
		k = strcspn(p, " \t\r\n");
		if (!strpbrk(p, "\"\\$") || strpbrk(p, "\"\\$") >= p + k) {
			p[k] = 0;
			check_program(c, s, file, p);
		}
		break;
	}
	free(data);
}

/* A daemon that leaves its parent can only be watched by who adopts it. */
static void
check_forking(struct check *c, const struct db_service *s)
{
	char path[PATH_LEN];

	place_of(c, s, "pid-file", path, sizeof path);
	if (file_exists(AT_FDCWD, path) && os_subreaper() < 0)
		report(c, DIAG_ERROR, path, 0,
			"this system does not hand "
			"orphans to anyone but process 1: the daemon must run "
			"in the foreground, without pid-file");
}

static void
check_service(struct check *c, const struct db_service *s)
{
	const struct db_file *run = 0;

	for (uint32_t i = 0; i < s->nfiles; i++) {
		const struct db_file *f = s->files + i;

		if (!strcmp(f->path, "run") && !run)
			run = f;
		if (!strcmp(f->path, "run.user"))
			run = f;
		if (!strcmp(f->path, "finish"))
			check_shebang(c, s, f);
	}
	if (s->flags & DB_GENERATED) {
		return;
	}
	if (run && strstr(run->data, "# made by reeve-rc-compile"))
		check_command(c, s, "command");
	else if (run)
		check_shebang(c, s, run);
	check_command(c, s, "ready-check");
	check_forking(c, s);
	if (s->type == DB_LONGRUN && !db_prop(s, "schedule"))
		return;
	if (s->type == DB_ONESHOT)
		check_command(c, s, "command");
	check_command(c, s, "up");
	check_command(c, s, "down");
	check_command(c, s, "reload");
}

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
		report(c, DIAG_WARNING, c->sources[0], 0, text);
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
		place_of(c, db->services + i, "type", path, sizeof path);
		*strrchr(path, '/') = 0;
		snprintf(text, sizeof text,
			"bundle %s does not start it, and "
			"nothing in there needs it",
			name);
		report(c, DIAG_NOTE, path, 0, text);
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
		.report = report,
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
		each_definition(&c, c.sources[i], fix_definition);
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
