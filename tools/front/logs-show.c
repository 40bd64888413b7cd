/* logs-show.c - one line of a log, as reeve-logs shows it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/json.h"
#include "lib/msg.h"
#include "lib/utf8.h"
#include "log/logdir.h"
#include "tools/front/logs.h"

/* The date and the second, which the lines of one second share. */
static const char *
second_text(time_t sec, int precise)
{
	static char text[2][32];
	static time_t of[2];
	struct tm tm;

	if (*text[precise] && of[precise] == sec)
		return text[precise];
	if (!(logs.utc || precise ? gmtime_r(&sec, &tm)
				  : localtime_r(&sec, &tm)))
		return 0;
	strftime(text[precise], sizeof text[precise],
		precise ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
	of[precise] = sec;
	return text[precise];
}

/* n digits of u. */
static char *
put_digits(char *p, unsigned long u, int n)
{
	for (int i = n; i--; u /= 10)
		p[i] = (char)('0' + u % 10);
	return p + n;
}

static void
put_time(FILE *f, const tain *when, int precise)
{
	struct timespec ts;
	const char *s;
	char buf[16], *p = buf;

	if (!timespec_sysclock_from_tain(&ts, when) ||
		!(s = second_text(ts.tv_sec, precise)))
		return;
	fputs(s, f);
	*p++ = '.';
	p = precise ? put_digits(p, (unsigned long)ts.tv_nsec, 9)
		    : put_digits(p, (unsigned long)ts.tv_nsec / 1000000, 3);
	if (precise || logs.utc)
		*p++ = 'Z';
	fwrite(buf, 1, (size_t)(p - buf), f);
}

/* One of six colours, the same for a name each time. */
static int
color_of(const char *name)
{
	unsigned h = 5381;

	for (; *name; name++)
		h = h * 33 + (unsigned char)*name;
	return 31 + (int)(h % 6);
}

static void
put_json(FILE *f, const struct source *s, char *text, size_t len)
{
	char *buf = malloc(6 * len + 3);
	size_t n;

	if (!buf)
		die_sys(EX_SYSTEM, "unable to allocate memory");
	fputs("{\"time\":", f);
	if (s->stamped) {
		putc('"', f);
		put_time(f, &s->when, 1);
		putc('"', f);
	} else {
		fputs("null", f);
	}
	fputs(",\"service\":", f);
	json_put(f, s->name);
	fputs(",\"text\":", f);
	n = json_string(buf, 6 * len + 2, text, len);
	fwrite(buf, 1, n, f);
	fputs("}\n", f);
	free(buf);
}

/* Length of the sequence that sets a colour at s, or 0. */
static size_t
color_sequence(const char *s, size_t len)
{
	size_t i = 2;

	if (len < 3 || s[0] != '\033' || s[1] != '[')
		return 0;
	while (i < len && ((s[i] >= '0' && s[i] <= '9') || s[i] == ';'))
		i++;
	return i < len && s[i] == 'm' ? i + 1 : 0;
}

/* What a service writes must not steer the terminal, but for colours. */
static void
put_text(FILE *f, const char *s, size_t len)
{
	size_t from = 0, n, color;
	int colored = 0, control;

	for (size_t i = 0; logs.terminal && i < len; i += n) {
		n = utf8_char(s + i, len - i, &control);
		if (!control || s[i] == '\t' || s[i] == '\n')
			continue;
		color = color_sequence(s + i, len - i);
		if (color) {
			colored = 1;
			n = color;
			continue;
		}
		fwrite(s + from, 1, i - from, f);
		for (size_t k = 0; k < n; k++)
			fprintf(f, "\\x%02x", (unsigned char)s[i + k]);
		from = i + n;
	}
	fwrite(s + from, 1, len - from, f);
	if (colored)
		fputs("\033[0m", f);
}

static void
put_human(FILE *f, const struct source *s, const char *text, size_t len)
{
	if (s->stamped) {
		put_time(f, &s->when, 0);
		fputs("  ", f);
	} else {
		/* As wide as a time. */
		fprintf(f, "%*s", logs.utc ? 26 : 25, "");
	}
	if (logs.n > 1 && logs.color)
		fprintf(f, "\033[%dm%-*s\033[0m  ", color_of(s->name),
			(int)logs.name_width, s->name);
	else if (logs.n > 1)
		fprintf(f, "%-*s  ", (int)logs.name_width, s->name);
	put_text(f, text, len);
	putc('\n', f);
}

void
logs_show(FILE *f, struct source *s)
{
	char *text = s->line + s->skip;
	size_t len = s->len - s->skip;

	if (logs.raw) {
		fwrite(s->line, 1, s->len, f);
		putc('\n', f);
		return;
	}
	if (s->stamped && !s->skip &&
		!logdir_json_text(s->line, s->len, &text, &len))
		text = s->line;
	if (logs.json)
		put_json(f, s, text, len);
	else
		put_human(f, s, text, len);
}
