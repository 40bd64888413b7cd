/* setuidgid.c - execute a program as another user.  See
 * reeve-setuidgid(1). */

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/chain/account.h"

static const struct usage usage = { "account prog...",
	"Execute prog with the user, group and supplementary groups of\n"
	"account.  An account uid:gid (numbers or names) has no supplementary\n"
	"groups; an empty account changes nothing.",
	0,
	"Exit status: 1 no such account; 100 misuse; 111 system error; 126 and\n"
	"127 prog cannot be executed, or was not found." };

/* "uid:gid" in two parts; the results are those of account_user. */
static int
both(struct account *a, char *user, char *colon)
{
	int numbers_only = prog_as_s6, r;
	unsigned u, g;

	*colon = 0;
	if (numbers_only &&
		(!account_number(user, &u) || !account_number(colon + 1, &g)))
		opt_usage(&usage);
	r = account_uid(a, user, 1);
	if (r == 1)
		r = account_gid(a, colon + 1, 1);
	*colon = ':';
	a->has_groups = 1;
	return r;
}

int
main(int argc, char **argv)
{
	static struct account a;
	const char *verb;
	char *colon;
	int r;

	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	argv += optind;
	if (!argv[0] || !argv[1])
		opt_usage(&usage);
	if (!*argv[0])
		chain_exec(argv + 1);
	colon = strchr(argv[0], ':');
	if (colon && (colon == argv[0] || !colon[1]))
		die(EX_MISUSE, "'%s' lacks a user or a group", argv[0]);
	r = colon ? both(&a, argv[0], colon) : account_user(&a, argv[0]);
	if (r < 0)
		die_sys(EX_SYSTEM, "unable to look up %s", argv[0]);
	if (!r)
		die(EX_NO, "unknown user: %s", argv[0]);
	if (account_apply(&a, &verb) < 0)
		die_sys(EX_SYSTEM, "unable to %s", verb);
	chain_exec(argv + 1);
}
