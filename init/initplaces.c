/* initplaces.c - finds a run directory that can be written to, and where
 * services and their state are. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/bringup.h"
#include "init/initplaces.h"
#include "lib/msg.h"
#include "rc/places-container.h"
#include "rc/places.h"

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

	snprintf(name, sizeof name, CONTAINER_PRIVATE, (unsigned long)getuid());
	if (!usable(dir) || path_join(buf, max, dir, name) < 0)
		return 0;
	/* Readable, as /run is: who enters the container as somebody else is
	 * to be told whose it is. */
	if (mkdir(buf, 0755) < 0 && errno != EEXIST)
		return 0;
	return lstat(buf, &st) == 0 && S_ISDIR(st.st_mode) &&
		st.st_uid == getuid() && !(st.st_mode & 022);
}

static void
choose_run(const char *given, char *buf, size_t max)
{
	const char *xdg = getenv("XDG_RUNTIME_DIR");

	if (given) {
		if (path_absolute(buf, max, given) < 0)
			die_sys(EX_MISUSE, "unable to use %s", given);
		if (path_mkdirs(buf, 0755) < 0 || !usable(buf))
			die_sys(EX_SYSTEM, "unable to write to %s", buf);
		return;
	}
	if (usable("/run") && path_join(buf, max, "/run") == 0)
		return;
	if (xdg && *xdg == '/' && usable(xdg) && path_join(buf, max, xdg) == 0)
		return;
	if (private_below(buf, max, "/tmp") ||
		private_below(buf, max, "/dev/shm"))
		return;
	die(EX_SYSTEM,
		"no directory to write to: /run, /tmp and /dev/shm are "
		"all read-only or missing (mount a tmpfs on /run, or give "
		"--run DIR)");
}

/* A place that differs from root's default is handed down, so that reeve's
 * commands in services and in the main command find the tree. */
static void
place(char *buf, size_t max, const char *var, const char *run, const char *name,
	const char *usual)
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

void
initplaces_choose(struct initplaces *c, const char *given)
{
	char run[PATH_LEN];

	choose_run(given, run, sizeof run);
	place(c->scandir, sizeof c->scandir, "REEVE_SCANDIR", run, "service",
		"/run/service");
	place(c->live, sizeof c->live, "REEVE_LIVE", run, "reeve",
		"/run/reeve");
	/* No database and no place to keep one: it is made beside the live
	 * directory, at each start anew. */
	if (access(c->boot, F_OK) < 0 &&
		!(path_mkdirs(c->state, 0755) == 0 && usable(c->state))) {
		unsetenv("REEVE_STATE");
		place(c->state, sizeof c->state, "REEVE_STATE", run,
			"reeve-state", "");
		if (path_join(c->boot, sizeof c->boot, c->state, "boot") < 0)
			die(EX_MISUSE, "%s is too long", c->state);
	} else if (getuid()) {
		setenv("REEVE_STATE", c->state, 1);
	}
}

int
initplaces_services(struct initplaces *c)
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
		static const char *const list[] = { "/etc/reeve/sv",
			"/usr/share/reeve/sv" };
		int n = sizeof list / sizeof *list;

		if (path_join(c->state, sizeof c->state,
			    state && *state ? state : "/var/lib/reeve") < 0 ||
			path_join(c->boot, sizeof c->boot, c->state, "boot") <
				0)
			die(EX_MISUSE, "REEVE_STATE is too long");
		if (getuid())
			setenv("REEVE_SOURCES",
				"/etc/reeve/sv:/usr/share/reeve/sv", 0);
		return bringup_defined(c->boot, list, n);
	}
}
