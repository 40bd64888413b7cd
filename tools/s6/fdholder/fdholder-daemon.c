/* fdholder-daemon.c - bind a local socket, drop privileges, hold
 * descriptors: the command line of three programs in one.
 * See s6-fdholder-daemon(8). */

#include <getopt.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/words.h"

static const struct opt opts[] = { { 'v', "verbosity", "N",
					   "0 errors, 1 warnings, 2 clients" },
	{ 'd', "reuse", 0, "take over a socket left behind (default)" },
	{ 'D', "no-reuse", 0, "fail if the path exists" },
	{ '1', "notify", 0, "write a newline to standard output when ready" },
	{ 'c', "connections", "N", "at most N clients at a time (16)" },
	{ 'n', "descriptors", "N", "hold at most N descriptors (1000)" },
	{ 'b', "backlog", "N", "at most N clients waiting" },
	{ 'G', "groups", "GID,...", "supplementary groups after binding" },
	{ 'g', "gid", "GID", "group after binding" },
	{ 'u', "uid", "UID", "user after binding" },
	{ 'U', "uid-env", 0, "user and groups from $UID, $GID, $GIDLIST" },
	{ 't', "timeout", "MS", "drop a client that does nothing for MS" },
	{ 'T', "lameduck", "MS", "after TERM wait MS at most for clients" },
	{ 'i', "rules", "DIR", "access rules in a directory" },
	{ 'x', "cdb", "FILE", "access rules in a cdb" }, { 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -v verbosity ] [ -d | -D ] [ -1 ] [ -c maxconn ] [ -n maxfds ] "
	"[ -b backlog ] [ -G gid,gid,... ] [ -g gid ] [ -u uid ] [ -U ] "
	"[ -t timeout ] [ -T lameducktimeout ] [ -i rulesdir | -x rulesfile ] "
	"path",
	"Hold descriptors for the clients of the local socket path.", opts,
	"Exit status: 0 told to exit, 100 misuse, 111 system error."
};

int
main(int argc, char **argv)
{
	/* Options handed on as they are: to the server, and to the program
	 * that drops privileges. */
	const char *own[128] = { 0 };
	int reuse = 1, c;
	struct words w = { 0 };

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'd':
			reuse = 1;
			break;
		case 'D':
			reuse = 0;
			break;
		case 'i':
			own['i'] = optarg;
			own['x'] = 0;
			break;
		case 'x':
			own['x'] = optarg;
			own['i'] = 0;
			break;
		default:
			own[c] = optarg ? optarg : "";
			break;
		}
	if (argc - optind != 1)
		opt_usage(&usage);
	words_sister(&w, "ipcserver-socketbinder");
	if (!reuse)
		words_add(&w, "-D");
	if (own['b'])
		words_fmt(&w, "-b%s", own['b']);
	words_add(&w, "--");
	words_add(&w, argv[optind]);
	if (own['U'] || own['u'] || own['g'] || own['G']) {
		words_sister(&w, "applyuidgid");
		if (own['U'])
			words_add(&w, "-Uz");
		for (const char *p = "ugG"; *p; p++)
			if (own[(int)*p]) {
				words_fmt(&w, "-%c", *p);
				words_add(&w, own[(int)*p]);
			}
		words_add(&w, "--");
	}
	words_sister(&w, "fdholderd");
	if (own['1'])
		words_add(&w, "-1");
	for (const char *p = "vcntTix"; *p; p++)
		if (own[(int)*p]) {
			words_fmt(&w, "-%c", *p);
			words_add(&w, own[(int)*p]);
		}
	words_exec(&w);
}
