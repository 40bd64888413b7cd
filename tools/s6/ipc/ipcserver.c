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

static struct {
	const char *level, *mode, *backlog, *max, *local, *uid, *gid, *groups;
	int no_reuse, no_remote, notify, env;
} o;

static void
options(int argc, char **argv)
{
	int c;

	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'q':
			o.level = "-v0";
			break;
		case 'Q':
			o.level = "-v1";
			break;
		case 'v':
			o.level = "-v2";
			break;
		case 'd':
			o.no_reuse = 0;
			break;
		case 'D':
			o.no_reuse = 1;
			break;
		case 'P':
			o.no_remote = 1;
			break;
		case 'p':
			o.no_remote = 0;
			break;
		case '1':
			o.notify = 1;
			break;
		case 'c':
			o.max = optarg;
			break;
		case 'C':
			o.local = optarg;
			break;
		case 'b':
			o.backlog = optarg;
			break;
		case 'a':
			o.mode = optarg;
			break;
		case 'G':
			o.groups = optarg;
			break;
		case 'g':
			o.gid = optarg;
			break;
		case 'u':
			o.uid = optarg;
			break;
		case 'U':
			o.env = 1;
			o.uid = o.gid = o.groups = 0;
			break;
		}
}

/* An option with its value, if it has one. */
static void
option(struct words *w, const char *letter, const char *value)
{
	if (!value)
		return;
	words_add(w, letter);
	words_add(w, value);
}

static void
number(struct words *w, const char *letter, const char *value, unsigned min,
	unsigned max)
{
	if (!value)
		return;
	words_add(w, letter);
	words_fmt(w, "%u", opt_uint(letter, value, min, max));
}

int
main(int argc, char **argv)
{
	struct words w = { 0 };

	prog_init(argv[0]);
	options(argc, argv);
	argv += optind;
	if (argc - optind < 2)
		opt_usage(&usage);
	words_sister(&w, "ipcserver-socketbinder");
	if (o.no_reuse)
		words_add(&w, "-D");
	number(&w, "-b", o.backlog, 0, 1 << 20);
	option(&w, "-a", o.mode);
	words_add(&w, "--");
	words_add(&w, argv[0]);
	if (o.env || o.uid || o.gid || o.groups) {
		words_sister(&w, "applyuidgid");
		if (o.env)
			words_add(&w, "-Uz");
		option(&w, "-u", o.uid);
		option(&w, "-g", o.gid);
		option(&w, "-G", o.groups);
		words_add(&w, "--");
	}
	words_sister(&w, "ipcserverd");
	if (o.level)
		words_add(&w, o.level);
	if (o.notify)
		words_add(&w, "-1");
	if (o.no_remote)
		words_add(&w, "-P");
	number(&w, "-c", o.max, 1, 1000);
	number(&w, "-C", o.local, 1, 1000);
	words_add(&w, "--");
	words_all(&w, argv + 1);
	words_exec(&w);
}
