/* init-maker.c - write the directory that a distribution installs for boot:
 * plain scripts, each of which says what it is for.  Boots nothing itself.
 * See reeve-init-maker(8). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "init/skel.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/path.h"

enum { GETTYS = 16, TEXT = 16384, OPT_NO_LOG = OPT_LONG };

static const struct opt options[] = {
	{ 'c', "basedir", "DIR",
		"where the directory will be at boot "
		"[/etc/reeve/init]" },
	{ 'b', "bindir", "DIR",
		"where Reeve's programs will be [" REEVE_BINDIR "]" },
	{ 'p', "path", "PATH", "PATH of everything that is started" },
	{ 'm', "umask", "MODE", "umask of everything [022]" },
	{ 'M', "mount", "WHAT",
		"mount early, as reeve-init does it; may be "
		"given more\nthan once" },
	{ 'e', "environment", "NAME=VALUE",
		"a variable for everything that "
		"is started; may be given\nmore than once" },
	{ 'G', "getty", "TTY",
		"a login on this terminal; may be given more "
		"than once" },
	{ 't', "timeout", "TIME", "limit for rc.shutdown [2min]" },
	{ 'n', "keep-run", 0, "mount nothing on /run" },
	{ '1', "echo", 0, "the catch-all log on the console too" },
	{ OPT_NO_LOG, "no-log", 0, "no catch-all logger" }, { 0, 0, 0, 0 }
};
static const struct usage usage = { "[OPTION]... DIR",
	"Write DIR, which must not exist: what /sbin/init is, rc.init, "
	"rc.shutdown and so\non, to be edited and installed.",
	options, 0 };

struct maker {
	const char *basedir, *bindir;
	char args[4096]; /* of reeve-init */
	const char *gettys[GETTYS];
	int ngettys;
	char dir[PATH_LEN]; /* being written */
};

/* Add words to the command line of reeve-init, each quoted for the shell. */
static void
add_arg(struct maker *k, const char *option, const char *value)
{
	size_t n = strlen(k->args), max = sizeof k->args;
	int r;

	if (value && strchr(value, '\''))
		die(EX_MISUSE, "%s: no apostrophe, please: %s", option, value);
	r = value ? snprintf(k->args + n, max - n, " \\\n\t%s '%s'", option,
			    value)
		  : snprintf(k->args + n, max - n, " \\\n\t%s", option);
	if (r < 0 || (size_t)r >= max - n)
		die(EX_MISUSE, "too many options");
}

static void
in_dir(const struct maker *k, char *path, const char *name)
{
	if (path_join(path, PATH_LEN, k->dir, name) < 0)
		die(EX_MISUSE, "%s is too long", k->dir);
}

static void
put(const struct maker *k, const char *name, const char *text, unsigned mode)
{
	char path[PATH_LEN];

	in_dir(k, path, name);
	if (file_write(AT_FDCWD, path, text, strlen(text), mode, 0) < 0)
		die_sys(EX_SYSTEM, "unable to write %s", path);
	/* A script has this mode whatever the umask of the maker is. */
	if (chmod(path, mode) < 0)
		die_sys(EX_SYSTEM, "unable to set the mode of %s", path);
}

static void
make(const struct maker *k, const char *name)
{
	char path[PATH_LEN];

	in_dir(k, path, name);
	if (path_mkdirs(path, 0755) < 0)
		die_sys(EX_SYSTEM, "unable to make %s", path);
}

static void
make_link(const struct maker *k, const char *name, const char *to)
{
	char path[PATH_LEN], target[PATH_LEN];

	in_dir(k, path, name);
	if (path_join(target, sizeof target, k->bindir, to) < 0 ||
		symlink(target, path) < 0)
		die_sys(EX_SYSTEM, "unable to make %s", path);
}

/* Replace @BASEDIR@, @BINDIR@, @ARGS@ and @TTY@ in a text of skel.c. */
static void
fill(const struct maker *k, const char *tty, const char *from, char *to)
{
	const struct {
		const char *name, *value;
	} words[] = {
		{ "@BASEDIR@", k->basedir },
		{ "@BINDIR@", k->bindir },
		{ "@ARGS@", k->args },
		{ "@TTY@", tty },
	};
	size_t n = 0, len;

	while (*from) {
		const char *value = 0;

		for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
			len = strlen(words[i].name);
			if (!strncmp(from, words[i].name, len)) {
				value = words[i].value;
				from += len;
				break;
			}
		}
		len = value ? strlen(value) : 1;
		if (n + len >= TEXT)
			die(EX_MISUSE, "an option is too long");
		memcpy(to + n, value ? value : from, len);
		from += !value;
		n += len;
	}
	to[n] = 0;
}

static void
write_scripts(const struct maker *k)
{
	static char text[TEXT];

	for (const struct skel *s = skel_files; s->name; s++) {
		fill(k, "", s->text, text);
		put(k, s->name, text, s->mode);
	}
	make_link(k, "halt", "reeve-shutdown");
	make_link(k, "poweroff", "reeve-shutdown");
	make_link(k, "reboot", "reeve-shutdown");
	make_link(k, "shutdown", "reeve-shutdown");
}

static void
write_gettys(const struct maker *k)
{
	static char text[TEXT];
	char name[PATH_LEN];

	for (int i = 0; i < k->ngettys; i++) {
		for (const struct skel *s = skel_getty; s->name; s++) {
			fill(k, k->gettys[i], s->name, name);
			fill(k, k->gettys[i], s->text, text);
			if (strchr(name, '/')) {
				char dir[PATH_LEN];

				memcpy(dir, name, sizeof dir);
				*strrchr(dir, '/') = 0;
				make(k, dir);
			}
			put(k, name, text, s->mode);
		}
	}
}

enum { NAME_MAX_LEN = 250, VALUE_MAX_LEN = 4000 };

static const char *
variable(const char *text)
{
	size_t n = strcspn(text, "=");

	if (!n || n > NAME_MAX_LEN || text[n] != '=' || *text == '.' ||
		memchr(text, '/', n) || strlen(text + n) > VALUE_MAX_LEN ||
		strchr(text, '\n'))
		die(EX_MISUSE, "-e: expected NAME=VALUE, not %s", text);
	return text;
}

static void
write_variable(const struct maker *k, const char *text)
{
	char name[NAME_MAX_LEN + 1], path[PATH_LEN], value[VALUE_MAX_LEN + 2];
	size_t n = strcspn(text, "=");

	memcpy(name, text, n);
	name[n] = 0;
	if (path_join(path, sizeof path, "env", name) < 0 ||
		snprintf(value, sizeof value, "%s\n", text + n + 1) < 0)
		die(EX_MISUSE, "-e: %s is too long", text);
	put(k, path, value, 0644);
}

static void
add_getty(struct maker *k, const char *tty)
{
	if (!strncmp(tty, "/dev/", 5))
		tty += 5;
	if (!*tty ||
		strspn(tty,
			"abcdefghijklmnopqrstuvwxyz"
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != strlen(tty))
		die(EX_MISUSE, "-G: expected a terminal such as tty1, not %s",
			tty);
	if (k->ngettys == GETTYS)
		die(EX_MISUSE, "at most %d terminals", GETTYS);
	k->gettys[k->ngettys++] = tty;
}

static uint64_t
limit(const char *text)
{
	uint64_t ms;

	if (!num_duration(text, 1000, &ms))
		die(EX_MISUSE, "-t: expected a time such as 90s, not %s", text);
	return ms;
}

int
main(int argc, char **argv)
{
	static struct maker k = { .basedir = "/etc/reeve/init",
		.bindir = REEVE_BINDIR };
	const char *variables[64];
	int o, n = 0;

	prog_init(argv[0]);
	while ((o = opt_next(&usage, argc, argv)) >= 0)
		switch (o) {
		case 'c':
			k.basedir = optarg;
			break;
		case 'b':
			k.bindir = optarg;
			break;
		case 'p':
			add_arg(&k, "--path", optarg);
			break;
		case 'm':
			add_arg(&k, "--umask", optarg);
			break;
		case 'M':
			add_arg(&k, "--mount", optarg);
			break;
		case 'e':
			if (n == sizeof variables / sizeof *variables)
				die(EX_MISUSE, "too many variables");
			variables[n++] = variable(optarg);
			break;
		case 'G':
			add_getty(&k, optarg);
			break;
		case 't':
			limit(optarg);
			add_arg(&k, "--stop-timeout", optarg);
			break;
		case 'n':
			add_arg(&k, "--keep-run", 0);
			break;
		case '1':
			add_arg(&k, "--echo", 0);
			break;
		case OPT_NO_LOG:
			add_arg(&k, "--no-log", 0);
			break;
		}
	if (!argv[optind] || argv[optind + 1])
		opt_usage(&usage);
	if (*k.basedir != '/' || *k.bindir != '/')
		die(EX_MISUSE, "-c and -b need absolute paths");
	if (file_exists(AT_FDCWD, argv[optind]))
		die(EX_MISUSE, "%s exists already", argv[optind]);
	/* Whole or not at all. */
	if (snprintf(k.dir, sizeof k.dir, "%s.new", argv[optind]) >=
		(int)sizeof k.dir)
		die(EX_MISUSE, "%s is too long", argv[optind]);
	/* Of a maker that was killed. */
	path_remove(AT_FDCWD, k.dir);
	if (mkdir(k.dir, 0755) < 0)
		die_sys(EX_SYSTEM, "unable to make %s", k.dir);
	make(&k, "env");
	write_scripts(&k);
	while (n)
		write_variable(&k, variables[--n]);
	write_gettys(&k);
	if (chmod(k.dir, 0755) < 0 || rename(k.dir, argv[optind]) < 0)
		die_sys(EX_SYSTEM, "unable to rename %s to %s", k.dir,
			argv[optind]);
	return EX_OK;
}
