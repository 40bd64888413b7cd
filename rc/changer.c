/* changer.c - who changes a live set: its lock, its signals, its time, and the
 * scripts of an earlier one that have to end first. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <skalibs/selfpipe.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/nofile.h"
#include "lib/num.h"
#include "lib/os.h"
#include "rc/job.h"
#include "rc/running.h"

enum {
	EARLIER_MS = 2000,
	EARLIER_AGAIN_MS = 60000,
	SETTLE_TRIES = 50,
	SETTLE_PAUSE_MS = 100,
	LOCK_MIN_MS = 5,
	LOCK_MAX_MS = 100
};

static int selfpipe = -1;

int
run_pipe(void)
{
	return selfpipe;
}

/* A worker whose front end is killed asks for nothing more. */
static void
live_with_front(void)
{
	const char *front = getenv(RUN_FRONT);
	unsigned pid;

	if (!front || !num_uint(front, &pid) || (pid_t)pid != getppid()) {
		unsetenv(RUN_FRONT);
		return;
	}
	(void)os_when_parent_ends(SIGHUP);
	if ((pid_t)pid != getppid())
		die(EX_SYSTEM,
			"nothing was changed: who asked for it has "
			"ended");
	unsetenv(RUN_FRONT);
}

/* The lock, or -1 and errno; until the deadline. */
static int
wait_for_lock(const struct run *r, int livefd)
{
	int pause = LOCK_MIN_MS, fd;

	if (!r->deadline)
		return live_lock(livefd, 1);
	while ((fd = live_lock(livefd, 0)) < 0 && errno == EAGAIN) {
		uint64_t now = clock_now();

		if (now >= r->deadline) {
			warn("out of time: the change in progress (pid %ld) "
			     "goes on, and nothing was asked for",
				(long)file_locked_by(livefd, "lock"));
			errno = ETIMEDOUT;
			return -1;
		}
		poll(0, 0,
			r->deadline - now < (uint64_t)pause
				? (int)(r->deadline - now)
				: pause);
		if (pause < LOCK_MAX_MS)
			pause *= 2;
	}
	return fd;
}

int
run_lock(struct run *r, const char *path, int block)
{
	const char *changer = getenv("RC_CHANGER");
	int fd, here = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pid_t holder;
	unsigned pid;

	if (here < 0)
		return -1;
	live_with_front();
	if (r->timeout_ms && !r->deadline)
		r->deadline = clock_now() + r->timeout_ms;
	fd = live_lock(here, 0);
	if (fd >= 0 || errno != EAGAIN)
		goto out;
	errno = EBUSY;
	if (!block)
		goto out;
	holder = file_locked_by(here, "lock");
	if (changer && num_uint(changer, &pid) && (pid_t)pid == holder) {
		warn("%s is locked by the change that runs this script", path);
		errno = EDEADLK;
		goto out;
	}
	if (!prog_as_s6)
		info("waiting for the change in progress (pid %ld)",
			(long)holder);
	fd = wait_for_lock(r, here);
out : {
	int e = errno;

	close(here);
	errno = e;
}
	return fd;
}

unsigned
run_left(const struct run *r)
{
	uint64_t now = clock_now();

	if (!r->deadline)
		return 0;
	return r->deadline > now ? (unsigned)(r->deadline - now) : 1;
}

void
run_signals(struct run *r)
{
	int sig;

	while ((sig = selfpipe_read()) > 0) {
		warn("got %s", num_signame(sig));
		r->interrupted = 1;
	}
}

int
run_begin(struct run *r)
{
	static const int list[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		sigaddset(&set, list[i]);
	if (selfpipe < 0) {
		selfpipe = selfpipe_init();
		if (selfpipe < 0 || selfpipe_trapset(&set) < 0)
			return -1;
		signal(SIGPIPE, SIG_IGN);
		/* Each longrun on its way takes two descriptors. */
		nofile_raise();
	}
	if (!r->ready && r->timeout_ms && !r->deadline)
		r->deadline = clock_now() + r->timeout_ms;
	r->ready = 1;
	return 0;
}

/* A script of an earlier changer, which was killed or interrupted, runs.  To
 * go on beside it is not safe: out of time nothing is asked of anybody. */
static void
tell_earlier(struct run *r, uint64_t *tell)
{
	uint64_t now = clock_now();
	int late = r->deadline && r->deadline <= now;
	char name[DB_NAME_MAX + 1] = "";
	long pid;

	if (!late && now < *tell)
		return;
	*tell = now + EARLIER_AGAIN_MS;
	pid = running_pid_any(r->live->path, name, sizeof name);
	if (late)
		r->interrupted = 1;
	if (late && pid)
		warn("timed out: the script of %s (pid %ld), left by an "
		     "earlier change, is still running (kill -- -%ld ends "
		     "it)",
			name, pid, pid);
	else if (late)
		warn("timed out: the daemon of the oneshots does not say "
		     "that nothing runs");
	else if (pid && !prog_as_s6)
		info("waiting for the script of %s (pid %ld), of an earlier "
		     "change (kill -- -%ld ends it)",
			name, pid, pid);
}

static int
until_told(const struct run *r, uint64_t tell)
{
	uint64_t now = clock_now();

	if (r->deadline && r->deadline < tell)
		tell = r->deadline;
	return tell <= now ? 0 : (int)(tell - now);
}

/* 1 when no script runs, 0 if the daemon ended meanwhile, -1 and errno if
 * there is none, or a signal came. */
static int
settled(struct run *r, int wait, uint64_t *tell)
{
	struct request q = { .kind = REQUEST_IDLE,
		.name = "",
		.logger = "",
		.argv = "",
		.changer = (uint32_t)getpid() };
	unsigned char buf[ANSWER_SIZE];
	size_t got = 0;
	ssize_t n = 1;
	int e, fd = wait ? oneshot_connect(r) : request_connect(r->live->path);

	if (fd < 0)
		return -1;
	if (request_write(fd, &q) < 0)
		n = 0;
	while (got < sizeof buf && n > 0) {
		struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
			{ .fd = selfpipe, .events = POLLIN } };

		int ready = poll(p, 2, until_told(r, *tell));

		if (ready < 0 && errno != EINTR)
			break;
		if (ready == 0)
			tell_earlier(r, tell);
		if (ready > 0 && (p[1].revents & POLLIN))
			r->interrupted = 1;
		if (r->interrupted)
			break;
		if (ready <= 0)
			continue;
		n = read(fd, buf + got, sizeof buf - got);
		got += n > 0 ? (size_t)n : 0;
	}
	e = errno;
	close(fd);
	errno = e;
	return got == sizeof buf || r->interrupted;
}

int
run_settle(struct run *r)
{
	uint64_t tell = clock_now() + EARLIER_MS;
	int done = settled(r, 0, &tell);

	/* A daemon that was killed leaves its scripts running; the next one
	 * knows them. */
	for (unsigned k = 0; done < 1 && k < SETTLE_TRIES; k++) {
		int none = done < 0 && oneshot_no_daemon(errno),
		    noted = running_any(r->live->path);

		if (none && (k || !noted))
			return -1;
		if (k)
			poll(0, 0, SETTLE_PAUSE_MS);
		done = settled(r, noted, &tell);
	}
	if (done > 0 && state_reread(&r->live->state) == 0)
		return 0;
	warn_sys("unable to learn whether a script runs still; nothing is "
		 "done");
	r->lost = 1;
	return -1;
}

void
run_look(struct run *r)
{
	struct request q = { .kind = REQUEST_LOOK,
		.name = "",
		.logger = "",
		.argv = "",
		.changer = (uint32_t)getpid() };
	int fd = request_send(r->live->path, &q);

	/* If it does not run it looks when it starts. */
	if (fd >= 0)
		close(fd);
}
