/* setlock.c - execute a program while holding a lock.
 * See reeve-setlock(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/os.h"

static const struct opt opts[] = {
	{ 'n', "no-wait", 0, "if the lock is held by another, exit 1" },
	{ 'N', "wait", 0, "if the lock is held by another, wait (default)" },
	{ 't', "timeout", "MS", "wait at most MS milliseconds, then exit 1" },
	{ 'r', "shared", 0, "take a shared lock" },
	{ 'w', "exclusive", 0, "take an exclusive lock (default)" },
	{ 'x', "quiet", 0,
		"if the lock is not to be had, exit 0 and say "
		"nothing\n(setlock's of daemontools)" },
	{ 'X', "loud", 0, "say so and fail (default)" },
	{ 'd', "fd", "FD",
		"keep the lock on this descriptor; then it is held\n"
		"until the last process that inherits it has\n"
		"closed it" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[-n | -N | -t MS] [-r | -w] [-x | -X] [-d FD] file prog...",
	"Open file, making it if it is not there; lock it; execute prog.", opts,
	"Exit status: 1 the lock is held by another; 100 misuse; 111 system\n"
	"error; 126 and 127 prog cannot be executed, or was not found."
};

enum { AGAIN_MS = 20 };

/* Only there to interrupt fcntl. */
static void
on_alarm(int sig)
{
	(void)sig;
}

/* Let SIGALRM interrupt us in ms; and again and again, in case the first
 * comes before we wait. */
static void
timer(unsigned ms)
{
	struct itimerval t = { .it_interval = { 0, ms ? AGAIN_MS * 1000 : 0 },
		.it_value = { ms / 1000, ms % 1000 * 1000 } };

	setitimer(ITIMER_REAL, &t, 0);
}

/* 0, or -1 and errno; EINTR: it took too long. */
static int
lock(int fd, int shared, int wait, int inherited)
{
	struct flock l = { .l_type = shared ? F_RDLCK : F_WRLCK,
		.l_whence = SEEK_SET };

	/* A lock of the descriptor, not of this process, lives on in every
	 * heir; it conflicts with the other kind. */
	if (inherited)
		return os_lock(fd, shared, wait);
	return fcntl(fd, wait ? F_SETLKW : F_SETLK, &l);
}

int
main(int argc, char **argv)
{
	int c, fd, shared = 0, wait = 1, to = -1, quiet = 0;
	unsigned timeout_ms = 0;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'n':
			wait = 0;
			break;
		case 'N':
			wait = 1;
			timeout_ms = 0;
			break;
		case 't':
			wait = 1;
			timeout_ms =
				opt_uint("the timeout", optarg, 0, UINT_MAX);
			break;
		case 'r':
			shared = 1;
			break;
		case 'w':
			shared = 0;
			break;
		case 'x':
			quiet = 1;
			break;
		case 'X':
			quiet = 0;
			break;
		case 'd':
			to = (int)opt_uint(
				"the descriptor", optarg, 0, INT_MAX);
			break;
		}
	argv += optind;
	if (!argv[0] || !argv[1])
		opt_usage(&usage);
	fd = open(argv[0],
		(shared ? O_RDONLY : O_WRONLY) | O_CREAT | O_NONBLOCK, 0666);
	if (fd < 0)
		die_sys(EX_SYSTEM, "unable to open %s for %s", argv[0],
			shared ? "reading" : "writing");
	if (to >= 0 && to != fd) {
		if (dup2(fd, to) < 0)
			die_sys(EX_SYSTEM, "unable to use descriptor %d", to);
		close(fd);
		fd = to;
	}
	if (timeout_ms) {
		struct sigaction sa = { .sa_handler = on_alarm };

		sigaction(SIGALRM, &sa, 0);
		timer(timeout_ms);
	}
	if (lock(fd, shared, wait, to >= 0) < 0) {
		if (errno == EINTR)
			errno = ETIMEDOUT;
		else if (errno == EAGAIN || errno == EACCES)
			errno = EBUSY;
		if (quiet && (errno == ETIMEDOUT || errno == EBUSY))
			return EX_OK;
		die_sys(errno == ETIMEDOUT || errno == EBUSY ? EX_NO
							     : EX_SYSTEM,
			"unable to lock %s", argv[0]);
	}
	if (timeout_ms)
		timer(0); /* it would survive the exec */
	chain_exec(argv + 1);
}
