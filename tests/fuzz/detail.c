/* detail.c - any bytes as a detail record: refused, or the same again (those
 * of older versions without the boot), with a reason that can be said. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "supervise/detail.h"
#include "supervise/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Without this no input but the seeds would pass the check sum. */
static void
mend(unsigned char *p, size_t len)
{
	uint32_t a = 1, b = 0, s;

	for (size_t i = 0; i < len - 4; i++) {
		a += p[i];
		b += a;
	}
	s = b << 16 ^ b >> 16 ^ a;
	for (int i = 0; i < 4; i++)
		p[len - 4 + (size_t)i] = (unsigned char)(s >> (24 - 8 * i));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	unsigned char in[DETAIL_SIZE], out[DETAIL_SIZE];
	struct detail d;
	char text[128];

	detail_unpack(&d, data, len);
	if (len != DETAIL_SIZE && len != DETAIL_SIZE_1)
		return 0;
	memcpy(in, data, len);
	mend(in, len);
	if (!detail_unpack(&d, in, len))
		return 0;
	if (d.state >= NSTATE || d.reason >= WHY_N ||
		strlen(d.def) >= DETAIL_DEF)
		abort();
	detail_reason_text(text, sizeof text, &d, 12345);
	detail_end_owed(&d);
	detail_pack(out, &d);
	/* What older programs wrote is read, and written as it is today. */
	if (in[4] == 3 ? memcmp(in, out, len) != 0
		       : !detail_unpack(&d, out, sizeof out) || d.boot ||
				(len == DETAIL_SIZE_1 && d.ended))
		abort();
	return 0;
}
