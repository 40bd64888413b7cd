/* sdline.c - see sdline.h. */

#include <string.h>

#include "lib/num.h"
#include "tools/ready/sdline.h"

static const struct {
	const char *begin;
	enum sdline line;
	enum { WHOLE, TEXT, NUMBER } rest;
} rows[] = {
	{ "READY=1", SDLINE_READY, WHOLE },
	{ "RELOADING=1", SDLINE_RELOADING, WHOLE },
	{ "STOPPING=1", SDLINE_STOPPING, WHOLE },
	{ "STATUS=", SDLINE_STATUS, TEXT },
	{ "WATCHDOG=1", SDLINE_ALIVE, WHOLE },
	{ "WATCHDOG=trigger", SDLINE_TRIGGER, WHOLE },
	{ "WATCHDOG_USEC=", SDLINE_USEC, NUMBER },
	{ "MAINPID=", SDLINE_MAINPID, NUMBER },
};

enum sdline
sdline_parse(const char *line, const char **text, unsigned *number)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t n = strlen(rows[i].begin);

		if (strncmp(line, rows[i].begin, n) ||
			(rows[i].rest == WHOLE && line[n]) ||
			(rows[i].rest == NUMBER && !num_uint(line + n, number)))
			continue;
		*text = line + n;
		return rows[i].line;
	}
	return SDLINE_OTHER;
}
