/* journal.c - fuzz the journal of a switch: no crash, and what is accepted
 * is written back the same. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rc/switch/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal j, k;
	size_t len;
	char *text;

	if (!journal_parse(&j, (const char *)data, size))
		return 0;
	text = journal_format(&j, &len);
	if (!text || !journal_parse(&k, text, len) ||
		k.nrenames != j.nrenames || k.nmoves != j.nmoves ||
		k.nreloads != j.nreloads || k.nalong != j.nalong ||
		k.began != j.began || k.from != j.from || k.to != j.to ||
		strcmp(k.boot, j.boot))
		abort();
	journal_free(&k);
	journal_free(&j);
	free(text);
	return 0;
}
