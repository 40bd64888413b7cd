/* unit-service.c - the keys of a unit's section [Service]. */

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/num.h"
#include "tools/import/unit.h"

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
	int optional = *file == '-';

	file += optional;
	u->shell = 1;
	if (optional)
		buf_printf(&u->pre, "[ ! -r %s ] || ", file);
	buf_printf(&u->pre, "{ set -a; . %s; set +a; }\n", file);
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

/* RestartSec: so long before each start, doubling up to a minute. */
static void
unit_restart_pause(struct unit *u, const char *key, const char *value)
{
	char text[64];
	uint64_t ms;

	if (!num_duration(value, 1000, &ms))
		return;
	snprintf(text, sizeof text, "%llu %llu", (unsigned long long)ms,
		(unsigned long long)(ms > 60000 ? ms : 60000));
	unit_put(u, key, value, "backoff", text);
	snprintf(text, sizeof text, "%llu", (unsigned long long)ms);
	unit_put(u, key, value, "restart-delay", text);
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

/* Exec*=: 1, or 0 if the key is another. */
static int
unit_command_key(struct unit *u, const char *key, char *value)
{
	char name[64];

	if (!strcmp(key, "ExecStart")) {
		if (!strcmp(u->type, "oneshot") && *value) {
			unit_exec(u, &u->up, key, value);
			return 1;
		}
		unit_exec_prefix(&value, &u->as_root);
		free(u->start);
		u->start = *value ? strdup(value) : 0;
		u->shell |= strchr(value, '$') != 0;
	} else if (!strcmp(key, "ExecStartPre"))
		unit_exec(u, &u->pre, key, value);
	else if (!strcmp(key, "ExecStopPost"))
		unit_exec(u, &u->post, key, value);
	else if (!strcmp(key, "ExecReload") || !strcmp(key, "ExecStop")) {
		int reload = key[4] == 'R';
		char *copy = strdup(value);

		if (strcmp(u->type, "oneshot") && copy &&
			unit_kill_signal(copy, name, sizeof name))
			unit_put(u, key, value,
				reload ? "reload-signal" : "down-signal", name);
		else
			unit_exec(
				u, reload ? &u->reload : &u->down, key, value);
		free(copy);
	} else
		return 0;
	return 1;
}

void
unit_service(struct unit *u, const char *key, char *value)
{
	uint64_t ms;

	u->no_kill |= !strcmp(key, "TimeoutStopSec") ||
		!strcmp(key, "TimeoutSec") ||
		(!strcmp(key, "SendSIGKILL") && !ini_yes(value));
	if (!strcmp(key, "Type") || unit_command_key(u, key, value))
		; /* Type is known already, as is User */
	else if (!strcmp(key, "User")) {
		free(u->user);
		u->user = strdup(value);
	} else if (!strcmp(key, "Group")) {
		free(u->group);
		u->group = strdup(value);
	} else if (!strcmp(key, "SupplementaryGroups"))
		buf_printf(&u->groups, "%s\n", value);
	else if (!strcmp(key, "Environment"))
		unit_environment(u, value);
	else if (!strcmp(key, "EnvironmentFile"))
		unit_environment_file(u, value);
	else if (!strcmp(key, "Sockets")) {
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
	else if (!strcmp(key, "RestartSec"))
		unit_restart_pause(u, key, value);
	else if (!strcmp(key, "SuccessExitStatus"))
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
