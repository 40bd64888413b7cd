/* status.c - any bytes as a status: refused, or the same bytes again. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "supervise/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	unsigned char out[STATUS_SIZE];
	struct status st;

	if (!status_unpack(&st, data, len))
		return 0;
	if (len != STATUS_SIZE)
		abort();
	status_pack(out, &st);
	/* Unknown flags are dropped. */
	if (memcmp(out, data, STATUS_SIZE - 1) ||
		out[STATUS_SIZE - 1] != (data[STATUS_SIZE - 1] & 15))
		abort();
	status_is_up(&st);
	return 0;
}
