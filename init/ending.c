/* ending.c - packs and unpacks a shutdown request. */

#include <string.h>

#include "init/ending.h"
#include "lib/bytes.h"

/* A second of TAI64N starts at 2^62; a difference does too. */
#define TAI_BASE ((uint64_t)1 << 62)

static const struct {
	enum machine_end how;
	unsigned char letter;
	const char *name;
} ends[] = {
	{ END_HALT, 'h', "halt" },
	{ END_POWEROFF, 'p', "poweroff" },
	{ END_REBOOT, 'r', "reboot" },
	{ END_KEXEC, 'k', "kexec" },
};
enum { NENDS = sizeof ends / sizeof *ends };

size_t
ending_pack(unsigned char *buf, const struct ending *r)
{
	struct wr w = wr_init(buf, ENDING_SIZE);

	if (r->cancel) {
		wr_u8(&w, 'c');
		return wr_done(&w);
	}
	for (int i = 0; i < NENDS; i++)
		if (ends[i].how == r->how)
			wr_u8(&w, ends[i].letter);
	wr_u64(&w, TAI_BASE + r->delay_ms / 1000);
	wr_u32(&w, (uint32_t)(r->delay_ms % 1000 * 1000000));
	wr_u32(&w, r->grace_ms);
	return wr_done(&w);
}

int
ending_unpack(struct ending *r, const void *buf, size_t len)
{
	struct rd d = rd_init(buf, len);
	struct ending q;
	unsigned letter = rd_u8(&d);
	uint64_t seconds;
	uint32_t nano;
	int i;

	if (!len)
		return 0;
	memset(&q, 0, sizeof q);
	if (letter == 'c') {
		q.cancel = 1;
		*r = q;
		return 1;
	}
	for (i = 0; i < NENDS && ends[i].letter != letter; i++)
		;
	if (i == NENDS)
		return -1;
	if (len < ENDING_SIZE)
		return 0;
	q.how = ends[i].how;
	seconds = rd_u64(&d);
	nano = rd_u32(&d);
	q.grace_ms = rd_u32(&d);
	if (seconds < TAI_BASE || seconds - TAI_BASE > UINT32_MAX ||
		nano > 999999999 || q.grace_ms > ENDING_GRACE_MAX)
		return -1;
	q.delay_ms = (seconds - TAI_BASE) * 1000 + nano / 1000000;
	*r = q;
	return ENDING_SIZE;
}

const char *
ending_name(enum machine_end how)
{
	for (int i = 0; i < NENDS; i++)
		if (ends[i].how == how)
			return ends[i].name;
	return "end";
}
