/* upgrade.c - reeve upgrade: the tree runs newly installed programs, and no
 * service notices. */

#include <getopt.h>
#include <stdio.h>

#include "lib/msg.h"
#include "tools/reeve/front.h"
#include "tools/reeve/model.h"

static const struct opt opts[] = {
	{ 'n', "dry-run", 0, "only say what would be done" },
	{ 's', "scandir", "DIR", "the tree on this scan directory" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[-n] [-s DIR]",
	"After a new version was installed: reeve-svscan and every\n"
	"reeve-supervise execute their new program and keep pids, pipes and\n"
	"state.  No service is restarted.",
	opts,
	"Exit status: 0, 1 a service got another pid, 100 misuse, 102 the tree\n"
	"does not run, 111 system error."
};

int
front_upgrade(int argc, char **argv)
{
	char ctl[] = "reeve-svscanctl", re[] = "--reexec", end[] = "--";
	const char *scandir = 0;
	char *cmd[] = { ctl, re, end, 0, 0 };
	int c, dry = 0, code;
	unsigned kept = 0, changed = 0;
	struct model before, after;

	opt_permute(&usage, argc, argv);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == 'n')
			dry = 1;
		else
			scandir = optarg;
	}
	if (optind != argc)
		die(EX_MISUSE, "upgrade takes no name: all of the tree is "
			"upgraded at once");
	model_load(&before, scandir);
	model_need_tree(&before);
	if (dry) {
		printf("would tell reeve-svscan (pid %ld) and its supervises "
			"to execute their new program\n", before.svscan);
		return EX_OK;
	}
	cmd[3] = before.places.scandir;
	code = front_run(cmd);
	if (code)
		die(EX_SYSTEM, "reeve-svscanctl --reexec failed (exit %d); the "
			"old programs go on", code);
	model_load(&after, scandir);
	for (size_t i = 0; i < before.n; i++) {
		const struct item *it = model_find(&after,
			before.items[i].name);

		if (!before.items[i].pid)
			continue;
		if (it && it->pid == before.items[i].pid)
			kept++;
		else
			changed++;
	}
	printf("The tree (pid %ld) was told to run the new programs; %u "
		"service%s kept %s pid", before.svscan, kept, kept == 1 ? "" :
		"s", kept == 1 ? "its" : "their");
	if (changed)
		printf(", %u changed (they died or were restarted meanwhile)",
			changed);
	puts(".");
	model_free(&before);
	model_free(&after);
	return fflush(stdout) ? EX_SYSTEM : changed ? EX_NO : EX_OK;
}
