/* ipcserver.c - bind a local socket, drop privileges, serve it: the command
 * line of three programs in one.  See s6-ipcserver(1). */

#include <stdlib.h>
#include <unistd.h>
#include <getopt.h>

#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/words.h"

static const struct opt opts[] = { { 'q', "quiet", 0, "only errors" },
	{ 'Q', "warnings", 0, "errors and warnings (default)" },
	{ 'v', "verbose", 0, "also every connection" },
	{ 'd', "reuse", 0, "take over a socket left behind (default)" },
	{ 'D', "no-reuse", 0, "fail if the path exists" },
	{ 'P', "no-remote", 0, "do not look up who the client is" },
	{ 'p', "remote", 0, "look up who the client is (default)" },
	{ '1', "notify", 0, "write a newline to standard output when ready" },
	{ 'c', "connections", "N", "at most N clients at a time (40)" },
	{ 'C', "per-user", "N", "at most N clients of one user (40)" },
	{ 'b', "backlog", "N", "at most N clients waiting" },
	{ 'a', "mode", "PERMS", "octal permissions of the socket (0777)" },
	{ 'G', "groups", "GID,...", "supplementary groups after binding" },
	{ 'g', "gid", "GID", "group after binding" },
	{ 'u', "uid", "UID", "user after binding" },
	{ 'U', "uid-env", 0, "user and groups from $UID, $GID, $GIDLIST" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -q | -Q | -v ] [ -d | -D ] [ -P | -p ] [ -1 ] [ -c maxconn ] "
	"[ -C localmaxconn ] [ -b backlog ] [ -a socketperms ] "
	"[ -G gid,gid,... ] [ -g gid ] [ -u uid ] [ -U ] path prog...",
	"Listen on the local socket path and run prog for every client.", opts,
	"Exit status: 100 misuse, 111 system error."
};

int
main(int argc, char **argv)
{
	const char *level = 0, *mode = 0, *backlog = 0, *max = 0, *local = 0,
		   *uid = 0, *gid = 0, *groups = 0;
	int reuse = 1, remote = 1, notify = 0, env = 0, c;
	struct words w = { 0 };

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'q':
			level = "-v0";
			break;
		case 'Q':
			level = "-v1";
			break;
		case 'v':
			level = "-v2";
			break;
		case 'd':
			reuse = 1;
			break;
		case 'D':
			reuse = 0;
			break;
		case 'P':
			remote = 0;
			break;
		case 'p':
			remote = 1;
			break;
		case '1':
			notify = 1;
			break;
		case 'c':
			max = optarg;
			break;
		case 'C':
			local = optarg;
			break;
		case 'b':
			backlog = optarg;
			break;
		case 'a':
			mode = optarg;
			break;
		case 'G':
			groups = optarg;
			break;
		case 'g':
			gid = optarg;
			break;
		case 'u':
			uid = optarg;
			break;
		case 'U':
			env = 1;
			uid = gid = groups = 0;
			break;
		}
	argv += optind;
	if (argc - optind < 2)
		opt_usage(&usage);
	words_sister(&w, "ipcserver-socketbinder");
	if (!reuse)
		words_add(&w, "-D");
	if (backlog) {
		words_add(&w, "-b");
		words_fmt(&w, "%u", opt_uint("-b", backlog, 0, 1 << 20));
	}
	if (mode) {
		words_add(&w, "-a");
		words_add(&w, mode);
	}
	words_add(&w, "--");
	words_add(&w, argv[0]);
	if (env || uid || gid || groups) {
		words_sister(&w, "applyuidgid");
		if (env)
			words_add(&w, "-Uz");
		if (uid) {
			words_add(&w, "-u");
			words_add(&w, uid);
		}
		if (gid) {
			words_add(&w, "-g");
			words_add(&w, gid);
		}
		if (groups) {
			words_add(&w, "-G");
			words_add(&w, groups);
		}
		words_add(&w, "--");
	}
	words_sister(&w, "ipcserverd");
	if (level)
		words_add(&w, level);
	if (notify)
		words_add(&w, "-1");
	if (!remote)
		words_add(&w, "-P");
	if (max) {
		words_add(&w, "-c");
		words_fmt(&w, "%u", opt_uint("-c", max, 1, 1000));
	}
	if (local) {
		words_add(&w, "-C");
		words_fmt(&w, "%u", opt_uint("-C", local, 1, 1000));
	}
	words_add(&w, "--");
	words_all(&w, argv + 1);
	words_exec(&w);
}
