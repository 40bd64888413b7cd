/* maker.c - see maker.h. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "lib/shquote.h"
#include "tools/s6/instance/maker.h"
#include "lib/words.h"

int
maker_log_option(struct maker_log *l, int c)
{
	switch (c) {
	case 'l':
		l->user = optarg;
		return 1;
	case 't':
		l->stamp = opt_uint("-t", optarg, 0, 3);
		return 1;
	case 'n':
		l->archives = opt_uint("-n", optarg, 0, ~0u);
		return 1;
	case 's':
		l->size = opt_uint("-s", optarg, 0, ~0u);
		return 1;
	case 'S':
		l->total = opt_uint("-S", optarg, 0, ~0u);
		return 1;
	case 'P':
		l->prefix = optarg;
		return 1;
	}
	return 0;
}

void
maker_rc_option(struct maker_rc *r, char *text)
{
	char *s = text;

	r->service = strsep(&s, "/");
	r->logger = s ? strsep(&s, "/") : 0;
	r->pipeline = s;
	if (!*r->service || (r->logger && !*r->logger) ||
		(r->pipeline && (!*r->pipeline || strchr(r->pipeline, '/'))))
		die(EX_MISUSE, "-r wants SERVICE[/LOGGER[/PIPELINE]]");
}

void
maker_fail(struct maker *m, const char *what, const char *on)
{
	int e = errno;

	if (m->base)
		path_remove(AT_FDCWD, m->base);
	errno = e;
	die_sys(EX_SYSTEM, "unable to %s %s", what, on);
}

void
maker_dir(struct maker *m, const char *path)
{
	if (mkdir(path, 0755) < 0)
		maker_fail(m, "mkdir", path);
}

void
maker_put(struct maker *m, const char *dir, const char *name, const char *text,
	unsigned mode)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, dir, name) < 0 ||
		file_write(AT_FDCWD, path, text, strlen(text), mode, 0) < 0)
		maker_fail(m, "write", path);
}

void
maker_begin(struct maker *m, const char *first_lines)
{
	m->len = 0;
	maker_say(m, "%s", first_lines);
}

void
maker_say(struct maker *m, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(m->text + m->len, sizeof m->text - m->len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof m->text - m->len) {
		errno = ENOBUFS;
		maker_fail(m, "write a script in", m->base ? m->base : ".");
	}
	m->len += (size_t)n;
}

void
maker_word(struct maker *m, const char *s)
{
	static char buf[sizeof m->text];

	if (!shquote(buf, sizeof buf, s)) {
		errno = ENOBUFS;
		maker_fail(m, "write a script in", m->base ? m->base : ".");
	}
	maker_say(m, " %s", buf);
}

void
maker_program(struct maker *m, const char *name)
{
	struct words w = { 0 };

	words_sister(&w, name);
	maker_word(m, w.v[0]);
}

void
maker_end(struct maker *m, const char *dir, const char *name)
{
	maker_say(m, "\n");
	maker_put(m, dir, name, m->text, 0755);
}

void
maker_logger(struct maker *m, const char *dir, const struct maker_log *l)
{
	char buf[32];

	maker_put(m, dir, "notification-fd", "3\n", 0644);
	maker_begin(m, "#!/bin/sh\nexec");
	if (l->user) {
		maker_program(m, "setuidgid");
		maker_word(m, l->user);
	}
	maker_program(m, "log");
	maker_say(m, " -bd3 --");
	if (l->stamp & 1)
		maker_word(m, "t");
	if (l->stamp & 2)
		maker_word(m, "T");
	snprintf(buf, sizeof buf, "n%u", l->archives);
	maker_word(m, buf);
	snprintf(buf, sizeof buf, "s%u", l->size);
	maker_word(m, buf);
	if (l->total) {
		snprintf(buf, sizeof buf, "S%u", l->total);
		maker_word(m, buf);
	}
	if (l->prefix) {
		char p[512];

		snprintf(p, sizeof p, "p%s", l->prefix);
		maker_word(m, p);
	}
	maker_word(m, l->dir);
	maker_end(m, dir, "run");
}

void
maker_pipeline(struct maker *m, const struct maker_rc *r)
{
	char path[PATH_LEN], line[512];

	if (path_join(path, sizeof path, m->base, r->service) < 0)
		maker_fail(m, "use the name", r->service);
	maker_put(m, path, "type", "longrun\n", 0644);
	if (!r->logger)
		return;
	snprintf(line, sizeof line, "%s\n", r->logger);
	maker_put(m, path, "producer-for", line, 0644);
	if (path_join(path, sizeof path, m->base, r->logger) < 0)
		maker_fail(m, "use the name", r->logger);
	maker_put(m, path, "type", "longrun\n", 0644);
	snprintf(line, sizeof line, "%s\n", r->service);
	maker_put(m, path, "consumer-for", line, 0644);
	if (r->pipeline) {
		snprintf(line, sizeof line, "%s\n", r->pipeline);
		maker_put(m, path, "pipeline-name", line, 0644);
	}
}
