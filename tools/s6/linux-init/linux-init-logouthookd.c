/* linux-init-logouthookd.c - for one client of a local socket: when its
 * process ends, who was logged in by it is not any more.  Started by
 * s6-ipcserver, once for each login; see s6-linux-init-logouthookd(8).
 */

#include <errno.h>
#include <getopt.h>
#include <unistd.h>

#include "init/people.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/os.h"

enum { EX_NOISE = 2 }; /* a client that says something */

static const struct usage usage = { "",
	"Wait until the client of the socket on standard input is gone, then\n"
	"remove its login from utmp.",
	0,
	"Exit status: 0 done, 1 the client is not root, 2 it wrote something,\n"
	"100 misuse, 111 system error." };

int
main(int argc, char **argv)
{
	uid_t uid;
	gid_t gid;
	pid_t pid;
	ssize_t r;
	char c = 0;

	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	if (argc != optind)
		opt_usage(&usage);
	if (os_peer(0, &uid, &gid) < 0 || os_peer_pid(0, &pid) < 0)
		die_sys(EX_SYSTEM, "unable to see who the client is");
	if (uid)
		return EX_NO;
	/* For one that waits until we watch it. */
	if (write(1, &c, 1) < 0 && errno != EPIPE)
		warn_sys("unable to answer the client (going on)");
	while ((r = read(0, &c, 1)) < 0 && errno == EINTR)
		;
	if (r > 0)
		return EX_NOISE;
	if (r < 0 && errno != ECONNRESET)
		die_sys(EX_SYSTEM, "unable to read from the client");
	if (people_record_logout(pid) < 0)
		die_sys(EX_SYSTEM, "unable to change utmp");
	return EX_OK;
}
