/* mkdir.c - make directories and give them to a user, where that user may
 * already write on the way.  See reeve-mkdir(1).  What the compiler and the
 * importer write for root to run makes its directories by this and by nothing
 * else (tests/security/scripts.sh). */

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "lib/give.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/chain/account.h"

static const struct opt opts[] = {
	{ 'm', "mode", "MODE", "have this mode (octal), made or not" },
	{ 'o', "owner", "USER[:GROUP]",
		"belong to this user, and to this "
		"group" },
	{ 0 }
};
static const struct usage usage = { "[-m mode] [-o user[:group]] dir...",
	"Make directories, and those above them, without following a link "
	"that another\nuser could have put there.",
	opts,
	"Exit status: 0 done; 1 no such user or group; 100 misuse; 111 system "
	"error." };

static void
owner(struct give *g, char *name)
{
	static struct account a;
	char *colon = strchr(name, ':');
	int r;

	if (colon)
		*colon = 0;
	if (!*name || (colon && !colon[1]))
		die(EX_MISUSE, "the owner must be USER or USER:GROUP");
	r = account_uid(&a, name, 1);
	if (!r)
		die(EX_NO, "unknown user: %s", name);
	if (r > 0 && colon && !(r = account_gid(&a, colon + 1, 1)))
		die(EX_NO, "unknown group: %s", colon + 1);
	if (r < 0)
		die_sys(EX_SYSTEM, "unable to look up %s", name);
	g->uid = a.uid;
	if (colon)
		g->gid = a.gid;
}

static unsigned
octal(const char *s)
{
	unsigned mode = 0;

	if (!*s || s[strspn(s, "01234567")] || strlen(s) > 5)
		die(EX_MISUSE, "the mode must be an octal number, not '%.20s'",
			s);
	while (*s)
		mode = mode * 8 + (unsigned)(*s++ - '0');
	return mode & 07777;
}

int
main(int argc, char **argv)
{
	struct give g = { .uid = (uid_t)-1, .gid = (gid_t)-1, .mode = 0755 };
	const char *why;
	int c, code = EX_OK;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == 'm') {
			g.mode = octal(optarg);
			g.set = 1;
		} else
			owner(&g, optarg);
	}
	argv += optind;
	if (!*argv)
		opt_usage(&usage);
	for (; *argv; argv++)
		if (give_dir(*argv, &g, &why) < 0) {
			int e = errno;

			code = EX_SYSTEM;
			errno = e;
			if (why)
				warn("unable to make %s: %s", *argv, why);
			else
				warn_sys("unable to make %s", *argv);
		}
	return code;
}
