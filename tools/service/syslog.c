/* syslog.c - see syslog.h. */

#include <stdio.h>

#include "tools/service/syslog.h"

size_t
syslog_name(const char *line, size_t len, char *buf, size_t max)
{
	static const char *const facilities[25] = { "kern", "user", "mail",
		"daemon", "auth", "syslog", "lpr", "news", "uucp", "cron",
		"authpriv", "ftp", 0, 0, 0, 0, "local0", "local1", "local2",
		"local3", "local4", "local5", "local6", "local7", "mark" };
	static const char *const levels[8] = { "emerg", "alert", "crit", "err",
		"warn", "notice", "info", "debug" };
	unsigned n = 0;
	size_t i = 1;
	const char *f;

	*buf = 0;
	if (len < 3 || *line != '<')
		return 0;
	while (i < len && i < 8 && line[i] >= '0' && line[i] <= '9')
		n = n * 10 + (unsigned)(line[i++] - '0');
	if (i == 1 || i == len || line[i] != '>')
		return 0;
	f = n / 8 < 25 ? facilities[n / 8] : 0;
	snprintf(buf, max, "%s.%s: ", f ? f : "unknown", levels[n & 7]);
	return i + 1;
}
