/* waiting.c - see waiting.h.  Called by scan.c, for the programs that wait in
 * it. */

#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/msg.h"
#include "rc/waiting.h"

int
waiting_full(char *buf, size_t max, const char *path)
{
	struct statvfs v;
	int root = geteuid() == 0;

	*buf = 0;
	if (statvfs(path, &v) < 0)
		return 0;
	if (!(root ? v.f_bfree : v.f_bavail) && v.f_blocks)
		snprintf(buf, max, " (no space is left on %s)", path);
	else if (!(root ? v.f_ffree : v.f_favail) && v.f_files)
		snprintf(buf, max, " (no more files fit on %s)", path);
	return *buf != 0;
}

void
waiting_tell(const struct live *l, const char *name, uint32_t missing,
	unsigned seconds)
{
	char why[PATH_LEN + 64], others[48] = "";

	if (prog_as_s6)
		return;
	if (missing > 1)
		snprintf(others, sizeof others, " and %u others",
			(unsigned)missing - 1);
	waiting_full(why, sizeof why, l->path);
	info("after %u s, still waiting until %s%s %s supervised%s", seconds,
		name, others, missing > 1 ? "are" : "is", why);
}
