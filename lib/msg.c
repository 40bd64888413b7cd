/* msg.c - messages to people, one write each, so that lines of several
 * processes on one log never mix. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/os.h"

/* Not skalibs' PROG: whether that is defined by it or by us depends on its
 * version, and nothing of it that would use it is used here. */
const char *prog_name = "reeve";
int prog_as_s6;

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

static void MSG_LIKE(3, 0)
emit(const char *level, int err, const char *fmt, va_list ap)
{
	char buf[MSG_MAX];
	size_t max = sizeof buf - 1, n = 0;
	int r, saved = errno;

	r = snprintf(buf, max, "%s: %s", prog_name, level);
	n = r < 0 ? 0 : (size_t)r < max ? (size_t)r : max - 1;
	r = vsnprintf(buf + n, max - n, fmt, ap);
	if (r > 0)
		n = (size_t)r < max - n ? n + (size_t)r : max - 1;
	if (err && n < max - 1) {
		r = snprintf(buf + n, max - n, ": %s", strerror(err));
		if (r > 0)
			n = (size_t)r < max - n ? n + (size_t)r : max - 1;
	}
	buf[n++] = '\n';
	if (write(2, buf, n) < 0) {
		/* Nobody to tell. */
	}
	errno = saved;
}

#define EMIT(level, err) do { \
	va_list ap; \
	va_start(ap, fmt); \
	emit(level, err, fmt, ap); \
	va_end(ap); \
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
