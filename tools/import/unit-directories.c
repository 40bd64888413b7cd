/* unit-directories.c - the directories that a unit has made for it, and that
 * of its socket. */

#include <stdio.h>
#include <string.h>

#include "lib/path.h"
#include "tools/import/unit.h"

/* What systemd makes, and tells the program of. */
static const struct {
	const char *key, *base, *variable;
} dirs[UNIT_DIRS] = { { "RuntimeDirectory", "/run", "RUNTIME_DIRECTORY" },
	{ "StateDirectory", "/var/lib", "STATE_DIRECTORY" },
	{ "CacheDirectory", "/var/cache", "CACHE_DIRECTORY" },
	{ "LogsDirectory", "/var/log", "LOGS_DIRECTORY" },
	{ "ConfigurationDirectory", "/etc", "CONFIGURATION_DIRECTORY" } };

/* 1 if the key is that of a directory, or of the mode of one. */
int
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
void
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

void
unit_socket_directory(struct unit *u)
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
