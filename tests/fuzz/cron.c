/* cron.c - any text as times, and what comes next from any time, in a place
 * with summer time: it is later, and the fields allow it. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rc/compile/cron.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static int set;
	char text[128];
	const char *what = 0;
	uint32_t from = 0;
	struct cron c;
	struct tm t;
	time_t now;

	if (!set)
		set = setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1) == 0;
	for (size_t i = 0; i < sizeof from && len; i++, len--)
		from = from << 8 | data[len - 1];
	if (len >= sizeof text)
		return 0;
	memcpy(text, data, len);
	text[len] = 0;
	if (!cron_parse(&c, text, &what)) {
		if (!what || !*what)
			abort();
		return 0;
	}
	now = (time_t)from;
	for (int i = 0; i < 4; i++) {
		time_t next = cron_next(&c, now);

		if (next == -1)
			break;
		if (next <= now)
			abort();
		if (!c.every_s && localtime_r(&next, &t) &&
			!(c.hours >> t.tm_hour & 1) &&
			!(t.tm_hour && c.hours >> (t.tm_hour - 1) & 1))
			abort();
		now = next;
	}
	return 0;
}
