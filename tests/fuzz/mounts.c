/* mounts.c - fuzz lines of /proc/mounts: the fields lie within the line, one
 * behind the other, and only paths have been unescaped. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mounts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *line = malloc(len + 1), *path = malloc(len + 1);
	struct mounts_line m;

	if (!line || !path)
		abort();
	memcpy(line, data, len);
	line[len] = 0;
	strcpy(path, line);
	mounts_unescape(path);
	if (strlen(path) > strlen(line) ||
		(!strchr(line, '\\') && strcmp(path, line)))
		abort();
	if (mounts_line(&m, line) &&
		(m.dir <= line || m.type <= m.dir + strlen(m.dir) ||
			m.opts <= m.type + strlen(m.type) ||
			m.opts + strlen(m.opts) > line + len ||
			strchr(m.type, ' ') || strchr(m.opts, ' ')))
		abort();
	free(path);
	free(line);
	return 0;
}
