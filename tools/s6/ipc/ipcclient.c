/* ipcclient.c - connect to a local socket and exec a program with it on
 * descriptors 6 and 7.  See s6-ipcclient(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "tools/s6/ipc/sock.h"
#include "tools/s6/ipc/umsg.h"

static const struct opt opts[] = { { 'q', "quiet", 0, "only errors" },
	{ 'Q', "warnings", 0, "errors and warnings (default)" },
	{ 'v', "verbose", 0, "say when connected" },
	{ 'p', "bind", "PATH", "bind the local end to PATH" },
	{ 'l', "local", "NAME", "use NAME as the local path, do not ask" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -q | -Q | -v ] [ -p bindpath ] [ -l localname ] path prog...",
	"Connect to the local socket path and execute prog with the\n"
	"connection for reading on descriptor 6 and for writing on 7.",
	opts, "Exit status: 100 misuse, 111 system error, 126, 127 prog."
};

int
main(int argc, char **argv)
{
	const char *bindpath = 0, *local = 0, *what;
	char path[PATH_LEN];
	int verbosity = 1, c, fd;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'q':
			verbosity = 0;
			break;
		case 'Q':
			verbosity = 1;
			break;
		case 'v':
			verbosity = 2;
			break;
		case 'p':
			bindpath = optarg;
			break;
		case 'l':
			local = optarg;
			break;
		}
	argv += optind;
	if (argc - optind < 2)
		opt_usage(&usage);
	fd = sock_connect(argv[0], bindpath, umsg_deadline(0), &what);
	if (fd < 0)
		die_sys(EX_SYSTEM, "unable to %s %s", what,
			bindpath && *what == 'b' ? bindpath : argv[0]);
	if (!local) {
		if (sock_local(fd, path, sizeof path) < 0)
			die_sys(EX_SYSTEM, "unable to get the local path");
		local = path;
	}
	if (setenv("PROTO", "IPC", 1) < 0 ||
		setenv("IPCLOCALPATH", local, 1) < 0)
		die_sys(EX_SYSTEM, "unable to set the environment");
	fcntl(fd, F_SETFL, O_RDWR);
	/* fd may itself be 6 or 7 and close-on-exec: a copy first. */
	c = fcntl(fd, F_DUPFD, 8);
	if (c < 0 || dup2(c, 6) < 0 || dup2(c, 7) < 0)
		die_sys(EX_SYSTEM, "unable to move the connection");
	close(c);
	if (fd != 6 && fd != 7)
		close(fd);
	if (verbosity >= 2)
		info("connected to %s", argv[0]);
	chain_exec(argv + 1);
}
