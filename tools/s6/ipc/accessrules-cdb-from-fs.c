/* accessrules-cdb-from-fs.c - access rules in a directory to a cdb.
 * See s6-accessrules-cdb-from-fs(1). */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/cdbmake.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "tools/s6/ipc/rules.h"

static cdbmaker maker = CDBMAKER_ZERO;
static char tmp[PATH_LEN];

static const struct opt opts[] = { { 'm', "mode", "OCTAL",
					   "permissions of the cdb (0600)" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = { "[ -m mode ] cdbfile dir",
	"Write the access rules in dir (see s6-accessrules(5)) to cdbfile.",
	opts,
	"Exit status: 0 done, 100 misuse, 111 system error; cdbfile is\n"
	"replaced whole or not at all." };

static _Noreturn void
fail(const char *what, const char *on)
{
	int e = errno;

	if (*tmp)
		unlink(tmp);
	errno = e;
	die_sys(EX_SYSTEM, "unable to %s %s", what, on);
}

static void
add(const char *dir, const char *group, const char *name)
{
	static struct rule rule;
	static char value[RULES_ENV + RULES_EXEC + 8];
	char key[PATH_LEN], path[PATH_LEN];
	enum rules_answer a;
	size_t n;

	if (path_join(key, sizeof key, group, name) < 0 ||
		path_join(path, sizeof path, dir, key) < 0)
		fail("use the name", name);
	a = rules_read(path, &rule);
	if (a == RULES_ERROR)
		fail("read the rule in", path);
	if (a == RULES_NONE)
		return;
	n = rules_pack(value, sizeof value, a, &rule);
	if (!cdbmake_add(
		    &maker, key, (unsigned)strlen(key), value, (unsigned)n))
		fail("write to", tmp);
}

static void
group(const char *dir, const char *name)
{
	char path[PATH_LEN];
	struct dirent *e;
	DIR *d;

	if (path_join(path, sizeof path, dir, name) < 0)
		fail("use the name", name);
	d = opendir(path);
	if (!d)
		fail("opendir", path);
	while ((errno = 0, e = readdir(d)))
		if (e->d_name[0] != '.')
			add(dir, name, e->d_name);
	if (errno)
		fail("readdir", path);
	closedir(d);
}

int
main(int argc, char **argv)
{
	unsigned mode = 0600;
	struct dirent *e;
	DIR *d;
	int c, fd;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		mode = opt_octal("-m", optarg, 0777);
	argv += optind;
	if (argc - optind != 2)
		opt_usage(&usage);
	d = opendir(argv[1]);
	if (!d)
		fail("opendir", argv[1]);
	if (snprintf(tmp, sizeof tmp, "%s:XXXXXX", argv[0]) >= (int)sizeof tmp)
		die(EX_MISUSE, "path %s is too long", argv[0]);
	fd = mkstemp(tmp);
	if (fd < 0) {
		*tmp = 0;
		fail("make a file beside", argv[0]);
	}
	if (!cdbmake_start(&maker, fd))
		fail("start the cdb", tmp);
	while ((errno = 0, e = readdir(d)))
		if (e->d_name[0] != '.')
			group(argv[1], e->d_name);
	if (errno)
		fail("readdir", argv[1]);
	if (!cdbmake_finish(&maker) || fchmod(fd, mode) < 0 || fsync(fd) < 0 ||
		close(fd) < 0)
		fail("write", tmp);
	if (rename(tmp, argv[0]) < 0)
		fail("rename to", argv[0]);
	return 0;
}
