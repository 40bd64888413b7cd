/* msg.c - messages to people, one write each, so that lines of several
 * processes on one log never mix. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/os.h"
#include "lib/utf8.h"

/* Not skalibs' PROG: whether that is defined by it or by us depends on its
 * version, and nothing of it that would use it is used here. */
const char *prog_name = "reeve";
int prog_as_s6;

static int never_wait;
static unsigned lost;

void
prog_init(const char *argv0)
{
	const char *base = argv0 ? strrchr(argv0, '/') : 0;

	if (argv0 && *argv0)
		prog_name = base ? base + 1 : argv0;
	prog_as_s6 = !strncmp(prog_name, "s6-", 3);
	if (argv0 && *argv0)
		os_called_as(argv0);
}

void
msg_never_wait(void)
{
	never_wait = 1;
}

/* O_NONBLOCK belongs to the open file, which our children share: so it is
 * opened once more, for the moment, as messages are rare and descriptors few.
 * Where that cannot be done (no /proc), it is asked first.  1 if it went out,
 * or never will. */
static int
put(const char *buf, size_t n)
{
	struct pollfd p = { 2, POLLOUT, 0 };
	struct stat st;
	int fd, r;

	if (!never_wait || fstat(2, &st) < 0 || !S_ISFIFO(st.st_mode))
		return write(2, buf, n) >= 0 || errno != EAGAIN;
	fd = os_reopen(2, O_WRONLY | O_NONBLOCK);
	if (fd < 0 && poll(&p, 1, 0) != 1)
		return 0;
	r = write(fd < 0 ? 2 : fd, buf, n) >= 0 || errno != EAGAIN;
	if (fd >= 0)
		close(fd);
	return r;
}

static void MSG_LIKE(3, 0)
	emit(const char *level, int err, const char *fmt, va_list ap)
{
	char buf[MSG_MAX];
	size_t max = sizeof buf - 1, n = 0, from;
	int r, saved = errno;

	if (lost) {
		r = snprintf(buf, max,
			"%s: warning: %u messages were dropped "
			"before this one, as nobody read them\n",
			prog_name, lost);
		n = r < 0 ? 0 : (size_t)r;
	}
	from = n;
	r = snprintf(buf + n, max - n, "%s: %s", prog_name, level);
	n = r < 0 ? n : (size_t)r < max - n ? n + (size_t)r : max - 1;
	r = vsnprintf(buf + n, max - n, fmt, ap);
	if (r > 0)
		n = (size_t)r < max - n ? n + (size_t)r : max - 1;
	if (err && n < max - 1) {
		r = snprintf(buf + n, max - n, ": %s", strerror(err));
		if (r > 0)
			n = (size_t)r < max - n ? n + (size_t)r : max - 1;
	}
	n = from + utf8_clean(buf + from, n - from);
	buf[n++] = '\n';
	lost = put(buf, n) ? 0 : lost + 1;
	errno = saved;
}

#define EMIT(level, err)                                                       \
	do {                                                                   \
		va_list ap;                                                    \
		va_start(ap, fmt);                                             \
		emit(level, err, fmt, ap);                                     \
		va_end(ap);                                                    \
	} while (0)

void
warn(const char *fmt, ...)
{
	EMIT("warning: ", 0);
}

void
warn_sys(const char *fmt, ...)
{
	EMIT("warning: ", errno);
}

void
info(const char *fmt, ...)
{
	EMIT("info: ", 0);
}

void
say(const char *fmt, ...)
{
	EMIT("", 0);
}

void
die(int code, const char *fmt, ...)
{
	EMIT("fatal: ", 0);
	exit(code);
}

void
die_sys(int code, const char *fmt, ...)
{
	EMIT("fatal: ", errno);
	exit(code);
}
