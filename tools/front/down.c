/* down.c - reeve down: the end of the whole tree. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/shown.h"
#include "rc/scan.h"
#include "supervise/control.h"
#include "tools/front/change.h"
#include "tools/front/front.h"
#include "tools/front/model.h"
#include "tools/front/tree-turn.h"

enum { KILL_MS = 10000 };

static const struct opt down_opts[] = {
	{ 'n', "dry-run", 0, "only say what would be stopped" },
	{ 't', "timeout", "SECONDS",
		"after this time kill what is left\n"
		"(default 60; 0 waits for ever)" },
	{ 0, 0, 0, 0 }
};
static const struct usage down_usage = { "[-n] [-t SECONDS]",
	"Stop everything: the services in the reverse order of their\n"
	"dependencies, then the supervision tree itself.",
	down_opts,
	"Exit status: 0 all is down, 1 something had to be killed or left,\n"
	"100 misuse, 111 system error." };

/* Their time is over. */
static void
kill_left(void)
{
	struct model m;

	model_load(&m, 0);
	for (size_t i = 0; i < m.n; i++) {
		const struct item *it = &m.items[i];

		if (!it->pid)
			continue;
		warn("%s did not stop in time: killing it (pid %ld)", it->name,
			it->pid);
		/* Its supervise knows whether it is still that process. */
		if (control_send(AT_FDCWD, it->dir, "Kk", 2) < 0)
			warn_sys("unable to kill %s", it->name);
	}
	model_free(&m);
}

/* What begins now ends everything: a change in progress is to ask for nothing
 * more, as when process 1 ends it. */
static void
interrupt_change(const struct model *m)
{
	if (m->changer <= 1 || getenv("RC_CHANGER"))
		return;
	info("interrupting the change in progress (pid %ld)", m->changer);
	if (kill((pid_t)m->changer, SIGTERM) < 0 && errno != ESRCH)
		warn_sys("unable to interrupt it (waiting for it)");
}

/* Of a time for all of it; 0 is no limit. */
static unsigned long long
time_left(unsigned long long began, uint64_t all)
{
	unsigned long long used = clock_now() - began;

	return !all ? 0 : used < all ? all - used : 1;
}

int
front_down(int argc, char **argv)
{
	unsigned long long began = clock_now();
	char rc[] = "reeve-rc", l[] = "-l", b[] = "-b", D[] = "-D", a[] = "-a";
	char change[] = "change", t[] = "-t", ms[32];
	char *stop[] = { rc, l, 0, b, D, a, t, ms, change, 0 };
	uint64_t timeout = 60000;
	int c, dry = 0, code = 0;
	struct places p;
	struct model m;

	opt_permute(&down_usage, argc, argv);
	while ((c = opt_next(&down_usage, argc, argv)) != -1) {
		if (c == 'n')
			dry = 1;
		else if (c == 't' && !num_duration(optarg, 1000, &timeout))
			die(EX_MISUSE,
				"the timeout must be a time such as 30 "
				"or 2m, not '%s'",
				optarg);
	}
	if (optind != argc)
		die(EX_MISUSE,
			"down takes no name: it stops everything (for "
			"one service: reeve stop %s)",
			argv[optind]);
	front_places(&p);
	if (!dry)
		(void)tree_turn(&p);
	model_load(&m, 0);
	if (m.hidden)
		model_need_tree(&m);
	model_need_all(&m);
	if (!m.svscan) {
		puts("The tree is down already.");
		return EX_OK;
	}
	if (dry) {
		for (size_t i = 0; i < m.n; i++)
			if (m.items[i].pid || m.items[i].state == IS_DONE)
				printf("would stop %s (%s)\n",
					shown(m.items[i].name),
					model_word(&m.items[i]));
		printf("would end the tree (pid %ld)\n", m.svscan);
		return EX_OK;
	}
	if (m.have_live) {
		interrupt_change(&m);
		stop[2] = m.places.live;
		snprintf(ms, sizeof ms, "%llu", (unsigned long long)timeout);
		code = change_run(stop);
	}
	if (scan_send(m.places.scandir, "t") < 0)
		die_sys(EX_SYSTEM,
			"unable to tell reeve-svscan (pid %ld) to "
			"end, so the tree goes on",
			m.svscan);
	if (!tree_gone(&m.places, time_left(began, timeout))) {
		kill_left();
		code = EX_NO;
		if (!tree_gone(&m.places, KILL_MS))
			die(EX_NO,
				"the tree (pid %ld) still runs; reeve tree "
				"shows what holds it",
				m.svscan);
	}
	puts(code ? "The tree is down; not every service stopped by itself."
		  : "The tree is down.");
	model_free(&m);
	return fflush(stdout) ? EX_SYSTEM : code ? EX_NO : EX_OK;
}
