/* import.c - definitions from what other supervisors have.  See
 * reeve-import(1).  One reader for each format; what it cannot express is
 * said, line by line, so that nothing is lost without a word. */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <sys/stat.h>

#include "lib/arena.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "rc/db.h"
#include "rc/defwrite.h"
#include "rc/places.h"
#include "rc/props.h"

enum { FILE_LIMIT = 1 << 24, WORDS_MAX = 256 };

struct import {
	const char *source;	/* where definitions are written */
	int in_default, included;
	unsigned made, left;
	const char *file;	/* being read */
	unsigned line;
};

static const struct opt opts[] = {
	{ 's', "source", "DIR", "write into this source directory (default: "
		"the first\none of the place, /etc/reeve/sv for root)" },
	{ 'd', "default", 0, "put what is imported into the bundle default" },
	{ 0 }
};
static const struct usage usage = {
	"[-s dir] [-d] file|directory...",
	"Make definitions from systemd units (*.service), supervisord "
	"configurations\n(*.conf, *.ini), a Procfile, directories of runit, "
	"daemontools and s6, and sources\nof s6-rc.",
	opts,
	"Each thing that is not carried over is printed with its line.\n"
	"Exit status: 0 imported, 1 imported but not all of it, 100 misuse, "
	"111 system error."
};

static void MSG_LIKE(2, 3)
left_out(struct import *im, const char *fmt, ...)
{
	va_list ap;

	im->left++;
	if (im->line)
		printf("%s:%u: not carried over: ", im->file, im->line);
	else
		printf("%s: not carried over: ", im->file);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static void
put(const struct defwrite *d, const char *file, const char *text)
{
	if (defwrite_file(d, file, text, !strcmp(file, "run") ||
		!strcmp(file, "finish") ? 0755 : 0644) < 0)
		die_sys(EX_SYSTEM, "unable to write %s/%s", d->dir, file);
}

static void
put_buf(const struct defwrite *d, const char *file, struct buf *b)
{
	if (!b->len)
		return;
	buf_char(b, 0);
	if (b->bad)
		die(EX_SYSTEM, "out of memory");
	put(d, file, b->s);
	b->len--;
}

static void
put_name(const struct defwrite *d, const char *list, const char *name)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, list, name) < 0)
		die_sys(EX_SYSTEM, "name %s", name);
	put(d, path, "");
}

static void
add_to_default(struct import *im, const char *name)
{
	struct defwrite d = { .quiet = 1 };

	if (defwrite_begin(&d, im->source, "default") == 0)
		put(&d, "type", "bundle");
	else if (errno != EEXIST)
		die_sys(EX_SYSTEM, "unable to make bundle default");
	put_name(&d, "contents.d", name);
}

static void
remove_from_default(struct import *im, const char *name)
{
	char path[PATH_LEN];

	if (im->in_default && path_join(path, sizeof path, im->source,
		"default/contents.d", name) == 0)
		unlink(path);
}

static int
begin(struct import *im, struct defwrite *d, const char *name)
{
	if (defwrite_begin(d, im->source, name) < 0) {
		warn_sys("unable to make %s/%s (left out)", im->source, name);
		im->left++;
		return 0;
	}
	im->made++;
	printf("%s: made of %s\n", d->dir, im->file);
	if (im->in_default)
		add_to_default(im, name);
	return 1;
}

static char *
trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	for (n = strlen(s); n && strchr(" \t\r\n", s[n - 1]); )
		s[--n] = 0;
	return s;
}

/* --- key=value files: systemd's and supervisord's */

struct ini {
	char *at;
	unsigned number;
	char section[128];
	char *key, *value;
	unsigned line;		/* where the entry began */
};

/* supervisord: lines that begin with a blank belong to the one before, and
 * " ;" begins a comment. */
static size_t
join_indented(struct ini *in, char *line, size_t n)
{
	for (;;) {
		char *p = line, *comment;

		while (p < line + n && (comment = memmem(p, (size_t)(line + n -
			p), " ;", 2))) {
			memset(comment, ' ', (size_t)(line + n - comment));
			p = comment + 2;
		}
		if (!line[n] || !strchr(" \t", line[n + 1]) || !line[n + 1])
			return n;
		line[n++] = ' ';
		n += strcspn(line + n, "\n");
		in->number++;
	}
}

/* One logical line in place (continued by \ for systemd). */
static int
next_entry(struct ini *in, int continues)
{
	while (*in->at) {
		char *line = in->at, *eq;
		size_t n;

		in->line = ++in->number;
		n = strcspn(line, "\n");
		while (continues && line[n] && n && line[n - 1] == '\\') {
			line[n - 1] = line[n] = ' ';
			n += strcspn(line + n, "\n");
			in->number++;
		}
		if (!continues && !strchr("#;[\n", *line))
			n = join_indented(in, line, n);
		in->at = line + n + (line[n] != 0);
		line[n] = 0;
		line = trim(line);
		if (!*line || *line == '#' || *line == ';')
			continue;
		if (*line == '[') {
			n = strcspn(++line, "]");
			snprintf(in->section, sizeof in->section, "%.*s",
				(int)n, line);
			in->key = 0;
			return 1;
		}
		eq = line + strcspn(line, continues ? "=" : "=:");
		in->value = *eq ? eq + 1 : eq;
		*eq = 0;
		in->key = trim(line);
		in->value = trim(in->value);
		return 1;
	}
	return 0;
}

/* Words of a command line with quotes, in place.  Their number. */
static int
split(char *s, char **words)
{
	int n = 0;

	for (;;) {
		char *out, quote = 0;

		s += strspn(s, " \t");
		if (!*s || n == WORDS_MAX - 1)
			break;
		words[n++] = out = s;
		for (; *s && (quote || !strchr(" \t", *s)); s++) {
			if (quote ? *s == quote : *s == '"' || *s == '\'')
				quote = quote ? 0 : *s;
			else if (*s == '\\' && s[1] && quote != '\'')
				*out++ = *++s;
			else
				*out++ = *s;
		}
		if (*s)
			s++;
		*out = 0;
	}
	words[n] = 0;
	return n;
}

/* --- systemd */

struct unit {
	struct import *im;
	struct defwrite d;
	char name[DB_NAME_MAX + 1];
	int template;
	char type[32];
	struct buf env, limits, pre, post, setup, up, down, ambient, bounding,
		groups, readonly, watchdog;
	char *start;		/* owned */
	char *user, *group;	/* owned */
	int shell;		/* needs a script: variables, files */
	int has_pid_file, has_read_write, leaves_others;
	int restarts;
};

static const char *
unit_base(const char *name)
{
	static char base[256];
	size_t n;

	snprintf(base, sizeof base, "%s", name);
	n = strlen(base);
	if (n > 8 && !strcmp(base + n - 8, ".service"))
		base[n - 8] = 0;
	return base;
}

static void
unit_names(struct unit *u, const char *key, const char *list, char *value)
{
	char *save = 0;

	for (char *w = strtok_r(value, " \t", &save); w;
		w = strtok_r(0, " \t", &save)) {
		size_t n = strlen(w);

		if (n > 8 && !strcmp(w + n - 8, ".service"))
			put_name(&u->d, list, unit_base(w));
		else if (!(n > 7 && !strcmp(w + n - 7, ".target") &&
			!strcmp(list, "after.d")))
			left_out(u->im, "%s=%s (only services are known "
				"here)", key, w);
	}
}

/* %i and the like.  Malloced. */
static char *
specifiers(struct unit *u, const char *s)
{
	struct buf b = { 0 };

	for (; *s; s++) {
		if (*s != '%') {
			buf_char(&b, *s);
			continue;
		}
		switch (*++s) {
		case '%': buf_char(&b, '%'); break;
		case 'i': case 'I': buf_str(&b, "${INSTANCE}"); break;
		case 'n': buf_printf(&b, "%s.service", u->name); break;
		case 'N': case 'p': buf_str(&b, u->name); break;
		case 't': buf_str(&b, "/run"); break;
		case 'S': buf_str(&b, "/var/lib"); break;
		case 'C': buf_str(&b, "/var/cache"); break;
		case 'L': buf_str(&b, "/var/log"); break;
		default:
			left_out(u->im, "%%%c (unknown here)", *s);
			if (!*s)
				s--;
		}
	}
	buf_char(&b, 0);
	if (b.bad)
		die(EX_SYSTEM, "out of memory");
	return b.s;
}

/* A command line for /bin/sh: words quoted, but $VAR and ${VAR} left. */
static void
shell_words(struct buf *b, char *const *words)
{
	for (int i = 0; words[i]; i++) {
		const char *s = words[i];

		if (i)
			buf_char(b, ' ');
		if (*s == '$' && s[1] != '{') {
			buf_str(b, s);	/* split, as systemd does */
		} else if (strchr(s, '$')) {
			buf_char(b, '"');
			for (; *s; s++) {
				if (strchr("\"\\`", *s))
					buf_char(b, '\\');
				buf_char(b, *s);
			}
			buf_char(b, '"');
		} else
			buf_shell(b, s);
	}
}

/* "name" of Exec*=: takes prefixes off; 1 if failure is ignored. */
static int
exec_prefix(char **value)
{
	int ignore = 0;

	for (; **value && strchr("-@+!:", **value); ++*value)
		ignore |= **value == '-';
	return ignore;
}

static void
exec_line(struct buf *b, char *value)
{
	char *words[WORDS_MAX];
	int ignore = exec_prefix(&value);

	if (!split(value, words))
		return;
	shell_words(b, words);
	buf_str(b, ignore ? " || :\n" : " || exit 1\n");
}

/* "kill -HUP $MAINPID" is a signal; 1 and its name. */
static int
kill_signal(char *value, char *name, size_t max)
{
	char *words[WORDS_MAX];
	int n;

	exec_prefix(&value);
	n = split(value, words);
	if (n < 2 || strcmp(path_base(words[0]), "kill") ||
		(strcmp(words[n - 1], "$MAINPID") &&
		strcmp(words[n - 1], "${MAINPID}")))
		return 0;
	if (n == 2)
		snprintf(name, max, "SIGTERM");
	else if (!strcmp(words[1], "-s") && n == 4)
		snprintf(name, max, "%s", words[2]);
	else if (*words[1] == '-' && n == 3)
		snprintf(name, max, "%s", words[1] + 1);
	else
		return 0;
	return num_signal(name) > 0;
}

static void
unit_time(struct unit *u, const char *key, const char *file,
	const char *value)
{
	uint64_t ms;
	char text[32];

	if (!strcmp(value, "infinity") || !strcmp(value, "0"))
		return;
	if (!num_duration(value, 1000, &ms)) {
		left_out(u->im, "%s=%s (not a duration)", key, value);
		return;
	}
	snprintf(text, sizeof text, "%llu", (unsigned long long)ms);
	put(&u->d, file, text);
}

static int
yes(const char *s)
{
	return !strcasecmp(s, "yes") || !strcasecmp(s, "true") ||
		!strcasecmp(s, "on") || !strcmp(s, "1");
}

static void
unit_directory(struct unit *u, const char *base, char *value)
{
	char *save = 0;

	for (char *w = strtok_r(value, " \t", &save); w;
		w = strtok_r(0, " \t", &save)) {
		buf_printf(&u->setup, "mkdir -p %s/%s", base, w);
		if (u->user)
			buf_printf(&u->setup, "; chown %s %s/%s", u->user,
				base, w);
		buf_char(&u->setup, '\n');
	}
}

static void
unit_environment(struct unit *u, char *value)
{
	char *words[WORDS_MAX];
	int n = split(value, words);

	for (int i = 0; i < n; i++)
		buf_printf(&u->env, "%s\n", words[i]);
}

static void
unit_capabilities(struct unit *u, struct buf *to, const char *key,
	char *value)
{
	char *save = 0;

	if (*value == '~') {
		left_out(u->im, "%s=%s (only what is kept can be said)", key,
			value);
		return;
	}
	for (char *w = strtok_r(value, " \t", &save); w;
		w = strtok_r(0, " \t", &save))
		buf_printf(to, "%s\n", w);
}

static void
unit_limit(struct unit *u, const char *key, const char *value)
{
	char name[32];

	snprintf(name, sizeof name, "%s", key + 5);
	for (char *p = name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	if (!strcmp(value, "infinity"))
		value = "unlimited";
	buf_printf(&u->limits, "%s=%s\n", name, value);
}

static void
unit_restart(struct unit *u, const char *value)
{
	u->restarts = strcmp(value, "no") != 0;
	put(&u->d, "restart", !strcmp(value, "always") ? "always" :
		u->restarts ? "on-failure" : "never");
}

/* Keys of [Service] that are one file or one flag. */
static int
unit_simple(struct unit *u, const char *key, char *value)
{
	static const struct { const char *key, *file; } files[] = {
		{ "WorkingDirectory", "directory" }, { "UMask", "umask" },
		{ "Nice", "nice" }, { "KillSignal", "down-signal" },
		{ "MemoryMax", "memory-max" }, { "MemoryLimit", "memory-max" },
		{ "CPUQuota", "cpu-max" }, { "TasksMax", "tasks-max" } },
		times[] = { { "TimeoutStartSec", "timeout-up" },
		{ "TimeoutStopSec", "timeout-kill" } },
		flags[] = { { "NoNewPrivileges", "no-new-privs" },
		{ "PrivateTmp", "private-tmp" } },
		dirs[] = { { "RuntimeDirectory", "/run" },
		{ "StateDirectory", "/var/lib" }, { "CacheDirectory",
		"/var/cache" }, { "LogsDirectory", "/var/log" } };

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (!strcmp(key, files[i].key)) {
			if (*value == '-')
				value++;
			if (strcmp(value, "infinity"))
				put(&u->d, files[i].file, value);
			return 1;
		}
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		if (!strcmp(key, times[i].key)) {
			unit_time(u, key, strcmp(u->type, "oneshot") ||
				i == 0 ? times[i].file : "timeout-down",
				value);
			return 1;
		}
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (!strcmp(key, flags[i].key)) {
			if (yes(value))
				put(&u->d, flags[i].file, "");
			return 1;
		}
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		if (!strcmp(key, dirs[i].key)) {
			unit_directory(u, dirs[i].file, value);
			return 1;
		}
	return 0;
}

/* Keys that only say what is the case here anyway. */
static int
unit_needless(const char *key, const char *value)
{
	static const char *const keys[] = { "RemainAfterExit",
		"StandardOutput", "StandardError", "StandardInput",
		"SyslogIdentifier", "NotifyAccess", "GuessMainPID",
		"SendSIGKILL", "RuntimeDirectoryPreserve" };

	if (!strcmp(key, "StandardInput"))
		return !strcmp(value, "null");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (!strcmp(key, keys[i]))
			return 1;
	return 0;
}

static void
unit_service(struct unit *u, const char *key, char *value)
{
	char name[64];
	uint64_t ms;

	if (!strcmp(key, "Type"))
		snprintf(u->type, sizeof u->type, "%s", value);
	else if (!strcmp(key, "ExecStart")) {
		exec_prefix(&value);
		if (!strcmp(u->type, "oneshot") && *value) {
			exec_line(&u->up, value);
			return;
		}
		free(u->start);
		u->start = *value ? strdup(value) : 0;
		u->shell |= strchr(value, '$') != 0;
	} else if (!strcmp(key, "ExecStartPre"))
		exec_line(&u->pre, value);
	else if (!strcmp(key, "ExecStopPost"))
		exec_line(&u->post, value);
	else if (!strcmp(key, "ExecReload") || !strcmp(key, "ExecStop")) {
		int reload = key[4] == 'R';
		char *copy = strdup(value);

		if (!strcmp(u->type, "oneshot") && !reload)
			exec_line(&u->down, value);
		else if (copy && kill_signal(copy, name, sizeof name))
			put(&u->d, reload ? "reload-signal" : "down-signal",
				name);
		else
			left_out(u->im, "%s=%s (a signal is sent instead)",
				key, value);
		free(copy);
	} else if (!strcmp(key, "User")) {
		free(u->user);
		u->user = strdup(value);
	} else if (!strcmp(key, "Group")) {
		free(u->group);
		u->group = strdup(value);
	} else if (!strcmp(key, "SupplementaryGroups"))
		buf_printf(&u->groups, "%s\n", value);
	else if (!strcmp(key, "Environment"))
		unit_environment(u, value);
	else if (!strcmp(key, "EnvironmentFile")) {
		int optional = *value == '-';

		value += optional;
		u->shell = 1;
		if (optional)
			buf_printf(&u->pre, "[ ! -r %s ] || ", value);
		buf_printf(&u->pre, "{ set -a; . %s; set +a; }\n", value);
	} else if (!strcmp(key, "PIDFile")) {
		/* Others may write one, but nobody needs it. */
		if (!strcmp(u->type, "forking"))
			put(&u->d, "pid-file", value);
		u->has_pid_file = 1;
	} else if (!strcmp(key, "Restart"))
		unit_restart(u, value);
	else if (!strcmp(key, "RestartSec")) {
		if (num_duration(value, 1000, &ms)) {
			snprintf(name, sizeof name, "%llu %llu",
				(unsigned long long)ms, (unsigned long long)
				(ms > 60000 ? ms : 60000));
			put(&u->d, "backoff", name);
		}
	} else if (!strcmp(key, "TimeoutSec")) {
		unit_time(u, key, "timeout-up", value);
		unit_time(u, key, strcmp(u->type, "oneshot") ? "timeout-kill" :
			"timeout-down", value);
	} else if (!strcmp(key, "WatchdogSec") &&
		num_duration(value, 1000, &ms)) {
		u->watchdog.len = 0;
		if (ms)
			buf_printf(&u->watchdog, "%llums",
				(unsigned long long)ms);
	} else if (!strcmp(key, "KillMode"))
		u->leaves_others = !strcmp(value, "process") ||
			!strcmp(value, "none");
	else if (!strncmp(key, "Limit", 5))
		unit_limit(u, key, value);
	else if (!strcmp(key, "CapabilityBoundingSet"))
		unit_capabilities(u, &u->bounding, key, value);
	else if (!strcmp(key, "AmbientCapabilities"))
		unit_capabilities(u, &u->ambient, key, value);
	else if (!strcmp(key, "ReadOnlyPaths") ||
		!strcmp(key, "ReadOnlyDirectories")) {
		char *save = 0;

		for (char *w = strtok_r(value, " \t", &save); w;
			w = strtok_r(0, " \t", &save))
			buf_printf(&u->readonly, "%s\n", w);
	} else if (!strcmp(key, "ReadWritePaths") ||
		!strcmp(key, "ReadWriteDirectories")) {
		u->has_read_write = 1;
		left_out(u->im, "%s=%s", key, value);
	} else if (!unit_simple(u, key, value) && !unit_needless(key, value))
		left_out(u->im, "%s=%s", key, value);
}

static void
unit_entry(struct unit *u, const char *section, const char *key, char *value)
{
	if (!strcmp(section, "Service")) {
		unit_service(u, key, value);
	} else if (!strcmp(section, "Unit")) {
		if (!strcmp(key, "Description"))
			put(&u->d, "description", value);
		else if (!strcmp(key, "Requires") || !strcmp(key, "BindsTo") ||
			!strcmp(key, "Requisite"))
			unit_names(u, key, "dependencies.d", value);
		else if (!strcmp(key, "Wants"))
			unit_names(u, key, "wants.d", value);
		else if (!strcmp(key, "After"))
			unit_names(u, key, "after.d", value);
		else if (strcmp(key, "Documentation"))
			left_out(u->im, "%s=%s", key, value);
	} else if (!strcmp(section, "Install")) {
		if (!strcmp(key, "WantedBy") && !u->im->in_default)
			left_out(u->im, "%s=%s (--default would put it into "
				"the bundle default)", key, value);
		else if (strcmp(key, "WantedBy"))
			left_out(u->im, "%s=%s", key, value);
	} else
		left_out(u->im, "[%s] %s=%s", section, key, value);
}

/* Words of a systemd command that needs no shell, as a command file. */
static void
unit_command(struct unit *u)
{
	char *words[WORDS_MAX];
	struct buf b = { 0 };

	if (!split(u->start, words))
		return;
	if (u->shell || u->pre.len) {
		buf_str(&b, "#!/bin/sh\n");
		buf_mem(&b, u->pre.s, u->pre.len);
		buf_str(&b, "exec ");
		shell_words(&b, words);
		buf_char(&b, '\n');
		put_buf(&u->d, "run", &b);
	} else {
		defwrite_words(&b, words);
		put_buf(&u->d, "command", &b);
	}
	buf_free(&b);
}

static void
unit_oneshot(struct unit *u)
{
	struct { const char *file; struct buf *lines; } scripts[] = {
		{ "up", &u->up }, { "down", &u->down } };

	put(&u->d, "type", "oneshot");
	if (!u->up.len)
		buf_str(&u->up, ":\n");
	for (int i = 0; i < 2; i++) {
		struct buf text = { 0 }, b = { 0 };

		if (!scripts[i].lines->len)
			continue;
		if (!i)
			buf_mem(&text, u->pre.s, u->pre.len);
		buf_mem(&text, scripts[i].lines->s, scripts[i].lines->len);
		buf_char(&text, 0);
		defwrite_words(&b, (char *[]){ (char[]){ "/bin/sh" },
			(char[]){ "-c" }, text.s, 0 });
		put_buf(&u->d, scripts[i].file, &b);
		buf_free(&text);
		buf_free(&b);
	}
}

/* What must be there before the service drops its privileges. */
static void
unit_setup(struct unit *u)
{
	struct defwrite d = { .quiet = 1 };
	struct buf b = { 0 };
	char name[PATH_LEN];
	char *words[] = { (char[]){ "/bin/sh" }, (char[]){ "-ec" }, 0, 0 };

	if (!u->setup.len)
		return;
	snprintf(name, sizeof name, "%s-setup", u->name);
	if (defwrite_begin(&d, u->im->source, name) < 0) {
		left_out(u->im, "directories (unable to make %s)", name);
		return;
	}
	printf("%s: made of %s\n", d.dir, u->im->file);
	buf_char(&u->setup, 0);
	words[2] = u->setup.s;
	defwrite_words(&b, words);
	put(&d, "type", "oneshot");
	put_buf(&d, "up", &b);
	put_name(&u->d, "dependencies.d", name);
	buf_free(&b);
}

static void
unit_finish(struct unit *u)
{
	struct import *im = u->im;
	struct buf b = { 0 };

	im->line = 0;
	if (strcmp(u->type, "oneshot") && !u->start) {
		left_out(im, "all of it: there is no ExecStart");
		remove_from_default(im, path_base(u->d.dir));
		path_remove(AT_FDCWD, u->d.dir);
		im->made--;
		return;
	}
	if (u->user)
		buf_printf(&b, "%s%s%s\n", u->user, u->group ? ":" : "",
			u->group ? u->group : "");
	else if (u->group)
		buf_printf(&b, "root:%s\n", u->group);
	put_buf(&u->d, "user", &b);
	buf_free(&b);
	put_buf(&u->d, "environment", &u->env);
	put_buf(&u->d, "limits", &u->limits);
	/* To root a bound is what it keeps; another user would be given what
	 * the unit only did not forbid. */
	if (u->ambient.len)
		put_buf(&u->d, "capabilities", &u->ambient);
	else if (u->bounding.len && !u->user)
		put_buf(&u->d, "capabilities", &u->bounding);
	else if (u->bounding.len)
		left_out(im, "CapabilityBoundingSet (the user has none "
			"anyway)");
	put_buf(&u->d, "groups", &u->groups);
	if (!u->has_read_write)
		put_buf(&u->d, "read-only-paths", &u->readonly);
	else if (u->readonly.len)
		left_out(im, "ReadOnlyPaths (there are exceptions to it)");
	unit_setup(u);
	put(&u->d, "logger", "");
	if (!strcmp(u->type, "oneshot")) {
		unit_oneshot(u);
		return;
	}
	put(&u->d, "type", "longrun");
	unit_command(u);
	if (!strncmp(u->type, "notify", 6)) {
		put(&u->d, "notification-type", "sd_notify");
		put_buf(&u->d, "watchdog", &u->watchdog);
	} else if (!strcmp(u->type, "forking") && !u->has_pid_file)
		left_out(im, "Type=forking without PIDFile: the daemon cannot "
			"be found; tell it to stay in the foreground");
	else if (!strcmp(u->type, "dbus"))
		left_out(im, "Type=dbus: it counts as ready at once; a "
			"ready-check would change that");
	if (u->post.len) {
		struct buf f = { 0 };

		buf_str(&f, "#!/bin/sh\n");
		buf_mem(&f, u->post.s, u->post.len);
		put_buf(&u->d, "finish", &f);
		buf_free(&f);
	}
	if (!u->leaves_others)
		put(&u->d, "flag-kill-group", "");
	/* A unit without Restart is not restarted. */
	if (!u->restarts)
		put(&u->d, "restart", "never");
}

static void
import_unit(struct import *im, char *data)
{
	struct unit u = { .im = im, .type = "simple" };
	struct ini in = { .at = data };
	char name[PATH_LEN], *copy = strdup(data), *at;
	size_t n;

	if (snprintf(name, sizeof name, "%s.d", im->file) < (int)sizeof name &&
		file_exists(AT_FDCWD, name))
		left_out(im, "%s (drop-ins are not read)", name);
	defwrite_name(name, sizeof name, unit_base(path_base(im->file)));
	n = strlen(name);
	u.template = n && name[n - 1] == '@';
	snprintf(u.name, sizeof u.name, "%.*s", (int)(n - (size_t)u.template),
		name);
	if (!begin(im, &u.d, name))
		return;
	if (u.template) {
		if (path_join(name, sizeof name, u.d.dir, "instances.d") < 0 ||
			path_mkdirs(name, 0777) < 0)
			die_sys(EX_SYSTEM, "unable to make %s", name);
		printf("%s: a template; each file in it makes an instance\n",
			name);
	}
	/* Type and User first: other keys mean something else by them. */
	in.at = at = copy;
	while (copy && next_entry(&in, 1))
		if (in.key && !strcmp(in.section, "Service")) {
			if (!strcmp(in.key, "Type"))
				snprintf(u.type, sizeof u.type, "%s",
					in.value);
			if (!strcmp(in.key, "User")) {
				free(u.user);
				u.user = strdup(in.value);
			}
		}
	free(at);
	in = (struct ini){ .at = data };
	while (next_entry(&in, 1)) {
		char *value;

		if (!in.key)
			continue;
		im->line = in.line;
		value = specifiers(&u, in.value);
		unit_entry(&u, in.section, in.key, value);
		free(value);
	}
	unit_finish(&u);
	free(u.start);
	free(u.user);
	free(u.group);
	buf_free(&u.env);
	buf_free(&u.limits);
	buf_free(&u.pre);
	buf_free(&u.post);
	buf_free(&u.setup);
	buf_free(&u.up);
	buf_free(&u.down);
	buf_free(&u.ambient);
	buf_free(&u.bounding);
	buf_free(&u.groups);
	buf_free(&u.readonly);
	buf_free(&u.watchdog);
}

/* --- supervisord */

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
	put_buf(d, "environment", &b);
	buf_free(&b);
}

/* %(program_name)s, %(here)s, %(process_num)d and %%.  Malloced. */
static char *
supervisord_expand(struct import *im, const char *program, const char *key,
	const char *s)
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
		} else if (!strncmp(s, "%(here)s", 8) &&
			path_absolute(here, sizeof here, im->file) == 0) {
			*strrchr(here, '/') = 0;
			buf_str(&b, here);
			s += 7;
		} else {
			left_out(im, "%.*s in %s=... (put the value there)",
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

/* What it writes goes to the log directory of the service. */
static void
supervisord_log(struct import *im, const struct defwrite *d, const char *key,
	const char *value)
{
	if (!strncmp(value, "/dev/", 5) || !strcmp(value, "NONE") ||
		!strcmp(value, "syslog")) {
		left_out(im, "%s=%s", key, value);
		return;
	}
	put(d, "logger", "");
	if (strcmp(value, "AUTO"))
		left_out(im, "%s=%s (it is in the log directory of the "
			"service instead)", key, value);
}

static void
supervisord_program(struct import *im, const struct defwrite *d,
	const char *key, char *value)
{
	static const struct { const char *key, *file; } files[] = {
		{ "directory", "directory" }, { "user", "user" },
		{ "umask", "umask" }, { "stopsignal", "down-signal" } };
	static const char *const needless[] = { "process_name",
		"startretries", "redirect_stderr", "stdout_logfile_maxbytes",
		"stdout_logfile_backups", "stderr_logfile_maxbytes",
		"stderr_logfile_backups", "startsecs", 0 };
	char *words[WORDS_MAX], text[64];
	struct buf b = { 0 };
	unsigned u;

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (!strcmp(key, files[i].key)) {
			put(d, files[i].file, value);
			return;
		}
	if (is_one_of(key, needless))
		return;
	if (!strcmp(key, "command")) {
		if (split(value, words)) {
			defwrite_words(&b, words);
			put_buf(d, "command", &b);
			buf_free(&b);
		}
	} else if (!strcmp(key, "environment")) {
		supervisord_environment(d, value);
	} else if (!strcmp(key, "autorestart")) {
		put(d, "restart", !strcmp(value, "true") ? "always" :
			!strcmp(value, "false") ? "never" : "on-failure");
	} else if (!strcmp(key, "autostart")) {
		if (!yes(value))
			remove_from_default(im, path_base(d->dir));
	} else if (!strcmp(key, "killasgroup") ||
		!strcmp(key, "stopasgroup")) {
		/* Who is left after TERM is killed. */
		if (yes(value))
			put(d, "flag-kill-group", "");
		if (yes(value) && *key == 'k')
			put(d, "flag-timeout-killpg", "");
	} else if (!strcmp(key, "stopwaitsecs") && num_uint(value, &u) &&
		u < 4000000) {
		snprintf(text, sizeof text, "%u", u * 1000);
		put(d, "timeout-kill", text);
	} else if (!strcmp(key, "stdout_logfile") ||
		!strcmp(key, "stderr_logfile")) {
		supervisord_log(im, d, key, value);
	} else if (!(!strcmp(key, "exitcodes") && !strcmp(value, "0")) &&
		!(!strcmp(key, "numprocs") && !strcmp(value, "1")))
		left_out(im, "%s=%s", key, value);
}

static void import_supervisord(struct import *, char *);

/* A file that another one includes; deeper it does not go. */
static void
import_included(struct import *im, const char *file)
{
	char *data;

	if (file_slurp(AT_FDCWD, file, &data, FILE_LIMIT) < 0)
		die_sys(EX_SYSTEM, "unable to read %s", file);
	im->file = file;
	im->included = 1;
	import_supervisord(im, data);
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

static void
import_supervisord(struct import *im, char *data)
{
	struct ini in = { .at = data };
	struct defwrite d = { .quiet = 1 };
	static const char *const global[] = { "user", "umask", "directory",
		"environment", 0 };
	int program = 0, group = 0;
	char name[PATH_LEN] = "", *value;

	while (next_entry(&in, 0)) {

		im->line = in.line;
		if (!in.key) {
			program = !strncmp(in.section, "program:", 8);
			group = !strncmp(in.section, "group:", 6);
			if (!program && !group) {
				if (strcmp(in.section, "supervisord") &&
					strcmp(in.section, "supervisorctl") &&
					strcmp(in.section, "include") &&
					strncmp(in.section, "unix_http", 9) &&
					strncmp(in.section, "inet_http", 9) &&
					strncmp(in.section, "rpcinterface", 12)
					)
					left_out(im, "[%s]", in.section);
				continue;
			}
			defwrite_name(name, sizeof name, in.section +
				(program ? 8 : 6));
			if (!begin(im, &d, name)) {
				program = group = 0;
				continue;
			}
			put(&d, "type", program ? "longrun" : "bundle");
			continue;
		}
		value = supervisord_expand(im, name, in.key, in.value);
		if (!strcmp(in.section, "include") &&
			!strcmp(in.key, "files"))
			supervisord_include(im, value);
		else if (program)
			supervisord_program(im, &d, in.key, value);
		else if (!strcmp(in.section, "supervisord") &&
			is_one_of(in.key, global))
			left_out(im, "%s=%s (of all programs: say it in each)",
				in.key, value);
		free(value);
		if (program)
			continue;
		if (group && !strcmp(in.key, "programs")) {
			char *save = 0;

			for (char *w = strtok_r(in.value, ", \t", &save); w;
				w = strtok_r(0, ", \t", &save))
				put_name(&d, "contents.d", w);
		} else if (group)
			left_out(im, "%s=%s", in.key, in.value);
	}
}

/* --- Procfile */

/* Is the end of a line from here on one simple command? */
static int
is_simple(const char *s)
{
	char quote = 0;

	if (memchr(s, '=', strcspn(s, " \t")))
		return 0;
	for (; *s; s++) {
		if (quote ? *s == quote : *s == '"' || *s == '\'')
			quote = quote ? 0 : *s;
		else if (!quote && strchr(";&|()<>`", *s))
			return 0;
		else if (*s == '\\' && s[1] && quote != '\'')
			s++;
	}
	return !quote;
}

/* The line as the shell is to have it: exec where that says the same, so
 * that signals reach the program.  0 if they do not. */
static int
procfile_command(struct buf *b, const char *line)
{
	if (is_simple(line)) {
		buf_printf(b, "exec %s\n", line);
		return 1;
	}
	for (const char *p = line; (p = strstr(p, "&& ")); p += 3)
		if (is_simple(p + 3)) {
			buf_printf(b, "%.*sexec %s\n", (int)(p + 3 - line),
				line, p + 3);
			return 1;
		}
	/* "A=1 B=2 program" */
	if (memchr(line, '=', strcspn(line, " \t")) &&
		!strpbrk(line, ";&|()<>`")) {
		buf_printf(b, "exec env %s\n", line);
		return 1;
	}
	buf_printf(b, "%s\n", line);
	return 0;
}

/* Lines of a .env as environment has them. */
static void
procfile_environment(struct buf *b, const char *env)
{
	while (*env) {
		size_t n = strcspn(env, "\n");
		const char *s = env + strspn(env, " \t");

		if (!strncmp(s, "export ", 7))
			s += 7;
		buf_printf(b, "%.*s\n", (int)(env + n - s), s);
		env += n + (env[n] != 0);
	}
}

static void
import_procfile(struct import *im, char *data)
{
	unsigned port = 5000, number = 0;
	char envfile[PATH_LEN], here[PATH_LEN], *env = 0;

	snprintf(envfile, sizeof envfile, "%.*s.env", (int)(path_base(im->file)
		- im->file), im->file);
	if (file_slurp(AT_FDCWD, envfile, &env, FILE_LIMIT) < 0)
		env = 0;
	if (path_absolute(here, sizeof here, im->file) < 0)
		die_sys(EX_SYSTEM, "unable to find %s", im->file);
	*(strrchr(here, '/') == here ? here + 1 : strrchr(here, '/')) = 0;
	for (char *line = data, *next; line; line = next) {
		char name[PATH_LEN], *colon;
		struct defwrite d = { .quiet = 1 };
		struct buf b = { 0 };

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		im->line = ++number;
		line = trim(line);
		if (!*line || *line == '#')
			continue;
		colon = strchr(line, ':');
		if (!colon) {
			left_out(im, "%s (expected NAME: COMMAND)", line);
			continue;
		}
		*colon = 0;
		defwrite_name(name, sizeof name, trim(line));
		if (!begin(im, &d, name))
			continue;
		put(&d, "type", "longrun");
		buf_str(&b, "#!/bin/sh\n");
		if (!procfile_command(&b, trim(colon + 1)))
			put(&d, "flag-kill-group", "");
		put_buf(&d, "run", &b);
		b.len = 0;
		buf_printf(&b, "PORT=%u\n", port);
		procfile_environment(&b, env ? env : "");
		put_buf(&d, "environment", &b);
		put(&d, "directory", here);
		put(&d, "logger", "");
		buf_free(&b);
		port += 100;
	}
	free(env);
}

/* --- directories */

/* Copy a file or a whole tree; depth is bounded. */
static void
copy(struct import *im, const char *from, const char *to, int depth)
{
	struct stat st;

	if (stat(from, &st) < 0) {
		left_out(im, "%s: %s", from, strerror(errno));
	} else if (S_ISREG(st.st_mode)) {
		char *data;
		ssize_t n = file_slurp(AT_FDCWD, from, &data, FILE_LIMIT);

		if (n < 0 || file_write(AT_FDCWD, to, data, (size_t)n,
			st.st_mode & 0777, 0) < 0)
			die_sys(EX_SYSTEM, "unable to copy %s", from);
		free(data);
	} else if (S_ISDIR(st.st_mode) && depth < 16) {
		struct dirent **list;
		int n = scandir(from, &list, 0, alphasort);

		if (n < 0 || path_mkdirs(to, st.st_mode & 0777) < 0)
			die_sys(EX_SYSTEM, "unable to copy %s", from);
		for (int i = 0; i < n; i++) {
			const char *name = list[i]->d_name;
			char a[PATH_LEN], b[PATH_LEN];

			if (strcmp(name, ".") && strcmp(name, "..") &&
				path_join(a, sizeof a, from, name) == 0 &&
				path_join(b, sizeof b, to, name) == 0)
				copy(im, a, b, depth + 1);
			free(list[i]);
		}
		free(list);
	} else
		left_out(im, "%s (neither file nor directory)", from);
}

static int
in_dir(const char *dir, const char *name)
{
	char path[PATH_LEN];

	return path_join(path, sizeof path, dir, name) == 0 &&
		file_exists(AT_FDCWD, path);
}

/* runit's check, run in the service directory. */
static void
import_check(struct import *im, const struct defwrite *d, const char *from)
{
	char to[PATH_LEN];

	put(d, "ready-check", "./data/check.runit");
	put(d, "data/check.runit", "");
	if (path_join(to, sizeof to, d->dir, "data/check.runit") == 0)
		copy(im, from, to, 0);
}

/* A service directory as runit, daemontools and s6 have it. */
static void
import_servicedir(struct import *im, const char *dir, const char *name,
	const char *producer)
{
	struct defwrite d = { .quiet = 1 };
	struct dirent **list;
	char log[PATH_LEN], path[PATH_LEN], to[PATH_LEN];
	int n, has_log;

	if (!begin(im, &d, name))
		return;
	put(&d, "type", "longrun");
	has_log = !producer && in_dir(dir, "log/run");
	snprintf(log, sizeof log, "%s-log", name);
	if (has_log)
		put(&d, "producer-for", log);
	if (producer)
		put(&d, "consumer-for", producer);
	n = scandir(dir, &list, 0, alphasort);
	if (n < 0)
		die_sys(EX_SYSTEM, "unable to read %s", dir);
	for (int i = 0; i < n; i++) {
		const char *file = list[i]->d_name;
		const struct prop *p = prop_find(file);

		path_join(path, sizeof path, dir, file);
		path_join(to, sizeof to, d.dir, file);
		if (p && p->s6rc && p->types & FOR_LONGRUN && p->kind !=
			PROP_IGNORED && strcmp(file, "type"))
			copy(im, path, to, 0);
		else if (!strcmp(file, "check") && !in_dir(dir, "data/check")
			&& !in_dir(dir, "notification-fd"))
			import_check(im, &d, path);
		else if (!strcmp(file, "down"))
			remove_from_default(im, name);
		else if (*file != '.' && strcmp(file, "supervise") &&
			strcmp(file, "event") && strcmp(file, "log"))
			left_out(im, "%s (only data/ and env/ hold files of "
				"one's own)", path);
		free(list[i]);
	}
	free(list);
	if (!has_log)
		return;
	path_join(path, sizeof path, dir, "log");
	import_servicedir(im, path, log, name);
}

static void
import_directory(struct import *im, const char *dir)
{
	char clean[PATH_LEN], name[PATH_LEN];
	struct dirent **list;
	size_t len;
	int n, any = 0;

	snprintf(clean, sizeof clean, "%s", dir);
	for (len = strlen(clean); len > 1 && clean[len - 1] == '/'; )
		clean[--len] = 0;
	im->file = clean;
	im->line = 0;
	defwrite_name(name, sizeof name, path_base(clean));
	if (in_dir(clean, "type")) {		/* of s6-rc */
		struct defwrite d = { .quiet = 1 };

		if (begin(im, &d, name))
			copy(im, clean, d.dir, 0);
		return;
	}
	if (in_dir(clean, "run")) {
		import_servicedir(im, clean, name, 0);
		return;
	}
	n = scandir(clean, &list, 0, alphasort);
	if (n < 0)
		die_sys(EX_SYSTEM, "unable to read %s", clean);
	for (int i = 0; i < n; i++) {
		char path[PATH_LEN];

		if (*list[i]->d_name != '.' && path_join(path, sizeof path,
			clean, list[i]->d_name) == 0 && (in_dir(path, "run") ||
			in_dir(path, "type"))) {
			import_directory(im, path);
			im->file = clean;
			any = 1;
		}
		free(list[i]);
	}
	free(list);
	if (!any)
		die(EX_MISUSE, "%s is neither a service directory nor a "
			"directory of such", dir);
}

static int
ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n > k && !strcmp(s + n - k, end);
}

static void
import_one(struct import *im, const char *file)
{
	struct stat st;
	char *data;

	im->file = file;
	im->line = 0;
	if (stat(file, &st) < 0)
		die_sys(EX_SYSTEM, "unable to read %s", file);
	if (S_ISDIR(st.st_mode)) {
		import_directory(im, file);
		return;
	}
	if (file_slurp(AT_FDCWD, file, &data, FILE_LIMIT) < 0)
		die_sys(EX_SYSTEM, "unable to read %s", file);
	if (ends_in(file, ".service"))
		import_unit(im, data);
	else if (ends_in(file, ".conf") || ends_in(file, ".ini"))
		import_supervisord(im, data);
	else if (!strncmp(path_base(file), "Procfile", 8))
		import_procfile(im, data);
	else
		die(EX_MISUSE, "unknown kind of file %s, expected *.service, "
			"*.conf, *.ini, Procfile or a directory", file);
	free(data);
}

int
main(int argc, char **argv)
{
	static struct places places;
	struct import im = { .source = 0 };
	char err[512];
	int o;

	prog_init(argv[0]);
	while ((o = opt_next(&usage, argc, argv)) != -1) {
		if (o == 's')
			im.source = optarg;
		im.in_default |= o == 'd';
	}
	if (optind == argc)
		opt_usage(&usage);
	if (!im.source) {
		if (places_default(&places, err, sizeof err) < 0)
			die(EX_SYSTEM, "%s", err);
		im.source = places.sources[0];
	}
	for (; optind < argc; optind++)
		import_one(&im, argv[optind]);
	printf("%u made, %u not carried over; reeve-check %s\n", im.made,
		im.left, im.source);
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	return im.left ? EX_NO : EX_OK;
}
