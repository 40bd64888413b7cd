/* ipcserver-socketbinder.c - bind a local socket to standard input and exec
 * the rest.  See reeve-ipcserver-socketbinder(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/opt.h"

static const struct opt opts[] = {
	{ 'd', "reuse", 0, "take over a socket left behind (default)" },
	{ 'D', "no-reuse", 0, "fail if the path exists" },
	{ 'b', "backlog", "N", "at most N clients waiting; 0: do not listen" },
	{ 'M', "datagram-off", 0, "a stream socket (default)" },
	{ 'm', "datagram", 0, "a datagram socket; not listened on" },
	{ 'a', "mode", "PERMS", "octal permissions of the socket (0777)" },
	{ 'B', "blocking", 0, "the socket blocks" }, { 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -d | -D ] [ -b backlog ] [ -M | -m ] [ -a perms ] [ -B ] path "
	"prog...",
	"Bind a local socket to path, make it standard input, execute prog.",
	opts, "Exit status: 100 misuse, 111 system error, 126, 127 prog."
};

/* Two that bind the same path at once must not both unlink it. */
static void
take_lock(const char *path)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char lock[sizeof((struct sockaddr_un *)0)->sun_path + 8];
	int fd;

	snprintf(lock, sizeof lock, "%s.lock", path);
	fd = open(lock, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd < 0)
		die_sys(EX_SYSTEM, "unable to bind to %s", path);
	if (fcntl(fd, F_SETLK, &l) < 0) {
		if (errno == EACCES || errno == EAGAIN)
			errno = EBUSY;
		die_sys(EX_SYSTEM, "unable to bind to %s", path);
	}
	unlink(path);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int reuse = 1, datagram = 0, block = 0, c, fd;
	unsigned backlog = SOMAXCONN, mode = 0777;
	mode_t old;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'd':
			reuse = 1;
			break;
		case 'D':
			reuse = 0;
			break;
		case 'b':
			backlog = opt_uint("-b", optarg, 0, 1 << 20);
			break;
		case 'M':
			datagram = 0;
			break;
		case 'm':
			datagram = 1;
			break;
		case 'a':
			mode = opt_octal("-a", optarg, 0777);
			break;
		case 'B':
			block = 1;
			break;
		}
	argv += optind;
	if (argc - optind < 2)
		opt_usage(&usage);
	if (strlen(argv[0]) >= sizeof sa.sun_path)
		die(EX_MISUSE,
			"path %s is longer than the %zu bytes that a"
			" socket can have",
			argv[0], sizeof sa.sun_path - 1);
	strcpy(sa.sun_path, argv[0]);
	close(0);
	fd = socket(AF_UNIX, datagram ? SOCK_DGRAM : SOCK_STREAM, 0);
	if (fd < 0)
		die_sys(EX_SYSTEM, "unable to make a socket");
	if (fd != 0 && (dup2(fd, 0) < 0 || close(fd) < 0))
		die_sys(EX_SYSTEM, "unable to move the socket to stdin");
	if (!block && fcntl(0, F_SETFL, O_RDWR | O_NONBLOCK) < 0)
		die_sys(EX_SYSTEM, "unable to make the socket non-blocking");
	if (reuse)
		take_lock(argv[0]);
	old = umask(~(mode_t)mode & 0777);
	if (bind(0, (struct sockaddr *)&sa, sizeof sa) < 0)
		die_sys(EX_SYSTEM, "unable to bind to %s", argv[0]);
	umask(old);
	if (!datagram && backlog && listen(0, (int)backlog) < 0)
		die_sys(EX_SYSTEM, "unable to listen to %s", argv[0]);
	chain_exec(argv + 1);
}
