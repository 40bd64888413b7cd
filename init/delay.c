/* delay.c - reads the time that shutdown(8) is given, and says when it is to
 * be announced. */

#include <stdio.h>
#include <string.h>

#include "init/delay.h"
#include "lib/num.h"

#define MINUTE 60000
#define DAY_S 86400
#define DELAY_MAX ((uint64_t)365 * DAY_S * 1000)

static int
clock_time(const char *text, unsigned *second)
{
	unsigned h, m;
	char buf[3] = { 0, 0, 0 };
	size_t n = strcspn(text, ":");

	if (n < 1 || n > 2 || strlen(text + n) != 3)
		return 0;
	memcpy(buf, text, n);
	if (!num_uint(buf, &h) || !num_uint(text + n + 1, &m) || h > 23 ||
		m > 59)
		return 0;
	*second = h * 3600 + m * 60;
	return 1;
}

int
delay_parse(const char *text, unsigned now, uint64_t *ms)
{
	unsigned at;
	uint64_t d;

	if (!strcmp(text, "now")) {
		*ms = 0;
		return 1;
	}
	if (clock_time(text, &at)) {
		*ms = (uint64_t)((at + DAY_S - now % DAY_S) % DAY_S) * 1000;
		return 1;
	}
	if (*text == '+')
		text++;
	if (*text < '0' || *text > '9' || !num_duration(text, MINUTE, &d) ||
		d > DELAY_MAX)
		return 0;
	*ms = d;
	return 1;
}

const char *
delay_text(uint64_t ms)
{
	static char buf[64];
	unsigned long s = (unsigned long)((ms + 999) / 1000);

	if (!s)
		return "now";
	if (s < 120)
		snprintf(buf, sizeof buf, "in %lu second%s", s,
			s == 1 ? "" : "s");
	else
		snprintf(buf, sizeof buf, "in %lu minutes", (s + 30) / 60);
	return buf;
}

int
delay_announce(uint64_t left, uint64_t *mark, uint64_t *next)
{
	static const uint64_t marks[] = { 60 * MINUTE, 30 * MINUTE, 15 * MINUTE,
		10 * MINUTE, 5 * MINUTE, 2 * MINUTE, MINUTE, 30000, 10000, 0 };
	size_t i = 0;
	int now = 0;

	/* The last mark that has been reached, and the next one. */
	while (i < sizeof marks / sizeof *marks && left <= marks[i])
		i++;
	if (i > 0 && marks[i - 1] < *mark) {
		*mark = marks[i - 1];
		now = 1;
	} else if (*mark == UINT64_MAX) {
		*mark = left;
		now = 1;
	}
	*next = i < sizeof marks / sizeof *marks ? left - marks[i] : 0;
	return now;
}
