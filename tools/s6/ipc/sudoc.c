/* sudoc.c - the client's half of sudo, on descriptors 6 and 7.
 * See s6-sudoc(1). */

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/s6/ipc/sudo-request.h"
#include "tools/s6/ipc/umsg.h"

extern char **environ;

static const struct opt opts[] = { { 'e', "no-env", 0,
					   "do not send the environment" },
	{ 't', "timeout", "MS", "give up if not connected after MS (never)" },
	{ 'T', "run-timeout", "MS",
		"give up if the program has not ended after MS (never)" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -e ] [ -t timeoutconn ] [ -T timeoutrun ] [ args... ]",
	"Ask the s6-sudod at descriptors 6 and 7 to run its program with\n"
	"args and our standard input, output and error.",
	opts,
	"Exit status: that of the program (128 + N for signal N),\n"
	"100 misuse, 111 system error."
};

/* Exactly n bytes from descriptor 6.  0, or -1 and errno (EPIPE at the end
 * of the stream). */
static int
get(unsigned char *buf, size_t n, uint64_t deadline)
{
	while (n) {
		ssize_t r;

		if (umsg_wait(6, 0, deadline) <= 0)
			return -1;
		r = read(6, buf, n);
		if (r < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (r < 0)
			return -1;
		if (r == 0) {
			errno = EPIPE;
			return -1;
		}
		buf += r;
		n -= (size_t)r;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	static char *none[] = { 0 };
	static const int fds[SUDO_FDS] = { 0, 1, 2 };
	unsigned char buf[SUDO_BANNER], *request;
	unsigned timeout = 0, run = 0, status;
	int wstat;
	struct umsg_conn conn;
	uint64_t deadline;
	size_t len;
	int env = 1, c;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'e':
			env = 0;
			break;
		case 't':
			timeout = opt_uint("-t", optarg, 0, ~0u);
			break;
		case 'T':
			run = opt_uint("-T", optarg, 0, ~0u);
			break;
		}
	argv += optind;
	signal(SIGPIPE, SIG_IGN);
	deadline = umsg_deadline(timeout);
	if (get(buf, SUDO_BANNER, deadline) < 0)
		die_sys(EX_SYSTEM,
			"unable to connect to the sudod server -"
			" check that you have appropriate permissions");
	if (memcmp(buf, SUDO_SERVER, SUDO_BANNER))
		die(EX_MISUSE, "the server at descriptor 6 is not a sudod");
	request = sudo_request_pack(argv, env ? environ : none, &len);
	if (!request)
		die_sys(EX_SYSTEM, "unable to build the request");
	umsg_init(&conn, 7);
	if (umsg_timed_send(&conn, request, len, fds, SUDO_FDS, deadline) < 0)
		die_sys(EX_SYSTEM, "unable to send to the server");
	if (get(buf, 1, deadline) < 0)
		die_sys(EX_SYSTEM, "unable to get a reply from the server");
	if (buf[0]) {
		errno = buf[0];
		die_sys(EX_SYSTEM,
			"unable to start privileged program: server answered");
	}
	close(0);
	close(1);
	if (get(buf, 4, umsg_deadline(run)) < 0)
		die_sys(EX_SYSTEM, "unable to get exit status from server");
	status = (unsigned)buf[0] << 24 | (unsigned)buf[1] << 16 |
		(unsigned)buf[2] << 8 | buf[3];
	wstat = (int)status;
	return WIFSIGNALED(wstat) ? 128 + WTERMSIG(wstat) : WEXITSTATUS(wstat);
}
