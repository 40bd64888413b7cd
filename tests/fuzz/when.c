/* when.c - fuzz times as people write them for reeve-logs, from any moment,
 * in a place with summer time and in UTC; stamps of logs as dates, and names
 * of archives. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/tai64.h"
#include "log/logdir.h"
#include "log/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
archive(const char *text)
{
	char name[LOGDIR_NAME], kind;
	const char *suffix;
	tain t;

	if (!logdir_parse(text, &t, &kind, &suffix))
		return;
	logdir_name(name, &t, kind, suffix);
	/* More nanoseconds than there are count as the most that there are. */
	if (t.nano > 999999999 || (t.nano < 999999999 && strcmp(name, text)))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static int set;
	char text[128], date[TAI64_TEXT];
	uint64_t now_s = 0;
	tain now, t;
	size_t n;

	if (!set) {
		set = setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1) == 0;
		tzset();
	}
	for (size_t i = 0; i < 5 && len; i++, len--)
		now_s = now_s << 8 | data[len - 1];
	if (len >= sizeof text)
		return 0;
	memcpy(text, data, len);
	text[len] = 0;
	if (!tain_from_timespec_sysclock(
		    &now, &(struct timespec){ .tv_sec = (time_t)now_s }))
		return 0;
	archive(text);
	for (int utc = 0; utc < 2; utc++) {
		t.nano = 0;
		if (when_parse(text, &now, utc, &t) && t.nano > 999999999)
			abort();
		*date = 0;
		n = tai64_text(date, sizeof date, text, utc);
		if (n > len || !n != !*date || strlen(date) >= sizeof date)
			abort();
	}
	return 0;
}
