/* envuidgid.c - put the numbers of an account into the environment, for
 * programs that drop their rights themselves, and for applyuidgid.
 * See s6-envuidgid(1). */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/chain/account.h"

static const struct opt opts[] = { { 'u', "user", 0,
					   "account is a user: set UID only" },
	{ 'g', "group", 0, "account is a group: set GID only" },
	{ 'B', "both", 0,
		"account is user:group: set UID and GID; what is\n"
		"left out is 0" },
	{ 'n', "numbers", 0, "the same, and numbers are taken as well" },
	{ 'i', "insist", 0, "an unknown account is an error (default)" },
	{ 'D', "default", "UID:GID:LIST",
		"what to use if the account is\n"
		"unknown; LIST is GID,GID...; what is left out\n"
		"is 0 or empty" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[-u | -g | -B] [-n] [-i | -D UID:GID:LIST] account prog...",
	"Set UID, GID and GIDLIST (supplementary groups) in the environment to\n"
	"the numbers of a user account, and execute prog.",
	opts,
	"Exit status: 1 unknown account; 100 misuse; 111 system error; 126 and\n"
	"127 prog cannot be executed, or was not found."
};

/* -D.  1, or 0 if it is not that. */
static int
parse_default(struct account *a, char *s)
{
	char *gid = strchr(s, ':'), *list = 0;
	unsigned u;

	if (gid) {
		*gid++ = 0;
		list = strchr(gid, ':');
		if (list)
			*list++ = 0;
	}
	if (*s) {
		if (!account_number(s, &u))
			return 0;
		a->uid = (uid_t)u;
	}
	if (gid && *gid) {
		if (!account_number(gid, &u))
			return 0;
		a->gid = (gid_t)u;
	}
	a->has_uid = a->has_gid = a->has_groups = 1;
	return account_groups(a, list ? list : "");
}

/* "user:group", either of which may be missing.  As account_user, and *who
 * is what is unknown. */
static int
both(struct account *a, char *s, int numbers, const char **who)
{
	char *group = strchr(s, ':'), *more;
	int r = 1;

	if (group) {
		*group++ = 0;
		more = strchr(group, ':');
		if (more)
			*more = 0;
	}
	a->has_uid = a->has_gid = 1;
	*who = s;
	if (*s)
		r = account_uid(a, s, numbers);
	if (r == 1 && group && *group) {
		*who = group;
		r = account_gid(a, group, numbers);
	}
	return r;
}

static int
look_up(struct account *a, char mode, int numbers, char *s, const char **who)
{
	*who = s;
	switch (mode) {
	case 'u':
		return account_uid(a, s, numbers);
	case 'g':
		return account_gid(a, s, numbers);
	case 'B':
		return both(a, s, numbers, who);
	}
	return numbers ? both(a, s, 1, who) : account_user(a, s);
}

static void
put(const char *name, const char *value)
{
	if (setenv(name, value, 1) < 0)
		die_sys(EX_SYSTEM, "unable to set %s", name);
}

static void export(const struct account *a)
{
	char buf[ACCOUNT_GROUPS * 12];

	if (a->has_uid) {
		snprintf(buf, sizeof buf, "%u", (unsigned)a->uid);
		put("UID", buf);
	}
	if (a->has_gid) {
		snprintf(buf, sizeof buf, "%u", (unsigned)a->gid);
		put("GID", buf);
	}
	if (a->has_groups && account_groups_text(a, buf, sizeof buf) == 0)
		put("GIDLIST", buf);
}

int
main(int argc, char **argv)
{
	static struct account a, fallback;
	int c, r, numbers = 0, use_fallback = 0;
	const char *who;
	char mode = 0;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'n':
			numbers = 1;
			break;
		case 'i':
			use_fallback = 0;
			break;
		case 'D':
			if (!parse_default(&fallback, optarg))
				die(EX_MISUSE,
					"the default must be "
					"UID:GID:GID,GID...");
			use_fallback = 1;
			break;
		default:
			mode = (char)c;
		}
	argv += optind;
	if (!argv[0] || !argv[1])
		opt_usage(&usage);
	r = look_up(&a, mode, numbers, argv[0], &who);
	if (r < 0)
		die_sys(EX_SYSTEM, "unable to look up %s", who);
	if (!r && !use_fallback)
		die(EX_NO, "unknown %s: %s",
			mode == 'g' || who != argv[0] ? "group" : "user", who);
	if (!r) {
		if (mode || numbers)
			fallback.has_groups = 0;
		if (mode == 'u')
			fallback.has_gid = 0;
		if (mode == 'g')
			fallback.has_uid = 0;
	}
	export(r ? &a : &fallback);
	chain_exec(argv + 1);
}
