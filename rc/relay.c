/* relay.c - see relay.h. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "rc/relay.h"

enum { LAST_MS = 200, BUFFER = 8192, FILES_MAX = 65536 };

static int given[3] = { -1, -1, -1 };
static int over = -1; /* hung up when the copying has ended */
static pid_t copier;

/* The same place: then the order of both outputs is kept. */
static int
is_one(int a, int b)
{
	struct stat s, t;

	return fstat(a, &s) == 0 && fstat(b, &t) == 0 && s.st_dev == t.st_dev &&
		s.st_ino == t.st_ino;
}

/* Of p: read there, write to 1 and 2; one that is gone is read all the
 * same. */
static _Noreturn void
copy(struct pollfd p[2])
{
	int to[2] = { 1, 2 };
	char buf[BUFFER];

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (poll(p, 2, -1) < 0)
			continue;
		for (int i = 0; i < 2; i++) {
			ssize_t r = 0;

			if (p[i].fd < 0 || !p[i].revents)
				continue;
			r = read(p[i].fd, buf, sizeof buf);
			if (r < 0 && errno == EINTR)
				continue;
			if (r <= 0)
				p[i].fd = -1;
			else if (to[i] >= 0 &&
				file_write_all(to[i], buf, (size_t)r) < 0)
				to[i] = -1;
		}
	}
	_exit(0);
}

/* In the child: nothing but the ends of pipes, and no signal of a terminal. */
static _Noreturn void
become_copier(const int reads[2], int tells)
{
	struct pollfd p[2] = { { reads[0], POLLIN, 0 },
		{ reads[1], POLLIN, 0 } };
	long max = sysconf(_SC_OPEN_MAX);
	sigset_t all;

	setsid();
	signal(SIGPIPE, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, 0);
	if (max < 0 || max > FILES_MAX)
		max = FILES_MAX;
	/* Not the lock of a change, nor the connections to the daemon. */
	for (int fd = 3; fd < max; fd++)
		if (fd != reads[0] && fd != reads[1] && fd != tells)
			close(fd);
	copy(p);
}

static int
make_pipe(int p[2])
{
	if (pipe(p) < 0)
		return -1;
	fcntl(p[0], F_SETFD, FD_CLOEXEC);
	fcntl(p[1], F_SETFD, FD_CLOEXEC);
	fchmod(p[1], FILE_PIPE_MODE);
	return 0;
}

static void
drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int
begin(void)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, end[2] = { -1, -1 };
	int one = is_one(1, 2), e;

	given[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (given[0] < 0 || make_pipe(out) < 0 ||
		(!one && make_pipe(err) < 0) || make_pipe(end) < 0)
		goto fail;
	copier = fork();
	if (copier < 0)
		goto fail;
	if (!copier)
		become_copier((const int[]){ out[0], err[0] }, end[1]);
	given[1] = out[1];
	given[2] = one ? out[1] : err[1];
	over = end[0];
	close(out[0]);
	drop(err);
	close(end[1]);
	return 0;
fail:
	e = errno;
	for (int i = 0; i < 2; i++) {
		drop(out + i);
		drop(err + i);
		drop(end + i);
	}
	drop(given);
	errno = e;
	return -1;
}

const int *
relay_fds(void)
{
	return over >= 0 || begin() == 0 ? given : 0;
}

void
relay_end(void)
{
	struct pollfd p = { over, 0, 0 };

	if (over < 0)
		return;
	if (given[2] != given[1])
		drop(given + 2);
	drop(given + 1);
	drop(given);
	(void)poll(&p, 1, LAST_MS);
	drop(&over);
	(void)waitpid(copier, 0, WNOHANG);
}
