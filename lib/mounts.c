/* mounts.c - see mounts.h.  The format is that of proc(5) and fstab(5). */

#include <string.h>

#include "lib/mounts.h"

static int
is_octal(char c)
{
	return c >= '0' && c <= '7';
}

void
mounts_unescape(char *s)
{
	char *to = s;

	for (; *s; s++)
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' &&
			is_octal(s[2]) && is_octal(s[3])) {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 |
				(s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	*to = 0;
}

/* What is before the next blank; *s is after it. */
static char *
field(char **s)
{
	char *start = *s, *end = start ? strchr(start, ' ') : 0;

	*s = end ? end + 1 : 0;
	if (end)
		*end = 0;
	return start;
}

int
mounts_line(struct mounts_line *m, char *line)
{
	field(&line);
	m->dir = field(&line);
	m->type = field(&line);
	m->opts = field(&line);
	if (!m->opts)
		return 0;
	mounts_unescape(m->dir);
	return 1;
}
