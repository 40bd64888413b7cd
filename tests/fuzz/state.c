/* state.c - fuzz the state file of a live directory. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rc/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state_rec rec[64];
	unsigned char id[DB_HASH], buf[STATE_RECORD];
	char err[256], text[160];
	uint32_t n;

	if (size < STATE_HEAD)
		return 0;
	memcpy(id, data + 16, sizeof id);
	n = (uint32_t)((size - STATE_HEAD) / STATE_RECORD);
	if (n > 64 || !state_decode(rec, n, id, data, size, err, sizeof err))
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		state_pack(buf, i, rec + i);
		if (memcmp(buf, data + STATE_HEAD + i * STATE_RECORD,
			    sizeof buf))
			abort();
		state_reason_text(text, sizeof text, rec + i, 0);
	}
	return 0;
}
