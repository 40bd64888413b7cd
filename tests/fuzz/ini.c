/* ini.c - any text as a key=value file, read as systemd's and as
 * supervisord's; each value as a command line. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/import/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	for (int systemd = 0; systemd < 2; systemd++) {
		char *text = malloc(len + 1), *words[WORDS_MAX];
		struct ini in = { .at = text };
		unsigned last = 0;

		if (!text)
			return 0;
		memcpy(text, data, len);
		text[len] = 0;
		while (ini_next(&in, systemd)) {
			int n;

			if (in.line <= last || in.number < in.line)
				abort();
			last = in.line;
			if (!in.key)
				continue;
			n = ini_split(in.value, words);
			if (n < 0 || n >= WORDS_MAX || words[n])
				abort();
		}
		free(text);
	}
	return 0;
}
