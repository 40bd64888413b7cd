/* subcommands.c - the one list of what `reeve' can do.  The overview, `reeve
 * help', the completions and tests/doc.sh all come from it. */

#include <string.h>

#include "tools/front/front.h"

const struct sub front_subs[] = { { "", 0, "The whole set", 0, 0 },
	{ "up", "", "start everything: the tree, then the default services",
		front_up, 0 },
	{ "down", "", "stop everything, then the tree itself", front_down, 0 },
	{ "status", "[NAME...]", "what runs and what does not", front_status,
		0 },
	{ "tree", "[NAME...]", "the processes of each service", front_tree, 0 },
	{ "", 0, "One service or several", 0, 0 },
	{ "start", "NAME...", "start, with everything it needs", front_start,
		0 },
	{ "stop", "NAME...", "stop, with everything that needs it", front_stop,
		0 },
	{ "restart", "NAME...",
		"stop and start, and bring back what stopped "
		"with it",
		front_restart, 0 },
	{ "reload", "NAME...", "let it read its configuration again",
		front_reload, 0 },
	{ "kill", "NAME...", "send a signal", front_kill, 0 },
	{ "wait", "NAME...", "wait until ready, or down", front_wait, 0 },
	{ "why", "NAME", "why it is up or down, and what depends on it",
		front_why, 0 },
	{ "logs", "[NAME...]", "read and follow logs", 0, "reeve-logs" },
	{ "", 0, "Definitions", 0, 0 },
	{ "new", "NAME -- COMMAND...", "write the definition of a service", 0,
		"reeve-new" },
	{ "check", "[DIR...]", "look for mistakes in definitions", 0,
		"reeve-check" },
	{ "explain", "[FILE]", "what a file of a definition means", 0,
		"reeve-explain" },
	{ "import", "FILE...",
		"make definitions from systemd, runit, "
		"supervisord...",
		0, "reeve-import" },
	{ "graph", "[NAME...]", "draw what depends on what", front_graph, 0 },
	{ "", 0, "Changing the live set", 0, 0 },
	{ "plan", "[SOURCE...]", "what a switch would do, and why", 0,
		"reeve-switch" },
	{ "switch", "[SOURCE...]",
		"make the definitions live, touching "
		"only what changed",
		0, "reeve-switch" },
	{ "rollback", "[N]", "go back to an earlier generation", 0,
		"reeve-switch" },
	{ "generations", "", "list the generations kept", 0, "reeve-switch" },
	{ "gc", "", "delete old generations", 0, "reeve-switch" },
	{ "", 0, "The machine around it", 0, 0 },
	{ "install-boot", "[KIND]", "start it at boot, beside another init",
		front_install_boot, 0 },
	{ "upgrade", "", "run a newly installed Reeve, services untouched",
		front_upgrade, 0 },
	{ "metrics", "", "numbers for Prometheus", front_metrics, 0 },
	{ "help", "[TOPIC]", "this, a subcommand or a manual page", front_help,
		0 },
	{ 0, 0, 0, 0, 0 } };

const struct sub *
front_find(const char *name)
{
	for (const struct sub *s = front_subs; s->name; s++)
		if (s->args && !strcmp(s->name, name))
			return s;
	return 0;
}
