/* lastrun.c - any bytes as the record of a scheduled run. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rc/lastrun.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char out[LASTRUN_LINE];
	struct lastrun a, b;
	size_t n;

	if (!lastrun_unpack(&a, (const char *)data, len))
		return 0;
	n = lastrun_pack(out, &a);
	if (n >= sizeof out || !lastrun_unpack(&b, out, n) ||
		a.start != b.start || a.end != b.end || a.wstat != b.wstat)
		abort();
	return 0;
}
