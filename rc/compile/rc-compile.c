/* rc-compile.c - definition directories to one database file, or, by s6-rc's
 * name, to a directory with that file in it.  See reeve-rc-compile(1).
 * Nothing live is touched, and an existing database is replaced only by
 * rename, so a program that reads it is never surprised. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "rc/compile/compile.h"
#include "rc/db.h"

enum { O_LAX = OPT_LONG, O_STRICT, O_OVERRIDE, O_LOGS, O_LOGUSER, O_USERS };

static const struct opt opts[] = {
	{ 'v', "verbosity", "N",
		"0 errors only, 1 warnings too, 2 notes too "
		"(default 1)" },
	{ 'h', "fdholder-user", "USER",
		"accepted for s6-rc's sake; there is "
		"no\nfd holder here" },
	{ 'b', "block", 0,
		"accepted for s6-rc's sake; there is no\nlock to "
		"wait for" },
	{ O_LAX, "lax", 0,
		"what s6-rc would ignore is no error (implied\n"
		"when called as s6-rc-compile)" },
	{ O_STRICT, "strict", 0, "the opposite of --lax" },
	{ O_OVERRIDE, "override", 0,
		"of a service in two sources the later "
		"one wins\n(else it is an error)" },
	{ O_LOGS, "log-directory", "DIR",
		"where loggers made by `logger' "
		"write\n(default: that of the place, /var/log/reeve for "
		"root)" },
	{ O_LOGUSER, "log-user", "USER", "the user these loggers run as" },
	{ O_USERS, "users", "WHAT",
		"users and groups unknown to this system:\n"
		"warn (default), error or ignore" },
	{ 0 }
};
static const struct usage usage = {
	"[-v n] [-h user] [-b] [--lax] [--override] database source...",
	"Compile service definitions into a database file.", opts,
	"Exit status: 0 done, 1 a definition is wrong, 100 misuse, 111 system "
	"error.\nUnless it is 0 nothing has been written."
};

static int
users_option(const char *s)
{
	int users = compile_users(s);

	if (users >= 0)
		return users;
	die(EX_MISUSE, "--users must be warn, error or ignore, not '%s'", s);
}

static void
parse_options(struct compile *c, int argc, char **argv)
{
	int o;

	c->verbosity = 1;
	c->lax = c->s6_only = prog_as_s6;
	while ((o = opt_next(&usage, argc, argv)) != -1) {
		switch (o) {
		case 'v':
			c->verbosity =
				(int)opt_uint("verbosity", optarg, 0, 99);
			break;
		case O_LAX:
			c->lax = 1;
			break;
		case O_STRICT:
			c->lax = 0;
			break;
		case O_OVERRIDE:
			c->override = 1;
			break;
		case O_LOGS:
			if (*optarg != '/')
				die(EX_MISUSE,
					"the log directory must be an "
					"absolute path, not '%s'",
					optarg);
			c->logs = optarg;
			break;
		case O_LOGUSER:
			c->loguser = optarg;
			break;
		case O_USERS:
			c->users = users_option(optarg);
			break;
		default:
			break;
		}
	}
	if (argc - optind < 2)
		opt_usage(&usage);
	c->sources = (const char *const *)(argv + optind + 1);
	c->nsources = argc - optind - 1;
}

/* s6-rc-compile never replaces anything. */
static void
check_output(const char *output)
{
	struct stat st;

	if (lstat(output, &st) < 0)
		return;
	if (prog_as_s6) {
		errno = EEXIST;
		die_sys(EX_SYSTEM, "unable to mkdir %s", output);
	}
	if (S_ISDIR(st.st_mode))
		die(EX_SYSTEM,
			"unable to write database %s: it is a "
			"directory (remove it first if it was made by "
			"s6-rc-compile)",
			output);
}

/* A directory, as scripts that call s6-rc-compile test, copy and rename one;
 * in it the file.  It has its name only when it is whole. */
static int
write_dir(const char *output, const char *data, size_t len)
{
	char name[PATH_LEN], tmp[PATH_LEN], file[PATH_LEN];
	size_t n = strlen(output);
	int e;

	while (n > 1 && output[n - 1] == '/')
		n--;
	if (n + sizeof ".XXXXXX" > sizeof tmp) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(name, output, n);
	name[n] = 0;
	memcpy(tmp, output, n);
	strcpy(tmp + n, ".XXXXXX");
	if (!mkdtemp(tmp))
		return -1;
	if (path_join(file, sizeof file, tmp, DB_FILE) == 0 &&
		chmod(tmp, 0755) == 0 &&
		file_write(AT_FDCWD, file, data, len, db_data_mode(data, len),
			1) == 0 &&
		rename(tmp, name) == 0)
		return file_sync_dir(AT_FDCWD, name);
	e = errno;
	path_remove(AT_FDCWD, tmp);
	errno = e;
	return -1;
}

int
main(int argc, char **argv)
{
	struct compile c = { 0 };
	const char *output;
	char *data;
	size_t len;
	int r;

	prog_init(argv[0]);
	parse_options(&c, argc, argv);
	output = argv[optind];
	check_output(output);
	r = compile(&c, &data, &len);
	if (r)
		die(r, "%s not written", output);
	if ((prog_as_s6 ? write_dir(output, data, len)
			: file_write(AT_FDCWD, output, data, len,
				  db_data_mode(data, len), 1)) < 0)
		die_sys(EX_SYSTEM, "unable to write database %s", output);
	free(data);
	return EX_OK;
}
