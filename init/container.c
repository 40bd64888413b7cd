/* container.c - the beginning of a container: where things go, what is
 * there to run, and then svscan takes over process 1.  Needs no mount, no
 * capability, no uid and no file but one writable directory; with nothing
 * but a command not even that. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/alone.h"
#include "init/bringup.h"
#include "init/container.h"
#include "init/initdir.h"
#include "init/os.h"
#include "init/reaper.h"
#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "rc/places-container.h"
#include "rc/scan.h"

enum { READY_FD = 3 };

/* --- the scan directory ----------------------------------------------- */

/* A /run that outlived the last process 1 (a container that is restarted):
 * its live directory and the links into it are of services that are gone. */
static void
clear_old(const struct container *c)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, c->at.scandir, ".s6-svscan/lock") ==
			0 &&
		file_locked_by(AT_FDCWD, path) > 0)
		die(EX_MISUSE,
			"%s is in use by another svscan (give this one "
			"its own --run DIR)",
			c->at.scandir);
	path_remove(AT_FDCWD, c->at.live);
	if (path_join(path, sizeof path, c->at.scandir, ".s6-svscan") == 0)
		path_remove(AT_FDCWD, path);
	if (scan_forget(c->at.live, c->at.scandir) < 0)
		warn_sys("unable to clear %s", c->at.scandir);
}

static const char *const hooks[] = {
	"SIGTERM",
	"SIGINT",
	"SIGQUIT",
	"SIGPWR",
	"finish",
	"crash",
};
/* Passed to the main command, if there is one. */
static const char *const passed[] = {
	"SIGHUP",
	"SIGUSR1",
	"SIGUSR2",
	"SIGWINCH",
};

/* Links to this program, not scripts: /run may be mounted noexec, and an
 * image may have no shell. */
static void
make_hook(const char *self, const char *name)
{
	char path[64];

	if (path_join(path, sizeof path, ".s6-svscan", name) < 0 ||
		symlink(self, path) < 0)
		die_sys(EX_SYSTEM, "unable to make %s", name);
}

static void
make_scandir(const struct container *c)
{
	char self[PATH_LEN];

	if (path_mkdirs(c->at.scandir, 0755) < 0 || chdir(c->at.scandir) < 0)
		die_sys(EX_SYSTEM, "unable to use %s", c->at.scandir);
	if (mkdir(".s6-svscan", 0700) < 0 || mkdir(INITDIR, 0700) < 0)
		die_sys(EX_SYSTEM, "unable to make %s/.s6-svscan",
			c->at.scandir);
	if (chain_sister(self, sizeof self, "reeve-init") < 0)
		die(EX_SYSTEM, "path of reeve-init is too long");
	for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++)
		make_hook(self, hooks[i]);
	for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
		if (c->command || num_signal(passed[i]) == c->stop_signal)
			make_hook(self, passed[i]);
	if (container_mark(c->at.live, c->at.state) < 0)
		die_sys(EX_SYSTEM, "unable to write to %s", c->at.scandir);
	if (initdir_put(INITDIR_GRACE, c->grace_ms) < 0 ||
		initdir_put_text(INITDIR_LIVE, c->at.live) < 0 ||
		initdir_put(INITDIR_SIGNAL, (unsigned)c->stop_signal) < 0 ||
		initdir_put(INITDIR_VERBOSE, (unsigned)c->verbose) < 0)
		die_sys(EX_SYSTEM, "unable to write to %s/%s", c->at.scandir,
			INITDIR);
}

/* --- becoming svscan -------------------------------------------------- */

static _Noreturn void
become_svscan(struct container *c, int fd)
{
	char path[PATH_LEN], word[] = "-d3";
	char name[] = "reeve-svscan", dashes[] = "--";
	char *argv[] = { name, word, dashes, c->at.scandir, 0 };
	static const int trapped[] = {
		SIGCHLD,
		SIGHUP,
		SIGINT,
		SIGTERM,
		SIGQUIT,
		SIGUSR1,
		SIGUSR2,
		SIGWINCH,
#ifdef SIGPWR
		SIGPWR,
#endif
	};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0)
		dup2(null, 0);
	if (dup2(fd, READY_FD) < 0)
		die_sys(EX_SYSTEM, "unable to hand a pipe to svscan");
	if (chain_sister(path, sizeof path, name) < 0)
		die(EX_SYSTEM, "path of reeve-svscan is too long");
	/* What svscan traps stays blocked until it does, so that nothing
	 * that comes now is lost. */
	for (size_t i = 0; i < sizeof trapped / sizeof *trapped; i++)
		sigaddset(&c->old_mask, trapped[i]);
	sigprocmask(SIG_SETMASK, &c->old_mask, 0);
	execv(path, argv);
	die_sys(errno == ENOENT ? EX_NOTFOUND : EX_NOEXEC,
		"unable to execute %s", path);
}

static _Noreturn void
start_tree(struct container *c)
{
	pid_t pid;
	int p[2];

	/* The command is started where we were. */
	c->cwd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	make_scandir(c);
	if (pipe(p) < 0 || fcntl(p[0], F_SETFD, FD_CLOEXEC) < 0)
		die_sys(EX_SYSTEM, "unable to make a pipe");
	pid = fork();
	if (pid < 0)
		die_sys(EX_SYSTEM, "unable to start a process");
	if (!pid) {
		close(p[1]);
		stage2_run(c, p[0]);
	}
	if (initdir_put(INITDIR_PID, (unsigned long)pid) < 0)
		die_sys(EX_SYSTEM, "unable to write to %s/%s", c->at.scandir,
			INITDIR);
	if (p[0] != READY_FD)
		close(p[0]);
	become_svscan(c, p[1]);
}

/* --- one command ------------------------------------------------------- */

/* In a program that is a tenth of this one, as it stays; or here, where an
 * image has only this one. */
static _Noreturn void
run_alone(struct container *c)
{
	enum { NUMBERS = 4, WORDS = NUMBERS + 1 };
	static char passing[PASSING_CODES * 16];
	static struct alone alone;
	char path[PATH_LEN], name[] = "reeve-init-alone";
	char number[NUMBERS][24], **argv, **a;
	unsigned flags = c->flags | (c->verbose ? ALONE_TELL : 0);
	const uint64_t values[NUMBERS] = {
		c->grace_ms,
		(uint64_t)c->stop_signal,
		flags,
		alone_mask_number(&c->old_mask),
	};
	size_t words = 0;

	while (c->command && c->command[words])
		words++;
	argv = a = malloc((words + WORDS + 2) * sizeof *argv);
	if (argv && chain_sister(path, sizeof path, name) == 0 &&
		passing_text(&c->pass, passing, sizeof passing)) {
		*a++ = name;
		for (int i = 0; i < NUMBERS; i++) {
			snprintf(number[i], sizeof number[i], "%" PRIu64,
				values[i]);
			*a++ = number[i];
		}
		*a++ = passing;
		if (words)
			memcpy(a, c->command, words * sizeof *a);
		a[words] = 0;
		execv(path, argv);
	}
	alone.command = c->command;
	alone.grace_ms = c->grace_ms;
	alone.stop_signal = c->stop_signal;
	alone.flags = flags;
	alone.pass = c->pass;
	alone.old_mask = c->old_mask;
	alone.set = c->set;
	_exit(alone_run(&alone));
}

void
container_run(struct container *c)
{
	int tree;

	reaper_block(&c->set, &c->old_mask);
	c->cwd = -1;
	if (getpid() != 1 && !(c->flags & ALONE_BARE)) {
		say("not process 1 but %ld: %s", (long)getpid(),
			machine_adopt_orphans() == 0
				? "acting as subreaper of what is started here"
				: "orphans of services will not be reaped here");
	}
	tree = !c->pause && !(c->flags & ALONE_BARE) &&
		(initplaces_services(&c->at) || c->always_tree);
	if (!tree && (c->command || c->pause))
		run_alone(c);
	if (!tree)
		die(EX_MISUSE,
			"nothing to run: no command was given, and "
			"there are no definitions in /etc/reeve/sv or "
			"/usr/share/reeve/sv and no database %s",
			c->at.boot);
	initplaces_choose(&c->at, c->run);
	clear_old(c);
	start_tree(c);
}
