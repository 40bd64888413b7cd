/* places.c - see places.h; described in reeve(1) under FILES. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "rc/places-container.h"
#include "rc/places.h"

static int
add_source(struct places *p, const char *s, size_t len)
{
	if (p->nsources == PLACES_SOURCES || len >= sizeof *p->sources)
		return -1;
	memcpy(p->sources[p->nsources], s, len);
	p->sources[p->nsources++][len] = 0;
	return 0;
}

static int
add_sources(struct places *p, const char *list)
{
	while (*list) {
		size_t n = strcspn(list, ":");

		if (n && add_source(p, list, n) < 0)
			return -1;
		list += n + (list[n] == ':');
	}
	return 0;
}

static int
set_below(struct places *p, const char *dir)
{
	char sv[PATH_LEN];

	return path_join(sv, sizeof sv, dir, "sv") < 0 ||
		add_source(p, sv, strlen(sv)) < 0 ||
		path_join(p->state, sizeof p->state, dir, "state") < 0 ||
		path_join(p->live, sizeof p->live, dir, "live") < 0 ||
		path_join(p->scandir, sizeof p->scandir, dir, "service") < 0 ||
		path_join(p->logs, sizeof p->logs, dir, "log") < 0;
}

static int
set_root(struct places *p)
{
	strcpy(p->state, "/var/lib/reeve");
	strcpy(p->live, "/run/reeve");
	strcpy(p->scandir, "/run/service");
	strcpy(p->logs, "/var/log/reeve");
	return add_sources(p, "/etc/reeve/sv:/usr/share/reeve/sv");
}

/* $VAR/reeve, or HOME/REST/reeve. */
static int
xdg(char *buf, size_t max, const char *var, const char *rest)
{
	const char *dir = getenv(var), *home = getenv("HOME");

	if (dir && *dir == '/')
		return path_join(buf, max, dir, "reeve");
	if (!home || *home != '/')
		return -1;
	return path_join(buf, max, home, rest, "reeve");
}

/* Does a tree run whose scan directory is dir/name? */
static int
runs(const char *dir, const char *name)
{
	char lock[PATH_LEN];

	return path_join(lock, sizeof lock, dir, name, ".s6-svscan/lock") ==
		0 &&
		file_locked_by(AT_FDCWD, lock) > 0;
}

/* Where the tree's running parts are.  A login session has XDG_RUNTIME_DIR,
 * cron and ssh commands often have not: both are to find the same tree, so
 * one that runs already decides. */
static int
runtime(const struct places *p, char *buf, size_t max)
{
	const char *env = getenv("XDG_RUNTIME_DIR");
	struct stat st;
	char usual[64];

	if (env && *env == '/' && runs(env, "reeve-service"))
		return path_join(buf, max, env) == 0;
	snprintf(usual, sizeof usual, "/run/user/%lu", (unsigned long)getuid());
	if (runs(p->state, "service"))
		return 0;
	if (stat(usual, &st) == 0 && st.st_uid == getuid() &&
		runs(usual, "reeve-service"))
		return path_join(buf, max, usual) == 0;
	return env && *env == '/' && path_join(buf, max, env) == 0;
}

static int
set_user(struct places *p)
{
	char conf[PATH_LEN], sv[PATH_LEN], run[PATH_LEN];

	if (xdg(conf, sizeof conf, "XDG_CONFIG_HOME", ".config") < 0 ||
		xdg(p->state, sizeof p->state, "XDG_STATE_HOME",
			".local/state") < 0 ||
		path_join(sv, sizeof sv, conf, "sv") < 0 ||
		add_source(p, sv, strlen(sv)) < 0)
		return -1;
	if (runtime(p, run, sizeof run))
		return path_join(p->live, sizeof p->live, run, "reeve") < 0 ||
			path_join(p->scandir, sizeof p->scandir, run,
				"reeve-service") < 0 ||
			path_join(p->logs, sizeof p->logs, p->state, "log") < 0;
	return path_join(p->live, sizeof p->live, p->state, "live") < 0 ||
		path_join(p->scandir, sizeof p->scandir, p->state, "service") <
		0 ||
		path_join(p->logs, sizeof p->logs, p->state, "log") < 0;
}

static int
override(char *buf, size_t max, const char *var)
{
	const char *s = getenv(var);

	return s && *s ? path_absolute(buf, max, s) : 0;
}

/* A container has root's places whatever its uid, but for those that it says.
 * A command that comes in from outside (docker exec) has nothing else to tell
 * it. */
static int
set_container(struct places *p)
{
	static struct places found;
	const char *scandir = getenv("REEVE_SCANDIR");

	if (!container_places(&found, scandir && *scandir ? scandir : 0))
		return 0;
	if (set_root(p) < 0)
		return 0;
	p->container = 1;
	strcpy(p->state, found.state);
	strcpy(p->live, found.live);
	strcpy(p->scandir, found.scandir);
	return 1;
}

const char *
places_unlogged(const struct places *p)
{
	static const char *const names[] = { "catch-all", "catchall" };
	char path[PATH_LEN];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (path_join(path, sizeof path, p->logs, names[i]) == 0 &&
			file_exists(AT_FDCWD, path) > 0)
			return "is in the log catch-all (reeve logs "
			       "catch-all)";
	if (!p->user && file_exists(AT_FDCWD, UNCAUGHT_LOGS) > 0)
		return "is in the log catch-all (reeve logs catch-all)";
	if (p->container)
		return "goes to the container's output";
	return "goes to the output of svscan";
}

int
places_default(struct places *p, char *err, size_t errmax)
{
	const char *home = getenv("REEVE_HOME"), *src = getenv("REEVE_SOURCES");
	char abs[PATH_LEN];
	int bad;

	memset(p, 0, sizeof *p);
	if (home && *home) {
		p->user = getuid() != 0;
		bad = path_absolute(abs, sizeof abs, home) < 0 ||
			set_below(p, abs);
	} else if (set_container(p)) {
		bad = 0;
	} else {
		p->user = getuid() != 0;
		bad = p->user ? set_user(p) : set_root(p);
	}
	if (src && *src && !bad) {
		p->nsources = 0;
		bad = add_sources(p, src);
	}
	bad = bad || override(p->state, sizeof p->state, "REEVE_STATE") < 0 ||
		override(p->live, sizeof p->live, "REEVE_LIVE") < 0 ||
		override(p->scandir, sizeof p->scandir, "REEVE_SCANDIR") < 0 ||
		override(p->logs, sizeof p->logs, "REEVE_LOGS") < 0 ||
		path_join(p->boot, sizeof p->boot, p->state, "boot") < 0;
	if (!bad)
		return 0;
	snprintf(err, errmax,
		p->user && (!getenv("HOME") || !*getenv("HOME")) &&
				(!home || !*home)
			? "HOME is not set (set it, or REEVE_HOME)"
			: p->user && (!home || !*home) && *getenv("HOME") != '/'
			? "HOME is not an absolute path (set it, or REEVE_HOME)"
			: "a path of the tree is too long");
	return -1;
}
