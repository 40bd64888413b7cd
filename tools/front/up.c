/* up.c - reeve up: the whole tree from nothing.
 *
 * What the tree and services without a logger print goes into a fifo that
 * svscan holds open for reading and writing, and from there, by the
 * supervised logger reeve-catchall, into a log directory: nothing is ever
 * written to a terminal that is gone, and nothing blocks if the logger is
 * restarted. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "lib/give.h"
#include "lib/msg.h"
#include "lib/shown.h"
#include "lib/shquote.h"
#include "rc/live.h"
#include "rc/scan.h"
#include "svscan/scandir.h"
#include "tools/front/booted.h"
#include "tools/front/change.h"
#include "tools/front/front.h"
#include "tools/front/model.h"
#include "tools/front/proc.h"
#include "tools/front/surroundings.h"
#include "tools/front/tree-turn.h"
#include "tools/front/watch.h"

#define CATCHALL "reeve-catchall"
enum { START_MS = 10000, END_MS = 60000 };

static int keep_environment; /* the option */

static void
make_dir(const char *path, unsigned mode)
{
	if (path_mkdirs(path, mode) < 0)
		die_sys(EX_SYSTEM, "unable to make %s", path);
}

/* What services say is not for everybody, also where an older version made
 * the directory. */
static void
make_private(const char *path)
{
	const struct give g = {
		.uid = (uid_t)-1, .gid = (gid_t)-1, .mode = 02700, .set = 1
	};
	const char *why;

	if (give_dir(path, &g, &why) == 0)
		return;
	if (why)
		die(EX_SYSTEM, "unable to make %s: %s", path, why);
	die_sys(EX_SYSTEM, "unable to make %s", path);
}

int
tree_turn(const struct places *p)
{
	int at = open(p->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;

	if (at < 0)
		return -1;
	fd = file_lock(at, "turn", 1, 0);
	if (fd < 0 && errno == EAGAIN && !getenv("RC_CHANGER")) {
		info("waiting for another reeve up or reeve down (pid %ld)",
			(long)file_locked_by(at, "turn"));
		fd = file_lock(at, "turn", 1, 1);
	}
	close(at);
	return fd;
}

static void
make_places(const struct places *p)
{
	unsigned mode = p->user ? 0700 : 0755;

	make_dir(p->sources[0], 0755);
	make_dir(p->logs, mode);
	make_dir(p->scandir, mode);
}

static void
join(char *buf, const char *dir, const char *name)
{
	if (path_join(buf, PATH_LEN, dir, name) < 0)
		die_sys(EX_SYSTEM, "unable to use %s", dir);
}

/* --- starting svscan --------------------------------------------------------- */

/* The service directory of the catch-all logger.  An open fd of its fifo. */
static int
make_catchall(const struct places *p)
{
	char dir[PATH_LEN], logs[PATH_LEN], file[PATH_LEN], bin[PATH_LEN];
	char qlogs[PATH_LEN + 64], qbin[PATH_LEN + 64], run[3 * PATH_LEN];
	int fd, n;

	join(dir, p->scandir, CATCHALL);
	join(logs, p->logs, "catch-all");
	make_dir(dir, 0755);
	make_private(logs);
	if (chain_sister(bin, sizeof bin, "reeve-log") < 0)
		die_sys(EX_SYSTEM, "unable to find reeve-log");
	if (!shquote(qlogs, sizeof qlogs, logs) ||
		!shquote(qbin, sizeof qbin, bin)) {
		errno = ENAMETOOLONG;
		die_sys(EX_SYSTEM, "unable to use %s", logs);
	}
	n = snprintf(run, sizeof run,
		"#!/bin/sh\n"
		"# Written by `reeve up': logs what the tree and services\n"
		"# without a logger of their own print.\n"
		"umask 077\n"
		"exec 2>>%s/errors >&2\n"
		"exec %s -d 3 -- t s1000000 n10 %s\n",
		qlogs, qbin, qlogs);
	join(file, dir, "run");
	if (file_write(AT_FDCWD, file, run, (size_t)n, 0755, 0) < 0)
		die_sys(EX_SYSTEM, "unable to write %s", file);
	join(file, dir, "notification-fd");
	if (file_write(AT_FDCWD, file, "3\n", 2, 0644, 0) < 0)
		die_sys(EX_SYSTEM, "unable to write %s", file);
	join(file, dir, "stdin-fifo");
	if (file_write(AT_FDCWD, file, SCANDIR_CATCHALL_FIFO "\n",
		    sizeof SCANDIR_CATCHALL_FIFO, 0644, 0) < 0)
		die_sys(EX_SYSTEM, "unable to write %s", file);
	join(file, dir, SCANDIR_CATCHALL_DIR);
	make_dir(file, 0700);
	join(file, dir, SCANDIR_CATCHALL_FIFO);
	if (mkfifo(file, 0600) < 0 && errno != EEXIST)
		die_sys(EX_SYSTEM, "unable to make %s", file);
	fd = open(file, O_RDWR | O_CLOEXEC);
	if (fd < 0 || fchmod(fd, FILE_PIPE_MODE) < 0)
		die_sys(EX_SYSTEM, "unable to open %s", file);
	return fd;
}

/* In the child: leave the terminal for good and become svscan. */
static _Noreturn void
become_svscan(const struct places *p, int fifo, int notify)
{
	char path[PATH_LEN], name[] = "reeve-svscan", d[] = "-d", three[] = "3";
	char end[] = "--",
	     *argv[] = { name, d, three, end, (char *)p->scandir, 0 };
	int null = open("/dev/null", O_RDONLY);
	char dir[PATH_LEN];
	long max = sysconf(_SC_OPEN_MAX);
	sigset_t none;

	if (chain_sister(path, sizeof path, name) < 0 || null < 0)
		die_sys(EX_SYSTEM, "unable to start %s", name);
	setsid();
	if (fork())
		_exit(0);
	/* The chosen numbers may be taken by each other: move out first. */
	fifo = fcntl(fifo, F_DUPFD, 10);
	notify = fcntl(notify, F_DUPFD, 10);
	null = fcntl(null, F_DUPFD, 10);
	if (fifo < 0 || notify < 0 || null < 0 || dup2(notify, 3) < 0 ||
		dup2(null, 0) < 0 || dup2(fifo, 1) < 0 || dup2(fifo, 2) < 0)
		_exit(EX_SYSTEM);
	if (max < 0 || max > 4096)
		max = 4096;
	for (int fd = 4; fd < max; fd++)
		close(fd);
	if (chdir("/") < 0)
		_exit(EX_SYSTEM);
	umask(022);
	/* Services of a user's tree are that user. */
	if (!keep_environment && geteuid() == 0)
		surroundings_clean();
	/* Scripts of services find the programs there, also when these run
	 * from a build directory or were unpacked somewhere else. */
	if (chain_bindir(dir, sizeof dir) == 0)
		setenv("REEVE_BIN", dir, 1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, 0);
	for (int s = 1; s < 32; s++)
		signal(s, SIG_DFL);
	execv(path, argv);
	die_sys(EX_NOEXEC, "unable to execute %s", path);
}

/* What it printed before its logger could read it. */
static void
show_fifo(int fifo)
{
	char buf[4096];
	ssize_t r;

	fcntl(fifo, F_SETFL, fcntl(fifo, F_GETFL) | O_NONBLOCK);
	while ((r = read(fifo, buf, sizeof buf)) > 0)
		(void)file_write_all(2, buf, (size_t)r);
}

/* Whoever removes the directories of a tree that runs does not end it; a new
 * one would start all its services a second time. */
static void
refuse_second(const struct places *p)
{
	long pid = procs_left_svscan(p->scandir);

	if (pid)
		die(EX_SYSTEM,
			"reeve-svscan (pid %ld) still runs on what was "
			"%s, and was removed or moved: its services would be "
			"started a second time (kill %ld ends it, with all of "
			"them; then reeve up)",
			pid, p->scandir, pid);
}

/* Entries of an earlier boot, and nothing made live yet: svscan would start
 * those services, in no order, until this boot's take their places. */
static void
forget_old(const struct places *p)
{
	if (!live_exists(p->live) && scan_forget(p->live, p->scandir) < 0)
		die_sys(EX_SYSTEM, "unable to clear %s", p->scandir);
}

static long
svscan_on(const struct places *p)
{
	char lock[PATH_LEN];
	pid_t pid;

	join(lock, p->scandir, SCANDIR_LOCK);
	pid = file_locked_by(AT_FDCWD, lock);
	return pid > 0 ? (long)pid : 0;
}

int
tree_gone(const struct places *p, unsigned long long ms)
{
	for (unsigned long long t = 0; !ms || t <= ms; t += 20) {
		struct timespec nap = { 0, 20000000 };

		if (!svscan_on(p))
			return 1;
		if (t && t % 2000 == 0)
			say("after %llu s, still waiting for the tree to end",
				t / 1000);
		nanosleep(&nap, 0);
	}
	return 0;
}

static void
start_tree(const struct places *p)
{
	int fifo = make_catchall(p), pipefd[2], status;
	struct pollfd pfd;
	char c;
	pid_t pid;
	ssize_t r = -1;

	if (pipe(pipefd) < 0)
		die_sys(EX_SYSTEM, "unable to make a pipe");
	fflush(0);
	pid = fork();
	if (pid < 0)
		die_sys(EX_SYSTEM, "unable to start reeve-svscan");
	if (!pid)
		become_svscan(p, fifo, pipefd[1]);
	close(pipefd[1]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	pfd = (struct pollfd){ pipefd[0], POLLIN, 0 };
	if (poll(&pfd, 1, START_MS) > 0)
		r = read(pipefd[0], &c, 1);
	close(pipefd[0]);
	if (r == 1) {
		close(fifo);
		return;
	}
	show_fifo(fifo);
	if (!r)
		die(EX_SYSTEM,
			"reeve-svscan on %s ended at once; what it said "
			"is above",
			p->scandir);
	die(EX_TIMEOUT,
		"reeve-svscan on %s was not ready after %d s; its "
		"messages are in %s/catch-all",
		p->scandir, START_MS / 1000, p->logs);
}

/* --- services ------------------------------------------------------------------ */

static int
start_default(const struct places *p)
{
	char rc[] = "reeve-rc", l[] = "-l", b[] = "-b", u[] = "-u";
	char change[] = "change", def[] = "default";
	char limit[] = "--start-timeout=60000";
	char *argv[] = { rc, l, (char *)p->live, b, u, limit, change, def, 0 };
	struct model m;
	int have;

	model_load(&m, 0);
	have = m.have_live && model_find(&m, def) != 0;
	if (!m.have_live)
		die(EX_SYSTEM, "%s",
			*m.live_error
				? m.live_error
				: "what was live is gone (reeve up makes it again)");
	model_free(&m);
	if (!have) {
		info("there is no bundle `default', so nothing is started by "
		     "itself (reeve start NAME; reeve help definition)");
		return 0;
	}
	return change_run(argv);
}

/* The last line: what runs now. */
static int
say_up(void)
{
	unsigned up = 0, bad = 0, starting = 0;
	struct model m;

	model_load(&m, 0);
	model_need_all(&m);
	if (!m.svscan || (!scan_runs(m.places.scandir) && scan_lost(errno)))
		die(EX_SYSTEM,
			"the tree was taken down meanwhile (reeve up "
			"starts it)");
	for (size_t i = 0; i < m.n; i++) {
		const struct item *it = &m.items[i];

		if (!it->should || it->type == ITEM_BUNDLE ||
			it->num == DB_NONE || status_hidden(it))
			continue;
		up += (unsigned)model_is_up(it);
		if (model_is_up(it))
			continue;
		if (it->state == IS_FAILED || it->state == IS_LOST) {
			bad++;
			printf("%s: %s%s%s\n", shown(it->name), model_word(it),
				it->why[0] ? ": " : "", shown(it->why));
			model_tail(it, 3, "    ");
		} else {
			starting++;
		}
	}
	printf("The tree is up (pid %ld): %u service%s up", m.svscan, up,
		up == 1 ? "" : "s");
	if (starting)
		printf(", %u not yet", starting);
	if (bad)
		printf(", %u failed", bad);
	puts(".  reeve status shows them.");
	model_free(&m);
	return bad ? EX_NO : EX_OK;
}

enum { O_TREE = OPT_LONG, O_KEEP };
static const struct opt up_opts[] = {
	{ 'd', "notify", "FD",
		"with --foreground: write a newline there when\n"
		"all is up" },
	{ 'f', "foreground", 0,
		"stay, and take everything down at SIGINT,\n"
		"SIGTERM or SIGHUP, or end when the tree does" },
	{ O_KEEP, "keep-environment", 0,
		"as root: pass all of the environment on to the\n"
		"services (--foreground does that)" },
	{ 'n', "dry-run", 0, "only say what would be done" },
	{ O_TREE, "tree-only", 0, "start the tree, but no service" },
	{ 0, 0, 0, 0 }
};
static const struct usage up_usage = {
	"[-n] [-f [-d FD]] [--keep-environment] [--tree-only]",
	"Start everything: make the directories, start the supervision tree in\n"
	"the background, make live what is booted (the first time: the\n"
	"definitions), start the bundle `default'.  What already runs is left\n"
	"alone; reeve switch makes changed definitions live.",
	up_opts,
	"Exit status: 0 all is up, 1 a service or definition failed, 99 a\n"
	"service was not ready in time, 100 misuse, 111 system error.\n"
	"With --foreground: 0 all was taken down,\n"
	"1 something had to be killed, 111 the tree died by itself; or, if it\n"
	"could not be started, as without."
};

static void
say_plan(const struct places *p, long running)
{
	if (running)
		printf("the tree runs already (pid %ld)\n", running);
	else
		printf("would start reeve-svscan on %s,\n  logging to "
		       "%s/catch-all\n",
			shown(p->scandir), shown(p->logs));
	if (file_exists(AT_FDCWD, p->boot))
		printf("would make live what is booted, %s\n", p->boot);
	for (int i = 0; i < p->nsources && !file_exists(AT_FDCWD, p->boot); i++)
		printf("would %s %s\n",
			i ? "and of" : "make live the definitions of",
			p->sources[i]);
	puts("would start the bundle `default'");
}

/* 1 if it is a new one. */
static int
make_tree(const struct places *p)
{
	int turn;
	long pid;

	make_dir(p->state, p->user ? 0700 : 0755);
	turn = tree_turn(p);
	pid = svscan_on(p);
	if (pid && scandir_ending(AT_FDCWD, p->scandir, (pid_t)pid)) {
		info("waiting for the tree (pid %ld) that was told to end",
			pid);
		if (!tree_gone(p, END_MS))
			die(EX_TIMEOUT,
				"the tree (pid %ld) was told to end "
				"and still runs after %d s (reeve tree shows "
				"what holds it, reeve down kills it)",
				pid, END_MS / 1000);
		pid = 0;
	}
	if (!pid)
		refuse_second(p);
	make_places(p);
	if (!pid) {
		forget_old(p);
		booted_begins(p);
		start_tree(p);
	}
	if (turn >= 0)
		close(turn);
	return !pid;
}

/* Make live what is to be, and start it.  0, or an exit code. */
static int
bring_up(const struct places *p, int fresh)
{
	int code = booted_bring(p, fresh), r;

	/* Only what was made live can be started. */
	if (!live_exists(p->live))
		return code;
	r = start_default(p);
	return code ? code : r;
}

/* A tree that is being killed looks as if it ran until the last moment: then
 * another one takes its services over. */
static int
bring_up_in(const struct places *p)
{
	long was = svscan_on(p);
	int fresh = make_tree(p), code = bring_up(p, fresh);

	if (fresh || !was || svscan_on(p) ||
		scandir_ending(AT_FDCWD, p->scandir, (pid_t)was))
		return code;
	info("the tree (pid %ld) was killed: starting another", was);
	return bring_up(p, make_tree(p));
}

static int
say_none(const struct places *p)
{
	printf("The tree is up, and there are no services yet.  "
	       "Make one and start it:\n"
	       "  reeve new --default --log NAME -- COMMAND ARGUMENT...\n"
	       "  reeve up\n"
	       "(definitions are kept in %s)\n",
		p->sources[0]);
	return EX_OK;
}

int
front_up(int argc, char **argv)
{
	int c, dry = 0, tree = 0, foreground = 0, notify = -1, code, r, booted;
	struct places p;

	opt_permute(&up_usage, argc, argv);
	while ((c = opt_next(&up_usage, argc, argv)) != -1) {
		if (c == 'n')
			dry = 1;
		else if (c == O_TREE)
			tree = 1;
		else if (c == O_KEEP)
			keep_environment = 1;
		else if (c == 'f')
			foreground = 1;
		else if (c == 'd')
			notify = (int)opt_uint(
				"the descriptor", optarg, 3, 1023);
	}
	if (notify >= 0 && !foreground)
		die(EX_MISUSE,
			"--notify is for --foreground: without it, "
			"reeve up ends when all is up");
	if (optind != argc)
		die(EX_MISUSE,
			"up takes no name: it starts everything (for "
			"one service: reeve start %s)",
			argv[optind]);
	front_places(&p);
	if (dry) {
		say_plan(&p, svscan_on(&p));
		return EX_OK;
	}
	if (foreground)
		return front_foreground(&p, tree, notify);
	/* Without definitions here, a database was sent from elsewhere. */
	booted = file_exists(AT_FDCWD, p.boot);
	if (tree || (!booted && !booted_has_definitions(&p))) {
		(void)make_tree(&p);
		return tree ? say_up() : say_none(&p);
	}
	code = bring_up_in(&p);
	if (booted && booted_has_definitions(&p))
		booted_tell_changed();
	/* reeve-rc's and reeve-switch's own codes. */
	code = code == 2			? EX_TIMEOUT
		: code > 0 && code < EX_TIMEOUT ? EX_NO
						: code;
	r = say_up();
	return fflush(stdout) ? EX_SYSTEM : code ? code : r;
}
