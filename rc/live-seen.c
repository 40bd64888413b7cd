/* live-seen.c - see live-seen.h. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config.h"
#include "lib/file.h"
#include "rc/live-seen.h"

int
live_seen_text(char *buf, size_t max, int genfd)
{
	struct stat st;

	if (fstatat(genfd, "db", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return snprintf(buf, max, "%llu %llu %lld %lld.%09ld %lld.%09ld\n",
		(unsigned long long)st.st_uid, (unsigned long long)st.st_ino,
		(long long)st.st_size, (long long)st.st_mtim.tv_sec,
		st.st_mtim.tv_nsec, (long long)st.st_ctim.tv_sec,
		st.st_ctim.tv_nsec);
}

int
live_seen_unchanged(int genfd)
{
	char now[LIVE_SEEN_MAX], *then;
	int n = live_seen_text(now, sizeof now, genfd), same;
	ssize_t len =
		n < 0 ? -1 : file_slurp(genfd, LIVE_SEEN, &then, sizeof now);

	if (len < 0)
		return 0;
	same = len == n && !memcmp(now, then, (size_t)n);
	free(then);
	return same;
}
