/* applyuidgid.c - execute a program with the numbers given, or those that
 * envuidgid left in the environment.  See s6-applyuidgid(1). */

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/chain/account.h"

static const struct opt opts[] = { { 'u', "uid", "UID", "set this user" },
	{ 'g', "gid", "GID", "set this group" },
	{ 'G', "groups", "GID,GID...",
		"set these supplementary groups (may be\n"
		"empty)" },
	{ 'U', "environment", 0,
		"take them from UID, GID and GIDLIST in the\n"
		"environment" },
	{ 'z', "unset", 0,
		"then remove UID, GID and GIDLIST from the\n"
		"environment" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[-z] [-u UID] [-g GID] [-G GID,GID...] [-U] prog...",
	"Execute prog as another user and group, given by numbers.", opts,
	"Exit status: 100 misuse; 111 system error; 126 and 127 prog cannot be\n"
	"executed, or was not found."
};

static const char *
variable(const char *name)
{
	const char *s = getenv(name);

	if (!s)
		die(EX_MISUSE, "%s not set", name);
	return s;
}

static unsigned
id_variable(const char *name)
{
	unsigned u;

	if (!account_number(variable(name), &u))
		die(EX_MISUSE, "invalid $%s", name);
	return u;
}

static void
from_environment(struct account *a)
{
	a->uid = (uid_t)id_variable("UID");
	a->gid = (gid_t)id_variable("GID");
	if (!account_groups(a, variable("GIDLIST")))
		die(EX_MISUSE, "invalid $GIDLIST");
	a->has_uid = a->has_gid = 1;
}

int
main(int argc, char **argv)
{
	static struct account a;
	const char *verb;
	int c, unset = 0;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'u':
			a.uid = (uid_t)opt_uint(
				"the user", optarg, 0, UINT_MAX - 1);
			a.has_uid = 1;
			break;
		case 'g':
			a.gid = (gid_t)opt_uint(
				"the group", optarg, 0, UINT_MAX - 1);
			a.has_gid = 1;
			break;
		case 'G':
			if (!account_groups(&a, optarg))
				die(EX_MISUSE,
					"the groups must be numbers "
					"separated by commas, not '%s'",
					optarg);
			break;
		case 'U':
			from_environment(&a);
			break;
		case 'z':
			unset = 1;
			break;
		}
	argv += optind;
	if (!*argv)
		opt_usage(&usage);
	if (account_apply(&a, &verb) < 0)
		die_sys(EX_SYSTEM, "unable to %s", verb);
	if (unset) {
		unsetenv("UID");
		unsetenv("GID");
		unsetenv("GIDLIST");
	}
	chain_exec(argv);
}
