/* unit-exec.c - the command lines of a unit, as lines of a shell script. */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"
#include "lib/path.h"
#include "tools/import/unit.h"

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
void
unit_words(struct buf *b, char *const *words)
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
int
unit_exec_prefix(char **value, int *as_root)
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
void
unit_exec(struct unit *u, struct buf *b, const char *key, char *value)
{
	char *words[WORDS_MAX], *copy = strdup(value);
	int as_root = u->start_only && strcmp(key, "ExecStart");
	int ignore = unit_exec_prefix(&value, &as_root);

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
		unit_words(b, words);
		buf_str(b, ignore ? " || :\n" : " || exit 1\n");
	}
	free(copy);
}

/* "kill -HUP $MAINPID" is a signal; 1 and its name. */
int
unit_kill_signal(char *value, char *name, size_t max)
{
	char *words[WORDS_MAX];
	int n;

	unit_exec_prefix(&value, 0);
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
