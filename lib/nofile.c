/* nofile.c - raises the limit of open files, and gives children the old one.
 * */

#include <fcntl.h>

#include "lib/nofile.h"

enum { HIGH = 1 << 20 };

rlim_t
nofile_soft(void)
{
	struct rlimit l;

	return getrlimit(RLIMIT_NOFILE, &l) < 0 ? 0 : l.rlim_cur;
}

rlim_t
nofile_raise(void)
{
	struct rlimit l;
	rlim_t was, hard;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0)
		return 0;
	was = l.rlim_cur;
	hard = l.rlim_max;
	if (was == hard)
		return was;
	l.rlim_cur = hard;
	if (setrlimit(RLIMIT_NOFILE, &l) == 0)
		return was;
	/* macOS has no hard limit, and a bound that this call does not tell. */
	for (l.rlim_cur = HIGH; l.rlim_cur > was; l.rlim_cur /= 2)
		if (l.rlim_cur <= hard && setrlimit(RLIMIT_NOFILE, &l) == 0)
			break;
	return was;
}

unsigned
nofile_free(unsigned limit)
{
	unsigned n = 0;

	for (unsigned fd = 0; fd < limit; fd++)
		n += fcntl((int)fd, F_GETFD) < 0;
	return n;
}

void
nofile_set(rlim_t soft)
{
	struct rlimit l;

	if (!soft || getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur == soft)
		return;
	l.rlim_cur = soft;
	setrlimit(RLIMIT_NOFILE, &l);
}
