/* notify-fd-from-socket.c - let a program that tells its readiness as
 * systemd wants it, through NOTIFY_SOCKET, tell it to supervise.
 * See s6-notify-fd-from-socket(1). */

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/os.h"
#include "tools/ready/sdline.h"
#include "tools/ready/sdsocket.h"
#include "tools/ready/watcher.h"

enum { LOOK_MS = 200 };

static const struct opt opts[] = {
	{ '3', "notification-fd", "FD",
		"tell readiness there (default: the\n"
		"number in the file notification-fd)" },
	{ 'f', "no-doublefork", 0, "listen as a child of prog" },
	{ OPT_LONG, "doublefork", 0, "listen as nobody's child (default)" },
	{ 't', "timeout", "MS",
		"stop listening after this time (default 0:\n"
		"never)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = { "[-3 FD] [-f] [-t MS] prog...",
	"To be called by a run script: execute prog with NOTIFY_SOCKET set, and\n"
	"when it says READY=1 there, tell supervise that the service is ready.",
	opts,
	"Exit status: 100 misuse; 111 system error; 126 and 127 prog cannot be\n"
	"executed, or was not found." };

/* Has one of the lines what we wait for?  libsystemd ends the last line
 * without a newline, others with one. */
static int
says_ready(char *s)
{
	char *save = 0;
	const char *text;
	unsigned n;

	for (s = strtok_r(s, "\n", &save); s; s = strtok_r(0, "\n", &save))
		if (sdline_parse(s, &text, &n) == SDLINE_READY)
			return 1;
	return 0;
}

/* Without a descriptor that tells it somebody has to look.  A helper that is
 * its child gets another parent. */
static int
has_ended(const struct sdsocket *s, int child)
{
	return child ? getppid() != s->prog
		     : kill(s->prog, 0) < 0 && errno == ESRCH;
}

/* Read one message: 1 ready, 0 something else, -1 and errno. */
static int
take(const struct sdsocket *s)
{
	static char buf[SDSOCKET_MESSAGE + 1];
	ssize_t r = sdsocket_receive(s, buf);

	return r < 0 ? -1 : says_ready(buf);
}

static _Noreturn void
listen_until_ready(const struct sdsocket *s, int fd, unsigned ms, int child)
{
	uint64_t deadline = clock_deadline(ms);
	/* supervise closes its end when the service has died; where the
	 * descriptor is no pipe, the program's own end tells. */
	struct pollfd p[3] = { { s->fd, POLLIN, 0 }, { fd, 0, 0 },
		{ os_pidfd(s->prog), POLLIN, 0 } };
	/* It may have ended before we could ask for its end. */
	int ready = 0, over = p[2].fd < 0 && errno == ESRCH, r;

	watcher_let_go(fd);
	while (!over && !clock_passed(deadline)) {
		uint64_t look =
			p[2].fd < 0 ? clock_deadline(LOOK_MS) : CLOCK_NEVER;

		if (poll(p, 3, clock_left(look < deadline ? look : deadline)) <
			0)
			continue;
		over = p[2].revents ||
			(p[1].revents & (POLLERR | POLLHUP | POLLNVAL)) ||
			(p[2].fd < 0 && has_ended(s, child));
		/* All that is queued: a barrier may follow at once. */
		while ((r = take(s)) >= 0)
			ready |= r;
		if (ready)
			break;
	}
	if (ready && write(fd, "\n", 1) < 0)
		warn_sys("unable to tell readiness");
	sdsocket_remove(s);
	_exit(0);
}

int
main(int argc, char **argv)
{
	struct sdsocket s = { .prog = getpid() };
	unsigned ms = 0;
	int c, fd = -1, twice = 1;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case '3':
			fd = (int)opt_uint(
				"the descriptor", optarg, 0, INT_MAX);
			break;
		case 'f':
			twice = 0;
			break;
		case OPT_LONG:
			twice = 1;
			break;
		case 't':
			ms = opt_uint("the timeout", optarg, 0, UINT_MAX);
			break;
		}
	argv += optind;
	if (!*argv)
		opt_usage(&usage);
	if (fd < 0)
		fd = watcher_notification_fd();
	else
		watcher_check_fd(fd);
	sdsocket_open(&s);
	c = watcher_fork(twice);
	if (c < 0)
		die_sys(EX_SYSTEM, "unable to fork");
	if (c)
		listen_until_ready(&s, fd, ms, !twice);
	close(fd);
	chain_exec(argv);
}
