/* usertree-maker.c - write a service that runs a supervision tree as a user.
 * See s6-usertree-maker(1).  The run script is execline: it builds the
 * user's environment step by step, and ${HOME} and the like in paths are
 * execline's. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "tools/s6/instance/maker.h"

static const struct opt opts[] = {
	{ 'd', "scandir", "DIR",
		"the user's scan directory; ${USER}, ${HOME},\n"
		"${UID}, ${GID}, ${GIDLIST} and -e variables are\n"
		"replaced (${HOME}/service)" },
	{ 'p', "path", "PATH", "PATH of the tree (/usr/bin:/bin)" },
	{ 'E', "envdir", "DIR", "variables from an environment directory" },
	{ 'e', "env", "VAR", "keep VAR of the environment directory" },
	{ 'r', "rc", "SERVICE/LOGGER[/PIPELINE]",
		"write definitions for rc instead" },
	{ 'l', "log-user", "USER", "account of the logger" },
	{ 't', "timestamp", "0..3",
		"of the log: none, TAI64N (default),\n"
		"ISO 8601, both" },
	{ 'n', "archives", "N", "keep N archives (10)" },
	{ 's', "size", "BYTES", "rotate at BYTES (1000000)" },
	{ 'S', "total", "BYTES", "keep BYTES of archives (no limit)" },
	{ 'P', "prefix", "TEXT", "before every line" }, { 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -d userscandir ] [ -p path ] [ -E envdir [ -e var ... ] ] "
	"[ -r service/logger[/pipeline] ] [ -l loguser ] [ -t stamptype ] "
	"[ -n nfiles ] [ -s filesize ] [ -S maxsize ] [ -P prefix ] "
	"user logdir dir",
	"Write a service directory dir that runs a supervision tree as user.",
	opts,
	"Exit status: 0 written, 100 misuse, 111 system error (and then\n"
	"dir is not there)."
};

/* In double quotes, for execline. */
static void
quoted(struct maker *m, const char *s)
{
	maker_say(m, " \"");
	for (; *s; s++)
		if (*s == '"' || *s == '\\')
			maker_say(m, "\\%c", *s);
		else
			maker_say(m, "%c", *s);
	maker_say(m, "\"");
}

/* Scripts need the interpreter's full path. */
static void
shebang(struct maker *m)
{
	const char *p = getenv("PATH");
	char path[PATH_LEN];

	for (p = p ? p : "/usr/bin:/bin"; *p;) {
		size_t n = strcspn(p, ":");

		if (n && n < sizeof path - 16) {
			snprintf(
				path, sizeof path, "%.*s/execlineb", (int)n, p);
			if (file_exists(AT_FDCWD, path)) {
				maker_say(m, "#!%s -P\n", path);
				return;
			}
		}
		p += n + (p[n] == ':');
	}
	maker_say(m, "#!/bin/execlineb -P\n");
}

static void
call(struct maker *m, const char *name, const char *words, const char *arg)
{
	maker_program(m, name);
	maker_say(m, "%s", words);
	if (arg)
		quoted(m, arg);
	maker_say(m, "\n");
}

static void
run_script(struct maker *m, const char *dir, const char *user,
	const char *scandir, const char *path, const char *envdir, char **vars)
{
	maker_begin(m, "");
	shebang(m);
	maker_say(m, "fdmove -c 2 1\nemptyenv -p\nexport USER");
	quoted(m, user);
	maker_say(m, "\n");
	call(m, "envuidgid", " -i --", user);
	call(m, "applyuidgid", " -U --", 0);
	maker_say(m, "backtick -in HOME { homeof");
	quoted(m, user);
	maker_say(m, " }\n");
	if (envdir)
		call(m, "envdir", " -i --", envdir);
	if (*vars) {
		maker_say(m, "multisubstitute\n{\n");
		for (char **v = vars; *v; v++) {
			maker_say(m, "  importas -D \"\" --");
			quoted(m, *v);
			quoted(m, *v);
			maker_say(m, "\n");
		}
		maker_say(m, "}\n");
	}
	maker_say(m, "multisubstitute\n{\n");
	for (const char *const *v = (const char *const[]){ "USER", "HOME",
		     "UID", "GID", "GIDLIST", 0 };
		*v; v++)
		maker_say(m, "  importas -i %s %s\n", *v, *v);
	maker_say(m, "}\n");
	for (char **v = vars; *v; v++) {
		maker_say(m, "export");
		quoted(m, *v);
		maker_say(m, " ${%s}\n", *v);
	}
	maker_say(m, "export PATH");
	quoted(m, path);
	maker_say(m, "\n");
	maker_program(m, "svscan");
	maker_say(m, " -d3 --");
	quoted(m, scandir);
	maker_end(m, dir, "run");
}

int
main(int argc, char **argv)
{
	static struct maker m;
	struct maker_log l = MAKER_LOG;
	struct maker_rc rc = { 0 };
	const char *scandir = "${HOME}/service", *search = "/usr/bin:/bin",
		   *envdir = 0;
	char svc[PATH_LEN], log[PATH_LEN], **vars;
	int c, n = 0;

	prog_init(argv[0]);
	vars = calloc((size_t)argc + 1, sizeof *vars);
	if (!vars)
		die_sys(EX_SYSTEM, "unable to allocate");
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'd':
			scandir = optarg;
			break;
		case 'p':
			search = optarg;
			break;
		case 'E':
			envdir = optarg;
			break;
		case 'e':
			vars[n++] = optarg;
			break;
		case 'r':
			maker_rc_option(&rc, optarg);
			break;
		default:
			maker_log_option(&l, c);
			break;
		}
	argv += optind;
	if (argc - optind != 3)
		opt_usage(&usage);
	if (rc.service && !rc.logger)
		die(EX_MISUSE, "-r wants SERVICE/LOGGER[/PIPELINE]");
	l.dir = argv[1];
	maker_dir(&m, argv[2]);
	m.base = argv[2];
	path_join(svc, sizeof svc, m.base, rc.service ? rc.service : "");
	path_join(log, sizeof log, m.base, rc.service ? rc.logger : "log");
	if (rc.service)
		maker_dir(&m, svc);
	maker_dir(&m, log);
	maker_put(&m, svc, "notification-fd", "3\n", 0644);
	run_script(&m, svc, argv[0], scandir, search, envdir, vars);
	maker_logger(&m, log, &l);
	if (rc.service)
		maker_pipeline(&m, &rc);
	return 0;
}
