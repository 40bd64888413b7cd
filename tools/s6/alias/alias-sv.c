/* alias-sv.c - sv of runit, for services under reeve-supervise.
 * See s6-alias-sv(1).
 *
 * A command is a row: the letters to send, the state that is waited for, and
 * what more is done when that does not come. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <skalibs/tai.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "rc/places.h"
#include "supervise/control.h"
#include "supervise/status.h"
#include "tools/client/wait.h"

enum { SECONDS = 7, FAILED_MAX = 99, GONE = 'x' };

static const struct opt opts[] = {
	{ 'v', "verbose", 0, "wait until it is done, and show the state" },
	{ 'w', "wait", "S", "wait S seconds instead of 7 (or $SVWAIT)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[-v] [-w sec] command service...",
	"sv of runit: send a command to services, or show their state.", opts,
	"Commands (the first letter is enough for those of the first line):\n"
	"  status up down once pause cont hup alarm interrupt quit 1 2 term\n"
	"  kill exit\n"
	"  start stop reload restart shutdown force-stop force-reload\n"
	"  force-restart force-shutdown try-restart check\n"
	"A service that does not begin with . or / is in $SVDIR, or the scan\n"
	"directory.\n"
	"Exit status: the number of services for which it failed; 100 misuse."
};

struct sv_command {
	const char *name;
	int word; /* cannot be shortened, and waits */
	const char *letters;
	char goal; /* of wait.h, GONE, or 0 */
	int force; /* KILL if it does not come */
};
static const struct sv_command commands[] = {
	{ "status", 0, "", 0, 0 },
	{ "up", 0, "u", 'U', 0 },
	{ "down", 0, "d", 'D', 0 },
	{ "once", 0, "o", 'U', 0 },
	{ "pause", 0, "p", 0, 0 },
	{ "cont", 0, "c", 0, 0 },
	{ "hup", 0, "h", 0, 0 },
	{ "alarm", 0, "a", 0, 0 },
	{ "interrupt", 0, "i", 0, 0 },
	{ "quit", 0, "q", 0, 0 },
	{ "1", 0, "1", 0, 0 },
	{ "2", 0, "2", 0, 0 },
	{ "term", 0, "t", 'R', 0 },
	{ "kill", 0, "k", 'R', 0 },
	{ "exit", 0, "xd", GONE, 0 },
	{ "start", 1, "u", 'U', 0 },
	{ "stop", 1, "d", 'D', 0 },
	{ "reload", 1, "h", 'U', 0 },
	{ "restart", 1, "ctu", 'R', 0 },
	{ "shutdown", 1, "xd", GONE, 0 },
	{ "force-stop", 1, "d", 'D', 1 },
	{ "force-reload", 1, "tc", 'R', 1 },
	{ "force-restart", 1, "ctu", 'R', 1 },
	{ "force-shutdown", 1, "xd", GONE, 1 },
	{ "try-restart", 1, "tc", 'R', 0 },
	{ "check", 1, "", 0, 0 },
};

static const struct sv_command *
find_command(const char *s)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(s, commands[i].name))
			return commands + i;
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!commands[i].word && *s && *s == *commands[i].name)
			return commands + i;
	opt_usage(&usage);
}

static void
directory(char *path, const char *name)
{
	static struct places places;
	const char *base = getenv("SVDIR");
	char err[256];
	int r;

	if (*name == '.' || *name == '/' || name[strlen(name) - 1] == '/') {
		r = path_join(path, PATH_LEN, name);
	} else {
		if (!base || !*base) {
			if (places_default(&places, err, sizeof err) < 0)
				die(EX_SYSTEM, "%s", err);
			base = places.scandir;
		}
		r = path_join(path, PATH_LEN, base, name);
	}
	if (r < 0)
		die_sys(EX_MISUSE, "unable to use %s", name);
}

/* "run: NAME: (pid 12) 3s, normally down".  1 if it could be told. */
static int
show_one(const char *dir, const char *name)
{
	char path[PATH_LEN];
	struct status st;
	tain now, for_how_long;
	int up, has_down;

	if (status_read(&st, AT_FDCWD, dir) < 0)
		return 0;
	path_join(path, sizeof path, dir, "down");
	has_down = file_exists(AT_FDCWD, path);
	up = status_is_up(&st);
	printf("%s: %s: ", up ? "run" : st.finishing ? "finish" : "down", name);
	if (st.pid)
		printf("(pid %lu) ", (unsigned long)st.pid);
	tain_wallclock_read(&now);
	tain_sub(&for_how_long, &now, &st.changed);
	printf("%lus",
		tain_less(&now, &st.changed)
			? 0
			: (unsigned long)for_how_long.sec.x);
	if (st.pid && has_down)
		printf(", normally down");
	if (!st.pid && !has_down)
		printf(", normally up");
	if (st.pid && st.paused)
		printf(", paused");
	if (!st.pid && st.wanted_up)
		printf(", want up");
	if (st.pid && !st.wanted_up)
		printf(", want down");
	return 1;
}

static void
show(const char *prefix, const char *dir, const char *name)
{
	char path[PATH_LEN];

	printf("%s", prefix);
	if (!show_one(dir, name))
		printf("%s: no state", name);
	if (path_join(path, sizeof path, dir, "log") == 0 &&
		control_alive(AT_FDCWD, path) == 1) {
		printf("; ");
		show_one(path, "log");
	}
	putchar('\n');
	fflush(stdout);
}

/* A message about a service, and 1 for one that failed. */
static int
fail(const char *name, const char *why)
{
	printf("fail: %s: %s\n", name, why);
	fflush(stdout);
	return 1;
}

static char
goal_of(const struct sv_command *c, const char *dir)
{
	char path[PATH_LEN];

	if ((c->goal == 'U' || c->goal == 'R') &&
		path_join(path, sizeof path, dir, "notification-fd") == 0 &&
		!file_exists(AT_FDCWD, path))
		return c->goal == 'U' ? 'u' : 'r';
	return c->goal == GONE ? 'D' : c->goal;
}

/* Wait for it.  1 it is there. */
static int
arrive(struct waiting *w, const struct sv_command *c, const char *dir,
	unsigned seconds)
{
	int r = wait_run(w, seconds ? seconds * (uint64_t)1000 : 1);

	if (r && c->force && errno == ETIMEDOUT) {
		control_send(AT_FDCWD, dir, "k", 1);
		r = wait_run(w, 1000);
	}
	/* Its supervise goes away: that was the point. */
	return r == 0 || (r > 0 && c->goal == GONE);
}

static int
do_one(const struct sv_command *c, const char *name, int waits,
	unsigned seconds)
{
	char dir[PATH_LEN], *v[1] = { dir };
	struct waiting w;
	struct status st;
	struct stat s;
	int there;

	directory(dir, name);
	if (stat(dir, &s) < 0)
		return fail(name,
			"unable to change to service directory: file"
			" does not exist");
	if (control_alive(AT_FDCWD, dir) != 1)
		return fail(name, "no supervise running");
	if (!strcmp(c->name, "status")) {
		show("", dir, name);
		return 0;
	}
	if (status_read(&st, AT_FDCWD, dir) < 0)
		return fail(name, "unable to read its state");
	if (!strcmp(c->name, "check")) {
		there = status_is_up(&st) == (int)st.wanted_up;
		show(there ? "ok: " : "fail: ", dir, name);
		return !there;
	}
	if (!strcmp(c->name, "try-restart") && !status_is_up(&st)) {
		show("ok: ", dir, name);
		return 0;
	}
	waits = waits && c->goal;
	/* What does not run cannot be seen to go down first. */
	if (waits &&
		wait_begin(&w, v, 1,
			!status_is_up(&st) && c->goal == 'R' ? 'u'
							     : goal_of(c, dir),
			0) < 0)
		return fail(name, strerror(errno));
	if (control_send(AT_FDCWD, dir, c->letters, strlen(c->letters)) < 0) {
		if (waits)
			wait_end(&w);
		return fail(name, strerror(errno));
	}
	if (!waits)
		return 0;
	there = arrive(&w, c, dir, seconds);
	wait_end(&w);
	show(there ? "ok: " : "timeout: ", dir, name);
	return !there;
}

int
main(int argc, char **argv)
{
	const char *env = getenv("SVWAIT");
	unsigned seconds = SECONDS;
	const struct sv_command *cmd;
	int c, verbose = 0, failed = 0;

	prog_init(argv[0]);
	if (env && *env)
		seconds = opt_uint("SVWAIT", env, 0, 6000);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		if (c == 'v')
			verbose = 1;
		else
			seconds = opt_uint("-w", optarg, 0, 6000);
	argv += optind;
	if (argc - optind < 2)
		opt_usage(&usage);
	cmd = find_command(*argv++);
	for (; *argv; argv++)
		failed += do_one(cmd, *argv, cmd->word || verbose, seconds);
	return failed > FAILED_MAX ? FAILED_MAX : failed;
}
