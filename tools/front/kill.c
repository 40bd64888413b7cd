/* kill.c - reeve kill: a signal to the main process of services. */

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/os.h"
#include "lib/shown.h"
#include "tools/front/change.h"
#include "tools/front/front.h"
#include "tools/front/model.h"

/* What a process will do about a signal. */
enum fate { GOES_ON, MAY_END, ENDS };
enum { CAUGHT_MS = 1000, ENDS_MS = 5000 };

static const struct opt kill_opts[] = { { 'g', "group", 0,
						"to its whole process group" },
	{ 's', "signal", "NAME", "the signal (default TERM)" },
	{ 'S', "scandir", "DIR", "a service of this scan directory" },
	{ 't', "timeout", "SECONDS",
		"wait so long for the process to end;\n"
		"0: do not wait" },
	{ 0, 0, 0, 0 } };
static const struct usage kill_usage = {
	"[-g] [-s SIGNAL] [-S DIR] [-t SECONDS] NAME...",
	"Send a signal to the main process of running services.  One that\n"
	"ends is started again, as after any death: reeve stop stops it.\n"
	"If it ends by the signal, that is waited for, so that reeve wait\n"
	"sees the next one.",
	kill_opts,
	"Exit status: 0 sent, 1 a service does not run, 99 it did not end\n"
	"within the timeout, 100 misuse or unknown name, 102 the tree does not\n"
	"run, 111 system error."
};

static enum fate
fate_of(long pid, int sig)
{
	switch (sig) {
	case SIGKILL:
		return ENDS;
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return GOES_ON;
	}
	switch (os_fate((pid_t)pid, sig)) {
	case FATE_IGNORED:
		return GOES_ON;
	case FATE_DEFAULT:
		return ENDS;
	case FATE_UNKNOWN:
		return MAY_END;
	case FATE_HANDLED:
		break;
	}
	/* It does something of its own; for these, it likely ends. */
	return sig == SIGTERM || sig == SIGINT || sig == SIGQUIT ||
			sig == SIGABRT
		? MAY_END
		: GOES_ON;
}

struct killed {
	char **names; /* those that were sent it */
	long *pids; /* and their processes */
	size_t n;
	unsigned long long ms; /* how long to wait for their end */
};

/* Its fate is asked before the signal: afterwards it may be too late. */
static int
kill_one(struct killed *k, const struct item *it, int sig, int group)
{
	enum fate fate;

	if (!it->pid) {
		warn("%s does not run (%s)", it->name, model_word(it));
		return EX_NO;
	}
	fate = fate_of(it->pid, sig);
	if (kill((pid_t)(group ? -it->pid : it->pid), sig) < 0) {
		warn_sys("unable to send %s to %s (pid %ld)", num_signame(sig),
			it->name, it->pid);
		return EX_SYSTEM;
	}
	k->names[k->n] = it->name;
	k->pids[k->n++] = it->pid;
	if (fate == ENDS)
		k->ms = ENDS_MS;
	else if (fate == MAY_END && k->ms < CAUGHT_MS)
		k->ms = CAUGHT_MS;
	return EX_OK;
}

/* One line for each, when they have ended or the time is over.  The number
 * of those that still run. */
static size_t
say_killed(const struct killed *k, const char *scandir, int sig)
{
	size_t left = 0;
	struct model m;

	model_load(&m, scandir);
	for (size_t i = 0; i < k->n; i++) {
		const struct item *it = model_find(&m, k->names[i]);
		int ended = !it || it->pid != k->pids[i];

		left += !ended;
		printf("%s: sent %s to pid %ld, which %s\n", shown(k->names[i]),
			num_signame(sig), k->pids[i],
			ended ? "ended" : "goes on");
	}
	model_free(&m);
	return left;
}

int
front_kill(int argc, char **argv)
{
	const char *name = "TERM", *scandir = 0;
	int c, sig, group = 0, limited = 0, code = EX_OK;
	unsigned long long limit = 0;
	struct killed k = { .n = 0 };
	struct model m;

	opt_permute(&kill_usage, argc, argv);
	while ((c = opt_next(&kill_usage, argc, argv)) != -1) {
		switch (c) {
		case 'g':
			group = 1;
			break;
		case 's':
			name = optarg;
			break;
		case 'S':
			scandir = optarg;
			break;
		case 't':
			limit = change_seconds(optarg);
			limited = 1;
			break;
		}
	}
	if (optind == argc)
		opt_usage(&kill_usage);
	sig = num_signal(name);
	if (!sig)
		die(EX_MISUSE,
			"there is no signal '%s' (TERM, HUP, USR1, 9 "
			"...)",
			name);
	k.names = calloc((size_t)argc, sizeof *k.names);
	k.pids = calloc((size_t)argc, sizeof *k.pids);
	if (!k.names || !k.pids)
		die_sys(EX_SYSTEM, "unable to keep pids");
	model_load(&m, scandir);
	model_need_tree(&m);
	for (int i = optind; i < argc; i++)
		if (model_need(&m, argv[i])->type != ITEM_LONGRUN)
			die(EX_MISUSE, "%s has no process: it is a %s", argv[i],
				model_find(&m, argv[i])->type == ITEM_ONESHOT
					? "oneshot"
					: "bundle");
	for (int i = optind; i < argc; i++) {
		int r = kill_one(&k, model_find(&m, argv[i]), sig, group);

		code = code ? code : r;
	}
	if (limited)
		k.ms = limit;
	if (k.n && k.ms)
		(void)change_wait(
			scandir, k.names, k.n, CHANGE_GONE, k.pids, k.ms);
	if (say_killed(&k, scandir, sig) && limit && !code)
		code = EX_TIMEOUT;
	model_free(&m);
	free(k.names);
	free(k.pids);
	return fflush(stdout) ? EX_SYSTEM : code;
}
