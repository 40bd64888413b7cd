/* cmdline.c - fuzz the kernel's command line as reeve-init reads it, and the
 * times, sizes and signals that people write. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "init/delay.h"
#include "init/cmdline.h"
#include "lib/num.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
numbers(const char *s)
{
	uint64_t ms = 0, bytes = 0, mark = UINT64_MAX, next;
	unsigned u = 0;

	if (num_uint(s, &u) && num_u64(s, &bytes) && bytes != u)
		abort();
	num_size(s, &bytes);
	num_duration(s, 1000, &ms);
	if (num_signal(s) < 0 || num_signal(s) > 127)
		abort();
	if (delay_parse(s, 86399, &ms)) {
		if (!*delay_text(ms))
			abort();
		delay_announce(ms, &mark, &next);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct cmdline w;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = 0;
	cmdline_init(&w);
	cmdline_read(&w, text);
	if (w.verbose < -1 || w.verbose > 2 ||
		(*w.rcinit && *w.rcinit != '/') ||
		!memchr(w.console, 0, sizeof w.console))
		abort();
	numbers(text);
	free(text);
	return 0;
}
