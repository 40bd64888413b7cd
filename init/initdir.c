/* initdir.c - reads and writes the small files by which the parts of
 * reeve-init tell each other things. */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init/initdir.h"
#include "lib/file.h"
#include "lib/num.h"
#include "lib/path.h"

int
initdir_put_text(const char *name, const char *value)
{
	char path[128], text[PATH_LEN + 1];
	int n = snprintf(text, sizeof text, "%s\n", value);

	if (n < 0 || (size_t)n >= sizeof text ||
		path_join(path, sizeof path, INITDIR, name) < 0)
		return -1;
	return file_write(AT_FDCWD, path, text, (size_t)n, 0600, 0);
}

int
initdir_put(const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof text, "%llu", (unsigned long long)value);
	return initdir_put_text(name, text);
}

int
initdir_get_text(const char *name, char *buf, size_t max)
{
	char path[128];
	ssize_t n;
	char *end;

	if (path_join(path, sizeof path, INITDIR, name) < 0)
		return 0;
	n = file_read(AT_FDCWD, path, buf, max);
	if (n < 1 || !(end = memchr(buf, '\n', (size_t)n)))
		return 0;
	*end = 0;
	return 1;
}

uint64_t
initdir_get(const char *name, uint64_t otherwise)
{
	char text[24];
	uint64_t v;

	return initdir_get_text(name, text, sizeof text) && num_u64(text, &v)
		? v
		: otherwise;
}

void
initdir_drop(const char *name)
{
	char path[128];

	if (path_join(path, sizeof path, INITDIR, name) == 0)
		unlink(path);
}
