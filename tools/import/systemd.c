/* systemd.c - a unit (*.service) to a definition.  See reeve-import(1). */

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/num.h"
#include "lib/path.h"
#include "lib/shown.h"
#include "rc/db.h"
#include "rc/compile/props.h"
#include "tools/import/import.h"

struct unit {
	struct import *im;
	const struct unit_from *from;
	struct defwrite d;
	char name[DB_NAME_MAX + 1];
	int template;
	char type[32];
	struct buf env, limits, pre, post, setup, up, down, reload, ambient,
		bounding, groups, readonly, watchdog;
	char beside[256]; /* the name a unit *.socket of it has */
	char socket[256]; /* a unit that it needs */
	char *start; /* owned */
	char *user, *group; /* owned */
	int shell; /* needs a script: variables, files */
	int remains; /* RemainAfterExit */
	int start_only; /* User is for ExecStart only */
	int as_root; /* ExecStart says that User is not for it */
	int no_new_privs, private_tmp;
	int no_kill; /* at a stop: it says when, or never */
	struct {
		struct buf names;
		char mode[8];
	} dirs[5];
	int has_pid_file, has_read_write, leaves_others, mixed;
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

/* One property, if what this becomes can have it. */
static void
unit_put(struct unit *u, const char *key, const char *value, const char *file,
	const char *text)
{
	const struct prop *p = prop_find(file);

	if (!strcmp(u->type, "oneshot") && p && !(p->types & FOR_ONESHOT))
		import_left_out(u->im, "%s=%s (only what stays has a %s)", key,
			value, file);
	else
		import_put(&u->d, file, text);
}

/* A socket that is there before the service: the one that is being read, or
 * the program has to do it. */
static void
unit_socket(struct unit *u, const char *key, const char *name)
{
	if (u->from->socket || !strcmp(key, "After"))
		return;
	snprintf(u->socket, sizeof u->socket, "%s", name);
	import_left_out(u->im,
		"%s=%s (the program has to make its socket "
		"itself; if it cannot, import %s)",
		key, name, name);
}

/* NAME@ is the same instance of another template. */
static void
unit_needs(struct unit *u, const char *list, const char *unit)
{
	static const char same[] = "@${INSTANCE}";
	char name[256];
	size_t n, k = strlen(same);

	snprintf(name, sizeof name, "%s", unit_base(unit));
	n = strlen(name);
	if (n > k && !strcmp(name + n - k, same))
		name[n - k + 1] = 0;
	import_put_name(&u->d, list, name);
}

static void
unit_names(struct unit *u, const char *key, const char *list, char *value)
{
	char *save = 0;

	for (char *w = strtok_r(value, " \t", &save); w;
		w = strtok_r(0, " \t", &save)) {
		size_t n = strlen(w);

		if (n > 8 && !strcmp(w + n - 8, ".service"))
			unit_needs(u, list, w);
		else if (n > 7 && !strcmp(w + n - 7, ".socket"))
			unit_socket(u, key, w);
		else if (!(n > 7 && !strcmp(w + n - 7, ".target") &&
				 !strcmp(list, "after.d")))
			import_left_out(u->im,
				"%s=%s (only services are known "
				"here)",
				key, w);
	}
}

/* %i and the like.  A % that begins none is one: 80%.  Malloced. */
static char *
specifiers(struct unit *u, const char *s)
{
	struct buf b = { 0 };

	for (; *s; s++) {
		if (*s != '%' || !isalpha((unsigned char)s[1])) {
			s += *s == '%' && s[1] == '%';
			buf_char(&b, *s);
			continue;
		}
		switch (*++s) {
		case 'i':
		case 'I':
			buf_str(&b, "${INSTANCE}");
			break;
		case 'n':
			buf_printf(&b, "%s.service", u->name);
			break;
		case 'N':
		case 'p':
			buf_str(&b, u->name);
			break;
		case 't':
			buf_str(&b, "/run");
			break;
		case 'S':
			buf_str(&b, "/var/lib");
			break;
		case 'C':
			buf_str(&b, "/var/cache");
			break;
		case 'L':
			buf_str(&b, "/var/log");
			break;
		case 'E':
			buf_str(&b, "/etc");
			break;
		case 'T':
			buf_str(&b, "/tmp");
			break;
		case 'V':
			buf_str(&b, "/var/tmp");
			break;
		default:
			/* As it is, so that it is found. */
			import_left_out(u->im,
				"%%%c (unknown here: put its "
				"value there)",
				*s);
			buf_printf(&b, "%%%c", *s);
		}
	}
	buf_char(&b, 0);
	if (b.bad)
		die(EX_SYSTEM, "out of memory");
	return b.s;
}

/* $VAR, and nothing else. */
static int
is_variable(const char *s)
{
	if (*s++ != '$' || !(isalpha((unsigned char)*s) || *s == '_'))
		return 0;
	while (isalnum((unsigned char)*s) || *s == '_')
		s++;
	return !*s;
}

/* A command line for /bin/sh: words quoted, but ${VAR}, and $VAR as a word of
 * its own, left; $$ is a dollar. */
static void
shell_words(struct buf *b, char *const *words)
{
	for (int i = 0; words[i]; i++) {
		const char *s = words[i];

		if (i)
			buf_char(b, ' ');
		if (is_variable(s)) {
			buf_str(b, s); /* split, as systemd does */
		} else if (strchr(s, '$')) {
			buf_char(b, '"');
			for (; *s; s++) {
				if (strchr("\"\\`", *s) ||
					(*s == '$' && s[1] != '{'))
					buf_char(b, '\\');
				buf_char(b, *s);
				s += *s == '$' && s[1] == '$';
			}
			buf_char(b, '"');
		} else
			buf_shell(b, s);
	}
}

/* "name" of Exec*=: takes prefixes off; 1 if failure is ignored.  *as_root,
 * if that is not 0: User is not for it. */
static int
exec_prefix(char **value, int *as_root)
{
	int ignore = 0;

	for (; **value && strchr("-@+!:", **value); ++*value) {
		ignore |= **value == '-';
		if (as_root && strchr("+!", **value))
			*as_root = 1;
	}
	return ignore;
}

/* What the user cannot do is done beforehand, if that is before it at all. */
static void
exec_line(struct unit *u, struct buf *b, const char *key, char *value)
{
	char *words[WORDS_MAX], *copy = strdup(value);
	int as_root = u->start_only && strcmp(key, "ExecStart");
	int ignore = exec_prefix(&value, &as_root);

	if (as_root && u->user && strcmp(key, "ExecStartPre") &&
		(b != &u->up || b->len)) {
		import_left_out(u->im, "%s=%s (it would be run as %s)", key,
			copy ? copy : "", u->user);
	} else if (ini_split(value, words)) {
		if (as_root && u->user) {
			import_left_out(u->im,
				"%s=%s (%s-setup runs it, once "
				"and not at each start)",
				key, copy ? copy : "", u->name);
			b = &u->setup;
		}
		shell_words(b, words);
		buf_str(b, ignore ? " || :\n" : " || exit 1\n");
	}
	free(copy);
}

/* "kill -HUP $MAINPID" is a signal; 1 and its name. */
static int
kill_signal(char *value, char *name, size_t max)
{
	char *words[WORDS_MAX];
	int n;

	exec_prefix(&value, 0);
	n = ini_split(value, words);
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
unit_time(struct unit *u, const char *key, const char *file, const char *value)
{
	uint64_t ms;
	char text[32];

	if (!strcmp(value, "infinity") || !strcmp(value, "0")) {
		/* A switch would wait a minute otherwise. */
		if (!strcmp(file, "timeout-up"))
			unit_put(u, key, value, file, "0");
		return;
	}
	if (!num_duration(value, 1000, &ms)) {
		import_left_out(u->im, "%s=%s (not a duration)", key, value);
		return;
	}
	snprintf(text, sizeof text, "%llu", (unsigned long long)ms);
	unit_put(u, key, value, file, text);
}

/* What systemd makes, and tells the program of. */
static const struct {
	const char *key, *base, *variable;
} dirs[] = { { "RuntimeDirectory", "/run", "RUNTIME_DIRECTORY" },
	{ "StateDirectory", "/var/lib", "STATE_DIRECTORY" },
	{ "CacheDirectory", "/var/cache", "CACHE_DIRECTORY" },
	{ "LogsDirectory", "/var/log", "LOGS_DIRECTORY" },
	{ "ConfigurationDirectory", "/etc", "CONFIGURATION_DIRECTORY" } };

/* 1 if the key is that of a directory, or of the mode of one. */
static int
unit_directory(struct unit *u, const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		size_t n = strlen(dirs[i].key);

		if (strncmp(key, dirs[i].key, n))
			continue;
		if (!key[n] && !*value)
			u->dirs[i].names.len = 0;
		else if (!key[n])
			buf_printf(&u->dirs[i].names, "%s ", value);
		else if (strcmp(key + n, "Mode"))
			return 0;
		else if (strlen(value) < sizeof u->dirs[i].mode &&
			!value[strspn(value, "01234567")])
			strcpy(u->dirs[i].mode, value);
		return 1;
	}
	return 0;
}

static void
setup_directory(
	struct unit *u, const char *path, const char *mode, int configuration)
{
	buf_str(&u->setup, "reeve-mkdir");
	if (*mode)
		buf_printf(&u->setup, " -m %s", mode);
	if (u->user && !configuration) {
		buf_str(&u->setup, " -o ");
		buf_shell(&u->setup, u->user);
		if (u->group) {
			buf_char(&u->setup, ':');
			buf_shell(&u->setup, u->group);
		}
	}
	buf_char(&u->setup, ' ');
	buf_shell(&u->setup, path);
	buf_char(&u->setup, '\n');
}

/* Their owner and mode may stand anywhere in the unit. */
static void
unit_directories(struct unit *u)
{
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		char *save = 0, *w, path[PATH_LEN];
		const char *sep = "";

		if (!u->dirs[i].names.len)
			continue;
		buf_char(&u->dirs[i].names, 0);
		if (u->dirs[i].names.bad)
			die(EX_SYSTEM, "out of memory");
		buf_printf(&u->env, "%s=", dirs[i].variable);
		for (w = strtok_r(u->dirs[i].names.s, " \t", &save); w;
			w = strtok_r(0, " \t", &save)) {
			if (path_join(path, sizeof path, dirs[i].base, w) < 0)
				die_sys(EX_SYSTEM, "name %s", w);
			setup_directory(u, path, u->dirs[i].mode,
				!strcmp(dirs[i].base, "/etc"));
			buf_printf(&u->env, "%s%s", sep, path);
			sep = ":";
		}
		buf_char(&u->env, '\n');
	}
}

static void
unit_environment(struct unit *u, char *value)
{
	char *words[WORDS_MAX];
	int n = ini_split(value, words);

	for (int i = 0; i < n; i++)
		buf_printf(&u->env, "%s\n", words[i]);
}

/* A shell reads it, to which KEY=two words is the command words with KEY set
 * to two. */
static void
unit_environment_file(struct unit *u, const char *file)
{
	char *data, *line, *value;
	unsigned n = 0;

	if (strpbrk(file, "*?[$") ||
		file_slurp(AT_FDCWD, file, &data, FILE_LIMIT) < 0)
		return;
	for (char *p = data; *p; n++) {
		size_t len = strcspn(p, "\n");

		line = p;
		p += len + (p[len] != 0);
		line[len] = 0;
		line = ini_trim(line);
		if (*line == '#' || *line == ';' || !strchr(line, '='))
			continue;
		value = strchr(line, '=') + 1;
		if (*value != '"' && *value != '\'' &&
			strpbrk(value, " \t;&|<>()$`\\"))
			import_left_out(u->im,
				"%s:%u: %s (a shell reads it: "
				"put the value into quotes)",
				file, n + 1, line);
	}
	free(data);
}

static void
unit_capabilities(struct unit *u, struct buf *to, const char *key, char *value)
{
	char *save = 0;

	if (*value == '~') {
		import_left_out(u->im, "%s=%s (only what is kept can be said)",
			key, value);
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
	if (!u->restarts && !strcmp(u->type, "oneshot"))
		return;
	unit_put(u, "Restart", value, "restart",
		!strcmp(value, "always") || !strcmp(value, "on-success") ? value
			: !strcmp(value, "on-abort") ||
				!strcmp(value, "on-abnormal")
			? "on-signal"
			: u->restarts ? "on-failure"
				      : "never");
}

/* Exit codes and signals; the names that codes have there are not ours. */
static void
unit_codes(struct unit *u, const char *key, const char *value, const char *file)
{
	char word[16];
	unsigned code;
	const char *p = value;

	while (*(p += strspn(p, " \t"))) {
		size_t n = strcspn(p, " \t");

		snprintf(word, sizeof word, "%.*s", (int)n, p);
		p += n;
		if (n < sizeof word &&
			(num_uint(word, &code) ? code < 256
					       : num_signal(word) > 0))
			continue;
		import_left_out(u->im,
			"%s=%s (%s is neither an exit code nor "
			"a signal)",
			key, value, word);
		return;
	}
	unit_put(u, key, value, file, value);
}

/* Keys of [Service] that are one file or one flag. */
static int
unit_simple(struct unit *u, const char *key, char *value)
{
	static const struct {
		const char *key, *file;
	} files[] = { { "WorkingDirectory", "directory" }, { "UMask", "umask" },
		{ "Nice", "nice" }, { "KillSignal", "down-signal" },
		{ "MemoryHigh", "memory-high" },
		{ "MemorySwapMax", "memory-swap-max" },
		{ "CPUWeight", "cpu-weight" }, { "IOWeight", "io-weight" },
		{ "OOMScoreAdjust", "oom-score-adjust" },
		{ "MemoryMax", "memory-max" }, { "MemoryLimit", "memory-max" },
		{ "CPUQuota", "cpu-max" }, { "TasksMax", "tasks-max" } },
	  times[] = { { "TimeoutStartSec", "timeout-up" },
		  { "TimeoutStopSec", "timeout-kill" } };

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (!strcmp(key, files[i].key)) {
			if (*value == '-' && !i)
				value++;
			if (!i && !strcmp(value, "~"))
				import_left_out(u->im,
					"%s=%s (put the home "
					"directory there)",
					key, value);
			else if (strcmp(key, "CPUQuota") && *value &&
				value[strlen(value) - 1] == '%')
				import_left_out(u->im,
					"%s=%s (a part of what "
					"the machine has: give a number)",
					key, value);
			else if (strcmp(value, "infinity"))
				unit_put(u, key, value, files[i].file, value);
			return 1;
		}
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		if (!strcmp(key, times[i].key)) {
			unit_time(u, key,
				strcmp(u->type, "oneshot") || i == 0
					? times[i].file
					: "timeout-down",
				value);
			return 1;
		}
	/* The last one counts. */
	if (!strcmp(key, "NoNewPrivileges"))
		return u->no_new_privs = ini_yes(value), 1;
	if (!strcmp(key, "PrivateTmp"))
		return u->private_tmp = ini_yes(value), 1;
	return unit_directory(u, key, value);
}

/* Keys that only say what is the case here anyway. */
static int
unit_needless(const char *key, const char *value)
{
	static const char *const keys[] = { "RemainAfterExit", "StandardOutput",
		"StandardError", "StandardInput", "SyslogIdentifier",
		"NotifyAccess", "GuessMainPID", "SendSIGKILL",
		"RuntimeDirectoryPreserve", "PermissionsStartOnly" };

	/* Switched off, as it is here. */
	if (!strncmp(key, "Private", 7) || !strncmp(key, "Protect", 7) ||
		!strncmp(key, "Restrict", 8))
		return !strcmp(value, "no") || !strcmp(value, "false") ||
			!strcmp(value, "off") || !strcmp(value, "0");
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

	u->no_kill |= !strcmp(key, "TimeoutStopSec") ||
		!strcmp(key, "TimeoutSec") ||
		(!strcmp(key, "SendSIGKILL") && !ini_yes(value));
	if (!strcmp(key, "Type"))
		; /* known already, as is User */
	else if (!strcmp(key, "ExecStart")) {
		if (!strcmp(u->type, "oneshot") && *value) {
			exec_line(u, &u->up, key, value);
			return;
		}
		exec_prefix(&value, &u->as_root);
		free(u->start);
		u->start = *value ? strdup(value) : 0;
		u->shell |= strchr(value, '$') != 0;
	} else if (!strcmp(key, "ExecStartPre"))
		exec_line(u, &u->pre, key, value);
	else if (!strcmp(key, "ExecStopPost"))
		exec_line(u, &u->post, key, value);
	else if (!strcmp(key, "ExecReload") || !strcmp(key, "ExecStop")) {
		int reload = key[4] == 'R';
		char *copy = strdup(value);

		if (!strcmp(u->type, "oneshot"))
			exec_line(
				u, reload ? &u->reload : &u->down, key, value);
		else if (copy && kill_signal(copy, name, sizeof name))
			unit_put(u, key, value,
				reload ? "reload-signal" : "down-signal", name);
		else
			exec_line(
				u, reload ? &u->reload : &u->down, key, value);
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
		unit_environment_file(u, value);
	} else if (!strcmp(key, "Sockets")) {
		char *save = 0;

		for (char *w = strtok_r(value, " \t", &save); w;
			w = strtok_r(0, " \t", &save))
			unit_socket(u, key, w);
	} else if (!strcmp(key, "PIDFile")) {
		/* Others may write one, but nobody needs it. */
		if (!strcmp(u->type, "forking"))
			import_put(&u->d, "pid-file", value);
		u->has_pid_file = 1;
	} else if (!strcmp(key, "Restart"))
		unit_restart(u, value);
	else if (!strcmp(key, "RestartSec")) {
		if (num_duration(value, 1000, &ms)) {
			snprintf(name, sizeof name, "%llu %llu",
				(unsigned long long)ms,
				(unsigned long long)(ms > 60000 ? ms : 60000));
			unit_put(u, key, value, "backoff", name);
			snprintf(name, sizeof name, "%llu",
				(unsigned long long)ms);
			unit_put(u, key, value, "restart-delay", name);
		}
	} else if (!strcmp(key, "SuccessExitStatus"))
		unit_codes(u, key, value, "success-codes");
	else if (!strcmp(key, "RestartPreventExitStatus"))
		unit_codes(u, key, value, "no-restart-codes");
	else if (!strcmp(key, "TimeoutSec")) {
		unit_time(u, key, "timeout-up", value);
		unit_time(u, key,
			strcmp(u->type, "oneshot") ? "timeout-kill"
						   : "timeout-down",
			value);
	} else if (!strcmp(key, "WatchdogSec") &&
		num_duration(value, 1000, &ms)) {
		u->watchdog.len = 0;
		if (ms)
			buf_printf(
				&u->watchdog, "%llums", (unsigned long long)ms);
	} else if (!strcmp(key, "KillMode")) {
		u->leaves_others =
			!strcmp(value, "process") || !strcmp(value, "none");
		u->mixed = !strcmp(value, "mixed");
	} else if (!strncmp(key, "Limit", 5))
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
		import_left_out(u->im, "%s=%s", key, value);
	} else if (!unit_simple(u, key, value) && !unit_needless(key, value))
		import_left_out(u->im, "%s=%s", key, value);
}

/* Documentation; and that it is stopped when everything is, which is so. */
static int
unit_ends_with_all(const char *key, const char *value)
{
	return !strcmp(key, "Documentation") ||
		!strcmp(key, "DefaultDependencies") ||
		((!strcmp(key, "Before") || !strcmp(key, "Conflicts")) &&
			!strcmp(value, "shutdown.target"));
}

static void
unit_entry(struct unit *u, const char *section, const char *key, char *value)
{
	if (!strcmp(section, "Service")) {
		unit_service(u, key, value);
	} else if (!strcmp(section, "Unit")) {
		if (!strcmp(key, "Description"))
			import_put(&u->d, "description", value);
		else if (!strcmp(key, "Requires") || !strcmp(key, "BindsTo") ||
			!strcmp(key, "Requisite"))
			unit_names(u, key, "dependencies.d", value);
		else if (!strcmp(key, "Wants"))
			unit_names(u, key, "wants.d", value);
		else if (!strcmp(key, "After"))
			unit_names(u, key, "after.d", value);
		else if (!unit_ends_with_all(key, value))
			import_left_out(u->im, "%s=%s", key, value);
	} else if (!strcmp(section, "Install")) {
		if (!strcmp(key, "WantedBy") && !u->im->in_default)
			import_left_out(u->im,
				"%s=%s (--default would put it into "
				"the bundle default)",
				key, value);
		else if (!strcmp(key, "Alias"))
			import_left_out(u->im,
				"%s=%s (a bundle of that name "
				"with this as its only content is one)",
				key, value);
		else if (strcmp(key, "WantedBy"))
			import_left_out(u->im, "%s=%s", key, value);
	} else
		import_left_out(u->im, "[%s] %s=%s", section, key, value);
}

/* Words that say that the socket is passed are left out if it is not. */
static void
unit_own_socket(struct unit *u, char **words)
{
	static const char *const passed[] = {
		"--address=systemd:", "--host=fd://", "fd://", "systemd:"
	};
	char **out = words;

	for (char **w = words; *w; w++) {
		int is = 0;

		for (size_t i = 0; i < sizeof passed / sizeof *passed; i++)
			is |= !strcmp(*w, passed[i]);
		if (!is) {
			*out++ = *w;
			continue;
		}
		/* -H fd:// */
		if (**w != '-' && out > words && out[-1][0] == '-')
			out--;
		import_left_out(u->im,
			"%s in ExecStart (it listens where its "
			"own configuration says)",
			*w);
		socket_directories(
			u->im, *u->socket ? u->socket : u->beside, &u->setup);
	}
	*out = 0;
}

/* The socket becomes the descriptor that systemd would have passed. */
static void
unit_bind(struct unit *u, struct buf *b)
{
	const struct unit_from *f = u->from;

	buf_printf(b, "exec reeve-ipcserver-socketbinder -B -a %s%s -- ",
		f->socket_mode, f->datagram ? " -m" : "");
	buf_shell(b, f->socket);
	buf_str(b,
		" /bin/sh -c 'exec 3<&0 </dev/null\n"
		"LISTEN_FDS=1 LISTEN_PID=$$\nexport LISTEN_FDS LISTEN_PID\n"
		"exec \"$@\"' ");
	buf_shell(b, u->name);
	buf_char(b, ' ');
	/* Who it runs as need not be allowed to make it. */
	if (u->user) {
		buf_str(b, "reeve-setuidgid ");
		buf_shell(b, u->user);
		buf_char(b, ' ');
	}
}

/* Words of a systemd command that needs no shell, as a command file. */
static void
unit_command(struct unit *u)
{
	char *words[WORDS_MAX];
	struct buf b = { 0 };

	if (!ini_split(u->start, words))
		return;
	if (!u->from->socket)
		unit_own_socket(u, words);
	if (u->shell || u->pre.len || u->from->socket) {
		buf_str(&b, "#!/bin/sh\n");
		buf_mem(&b, u->pre.s, u->pre.len);
		if (u->from->socket)
			unit_bind(u, &b);
		else
			buf_str(&b, "exec ");
		shell_words(&b, words);
		buf_char(&b, '\n');
		import_put_buf(&u->d, "run", &b);
	} else {
		defwrite_words(&b, words);
		import_put_buf(&u->d, "command", &b);
	}
	buf_free(&b);
}

/* Lines of a shell, as the command line of a property. */
static void
unit_shell(struct unit *u, const char *file, const struct buf *lines)
{
	struct buf text = { 0 }, b = { 0 };

	if (!lines->len)
		return;
	buf_mem(&text, lines->s, lines->len);
	buf_char(&text, 0);
	defwrite_words(&b,
		(char *[]){
			(char[]){ "/bin/sh" }, (char[]){ "-c" }, text.s, 0 });
	import_put_buf(&u->d, file, &b);
	buf_free(&text);
	buf_free(&b);
}

static void
unit_oneshot(struct unit *u)
{
	struct buf up = { 0 };

	import_put(&u->d, "type", "oneshot");
	buf_mem(&up, u->pre.s, u->pre.len);
	if (u->up.len)
		buf_mem(&up, u->up.s, u->up.len);
	else
		buf_str(&up, ":\n");
	unit_shell(u, "up", &up);
	unit_shell(u, "down", &u->down);
	unit_shell(u, "reload", &u->reload);
	buf_free(&up);
}

/* Who is asked to stop, how, and for how long. */
static void
unit_stopping(struct unit *u)
{
	char path[PATH_LEN];

	unit_shell(u, "stop", &u->down);
	if (u->down.len)
		import_put(&u->d, "stop-then", "signal");
	unit_shell(u, "reload", &u->reload);
	if (u->mixed)
		import_put(&u->d, "flag-kill-group", "");
	else if (!u->leaves_others)
		import_put(&u->d, "down-signal-to", "all");
	/* systemd's default. */
	if (!u->no_kill)
		import_put(&u->d, "timeout-kill", "90000");
	else if (path_join(path, sizeof path, u->d.dir, "timeout-kill") == 0 &&
		!file_exists(AT_FDCWD, path))
		import_put(&u->d, "timeout-kill", "0");
}

static void
unit_template(const struct defwrite *d)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, d->dir, "instances.d") < 0 ||
		path_mkdirs(path, 0777) < 0)
		die_sys(EX_SYSTEM, "unable to make %s/instances.d", d->dir);
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
	snprintf(name, sizeof name, "%s-setup%s", u->name,
		u->template ? "@" : "");
	if (defwrite_begin(&d, u->im->source, name) < 0) {
		import_left_out(u->im, "directories (unable to make %s)", name);
		return;
	}
	printf("%s: made of %s\n", shown(d.dir), shown(u->im->file));
	/* Its instances are those that need it. */
	if (u->template)
		unit_template(&d);
	buf_char(&u->setup, 0);
	words[2] = u->setup.s;
	defwrite_words(&b, words);
	import_put(&d, "type", "oneshot");
	import_put_buf(&d, "up", &b);
	import_put_name(&u->d, "dependencies.d", name);
	buf_free(&b);
}

static void
unit_finish(struct unit *u)
{
	struct import *im = u->im;
	struct buf b = { 0 };

	im->line = 0;
	if (strcmp(u->type, "oneshot") && !u->start) {
		import_left_out(im,
			"all of it: there is no ExecStart (%s is "
			"removed again)",
			u->d.dir);
		import_not_default(im, path_base(u->d.dir));
		path_remove(AT_FDCWD, u->d.dir);
		im->made--;
		return;
	}
	if (u->user && u->from->socket && u->group)
		import_left_out(im,
			"Group=%s (the first group of %s is "
			"taken)",
			u->group, u->user);
	else if (u->as_root || (u->user && u->from->socket))
		; /* its run does that, or the program itself */
	else if (u->user)
		buf_printf(&b, "%s%s%s\n", u->user, u->group ? ":" : "",
			u->group ? u->group : "");
	else if (u->group)
		buf_printf(&b, "root:%s\n", u->group);
	import_put_buf(&u->d, "user", &b);
	buf_free(&b);
	unit_directories(u);
	if (u->no_new_privs)
		import_put(&u->d, "no-new-privs", "");
	if (u->private_tmp)
		import_put(&u->d, "private-tmp", "");
	import_put_buf(&u->d, "environment", &u->env);
	import_put_buf(&u->d, "limits", &u->limits);
	/* To root a bound is what it keeps; another user would be given what
	 * the unit only did not forbid. */
	if (u->ambient.len)
		import_put_buf(&u->d, "capabilities", &u->ambient);
	else if (u->bounding.len && !u->user)
		import_put_buf(&u->d, "capabilities", &u->bounding);
	else if (u->bounding.len)
		import_left_out(im,
			"CapabilityBoundingSet (the user has none "
			"anyway)");
	import_put_buf(&u->d, "groups", &u->groups);
	if (!u->has_read_write)
		import_put_buf(&u->d, "read-only-paths", &u->readonly);
	else if (u->readonly.len)
		import_left_out(
			im, "ReadOnlyPaths (there are exceptions to it)");
	import_put(&u->d, "logger", "");
	if (!strcmp(u->type, "oneshot")) {
		unit_setup(u);
		unit_oneshot(u);
		return;
	}
	import_put(&u->d, "type", "longrun");
	unit_command(u);
	unit_setup(u);
	if (!strncmp(u->type, "notify", 6)) {
		import_put(&u->d, "notification-type", "sd_notify");
		import_put_buf(&u->d, "watchdog", &u->watchdog);
	} else if (!strcmp(u->type, "forking") && !u->has_pid_file)
		import_left_out(im,
			"Type=forking without PIDFile: the daemon cannot "
			"be found; tell it to stay in the foreground, or put "
			"the file to which it writes its pid into pid-file");
	else if (!strcmp(u->type, "dbus"))
		import_left_out(im,
			"Type=dbus: it counts as ready at once; a "
			"ready-check would change that");
	if (u->post.len) {
		struct buf f = { 0 };

		buf_str(&f, "#!/bin/sh\n");
		buf_mem(&f, u->post.s, u->post.len);
		import_put_buf(&u->d, "finish", &f);
		buf_free(&f);
	}
	unit_stopping(u);
	/* A unit without Restart is not restarted. */
	if (!u->restarts)
		import_put(&u->d, "restart", "never");
}

static void
socket_directory(struct unit *u)
{
	char dir[PATH_LEN], *slash;

	if (path_join(dir, sizeof dir, u->from->socket) < 0)
		return;
	slash = strrchr(dir, '/');
	*slash = 0;
	if (!*dir)
		return;
	buf_str(&u->setup, "reeve-mkdir ");
	buf_shell(&u->setup, dir);
	buf_char(&u->setup, '\n');
}

void
systemd_import(struct import *im, char *data, const struct unit_from *from)
{
	struct unit u = { .im = im, .from = from, .type = "simple" };
	struct ini in = { .at = data };
	char name[PATH_LEN], *copy = strdup(data), *at;
	size_t n;

	if (snprintf(name, sizeof name, "%s.d", im->file) < (int)sizeof name &&
		file_exists(AT_FDCWD, name))
		import_left_out(im, "%s (drop-ins are not read)", name);
	defwrite_name(name, sizeof name, unit_base(path_base(im->file)));
	n = strlen(name);
	u.template = n && name[n - 1] == '@';
	snprintf(u.name, sizeof u.name, "%.*s", (int)(n - (size_t)u.template),
		name);
	if (!import_begin(im, &u.d, name))
		return;
	if (u.template) {
		unit_template(&u.d);
		printf("%s/instances.d: a template; each file in it makes an "
		       "instance\n",
			u.d.dir);
	}
	if (from->schedule) {
		strcpy(u.type, "oneshot");
		import_put(&u.d, "schedule", from->schedule);
	}
	if (from->socket)
		socket_directory(&u);
	import_other_name(u.beside, sizeof u.beside, im->file, ".socket");
	/* Type and the like first: other keys mean something else by them. */
	in.at = at = copy;
	while (copy && ini_next(&in, 1))
		if (in.key && !strcmp(in.section, "Service")) {
			if (!strcmp(in.key, "Type") && !from->schedule)
				snprintf(u.type, sizeof u.type, "%s", in.value);
			if (!strcmp(in.key, "User")) {
				free(u.user);
				u.user = strdup(in.value);
			}
			if (!strcmp(in.key, "RemainAfterExit"))
				u.remains = ini_yes(in.value);
			if (!strcmp(in.key, "PermissionsStartOnly"))
				u.start_only = ini_yes(in.value);
			u.has_pid_file |= !strcmp(in.key, "PIDFile");
		}
	/* Nothing of it need run for it to be up: that is a oneshot. */
	if (u.remains && !u.has_pid_file &&
		(!strcmp(u.type, "simple") || !strcmp(u.type, "exec") ||
			!strcmp(u.type, "idle") || !strcmp(u.type, "forking")))
		strcpy(u.type, "oneshot");
	free(at);
	in = (struct ini){ .at = data };
	while (ini_next(&in, 1)) {
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
	buf_free(&u.reload);
	buf_free(&u.ambient);
	buf_free(&u.bounding);
	buf_free(&u.groups);
	buf_free(&u.readonly);
	buf_free(&u.watchdog);
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++)
		buf_free(&u.dirs[i].names);
}
