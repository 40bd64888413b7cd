/* resume.c - fuzz what a supervise tells the program that it becomes. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "supervise/adopt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint64_t n[ADOPT_NUMBERS], again[ADOPT_NUMBERS];
	char *text = malloc(len + 1), out[ADOPT_TEXT];
	int ok;

	if (!text)
		abort();
	memcpy(text, data, len);
	text[len] = 0;
	ok = adopt_numbers_unpack(n, text);
	free(text);
	if (!ok)
		return 0;
	adopt_numbers_pack(out, n);
	if (!adopt_numbers_unpack(again, out) || memcmp(n, again, sizeof n))
		abort();
	return 0;
}
