/* carry.c - keep the database in hand as a generation, and make it live, booted
 * or both, see gen.h. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/spawn.h"
#include "rc/switch/gen.h"

/* Only what is booted next time. */
static int
boot_only(struct gen *g, unsigned n, const char *target)
{
	if (update_boot(target, g->places.boot) < 0)
		return EX_SYSTEM;
	gen_stamp(g, n);
	g->outcome = "kept-for-boot";
	if (g->u.verbosity >= 1 && !g->quiet)
		info("generation %u will be booted%s", n,
			g->boot ? ""
				: " (nothing is live now: reeve up starts it)");
	return EX_OK;
}

/* Make the live directory, with everything down, and the bundle owed. */
static int
make_live(struct gen *g, unsigned n)
{
	char prog[PATH_LEN], db[PATH_LEN], name[] = "reeve-rc-init", c[] = "-c",
					   l[] = "-l", block[] = "-b",
					   want[] = "--want";
	char *argv[10] = { name, block, c, db, l, g->live };
	struct spawn s = { .file = prog, .argv = argv };
	struct db_list members;
	int status, k = 6;
	pid_t pid = -1;

	if (!g->block)
		block[1] = 'B';
	if (g->u.in.bundle && db_resolve(&g->u.new, g->u.in.bundle, &members)) {
		argv[k++] = want;
		argv[k++] = (char *)(uintptr_t)g->u.in.bundle;
	}
	argv[k] = g->places.scandir;
	gen_path(g, db, n, "db");
	if (chain_sister(prog, sizeof prog, name) == 0)
		pid = spawn(&s);
	if (pid < 0) {
		warn_sys("unable to start %s", name);
		return EX_SYSTEM;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SYSTEM;
}

/* Nothing is live yet, but svscan runs. */
static int
begin_live(struct gen *g, unsigned n, const char *target)
{
	struct update *u = &g->u;
	char compiled[PATH_LEN];
	int code;

	gen_path(g, compiled, n, "db");
	u->compiled = compiled;
	if (!g->test && update_boot(target, g->places.boot) < 0)
		return EX_SYSTEM;
	code = make_live(g, n);
	if (code) {
		warn("generation %u %s, but could not be made live (reeve "
		     "switch tries it again)",
			n, g->test ? "is kept" : "will be booted");
		return EX_SYSTEM;
	}
	gen_lock(g, g->live);
	if (update_open(u, g->live) < 0)
		return EX_SYSTEM;
	code = update_begin(u);
	update_record(u, code);
	if (u->verbosity >= 1 && !(g->quiet && code == UPDATE_OK))
		info("generation %u is live%s: %s", n,
			g->test ? ", not booted" : " and booted", u->text);
	if (code == UPDATE_OK)
		gen_stamp(g, n);
	update_close(u);
	return code;
}

static int
switch_live(struct gen *g, unsigned n, const char *target)
{
	struct update *u = &g->u;
	char compiled[PATH_LEN];
	int code;

	if (!u->dry)
		gen_lock(g, g->live);
	if (update_open(u, g->live) < 0)
		return EX_SYSTEM;
	if (n) {
		gen_path(g, compiled, n, "db");
		u->compiled = compiled;
	}
	if (!g->test && n) {
		u->boot = target;
		u->boot_link = g->places.boot;
	}
	code = update_recover(u);
	if (code <= UPDATE_TIMEOUT)
		code = update_switch(u);
	if (!u->dry) {
		update_record(u, code);
		gen_note_failed(g, n, code);
		if (u->verbosity < 1 || (g->quiet && code == UPDATE_OK))
			;
		else if (code <= UPDATE_TIMEOUT)
			info("generation %u is live%s: %s", n,
				g->test ? ", not booted" : " and booted",
				u->text);
		else
			warn("%s", u->text);
	}
	if (code == UPDATE_OK && n)
		gen_stamp(g, n);
	update_close(u);
	return code;
}

int
gen_carry_out(struct gen *g)
{
	char target[64];
	unsigned n, count = g->u.new.nlong + g->u.new.nshort;

	if (g->json || g->exit_code)
		g->changes = gen_changes(g);
	if (g->u.dry) {
		if (gen_is_live(g))
			return switch_live(g, 0, 0);
		if (g->json)
			return EX_OK;
		printf("nothing is live: %u service%s would be kept as the "
		       "next generation and booted%s\n",
			count, count == 1 ? "" : "s",
			!gen_can_begin(g) ? ""
				: g->u.in.bundle
				? ", and its default set started"
				: ", and made live");
		return EX_OK;
	}
	gen_remove_rubbish(g);
	n = g->made = gen_keep(g);
	snprintf(target, sizeof target, "generations/%u/db", n);
	if (gen_can_begin(g))
		return begin_live(g, n, target);
	if (g->boot || !gen_is_live(g))
		return boot_only(g, n, target);
	return switch_live(g, n, target);
}
