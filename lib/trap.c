/* trap.c - blocks signals, and lets them in only while the loop waits. */

#include <errno.h>
#include <signal.h>
#include <sys/select.h>
#include <time.h>

#include "config.h"
#include "lib/os.h"
#include "lib/trap.h"

enum { READY_IN_A_ROW = 16 };

static const int *trapped; /* borrowed from the caller */
static volatile sig_atomic_t got[TRAP_MAX]; /* by place in it */

static void
handler(int sig)
{
	for (int i = 0; trapped[i]; i++)
		if (trapped[i] == sig)
			got[i] = 1;
}

void
trap_signals(const int *signals)
{
	struct sigaction sa = { .sa_handler = handler };
	sigset_t set;

	trapped = signals;
	sigemptyset(&set);
	for (int i = 0; signals[i]; i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, 0);
	sigfillset(&sa.sa_mask);
	for (int i = 0; signals[i]; i++)
		sigaction(signals[i], &sa, 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

int
trap_took(int sig)
{
	for (int i = 0; trapped[i]; i++)
		if (trapped[i] == sig && got[i]) {
			got[i] = 0;
			return 1;
		}
	return 0;
}

void
trap_release(void)
{
	sigset_t none;

	/* What is pending is not delivered any more: it would end us here. */
	for (int i = 0; trapped && trapped[i]; i++) {
		signal(trapped[i], SIG_IGN);
		signal(trapped[i], SIG_DFL);
	}
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, 0);
}

#ifndef HAS_PPOLL
/* Descriptors beyond what select can watch are not watched: those who wait
 * for few open them early. */
static int
ppoll_by_select(struct pollfd *fds, nfds_t n, const struct timespec *ts,
	const sigset_t *mask)
{
	fd_set set;
	int r, max = -1;

	FD_ZERO(&set);
	for (nfds_t i = 0; i < n; i++)
		if (fds[i].fd >= 0 && fds[i].fd < FD_SETSIZE) {
			FD_SET(fds[i].fd, &set);
			if (fds[i].fd > max)
				max = fds[i].fd;
		}
	r = pselect(max + 1, &set, 0, 0, ts, mask);
	for (nfds_t i = 0; i < n; i++)
		fds[i].revents = r > 0 && fds[i].fd >= 0 &&
				fds[i].fd < FD_SETSIZE &&
				FD_ISSET(fds[i].fd, &set)
			? POLLIN
			: 0;
	return r;
}
#define ppoll ppoll_by_select
#endif

/* Descriptors come first: as long as there is always one ready, no signal is
 * delivered.  Whoever can write to one without end must not keep us from
 * being told to end. */
static void
let_signals_in(void)
{
	static unsigned in_a_row;
	sigset_t none, blocked;

	if (++in_a_row % READY_IN_A_ROW)
		return;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, 0);
}

int
trap_wait(struct pollfd *fds, nfds_t n, uint64_t until)
{
	uint64_t now = until ? os_now() : 0;
	struct timespec ts = { 0, 0 };
	sigset_t none;
	int r;

	if (until > now) {
		ts.tv_sec = (time_t)((until - now) / 1000000000);
		ts.tv_nsec = (long)((until - now) % 1000000000);
	}
	sigemptyset(&none);
	r = ppoll(fds, n, until ? &ts : 0, &none);
	if (r > 0)
		let_signals_in();
	for (nfds_t i = 0; r <= 0 && i < n; i++)
		fds[i].revents = 0;
	return r;
}

uint64_t
trap_earlier(uint64_t a, uint64_t b)
{
	return !a ? b : !b ? a : a < b ? a : b;
}
