/* tally.c - any bytes as a death record. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "supervise/tally.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	unsigned char out[TALLY_RECORD];
	struct death d;

	if (!tally_unpack(&d, data, len))
		return 0;
	if (len != TALLY_RECORD)
		abort();
	tally_pack(out, &d);
	if (memcmp(out, data, sizeof out))
		abort();
	return 0;
}
