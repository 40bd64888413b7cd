/* instance-maker.c - write a service whose process is a scanner of copies
 * of a template.  See s6-instance-maker(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/copy.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "tools/s6/instance/maker.h"

static const struct opt opts[] = { { 'c', "max", "N",
					   "at most N instances (500)" },
	{ 'u', "user", "USER", "all instances run as USER" },
	{ 'l', "log-user", "USER", "account of the logger" },
	{ 'L', "log-dir", "DIR", "make a logger that writes to DIR" },
	{ 't', "timestamp", "0..3",
		"of the log: none, TAI64N (default),\n"
		"ISO 8601, both" },
	{ 'n', "archives", "N", "keep N archives (10)" },
	{ 's', "size", "BYTES", "rotate at BYTES (1000000)" },
	{ 'S', "total", "BYTES", "keep BYTES of archives (no limit)" },
	{ 'P', "prefix", "TEXT", "before every line" },
	{ 'r', "rc", "SERVICE[/LOGGER[/PIPELINE]]",
		"write definitions for rc instead" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -c max ] [ -u user ] [ -l loguser ] [ -L logdir ] [ -t stamptype ] "
	"[ -n nfiles ] [ -s filesize ] [ -S maxsize ] [ -P prefix ] "
	"[ -r service[/logger[/pipeline]] ] template dir",
	"Write a service directory dir whose instances are copies of the\n"
	"service directory template.",
	opts,
	"Exit status: 0 written, 100 misuse, 111 system error (and then\n"
	"dir is not there)."
};

int
main(int argc, char **argv)
{
	static struct maker m;
	struct maker_log l = MAKER_LOG;
	struct maker_rc rc = { 0 };
	const char *user = 0;
	char svc[PATH_LEN], path[PATH_LEN], failed[PATH_LEN];
	unsigned max = 500;
	struct stat st;
	int c;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'c':
			max = opt_uint("-c", optarg, 2, 90000);
			break;
		case 'u':
			user = optarg;
			break;
		case 'L':
			l.dir = optarg;
			break;
		case 'r':
			maker_rc_option(&rc, optarg);
			break;
		default:
			maker_log_option(&l, c);
			break;
		}
	argv += optind;
	if (argc - optind != 2)
		opt_usage(&usage);
	if (rc.logger && !l.dir)
		die(EX_MISUSE, "a logger needs a directory (-L)");
	if (stat(argv[0], &st) < 0)
		die_sys(EX_SYSTEM, "unable to read the template %s", argv[0]);
	maker_dir(&m, argv[1]);
	m.base = argv[1];
	if (path_join(svc, sizeof svc, m.base, rc.service ? rc.service : "") <
		0)
		maker_fail(&m, "use the name", rc.service);
	if (rc.service)
		maker_dir(&m, svc);
	maker_put(&m, svc, "notification-fd", "3\n", 0644);
	maker_begin(&m, "#!/bin/sh\nexec 2>&1\nexec");
	if (user) {
		maker_program(&m, "setuidgid");
		maker_word(&m, user);
	}
	maker_program(&m, "svscan");
	maker_say(&m, " -d3 -C%u -- instance", max);
	maker_end(&m, svc, "run");
	path_join(path, sizeof path, svc, "template");
	maker_dir(&m, path);
	if (copy_tree(argv[0], path, failed, sizeof failed) < 0)
		maker_fail(&m, "copy", failed);
	if (!rc.service)
		for (const char *const *s = (const char *const[]){ "instance",
			     "instances", 0 };
			*s; s++) {
			path_join(path, sizeof path, svc, *s);
			maker_dir(&m, path);
		}
	if (rc.service ? rc.logger != 0 : l.dir != 0) {
		path_join(path, sizeof path, m.base,
			rc.service ? rc.logger : "log");
		maker_dir(&m, path);
		maker_logger(&m, path, &l);
	}
	if (rc.service)
		maker_pipeline(&m, &rc);
	return 0;
}
