/* svscanboot.c - make a scan directory with a catch-all logger and become
 * svscan, where that is not process 1.  See s6-svscanboot(8). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/give.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "tools/s6/instance/maker.h"
#include "lib/words.h"
#include "rc/places.h"

static const struct opt opts[] = {
	{ 'c', "console", "FILE", "the logger's own messages go there" },
	{ 'D', "catchall-directory", "DIR",
		"log directory\n"
		"(" UNCAUGHT_LOGS ")" },
	{ 'm', "catchall-mode", "OCTAL", "its permissions (02750)" },
	{ 'l', "catchall-user", "USER", "account of the logger" },
	{ 'o', "catchall-options", "WORDS", "logging script (t)" },
	{ 'u', "user", 0, "log below $XDG_RUNTIME_DIR" },
	{ 'd', "notification-fd", "FD", "write a newline there when ready" },
	{ 'C', "services-max", "N", "as in reeve-svscan" },
	{ 'L', "name-max", "N", "as in reeve-svscan" },
	{ 't', "timeout", "MS", "as in reeve-svscan" }, { 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -c console ] [ -D dir ] [ -m mode ] [ -l user ] [ -o options ] "
	"[ -u ] [ -d notif ] [ -C max ] [ -L max ] [ -t rescan ] scandir",
	"Make a catch-all logger in scandir and become reeve-svscan on it.",
	opts, "Exit status: 100 misuse, 111 system error."
};

static const char *logs = UNCAUGHT_LOGS, *user, *words = "t";

static void
log_directory(unsigned mode)
{
	struct give g = {
		.uid = (uid_t)-1, .gid = (gid_t)-1, .mode = mode, .set = 1
	};
	const char *why;

	if (user) {
		struct passwd *pw = getpwnam(user);

		if (!pw)
			die(EX_MISUSE, "no such user: %s (-l)", user);
		g.uid = pw->pw_uid;
		g.gid = pw->pw_gid;
	}
	if (give_dir(logs, &g, &why) == 0)
		return;
	if (why)
		die(EX_SYSTEM, "unable to make %s: %s", logs, why);
	die_sys(EX_SYSTEM, "unable to make %s", logs);
}

static void
logger(const char *dir)
{
	static struct maker m;

	path_remove(AT_FDCWD, dir);
	maker_dir(&m, dir);
	maker_put(&m, dir, "notification-fd", "3\n", 0644);
	maker_begin(
		&m, "#!/bin/sh\nexec >&2 <fifo\nexec env -i PATH=\"$PATH\"");
	if (user) {
		maker_program(&m, "setuidgid");
		maker_word(&m, user);
	}
	maker_program(&m, "log");
	/* The words are a piece of command line on purpose. */
	maker_say(&m, " -bpd3 -- %s", words);
	maker_word(&m, logs);
	maker_end(&m, dir, "run");
}

int
main(int argc, char **argv)
{
	char dir[PATH_LEN], fifo[PATH_LEN], own[PATH_LEN];
	const char *console = 0, *runtime;
	struct words w = { 0 };
	unsigned mode = 02750;
	int c, r, log, keep;

	prog_init(argv[0]);
	words_sister(&w, "svscan");
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'c':
			console = optarg;
			break;
		case 'D':
			logs = optarg;
			break;
		case 'm':
			mode = opt_octal("-m", optarg, 07777);
			break;
		case 'l':
			user = optarg;
			break;
		case 'o':
			words = optarg;
			break;
		case 'u':
			runtime = getenv("XDG_RUNTIME_DIR");
			if (!runtime ||
				path_join(own, sizeof own, runtime,
					"uncaught-logs") < 0)
				die(EX_MISUSE, "XDG_RUNTIME_DIR not set (-u)");
			logs = own;
			break;
		case 'd':
			/* Before anything is made. */
			log = (int)opt_uint(
				"the descriptor", optarg, 3, INT_MAX);
			if (fcntl(log, F_GETFD) < 0)
				die_sys(EX_SYSTEM,
					"unable to use descriptor "
					"%d",
					log);
			words_fmt(&w, "-d%d", log);
			break;
		default:
			words_fmt(&w, "-%c%u", c,
				opt_uint("the option", optarg, 0, ~0u));
			break;
		}
	argv += optind;
	if (argc - optind != 1)
		opt_usage(&usage);
	log_directory(mode);
	if (path_mkdirs(argv[0], 0755) < 0 ||
		path_join(dir, sizeof dir, argv[0], "s6-svscan-log") < 0 ||
		path_join(fifo, sizeof fifo, dir, "fifo") < 0)
		die_sys(EX_SYSTEM, "unable to mkdir %s", argv[0]);
	logger(dir);
	if (mkfifo(fifo, 0600) < 0)
		die_sys(EX_SYSTEM, "unable to make %s", fifo);
	/* A write end before there is a reader. */
	r = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	log = r < 0 ? -1 : open(fifo, O_WRONLY | O_CLOEXEC);
	if (log < 0)
		die_sys(EX_SYSTEM, "unable to open %s", fifo);
	close(r);
	keep = console ? open(console, O_WRONLY | O_NOCTTY) : 2;
	if (keep < 0)
		die_sys(EX_SYSTEM, "unable to open %s", console);
	keep = fcntl(keep, F_DUPFD, 10);
	if (keep < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		die_sys(EX_SYSTEM, "unable to move stdout and stderr");
	words_fmt(&w, "-X%d", keep);
	words_add(&w, "--");
	words_add(&w, argv[0]);
	words_exec(&w);
}
