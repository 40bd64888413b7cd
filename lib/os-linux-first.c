/* os-linux-first.c - what /proc tells everybody of process 1. */

#include "config.h"
#ifdef HAS_LINUX

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/os.h"

int
os_first(uid_t *uid, char *last, size_t max)
{
	char line[4096];
	struct stat st;
	const char *word;
	ssize_t n;

	if (stat("/proc/1", &st) < 0)
		return -1;
	*uid = st.st_uid;
	n = file_read(AT_FDCWD, "/proc/1/cmdline", line, sizeof line);
	if (n < 0)
		return -1;
	/* The last word counts only if it is there to its end. */
	if (n < 2 || (size_t)n == sizeof line || line[n - 1]) {
		errno = EINVAL;
		return -1;
	}
	word = line + n - 1;
	while (word > line && word[-1])
		word--;
	if (strlen(word) >= max) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(last, word);
	return 0;
}

#endif
