/* msg-brief.c - puts messages together from words, without printf. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/msg-brief.h"
#include "lib/msg.h"

enum { BRIEF_MAX = 1024 };

static void
add(char *buf, size_t *n, const char *s)
{
	size_t len = strlen(s);

	if (len > BRIEF_MAX - 1 - *n)
		len = BRIEF_MAX - 1 - *n;
	memcpy(buf + *n, s, len);
	*n += len;
}

void
brief(const char *a, const char *b, const char *c)
{
	char buf[BRIEF_MAX];
	size_t n = 0;
	int saved = errno;

	add(buf, &n, prog_name);
	add(buf, &n, ": ");
	add(buf, &n, a);
	add(buf, &n, b);
	add(buf, &n, c);
	buf[n++] = '\n';
	if (write(2, buf, n) < 0) {
		/* Nobody to tell. */
	}
	errno = saved;
}

void
brief_die_sys(int code, const char *a, const char *b)
{
	char what[BRIEF_MAX];
	size_t n = 0;

	add(what, &n, "fatal: ");
	add(what, &n, a);
	add(what, &n, b);
	what[n] = 0;
	brief(what, ": ", strerror(errno));
	_exit(code);
}
