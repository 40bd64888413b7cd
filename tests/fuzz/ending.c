/* ending.c - fuzz the shutdown request and the kernel's words. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "init/ending.h"
#include "init/cmdline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ending e, again;
	unsigned char buf[ENDING_SIZE];
	struct cmdline w;
	char *text;

	if (ending_unpack(&e, data, len) > 1) {
		ending_pack(buf, &e);
		if (ending_unpack(&again, buf, sizeof buf) != ENDING_SIZE ||
			again.delay_ms != e.delay_ms || again.how != e.how)
			abort();
	}
	if (!(text = malloc(len + 1)))
		return 0;
	memcpy(text, data, len);
	text[len] = 0;
	cmdline_init(&w);
	cmdline_read(&w, text);
	free(text);
	return 0;
}
