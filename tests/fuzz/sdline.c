/* sdline.c - fuzz a datagram of sd_notify: each line is one of those that are
 * known, whole, or none. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/ready/sdline.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1), *save = 0;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = 0;
	for (char *line = strtok_r(copy, "\n", &save); line;
		line = strtok_r(0, "\n", &save)) {
		const char *text = 0;
		unsigned n = 0;
		enum sdline what = sdline_parse(line, &text, &n);

		if (what == SDLINE_OTHER
				? text != 0
				: text < line || text > line + strlen(line))
			abort();
		if ((what == SDLINE_READY) != !strcmp(line, "READY=1"))
			abort();
	}
	free(copy);
	return 0;
}
