/* procfile.c - each line of a Procfile to a definition.  See
 * reeve-import(1). */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/path.h"
#include "tools/import/import.h"

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

void
procfile_import(struct import *im, char *data)
{
	unsigned port = 5000, number = 0;
	char envfile[PATH_LEN], here[PATH_LEN], *env = 0;

	snprintf(envfile, sizeof envfile, "%.*s.env",
		(int)(path_base(im->file) - im->file), im->file);
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
		line = ini_trim(line);
		if (!*line || *line == '#')
			continue;
		colon = strchr(line, ':');
		if (!colon) {
			import_left_out(
				im, "%s (expected NAME: COMMAND)", line);
			continue;
		}
		*colon = 0;
		defwrite_name(name, sizeof name, ini_trim(line));
		if (!import_begin(im, &d, name))
			continue;
		import_put(&d, "type", "longrun");
		buf_str(&b, "#!/bin/sh\n");
		if (!procfile_command(&b, ini_trim(colon + 1)))
			import_put(&d, "flag-kill-group", "");
		import_put_buf(&d, "run", &b);
		b.len = 0;
		buf_printf(&b, "PORT=%u\n", port);
		procfile_environment(&b, env ? env : "");
		import_put_buf(&d, "environment", &b);
		import_put(&d, "directory", here);
		import_put(&d, "logger", "");
		buf_free(&b);
		port += 100;
	}
	free(env);
}
