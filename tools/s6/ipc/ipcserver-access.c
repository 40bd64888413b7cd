/* ipcserver-access.c - let a client in or not, by rules on its uid and gid.
 * See s6-ipcserver-access(1). */

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "tools/s6/ipc/rules.h"
#include "tools/s6/ipc/sock.h"

static const struct opt opts[] = {
	{ 'v', "verbosity", "N",
		"0 errors, 1 also who is let in, 2 everything" },
	{ 'E', "no-env", 0, "take the variables about the client away" },
	{ 'e', "env", 0, "keep them (default)" },
	{ 'l', "local", "NAME", "use NAME as the local path, do not ask" },
	{ 'i', "rules", "DIR", "rules in a directory" },
	{ 'x', "cdb", "FILE", "rules in a cdb" }, { 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -v verbosity ] [ -e | -E ] [ -l localname ] "
	"[ -i rulesdir | -x rulesfile ] prog...",
	"Execute prog if the rules allow the client of a local socket in.",
	opts, "Exit status: 1 denied, 100 misuse, 111 system error."
};

static const char *
need(const char *proto, const char *suffix, unsigned *n)
{
	char name[128];
	const char *s;

	snprintf(name, sizeof name, "%s%s", proto, suffix);
	s = getenv(name);
	if (!s)
		die(EX_MISUSE, "%s not set", name);
	if (n && !num_uint(s, n))
		die(EX_MISUSE, "%s is not a number: %s", name, s);
	return s;
}

static void
set(const char *proto, const char *suffix, const char *value)
{
	char name[128];

	snprintf(name, sizeof name, "%s%s", proto, suffix);
	if (value ? setenv(name, value, 1) < 0 : unsetenv(name) < 0)
		die_sys(EX_SYSTEM, "unable to set %s", name);
}

/* What the program is to know of both ends; or, without -e, nothing. */
static void
set_environment(const char *proto, int keep, const char *local)
{
	static const char *const vars[] = { "REMOTEEUID", "REMOTEEGID",
		"REMOTEPATH", "LOCALPATH", "CONNNUM" };
	char path[PATH_LEN];

	if (keep) {
		if (!local) {
			if (sock_local(0, path, sizeof path) < 0)
				die_sys(EX_SYSTEM,
					"unable to get the local path of stdin");
			local = path;
		}
		set(proto, "LOCALPATH", local);
		return;
	}
	for (size_t i = 0; i < sizeof vars / sizeof *vars; i++)
		set(proto, vars[i], 0);
	unsetenv("PROTO");
}

int
main(int argc, char **argv)
{
	static struct rule rule;
	enum rules_answer a = RULES_ALLOW;
	const char *local = 0, *dir = 0, *cdb = 0, *proto;
	unsigned verbosity = 1, uid, gid;
	int keep = 1, c;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'v':
			verbosity = opt_uint("-v", optarg, 0, 99);
			break;
		case 'E':
			keep = 0;
			break;
		case 'e':
			keep = 1;
			break;
		case 'l':
			local = optarg;
			break;
		case 'i':
			dir = optarg;
			cdb = 0;
			break;
		case 'x':
			cdb = optarg;
			dir = 0;
			break;
		}
	if (argc == optind)
		opt_usage(&usage);
	proto = getenv("PROTO");
	if (!proto)
		die(EX_MISUSE, "PROTO not set");
	need(proto, "REMOTEEUID", &uid);
	need(proto, "REMOTEEGID", &gid);
	if (dir)
		a = rules_dir(dir, uid, gid, &rule);
	else if (cdb)
		a = rules_cdb(cdb, uid, gid, &rule);
	else if (verbosity)
		warn("invoked without a ruleset!");
	if (a == RULES_ERROR)
		die_sys(EX_SYSTEM, "unable to %s %s",
			dir ? "check fs ruleset in" : "cdb_init",
			dir ? dir : cdb);
	if (verbosity >= (a == RULES_ALLOW ? 1u : 2u))
		info("%s pid %ld uid %u gid %u%s",
			a == RULES_ALLOW ? "allow" : "deny", (long)getpid(),
			uid, gid,
			a == RULES_DENY ? ": Permission denied"
				: a == RULES_NONE
				? ": No such file or directory"
				: "");
	if (a != RULES_ALLOW)
		return EX_NO;
	set_environment(proto, keep, local);
	if (rules_apply(&rule) < 0)
		die_sys(EX_SYSTEM, "unable to set the environment");
	if (rule.execlen) {
		char *line[] = { (char[]){ "execlineb" }, (char[]){ "-Pc" },
			rule.exec, 0 };

		chain_exec(line);
	}
	chain_exec(argv + optind);
}
