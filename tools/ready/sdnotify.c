/* sdnotify.c - for programs that speak the protocol of sd_notify(3): turn
 * READY=1 into the newline that supervise waits for.  See reeve-sdnotify(1).
 * The program takes our place and stays the child of its supervisor; a
 * helper, which is nobody's child, holds the socket until it ends. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/os.h"
#include "tools/ready/sdline.h"
#include "tools/ready/sdsocket.h"
#include "tools/ready/watcher.h"

#define STATUS "status-text"
enum {
	ABORT_S = 20, /* how long a core dump may take */
	TRIGGERED = 1 /* a deadline: the service asked for it */
};

struct helper {
	struct sdsocket socket;
	int pidfd;
	int notify_fd; /* -1 once it was told */
	unsigned watchdog_ms;
	uint64_t deadline; /* ns; of the watchdog */
	int aborted; /* it was sent SIGABRT */
	char text[512]; /* what STATUS says */
	const char *state;
};

static const struct opt opts[] = {
	{ '3', "notification-fd", "FD",
		"where supervise waits for a newline "
		"(default 3)" },
	{ 'w', "watchdog", "MS",
		"ask for a sign of life, and send SIGABRT "
		"without one\nfor so long" },
	{ 0 }
};
static const struct usage usage = { "[-3 fd] [-w ms] program [argument...]",
	"Run a program that says by sd_notify when it is ready.", opts,
	"READY, RELOADING, STOPPING, STATUS, WATCHDOG and MAINPID are "
	"understood; what it\nsays last is in the file status-text of the "
	"working directory.\n"
	"Exit status: 100 misuse, 111 system error, else that of program." };

static void
write_status(const struct helper *h)
{
	char line[600];
	int n = snprintf(line, sizeof line, "%s%s%s\n", h->state,
		*h->text && *h->state ? ": " : "", h->text);

	if (file_write(AT_FDCWD, STATUS, line, (size_t)n, 0644, 0) < 0)
		warn_sys("unable to write %s (going on)", STATUS);
}

static void
tell_ready(struct helper *h)
{
	if (h->notify_fd < 0)
		return;
	if (write(h->notify_fd, "\n", 1) < 0)
		warn_sys("unable to tell that the service is ready");
	close(h->notify_fd);
	h->notify_fd = -1;
}

static void
live(struct helper *h)
{
	if (h->aborted)
		return; /* too late */
	h->deadline = os_now() + (uint64_t)h->watchdog_ms * 1000000;
}

static void
take_line(struct helper *h, const char *line)
{
	const char *text;
	unsigned n;

	switch (sdline_parse(line, &text, &n)) {
	case SDLINE_READY:
		h->state = "";
		live(h);
		tell_ready(h);
		break;
	case SDLINE_RELOADING:
		h->state = "reloading";
		break;
	case SDLINE_STOPPING:
		h->state = "stopping";
		break;
	case SDLINE_STATUS:
		snprintf(h->text, sizeof h->text, "%s", text);
		break;
	case SDLINE_ALIVE:
		live(h);
		break;
	case SDLINE_TRIGGER:
		h->deadline = TRIGGERED;
		break;
	case SDLINE_USEC:
		h->watchdog_ms = n / 1000;
		live(h);
		break;
	case SDLINE_MAINPID:
		if ((pid_t)n != h->socket.prog)
			warn("the service names process %u as its main one; "
			     "process %d stays the one that is supervised "
			     "(a pid-file would change that)",
				n, (int)h->socket.prog);
		break;
	case SDLINE_OTHER:
		break;
	}
}

static void
receive(struct helper *h)
{
	char data[SDSOCKET_MESSAGE + 1], *save = 0, old[sizeof h->text];
	const char *state = h->state;

	if (sdsocket_receive(&h->socket, data) <= 0)
		return;
	memcpy(old, h->text, sizeof old);
	for (char *s = strtok_r(data, "\n", &save); s;
		s = strtok_r(0, "\n", &save))
		take_line(h, s);
	if (strcmp(old, h->text) || state != h->state)
		write_status(h);
}

static int
watchdog_wait(const struct helper *h)
{
	uint64_t now = os_now();

	if (!h->aborted && (!h->watchdog_ms || h->notify_fd >= 0))
		return h->deadline == TRIGGERED ? 0 : -1;
	if (now >= h->deadline)
		return 0;
	return (int)((h->deadline - now) / 1000000) + 1;
}

/* SIGABRT is for a core dump, and needs a process that goes on; it may be
 * caught as well, so it is not the last word. */
static void
expired(struct helper *h)
{
	if (h->aborted) {
		warn("it is still there %u s after SIGABRT: sending SIGKILL",
			ABORT_S);
		kill(h->socket.prog, SIGKILL);
	} else {
		if (h->deadline == TRIGGERED)
			warn("it says WATCHDOG=trigger: sending SIGABRT");
		else
			warn("no sign of life for %u ms: sending SIGABRT",
				h->watchdog_ms);
		kill(h->socket.prog, SIGABRT);
		kill(h->socket.prog, SIGCONT);
	}
	h->aborted = 1;
	h->deadline = os_now() + (uint64_t)ABORT_S * 1000000000;
}

static _Noreturn void
help(struct helper *h)
{
	struct pollfd p[2] = { { h->socket.fd, POLLIN, 0 },
		{ h->pidfd, POLLIN, 0 } };

	live(h);
	for (;;) {
		int ms = watchdog_wait(h), n;

		/* Without pidfds somebody has to look. */
		if (h->pidfd < 0 && (ms < 0 || ms > 1000))
			ms = 1000;
		n = poll(p, h->pidfd < 0 ? 1 : 2, ms);
		if (n > 0 && p[0].revents)
			receive(h);
		if (h->pidfd < 0 ? kill(h->socket.prog, 0) < 0 && errno == ESRCH
				 : n > 0 && p[1].revents)
			break;
		if (watchdog_wait(h) == 0) {
			expired(h);
		}
	}
	unlink(STATUS);
	_exit(EX_OK);
}

/* Not a child of the program, which would find one that it did not start. */
static void
start_helper(struct helper *h)
{
	int r = watcher_fork(1);

	if (r < 0)
		die_sys(EX_SYSTEM, "unable to fork");
	if (!r)
		return;
	setsid();
	h->pidfd = os_pidfd(h->socket.prog);
	/* Not to hold the pipe of its log any longer than need be. */
	watcher_let_go(h->notify_fd);
	help(h);
}

int
main(int argc, char **argv)
{
	struct helper h = { .notify_fd = 3,
		.state = "",
		.socket = { .prog = getpid(), .beside = 1, .descendants = 1 } };
	char text[64];
	int o;

	prog_init(argv[0]);
	while ((o = opt_next(&usage, argc, argv)) != -1) {
		if (o == '3')
			h.notify_fd = (int)opt_uint(
				"notification fd", optarg, 3, 65535);
		else if (o == 'w')
			h.watchdog_ms =
				opt_uint("watchdog", optarg, 1, 86400000);
	}
	if (optind == argc)
		opt_usage(&usage);
	if (fcntl(h.notify_fd, F_GETFD) < 0)
		die_sys(EX_MISUSE, "notification fd %d", h.notify_fd);
	sdsocket_open(&h.socket);
	if (h.watchdog_ms) {
		snprintf(text, sizeof text, "%llu",
			(unsigned long long)h.watchdog_ms * 1000);
		setenv("WATCHDOG_USEC", text, 1);
		snprintf(text, sizeof text, "%ld", (long)getpid());
		setenv("WATCHDOG_PID", text, 1);
	}
	start_helper(&h);
	close(h.notify_fd);
	close(h.socket.fd);
	chain_exec(argv + optind);
}
