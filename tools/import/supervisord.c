/* supervisord.c - programs and groups of a supervisord configuration to
 * definitions and bundles.  See reeve-import(1). */

#include <ctype.h>
#include <fcntl.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/file.h"
#include "lib/num.h"
#include "lib/path.h"
#include "tools/import/import.h"

enum {
	LOG_FILES = 10,
	LOG_BYTES = 1000000, /* of a logger without words */
	LOG_MIN = 4096,
	LOG_MAX = 268435455 /* see reeve-log(8) */
};

/* A="b",C="d" */
static void
supervisord_environment(const struct defwrite *d, char *s)
{
	struct buf b = { 0 };

	while (*s) {
		char quote = 0;

		s += strspn(s, " \t,");
		for (; *s && (quote || *s != ','); s++) {
			if (quote ? *s == quote : *s == '"' || *s == '\'')
				quote = quote ? 0 : *s;
			else
				buf_char(&b, *s);
		}
		buf_char(&b, '\n');
	}
	import_put_buf(d, "environment", &b);
	buf_free(&b);
}

/* %(program_name)s, %(here)s, %(process_num)d and %%.  Malloced. */
static char *
supervisord_expand(
	struct import *im, const char *program, const char *key, const char *s)
{
	struct buf b = { 0 };
	char here[PATH_LEN];

	for (; *s; s++) {
		if (*s != '%') {
			buf_char(&b, *s);
		} else if (s[1] == '%') {
			buf_char(&b, *s++);
		} else if (!strncmp(s, "%(program_name)s", 16) ||
			!strncmp(s, "%(group_name)s", 14)) {
			buf_str(&b, program);
			s += s[2] == 'p' ? 15 : 13;
		} else if (!strncmp(s, "%(process_num)", 14)) {
			buf_char(&b, '0');
			s += 14 + strspn(s + 14, "0123456789");
			/* The letter of the format may be missing. */
			if (!*s)
				s--;
		} else if (!strncmp(s, "%(here)s", 8) &&
			path_absolute(here, sizeof here, im->file) == 0) {
			*strrchr(here, '/') = 0;
			buf_str(&b, here);
			s += 7;
		} else {
			import_left_out(im,
				"%.*s in %s=... (put the value there)",
				(int)strcspn(s, ")") + 2, s, key);
			buf_char(&b, *s);
		}
	}
	buf_char(&b, 0);
	if (b.bad)
		die(EX_SYSTEM, "out of memory");
	return b.s;
}

static int
is_one_of(const char *key, const char *const *keys)
{
	for (; *keys; keys++)
		if (!strcmp(key, *keys))
			return 1;
	return 0;
}

/* Nothing, or a script that says how large its files get and how many are
 * kept besides the one that is written. */
static void
put_log(const struct import *im, const struct defwrite *d)
{
	char script[64];

	if (!im->log.wanted)
		return;
	snprintf(script, sizeof script, "t s%u n%u",
		im->log.bytes ? im->log.bytes : LOG_BYTES, im->log.files);
	import_put(d, "logger",
		im->log.bytes || im->log.files != LOG_FILES ? script : "");
}

/* 500KB, 50MB, 1GB, or bytes: within what a logger takes.  1, or 0. */
static int
log_bytes(const char *value, unsigned *bytes)
{
	static const char units[] = "KMG";
	char number[16];
	size_t n = strspn(value, "0123456789");
	const char *unit =
		value[n] ? strchr(units, toupper((unsigned char)value[n])) : 0;
	uint64_t b;

	if (!n || n >= sizeof number ||
		(value[n] && (!unit || strcasecmp(value + n + 1, "B"))))
		return 0;
	memcpy(number, value, n);
	number[n] = 0;
	b = strtoull(number, 0, 10);
	if (unit)
		b <<= 10 * (unit - units + 1);
	*bytes = (unsigned)b;
	return b >= LOG_MIN && b <= LOG_MAX;
}

/* 1 if the line is one of these. */
static int
supervisord_log_size(struct import *im, const struct defwrite *d,
	const char *key, const char *value)
{
	unsigned n;

	if (!strcmp(key, "stdout_logfile_maxbytes")) {
		if (log_bytes(value, &n))
			im->log.bytes = n;
		else
			import_left_out(im,
				"%s=%s (expected from %d to %d "
				"bytes)",
				key, value, LOG_MIN, LOG_MAX);
	} else if (!strcmp(key, "stdout_logfile_backups")) {
		if (num_uint(value, &n) && n <= 100000)
			im->log.files = n;
		else
			import_left_out(im, "%s=%s", key, value);
	} else {
		return 0;
	}
	put_log(im, d);
	return 1;
}

/* What it writes goes to the log directory of the service. */
static void
supervisord_log(struct import *im, const struct defwrite *d, const char *key,
	const char *value)
{
	im->log.said |= !strcmp(key, "stdout_logfile");
	if (!strncmp(value, "/dev/", 5) || !strcmp(value, "NONE") ||
		!strcmp(value, "syslog")) {
		import_left_out(im, "%s=%s", key, value);
		return;
	}
	im->log.wanted = 1;
	put_log(im, d);
	if (strcmp(value, "AUTO"))
		import_left_out(im,
			"%s=%s (it is in the log directory of the "
			"service instead)",
			key, value);
}

static void
supervisord_program(struct import *im, const struct defwrite *d,
	const char *key, char *value)
{
	static const struct {
		const char *key, *file;
	} files[] = { { "directory", "directory" }, { "user", "user" },
		{ "umask", "umask" }, { "stopsignal", "down-signal" } };
	static const char *const needless[] = { "process_name", "startretries",
		"redirect_stderr", "stderr_logfile_maxbytes",
		"stderr_logfile_backups", "startsecs", 0 };
	char *words[WORDS_MAX], text[64];
	struct buf b = { 0 };
	unsigned u;

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (!strcmp(key, files[i].key)) {
			import_put(d, files[i].file, value);
			return;
		}
	if (is_one_of(key, needless) || supervisord_log_size(im, d, key, value))
		return;
	if (!strcmp(key, "command")) {
		if (ini_split(value, words)) {
			defwrite_words(&b, words);
			import_put_buf(d, "command", &b);
			buf_free(&b);
		}
	} else if (!strcmp(key, "environment")) {
		supervisord_environment(d, value);
	} else if (!strcmp(key, "autorestart")) {
		import_put(d, "restart",
			!strcmp(value, "true")		  ? "always"
				: !strcmp(value, "false") ? "never"
							  : "on-failure");
	} else if (!strcmp(key, "exitcodes")) {
		for (char *c = value; *c; c++)
			if (*c == ',')
				*c = ' ';
		import_put(d, "success-codes", value);
	} else if (!strcmp(key, "autostart")) {
		if (!ini_yes(value))
			import_not_default(im, path_base(d->dir));
	} else if (!strcmp(key, "stopasgroup")) {
		if (ini_yes(value))
			import_put(d, "down-signal-to", "group");
	} else if (!strcmp(key, "killasgroup")) {
		if (ini_yes(value))
			import_put(d, "flag-timeout-killpg", "");
	} else if (!strcmp(key, "stopwaitsecs") && num_uint(value, &u) &&
		u < 4000000) {
		snprintf(text, sizeof text, "%u", u * 1000);
		import_put(d, "timeout-kill", text);
	} else if (!strcmp(key, "stdout_logfile") ||
		!strcmp(key, "stderr_logfile")) {
		supervisord_log(im, d, key, value);
	} else if (!(!strcmp(key, "numprocs") && !strcmp(value, "1")))
		import_left_out(im, "%s=%s", key, value);
}

/* A file that another one includes; deeper it does not go. */
static void
import_included(struct import *im, const char *file)
{
	char *data;

	if (file_slurp(AT_FDCWD, file, &data, FILE_LIMIT) < 0)
		die_sys(EX_SYSTEM, "unable to read %s", file);
	im->file = file;
	im->included = 1;
	supervisord_import(im, data);
	im->included = 0;
	free(data);
}

/* [include] files = ... */
static void
supervisord_include(struct import *im, char *value)
{
	const char *file = im->file;
	unsigned line = im->line;
	char *save = 0;

	for (char *w = strtok_r(value, " \t", &save); w;
		w = strtok_r(0, " \t", &save)) {
		char pattern[PATH_LEN];
		glob_t g;

		if (*w == '/')
			snprintf(pattern, sizeof pattern, "%s", w);
		else
			snprintf(pattern, sizeof pattern, "%.*s%s",
				(int)(path_base(file) - file), file, w);
		if (glob(pattern, 0, 0, &g) == 0) {
			for (size_t i = 0; i < g.gl_pathc; i++)
				if (strcmp(g.gl_pathv[i], file) &&
					!im->included)
					import_included(im, g.gl_pathv[i]);
			globfree(&g);
		}
		im->file = file;
		im->line = line;
	}
}

/* What holds of a program by what its section does not have. */
static void
supervisord_end(struct import *im, const struct defwrite *d)
{
	unsigned line = im->line;
	char path[PATH_LEN];

	if (path_join(path, sizeof path, d->dir, "command") < 0 ||
		!file_exists(AT_FDCWD, path)) {
		im->line = 0;
		import_left_out(im,
			"program %s: it has no command (%s is "
			"removed again)",
			path_base(d->dir), d->dir);
		import_not_default(im, path_base(d->dir));
		path_remove(AT_FDCWD, d->dir);
		im->made--;
		im->line = line;
		return;
	}
	/* The default is a file of its own, somewhere. */
	if (!im->log.said) {
		im->log.wanted = 1;
		put_log(im, d);
	}
}

void
supervisord_import(struct import *im, char *data)
{
	struct ini in = { .at = data };
	struct defwrite d = { .quiet = 1 };
	static const char *const global[] = { "user", "umask", "directory",
		"environment", 0 };
	int program = 0, group = 0;
	char name[PATH_LEN] = "", *value;

	while (ini_next(&in, 0)) {

		im->line = in.line;
		if (!in.key) {
			if (program)
				supervisord_end(im, &d);
			program = !strncmp(in.section, "program:", 8);
			group = !strncmp(in.section, "group:", 6);
			if (!program && !group) {
				if (strcmp(in.section, "supervisord") &&
					strcmp(in.section, "supervisorctl") &&
					strcmp(in.section, "include") &&
					strncmp(in.section, "unix_http", 9) &&
					strncmp(in.section, "inet_http", 9) &&
					strncmp(in.section, "rpcinterface", 12))
					import_left_out(im, "[%s]", in.section);
				continue;
			}
			defwrite_name(name, sizeof name,
				in.section + (program ? 8 : 6));
			if (!import_begin(im, &d, name)) {
				program = group = 0;
				continue;
			}
			import_put(&d, "type", program ? "longrun" : "bundle");
			/* What supervisord has without stopwaitsecs. */
			if (program)
				import_put(&d, "timeout-kill", "10000");
			im->log.said = im->log.wanted = im->log.bytes = 0;
			im->log.files = LOG_FILES;
			continue;
		}
		value = supervisord_expand(im, name, in.key, in.value);
		if (!strcmp(in.section, "include") && !strcmp(in.key, "files"))
			supervisord_include(im, value);
		else if (program)
			supervisord_program(im, &d, in.key, value);
		else if (!strcmp(in.section, "supervisord") &&
			is_one_of(in.key, global))
			import_left_out(im,
				"%s=%s (of all programs: say it in each)",
				in.key, value);
		free(value);
		if (program)
			continue;
		if (group && !strcmp(in.key, "programs")) {
			char *save = 0;

			for (char *w = strtok_r(in.value, ", \t", &save); w;
				w = strtok_r(0, ", \t", &save))
				import_put_name(&d, "contents.d", w);
		} else if (group)
			import_left_out(im, "%s=%s", in.key, in.value);
	}
	if (program)
		supervisord_end(im, &d);
}
