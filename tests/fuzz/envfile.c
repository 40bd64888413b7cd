/* envfile.c - fuzz files that hold the value of a variable: it is a part of
 * the file's beginning, without NUL, and as long as is said. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/envfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	for (int how = 0; how < 4; how++) {
		char *s = malloc(len + 1);
		size_t n;

		if (!s)
			abort();
		memcpy(s, data, len);
		n = envfile_value(s, len, how, '\n');
		if (n > len || strlen(s) != n)
			abort();
		for (size_t i = 0; i < n; i++)
			if (s[i] != (data[i] ? (char)data[i] : '\n'))
				abort();
		if (how == (ENVFILE_FULL | ENVFILE_BLANKS) && n != len)
			abort();
		if (!(how & ENVFILE_FULL) && memchr(data, '\n', n))
			abort();
		free(s);
	}
	return 0;
}
