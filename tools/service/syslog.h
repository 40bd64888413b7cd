/* syslog.h - FORMAT the <N> before a syslog message. */
#ifndef TOOLS_SYSLOG_H
#define TOOLS_SYSLOG_H

#include <stddef.h>

/* "user.notice: " for a line that begins with <13>, into buf; bytes of the
 * line to skip.  0 and an empty buf if it does not begin so. */
size_t syslog_name(const char *line, size_t len, char *buf, size_t max);

#endif
