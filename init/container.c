/* container.c - the beginning of a container: where things go, what is
 * there to run, and then svscan takes over process 1.  Needs no mount, no
 * capability, no uid and no file but one writable directory; with nothing
 * but a command not even that. */

#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/bringup.h"
#include "init/container.h"
#include "init/os.h"
#include "init/rest.h"
#include "init/note.h"
#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "rc/places.h"

enum { READY_FD = 3 };

/* --- where ------------------------------------------------------------ */

static int
usable(const char *dir)
{
	struct stat st;

	return stat(dir, &st) == 0 && S_ISDIR(st.st_mode) &&
		access(dir, W_OK | X_OK) == 0;
}

/* A directory of our own below one that everybody may write to. */
static int
private_below(char *buf, size_t max, const char *dir)
{
	char name[32];
	struct stat st;

	snprintf(name, sizeof name, "reeve-%ld", (long)getuid());
	if (!usable(dir) || path_join(buf, max, dir, name) < 0)
		return 0;
	if (mkdir(buf, 0700) < 0 && errno != EEXIST)
		return 0;
	return lstat(buf, &st) == 0 && S_ISDIR(st.st_mode) &&
		st.st_uid == getuid() && !(st.st_mode & 022);
}

static void
choose_run(const struct container *c, char *buf, size_t max)
{
	const char *xdg = getenv("XDG_RUNTIME_DIR");

	if (c->run) {
		if (path_absolute(buf, max, c->run) < 0)
			die_sys(EX_MISUSE, "unable to use %s", c->run);
		if (path_mkdirs(buf, 0755) < 0 || !usable(buf))
			die_sys(EX_SYSTEM, "unable to write to %s", buf);
		return;
	}
	if (usable("/run") && path_join(buf, max, "/run") == 0)
		return;
	if (xdg && *xdg == '/' && usable(xdg) &&
		path_join(buf, max, xdg) == 0)
		return;
	if (private_below(buf, max, "/tmp") ||
		private_below(buf, max, "/dev/shm"))
		return;
	die(EX_SYSTEM, "no directory to write to: /run, /tmp and /dev/shm are "
		"all read-only or missing (mount a tmpfs on /run, or give "
		"--run DIR)");
}

/* A place that differs from root's default is handed down, so that reeve's
 * commands in services and in the main command find the tree. */
static void
place(char *buf, size_t max, const char *var, const char *run,
	const char *name, const char *usual)
{
	const char *set = getenv(var);

	if (set && *set == '/') {
		if (path_join(buf, max, set) == 0)
			return;
		die(EX_MISUSE, "%s is too long", var);
	}
	if (path_join(buf, max, run, name) < 0)
		die(EX_MISUSE, "%s is too long", run);
	if (strcmp(buf, usual) || getuid())
		setenv(var, buf, 1);
}

static void
choose_places(struct container *c)
{
	const char *state = getenv("REEVE_STATE");
	char run[PATH_LEN];

	choose_run(c, run, sizeof run);
	place(c->scandir, sizeof c->scandir, "REEVE_SCANDIR", run, "service",
		"/run/service");
	place(c->live, sizeof c->live, "REEVE_LIVE", run, "reeve",
		"/run/reeve");
	/* No database and no place to keep one: it is made beside the live
	 * directory, at each start anew. */
	if (!(state && *state) && access(c->boot, F_OK) < 0 &&
		!(path_mkdirs(c->state, 0755) == 0 && usable(c->state))) {
		place(c->state, sizeof c->state, "REEVE_STATE", run,
			"reeve-state", "");
		if (path_join(c->boot, sizeof c->boot, c->state, "boot") < 0)
			die(EX_MISUSE, "%s is too long", c->state);
	} else if (getuid()) {
		setenv("REEVE_STATE", c->state, 1);
	}
}

/* 1 if there are services.  A container has root's places whatever its uid,
 * because the definitions are the image's. */
static int
find_services(struct container *c)
{
	const char *src = getenv("REEVE_SOURCES"), *home = getenv("REEVE_HOME");
	const char *state = getenv("REEVE_STATE");

	if ((src && *src) || (home && *home)) {
		static struct places p;
		const char *list[PLACES_SOURCES];
		char err[256];

		if (places_default(&p, err, sizeof err) < 0)
			die(EX_MISUSE, "%s", err);
		for (int i = 0; i < p.nsources; i++)
			list[i] = p.sources[i];
		memcpy(c->state, p.state, sizeof c->state);
		memcpy(c->boot, p.boot, sizeof c->boot);
		return bringup_defined(c->boot, list, p.nsources);
	} else {
		static const char *const list[] = {
			"/etc/reeve/sv", "/usr/share/reeve/sv"
		};
		int n = sizeof list / sizeof *list;

		if (path_join(c->state, sizeof c->state, state && *state ?
			state : "/var/lib/reeve") < 0 || path_join(c->boot,
			sizeof c->boot, c->state, "boot") < 0)
			die(EX_MISUSE, "REEVE_STATE is too long");
		if (getuid())
			setenv("REEVE_SOURCES",
				"/etc/reeve/sv:/usr/share/reeve/sv", 0);
		return bringup_defined(c->boot, list, n);
	}
}

/* --- the scan directory ----------------------------------------------- */

/* A /run that outlived the last process 1 (a container that is restarted):
 * its live directory and the links into it are of services that are gone. */
static void
clear_old(const struct container *c)
{
	DIR *d;
	struct dirent *e;
	char path[PATH_LEN], to[PATH_LEN];
	size_t len = strlen(c->live);
	ssize_t n;

	if (path_join(path, sizeof path, c->scandir, ".s6-svscan/lock") == 0 &&
		file_locked_by(AT_FDCWD, path) > 0)
		die(EX_MISUSE, "%s is in use by another svscan (give this one "
			"its own --run DIR)", c->scandir);
	path_remove(AT_FDCWD, c->live);
	if (path_join(path, sizeof path, c->scandir, ".s6-svscan") == 0)
		path_remove(AT_FDCWD, path);
	if (!(d = opendir(c->scandir)))
		return;
	while ((e = readdir(d))) {
		n = readlinkat(dirfd(d), e->d_name, to, sizeof to - 1);
		if (n > 0 && (size_t)n > len && !memcmp(to, c->live, len))
			unlinkat(dirfd(d), e->d_name, 0);
	}
	closedir(d);
}

static const char *const hooks[] = {
	"SIGTERM", "SIGINT", "SIGQUIT", "SIGPWR", "finish", "crash",
};
/* Passed to the main command, if there is one. */
static const char *const passed[] = {
	"SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH",
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

	if (path_mkdirs(c->scandir, 0755) < 0 || chdir(c->scandir) < 0)
		die_sys(EX_SYSTEM, "unable to use %s", c->scandir);
	if (mkdir(".s6-svscan", 0700) < 0 || mkdir(NOTE_DIR, 0700) < 0)
		die_sys(EX_SYSTEM, "unable to make %s/.s6-svscan", c->scandir);
	if (chain_sister(self, sizeof self, "reeve-init") < 0)
		die(EX_SYSTEM, "path of reeve-init is too long");
	for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++)
		make_hook(self, hooks[i]);
	for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
		if (c->command || num_signal(passed[i]) == c->stop_signal)
			make_hook(self, passed[i]);
	if (note_put(NOTE_GRACE, c->grace_ms) < 0 ||
		note_put_text(NOTE_LIVE, c->live) < 0 ||
		note_put(NOTE_SIGNAL, (unsigned)c->stop_signal) < 0 ||
		note_put(NOTE_VERBOSE, (unsigned)c->verbose) < 0)
		die_sys(EX_SYSTEM, "unable to write to %s/%s", c->scandir,
			NOTE_DIR);
}

/* --- becoming svscan -------------------------------------------------- */

static _Noreturn void
become_svscan(struct container *c, int fd)
{
	char path[PATH_LEN], word[] = "-d3";
	char name[] = "reeve-svscan", dashes[] = "--";
	char *argv[] = { name, word, dashes, c->scandir, 0 };
	static const int trapped[] = {
		SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2,
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
	if (note_put(NOTE_PID, (unsigned long)pid) < 0)
		die_sys(EX_SYSTEM, "unable to write to %s/%s", c->scandir,
			NOTE_DIR);
	if (p[0] != READY_FD)
		close(p[0]);
	become_svscan(c, p[1]);
}

void
container_run(struct container *c)
{
	int tree;

	rest_block(&c->set, &c->old_mask);
	if (getpid() != 1) {
		say("not process 1 but %ld: %s", (long)getpid(),
			machine_adopt_orphans() == 0 ?
			"acting as subreaper of what is started here" :
			"orphans of services will not be reaped here");
	}
	tree = find_services(c) || c->always_tree;
	if (!tree && c->command)
		_exit(alone_run(c));
	if (!tree)
		die(EX_MISUSE, "nothing to run: no command was given, and "
			"there are no definitions in /etc/reeve/sv or "
			"/usr/share/reeve/sv and no database %s", c->boot);
	choose_places(c);
	clear_old(c);
	start_tree(c);
}
