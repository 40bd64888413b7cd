/* upgrade.c - reeve upgrade: the tree runs newly installed programs, and no
 * service notices. */

#include <dirent.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>

#include "lib/msg.h"
#include "lib/os.h"
#include "lib/path.h"
#include "lib/shown.h"
#include "supervise/control.h"
#include "tools/front/front.h"
#include "tools/front/model.h"
#include "tools/front/proc.h"

static const struct opt opts[] = { { 'n', "dry-run", 0,
					   "only say what would be done" },
	{ 's', "scandir", "DIR", "the tree on this scan directory" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = { "[-n] [-s DIR]",
	"After a new version was installed: reeve-svscan and every\n"
	"reeve-supervise execute their new program and keep pids, pipes and\n"
	"state.  No service is restarted.",
	opts,
	"Exit status: 0, 1 a service got another pid or the old program still\n"
	"runs, 100 misuse, 102 the tree does not run, 111 system error." };

enum { WAIT_MS = 10000, LOOK_MS = 20 };

/* Does the supervise of that directory run a program that is not there any
 * more? */
static int
is_outdated(int at, const char *dir, long *pid)
{
	pid_t p = control_pid(at, dir);

	/* 1: one of another pid namespace. */
	if (p <= 1 || !proc_outdated(p))
		return 0;
	*pid = p;
	return 1;
}

/* How many of svscan and the supervises do; *pid is one of them. */
static unsigned
outdated(const struct model *m, long *pid)
{
	unsigned n = (unsigned)proc_outdated(m->svscan);
	DIR *d = opendir(m->places.scandir);
	struct dirent *e;
	char log[PATH_LEN];

	if (n)
		*pid = m->svscan;
	while (d && (e = readdir(d))) {
		if (*e->d_name == '.')
			continue;
		n += (unsigned)is_outdated(dirfd(d), e->d_name, pid);
		if (path_join(log, sizeof log, e->d_name, "log") == 0)
			n += (unsigned)is_outdated(dirfd(d), log, pid);
	}
	if (d)
		closedir(d);
	return n;
}

/* What each of them does next cannot be waited for; so look at times. */
static unsigned
wait_for_new(const struct model *m, long *pid)
{
	uint64_t end = os_now() + WAIT_MS * (uint64_t)1000000;
	unsigned n;

	while ((n = outdated(m, pid)) && os_now() < end)
		poll(0, 0, LOOK_MS);
	return n;
}

/* Programs of ours that are services themselves are not replaced below those
 * who use them. */
static void
tell_services(const struct model *m)
{
	unsigned n = 0;

	for (size_t i = 0; i < m->n; i++)
		if (m->items[i].pid > 1 && proc_outdated(m->items[i].pid))
			printf("%s%s",
				n++ ? ", "
				    : "These run a program that "
				      "was replaced since they started: ",
				shown(m->items[i].name));
	if (n)
		puts(" (reeve restart NAME).");
}

int
front_upgrade(int argc, char **argv)
{
	char ctl[] = "reeve-svscanctl", re[] = "--reexec", end[] = "--";
	const char *scandir = 0;
	char *cmd[] = { ctl, re, end, 0, 0 };
	int c, dry = 0, code;
	unsigned kept = 0, changed = 0, old;
	long pid = 0;
	struct model before, after;

	opt_permute(&usage, argc, argv);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == 'n')
			dry = 1;
		else
			scandir = optarg;
	}
	if (optind != argc)
		die(EX_MISUSE,
			"upgrade takes no name: all of the tree is "
			"upgraded at once");
	model_load(&before, scandir);
	model_need_tree(&before);
	if (dry) {
		printf("would tell reeve-svscan (pid %ld) and its supervises "
		       "to execute their new program\n",
			before.svscan);
		return EX_OK;
	}
	cmd[3] = before.places.scandir;
	code = front_run(cmd);
	if (code)
		die(EX_SYSTEM,
			"reeve-svscanctl --reexec failed (exit %d); the "
			"old programs go on",
			code);
	old = wait_for_new(&before, &pid);
	model_load(&after, scandir);
	for (size_t i = 0; i < before.n; i++) {
		const struct item *it =
			model_find(&after, before.items[i].name);

		if (!before.items[i].pid)
			continue;
		if (it && it->pid == before.items[i].pid)
			kept++;
		else
			changed++;
	}
	printf("The tree (pid %ld) %s the new programs; %u service%s kept %s "
	       "pid",
		before.svscan, old ? "was told to run" : "runs", kept,
		kept == 1 ? "" : "s", kept == 1 ? "its" : "their");
	if (changed)
		printf(", %u changed (they died or were restarted meanwhile)",
			changed);
	puts(".");
	tell_services(&after);
	fflush(stdout);
	if (old) {
		struct places places;
		const char *said;

		front_places(&places);
		said = places_unlogged(&places);
		warn("%u of svscan and the supervises still run%s the old "
		     "program, as process %ld: what it says of that %s",
			old, old == 1 ? "s" : "", pid, said);
	}
	model_free(&before);
	model_free(&after);
	return fflush(stdout) ? EX_SYSTEM : changed || old ? EX_NO : EX_OK;
}
