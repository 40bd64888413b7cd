/* lastrun.c - writes and reads the result of the last run of a schedule. */

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/file.h"
#include "lib/num.h"
#include "rc/lastrun.h"

size_t
lastrun_pack(char *buf, const struct lastrun *r)
{
	int killed = WIFSIGNALED(r->wstat);

	return (size_t)snprintf(buf, LASTRUN_LINE, "%lld %lld %s %d\n",
		r->start, r->end, killed ? "signal" : "exit",
		killed ? WTERMSIG(r->wstat) : WEXITSTATUS(r->wstat));
}

static int
seconds(const char *word, long long *t)
{
	uint64_t u;

	if (!num_u64(word, &u) || u > INT64_MAX / 1000)
		return 0;
	*t = (long long)u;
	return 1;
}

int
lastrun_unpack(struct lastrun *r, const char *buf, size_t len)
{
	char text[LASTRUN_LINE], *word[4], *p = text;
	struct lastrun got;
	unsigned n;

	if (len < 2 || len > sizeof text || buf[len - 1] != '\n' ||
		memchr(buf, 0, len))
		return 0;
	memcpy(text, buf, len);
	text[len - 1] = 0;
	for (int i = 0; i < 4; i++) {
		word[i] = p;
		p = p ? strchr(p, ' ') : 0;
		if (p)
			*p++ = 0;
	}
	if (p || !word[3] || !seconds(word[0], &got.start) ||
		!seconds(word[1], &got.end) || !num_uint(word[3], &n))
		return 0;
	/* As the system puts them together everywhere. */
	if (!strcmp(word[2], "exit") && n < 256)
		got.wstat = (int)n << 8;
	else if (!strcmp(word[2], "signal") && n && n < 127)
		got.wstat = (int)n;
	else
		return 0;
	*r = got;
	return 1;
}

int
lastrun_read(struct lastrun *r, int at, const char *name)
{
	char text[LASTRUN_LINE + 1];
	ssize_t n = file_read(at, name, text, sizeof text);

	return n > 0 && lastrun_unpack(r, text, (size_t)n);
}
