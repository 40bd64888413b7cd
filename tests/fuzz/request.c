/* request.c - fuzz what the oneshot daemon is asked and what it answers. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rc/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request q;
	struct answer a;
	unsigned char buf[4096];
	size_t len;

	(void)answer_unpack(&a, data, size);
	if (size < REQUEST_HEAD)
		return 0;
	(void)request_length(data);
	if (!request_unpack(&q, data, size))
		return 0;
	len = request_pack(buf, sizeof buf, &q);
	if (len && (len != size || memcmp(buf, data, len)))
		abort();
	return 0;
}
