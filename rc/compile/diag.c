/* diag.c - prints what is wrong in definitions, each with its place, and
 * counts it. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rc/compile/diag.h"

static void
emit(struct diag *d, enum diag_level level, const char *file, unsigned line,
	const char *text)
{
	static const char *const names[] = { "error", "warning", "info" };

	if (d->report)
		d->report(d->arg, level, file, line, text);
	else if (line)
		say("%s: %s:%u: %s", names[level], file, line, text);
	else
		say("%s: %s: %s", names[level], file, text);
}

#define TEXT(text)                                                             \
	char text[2048];                                                       \
	va_list ap;                                                            \
	va_start(ap, fmt);                                                     \
	vsnprintf(text, sizeof text, fmt, ap);                                 \
	va_end(ap)

static void
error(struct diag *d, int code, const char *file, unsigned line,
	const char *text)
{
	d->errors++;
	if (!d->code)
		d->code = code;
	emit(d, DIAG_ERROR, file, line, text);
}

static void
warning(struct diag *d, const char *file, unsigned line, const char *text)
{
	d->warnings++;
	if (d->verbosity >= 1)
		emit(d, DIAG_WARNING, file, line, text);
}

void
diag_error(struct diag *d, int code, const char *file, unsigned line,
	const char *fmt, ...)
{
	TEXT(text);
	error(d, code, file, line, text);
}

void
diag_warn(struct diag *d, const char *file, unsigned line, const char *fmt, ...)
{
	TEXT(text);
	warning(d, file, line, text);
}

void
diag_note(struct diag *d, const char *file, unsigned line, const char *fmt, ...)
{
	TEXT(text);
	if (d->verbosity >= 2)
		emit(d, DIAG_NOTE, file, line, text);
}

void
diag_info(struct diag *d, const char *file, unsigned line, const char *fmt, ...)
{
	TEXT(text);
	if (d->verbosity >= 1)
		emit(d, DIAG_NOTE, file, line, text);
}

void
diag_strict(
	struct diag *d, const char *file, unsigned line, const char *fmt, ...)
{
	TEXT(text);
	if (d->lax)
		warning(d, file, line, text);
	else
		error(d, 1, file, line, text);
}

void
diag_sys(struct diag *d, const char *file, const char *text)
{
	char s[2048];

	snprintf(s, sizeof s, "%s: %s", text, strerror(errno));
	error(d, 111, file, 0, s);
}
