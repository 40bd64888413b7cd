/* catchall.c - reeve-catchall: run an svscan whose own messages, and those of
 * every service that has no logger, go to a log of their own instead of a
 * terminal that may be lost.  See reeve-catchall(8). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "lib/give.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "lib/shquote.h"
#include "rc/places.h"
#include "svscan/scandir.h"

#define SERVICE SCANDIR_CATCHALL /* the name that svscan -X knows */
#define FIFO SCANDIR_CATCHALL_FIFO

static const struct opt opts[] = { { 'D', "catchall-directory", "DIR",
					   "log directory [the place for "
					   "logs, catch-all]" },
	{ 'o', "catchall-options", "SCRIPT",
		"logging script before it "
		"['t n10 s1000000']" },
	{ 'd', "notification-fd", "FD", "passed to reeve-svscan" }, { 0 } };
static const struct usage usage = {
	"[-D dir] [-o script] [-d fd] scandir [svscan option]...",
	"Execute reeve-svscan on scandir, with a logger for all messages that "
	"have no\nother place.  What is written before the logger runs is kept.",
	opts,
	"Exit status: 100 misuse, 111 system error, else that of "
	"reeve-svscan."
};

static void
put(int dir, const char *name, const char *text, unsigned mode)
{
	if (file_write(dir, name, text, strlen(text), mode, 0) < 0)
		die_sys(EX_SYSTEM, "unable to write %s in the service " SERVICE,
			name);
}

/* The service of the logger; its pipe, open both ways, so that it always has
 * a reader. */
static int
make_service(const char *scandir, const char *script, const char *logdir)
{
	char path[PATH_LEN], log[PATH_LEN], run[3 * PATH_LEN];
	char qlog[PATH_LEN + 64], quoted[PATH_LEN + 64];
	int dir, fd;

	if (path_join(path, sizeof path, scandir, SERVICE) < 0 ||
		chain_sister(log, sizeof log, "reeve-log") < 0)
		die_sys(EX_SYSTEM, "unable to make the service " SERVICE);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		die_sys(EX_SYSTEM, "unable to make %s", path);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		die_sys(EX_SYSTEM, "unable to open %s", path);
	if (!shquote(quoted, sizeof quoted, logdir) ||
		!shquote(qlog, sizeof qlog, log)) {
		errno = ENAMETOOLONG;
		die_sys(EX_SYSTEM, "unable to use %s", logdir);
	}
	snprintf(run, sizeof run,
		"#!/bin/sh\n# Written by %.64s.\n"
		"exec %s -d3 -- %.1000s %s\n",
		prog_name, qlog, script, quoted);
	put(dir, "run", run, 0755);
	put(dir, "notification-fd", "3\n", 0644);
	put(dir, "stdin-fifo", FIFO "\n", 0644);
	if ((mkdirat(dir, SCANDIR_CATCHALL_DIR, 0700) < 0 && errno != EEXIST) ||
		(mkfifoat(dir, FIFO, 0600) < 0 && errno != EEXIST))
		die_sys(EX_SYSTEM, "unable to make %s/" FIFO, path);
	fd = openat(dir, FIFO, O_RDWR);
	if (fd < 0 || fchmod(fd, FILE_PIPE_MODE) < 0)
		die_sys(EX_SYSTEM, "unable to open %s/" FIFO, path);
	close(dir);
	return fd;
}

int
main(int argc, char **argv)
{
	const char *script = "t n10 s1000000", *logdir = 0, *notif = 0;
	char dir[PATH_LEN], svscan[PATH_LEN], xfd[16], err[256];
	char xopt[] = "-X", dopt[] = "-d";
	char *av[32];
	struct places p;
	const struct give own = {
		.uid = (uid_t)-1, .gid = (gid_t)-1, .mode = 02700, .set = 1
	};
	int c, fd, console, n = 0;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == 'D')
			logdir = optarg;
		else if (c == 'o')
			script = optarg;
		else
			notif = optarg;
	}
	if (argc - optind < 1 || argc - optind > 20)
		opt_usage(&usage);
	if (!logdir && places_default(&p, err, sizeof err) < 0)
		die(EX_SYSTEM, "%s", err);
	if (logdir ? path_absolute(dir, sizeof dir, logdir)
		   : path_join(dir, sizeof dir, p.logs, "catch-all"))
		die_sys(EX_MISUSE, "unable to use the log directory");
	if (give_dir(dir, &own, 0) < 0)
		die_sys(EX_SYSTEM, "unable to make %s", dir);
	if (path_mkdirs(argv[optind], 0755) < 0)
		die_sys(EX_SYSTEM, "unable to make %s", argv[optind]);
	if (chain_sister(svscan, sizeof svscan, "reeve-svscan") < 0)
		die_sys(EX_SYSTEM, "unable to find reeve-svscan");
	fd = make_service(argv[optind], script, dir);
	/* The logger keeps today's standard error. */
	console = fcntl(2, F_DUPFD, 10);
	if (console < 0)
		die_sys(EX_SYSTEM, "unable to keep standard error");
	snprintf(xfd, sizeof xfd, "%d", console);
	av[n++] = svscan;
	av[n++] = xopt;
	av[n++] = xfd;
	if (notif) {
		av[n++] = dopt;
		av[n++] = (char *)(size_t)notif;
	}
	for (int i = optind + 1; i < argc; i++)
		av[n++] = argv[i];
	av[n++] = argv[optind];
	av[n] = 0;
	if (dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		die_sys(EX_SYSTEM, "unable to set up standard error");
	close(fd);
	chain_exec(av);
}
