/* rc-bundle.c - add bundles to a compiled database, or take them out, without
 * the sources.  See s6-rc-bundle(1).
 *
 * A database is never changed: another one takes its place by rename, and a
 * live directory is switched to it as by any update. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "lib/words.h"
#include "rc/db.h"
#include "rc/live.h"

enum { EX_UNKNOWN = 3, EX_BADDB = 4, EX_TYPE = 5 };

static const struct opt opts[] = {
	{ 'l', "livedir", "DIR",
		"change the set that is live there, and the\n"
		"database it was made from (default)" },
	{ 'c', "compiled", "FILE", "change only this database" },
	{ 'f', "force", 0,
		"add: replace a bundle of that name; delete: a name\n"
		"that is not there is no error" },
	{ 'b', "block", 0, "wait for a change of the live set in progress" },
	{ 0, 0, 0, 0 }
};
static const char more[] =
	"Commands:\n"
	"  add BUNDLE NAME...        add a bundle with these services and the\n"
	"                            contents of these bundles\n"
	"  delete BUNDLE...          take bundles out\n"
	"  multiple { OLD... } NEW { NAME... } ...\n"
	"                            delete, then add; blocks are execline's\n"
	"  help                      print this\n\n"
	"Exit status: 0 done, 1 a bundle has that name already, 3 unknown name,\n"
	"4 bad database, 5 not a bundle, 100 misuse, 111 system error; what\n"
	"reeve-rc-update says if the live set could not be switched.";
static const struct usage usage = {
	"[-l live | -c database] [-f] [-b] add bundle name...\n"
	"   or: ... delete bundle..., ... multiple { ... } ...",
	"Change the bundles of a compiled database.", opts, more
};

static struct {
	struct db db; /* as read; its bundles are in list */
	struct db_bundle *list; /* owned; ascending by name */
	uint32_t n, max;
	int force, block;
} b;

static void
read_db(const char *path)
{
	char err[1024];

	if (db_open(&b.db, path, err, sizeof err) < 0)
		die(errno == EPROTO ? EX_BADDB : EX_SYSTEM, "%s", err);
	b.max = b.db.nbundles + 8;
	b.n = b.db.nbundles;
	b.list = calloc(b.max, sizeof *b.list);
	if (!b.list)
		die_sys(EX_SYSTEM, "unable to hold the bundles");
	if (b.n)
		memcpy(b.list, b.db.bundles, b.n * sizeof *b.list);
}

/* Where it is, or would have to be put; 1 if it is there. */
static int
find(const char *name, uint32_t *at)
{
	for (*at = 0; *at < b.n; ++*at) {
		int c = strcmp(b.list[*at].name, name);

		if (c >= 0)
			return !c;
	}
	return 0;
}

static void
delete_one(const char *name)
{
	uint32_t i;

	if (db_service(&b.db, name) != DB_NONE)
		die(EX_TYPE, "%s is a service and not a bundle", name);
	if (!find(name, &i)) {
		if (b.force)
			return;
		die(EX_UNKNOWN, "there is no bundle %s", name);
	}
	memmove(b.list + i, b.list + i + 1, (--b.n - i) * sizeof *b.list);
}

static void
mark(unsigned char *in, const char *name)
{
	uint32_t i = db_service(&b.db, name);
	const char *near;

	if (i != DB_NONE) {
		in[i] = 1;
		return;
	}
	if (!find(name, &i)) {
		near = db_nearest(&b.db, name);
		die(EX_UNKNOWN,
			"%s is not the name of a service or bundle"
			"%s%s%s",
			name, near ? "; did you mean " : "", near ? near : "",
			near ? "?" : "");
	}
	for (uint32_t k = 0; k < b.list[i].members.n; k++)
		in[b.list[i].members.v[k]] = 1;
}

/* The services that the names stand for, up to a null pointer. */
static struct db_list
members(char **names)
{
	uint32_t all = b.db.nlong + b.db.nshort, n = 0;
	unsigned char *in = calloc(all + (size_t)1, 1);
	uint32_t *v = calloc(all + (size_t)1, sizeof *v);

	if (!in || !v)
		die_sys(EX_SYSTEM, "unable to hold a bundle");
	while (*names)
		mark(in, *names++);
	for (uint32_t i = 0; i < all; i++)
		if (in[i])
			v[n++] = i;
	free(in);
	return (struct db_list){ n, v };
}

static void
check_new_name(const char *name)
{
	if (!db_name_ok(name) || !strncmp(name, "s6rc-", 5) ||
		!strncmp(name, "s6-rc-", 6))
		die(EX_MISUSE, "'%s' cannot be the name of a bundle", name);
	if (db_service(&b.db, name) != DB_NONE)
		die(EX_NO, "%s is a service already", name);
}

static void
add_one(const char *name, char **contents)
{
	struct db_list l;
	uint32_t i;

	check_new_name(name);
	l = members(contents);
	if (find(name, &i)) {
		if (!b.force)
			die(EX_NO,
				"there is a bundle %s already (-f replaces"
				" it)",
				name);
		b.list[i].members = l;
		return;
	}
	if (b.n == b.max) {
		b.max *= 2;
		b.list = realloc(b.list, b.max * sizeof *b.list);
		if (!b.list)
			die_sys(EX_SYSTEM, "unable to hold the bundles");
	}
	memmove(b.list + i + 1, b.list + i, (b.n - i) * sizeof *b.list);
	b.list[i] = (struct db_bundle){ name, l };
	b.n++;
}

static void
do_add(char **argv)
{
	if (!argv[0] || !argv[1])
		opt_usage(&usage);
	add_one(argv[0], argv + 1);
}

static void
do_delete(char **argv)
{
	if (!argv[0])
		opt_usage(&usage);
	while (*argv)
		delete_one(*argv++);
}

/* A block of execline: words that begin with a blank, then an empty one,
 * which becomes the null pointer at its end.  The word behind it. */
static char **
block(char **argv, const char *what)
{
	for (; *argv && **argv == ' '; argv++)
		++*argv;
	if (!*argv || **argv)
		die(EX_MISUSE,
			"multiple: the block %s has no end (blocks are"
			" execline's)",
			what);
	*argv = 0;
	return argv + 1;
}

static void
do_multiple(char **argv)
{
	char **next;

	if (!*argv)
		opt_usage(&usage);
	next = block(argv, "of bundles to delete");
	while (*argv)
		delete_one(*argv++);
	while (*(argv = next)) {
		next = block(argv + 1, *argv);
		add_one(*argv, argv + 1);
	}
}

/* The file, through links, is replaced by the changed database. */
static void
write_db(const char *path)
{
	char file[PATH_LEN], real[PATH_LEN], *data;
	struct db copy = b.db;
	size_t len;

	copy.bundles = b.list;
	copy.nbundles = b.n;
	if (db_encode(&copy, &data, &len) < 0)
		die_sys(EX_SYSTEM, "unable to encode the database");
	if (!db_file_of(file, path))
		die_sys(EX_SYSTEM, "unable to use %s", path);
	if (!realpath(file, real))
		strcpy(real, file);
	if (file_write(AT_FDCWD, real, data, len, db_mode(&copy), 1) < 0)
		die_sys(EX_SYSTEM, "unable to write database %s", path);
	file_sync_dir(AT_FDCWD, real);
	free(data);
}

/* 1 if the database that the live one was made from is still that. */
static int
has_origin(const char *path)
{
	char err[1024];
	struct db origin;
	int same;

	if (db_open(&origin, path, err, sizeof err) < 0)
		return 0;
	same = !memcmp(origin.id, b.db.id, DB_HASH);
	db_close(&origin);
	return same;
}

static _Noreturn void
switch_to(const char *live, const char *path)
{
	struct words w = { 0 };

	words_sister(&w, "rc-update");
	words_add(&w, b.block ? "--block" : "--no-block");
	words_add(&w, "--on-change=keep");
	words_add(&w, "-l");
	words_add(&w, live);
	words_add(&w, "--");
	words_add(&w, path);
	words_exec(&w);
}

static const struct {
	const char *name;
	void (*run)(char **);
} commands[] = { { "add", do_add }, { "delete", do_delete },
	{ "multiple", do_multiple } };

static void
run_command(char **argv)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(*argv, commands[i].name)) {
			commands[i].run(argv + 1);
			return;
		}
	die(EX_MISUSE, "unknown command '%s': add, delete, multiple or help",
		*argv);
}

int
main(int argc, char **argv)
{
	char live[PATH_LEN] = "", path[PATH_LEN], origin[PATH_LEN], err[256];
	const char *compiled = 0;
	int o;

	prog_init(argv[0]);
	while ((o = opt_next(&usage, argc, argv)) != -1)
		switch (o) {
		case 'l':
			if (path_absolute(live, sizeof live, optarg) < 0)
				die_sys(EX_MISUSE, "unable to use %s", optarg);
			break;
		case 'c':
			compiled = optarg;
			break;
		case 'f':
			b.force = 1;
			break;
		case 'b':
			b.block = 1;
			break;
		}
	argv += optind;
	if (!*argv)
		opt_usage(&usage);
	if (!strcmp(*argv, "help")) {
		printf("usage: %s %s\n\n%s\n", prog_name, usage.synopsis, more);
		return fflush(stdout) ? EX_SYSTEM : EX_OK;
	}
	if (compiled) {
		read_db(compiled);
		run_command(argv);
		write_db(compiled);
		return EX_OK;
	}
	if (!*live && live_default(live, err, sizeof err) < 0)
		die(EX_SYSTEM, "%s", err);
	if (path_join(path, sizeof path, live, "current", "db") < 0 ||
		path_join(origin, sizeof origin, live, "compiled") < 0)
		die_sys(EX_MISUSE, "unable to use %s", live);
	read_db(path);
	run_command(argv);
	if (has_origin(origin) && realpath(origin, path)) {
		write_db(path);
		switch_to(live, path);
	}
	/* It is gone, or another one by now: only the live set changes. */
	if (path_join(path, sizeof path, live, ".bundles.db") < 0)
		die_sys(EX_MISUSE, "unable to use %s", live);
	write_db(path);
	switch_to(live, path);
}
