/* ioconnect.c - copy standard input to one descriptor and another one to
 * standard output, both at once.  See s6-ioconnect(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/s6/ipc/umsg.h"

enum { BUF = 65536 };

struct flow {
	int from, to; /* -1 when ended */
	size_t head, len; /* bytes waiting in buf */
	int eof;
	char buf[BUF];
};

static const struct opt opts[] = {
	{ 't', "timeout", "MS", "exit 1 after MS without a byte (never)" },
	{ 'r', "read", "FD", "copied to standard output (6)" },
	{ 'w', "write", "FD", "standard input is copied to it (7)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = { "[ -t timeout ] [ -r fdr ] [ -w fdw ]",
	"Copy standard input to descriptor 7, and descriptor 6 to standard\n"
	"output, until both have ended.",
	opts, "Exit status: 0 all done, 1 timeout, 100 misuse, 111 error." };

static void
finish_out(struct flow *f)
{
	if (f->to < 0)
		return;
	/* The other direction of a socket goes on. */
	if (shutdown(f->to, SHUT_WR) < 0)
		close(f->to);
	f->to = -1;
}

static void
finish_in(struct flow *f)
{
	if (f->from < 0)
		return;
	shutdown(f->from, SHUT_RD);
	close(f->from);
	f->from = -1;
	f->eof = 1;
}

static void
take(struct flow *f)
{
	ssize_t n = read(
		f->from, f->buf + f->head + f->len, BUF - f->head - f->len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		finish_in(f);
		return;
	}
	f->len += (size_t)n;
}

static void
give(struct flow *f)
{
	ssize_t n = write(f->to, f->buf + f->head, f->len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		f->len = 0;
		finish_in(f);
		finish_out(f);
		return;
	}
	f->len -= (size_t)n;
	f->head = f->len ? f->head + (size_t)n : 0;
}

static int
live(const struct flow *f)
{
	return f->to >= 0;
}

int
main(int argc, char **argv)
{
	static struct flow f[2]; /* of zeros: buffers are in no file */
	unsigned timeout = 0;
	int c;

	prog_init(argv[0]);
	f[0].to = 7;
	f[1].from = 6;
	f[1].to = 1;
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 't':
			timeout = opt_uint("-t", optarg, 0, 1u << 30);
			break;
		case 'r':
			f[1].from = (int)opt_uint("-r", optarg, 0, 65535);
			break;
		case 'w':
			f[0].to = (int)opt_uint("-w", optarg, 0, 65535);
			break;
		}
	if (argc != optind)
		opt_usage(&usage);
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 2; i++) {
		int fds[2] = { f[i].from, f[i].to };

		for (int k = 0; k < 2; k++) {
			int fl = fcntl(fds[k], F_GETFL);

			if (fl < 0)
				die_sys(EX_SYSTEM, "descriptor %d", fds[k]);
			fcntl(fds[k], F_SETFL, fl | O_NONBLOCK);
		}
	}
	while (live(&f[0]) || live(&f[1])) {
		struct pollfd p[4];
		int r;

		for (int i = 0; i < 2; i++) {
			p[2 * i] = (struct pollfd){ .events = POLLIN,
				.fd = f[i].head + f[i].len < BUF ? f[i].from
								 : -1 };
			p[2 * i + 1] = (struct pollfd){ .fd = f[i].to,
				.events = f[i].len ? POLLOUT : 0 };
		}
		do
			r = poll(p, 4, timeout ? (int)timeout : -1);
		while (r < 0 && errno == EINTR);
		if (r < 0)
			die_sys(EX_SYSTEM, "unable to poll");
		if (r == 0)
			return EX_NO;
		for (int i = 0; i < 2; i++) {
			if (p[2 * i + 1].revents & POLLOUT)
				give(&f[i]);
			else if (p[2 * i + 1].revents & (POLLERR | POLLNVAL) &&
				f[i].to >= 0) {
				/* Nobody reads us any more. */
				f[i].len = 0;
				finish_in(&f[i]);
				finish_out(&f[i]);
			}
			if (p[2 * i].revents && f[i].from >= 0)
				take(&f[i]);
			if (f[i].eof && !f[i].len)
				finish_out(&f[i]);
		}
	}
	return 0;
}
