/* ini.c - key=value files of systemd and supervisord; see import.h. */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tools/import/import.h"

char *
ini_trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	for (n = strlen(s); n && strchr(" \t\r\n", s[n - 1]);)
		s[--n] = 0;
	return s;
}

int
ini_yes(const char *s)
{
	return !strcasecmp(s, "yes") || !strcasecmp(s, "true") ||
		!strcasecmp(s, "on") || !strcmp(s, "1");
}

/* supervisord: lines that begin with a blank belong to the one before, and
 * " ;" begins a comment. */
static size_t
join_indented(struct ini *in, char *line, size_t n)
{
	for (;;) {
		char *p = line, *comment;

		while (p < line + n &&
			(comment = memmem(
				 p, (size_t)(line + n - p), " ;", 2))) {
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
int
ini_next(struct ini *in, int continues)
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
		line = ini_trim(line);
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
		in->key = ini_trim(line);
		in->value = ini_trim(in->value);
		return 1;
	}
	return 0;
}

/* Words of a command line with quotes, in place.  Their number. */
int
ini_split(char *s, char **words)
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
