/* socket.c - a unit *.socket, with the *.service that it is for, to a service
 * whose socket is there before it and passed to it.  See reeve-import(1). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/path.h"
#include "tools/import/import.h"

struct sockunit {
	struct import *im;
	char service[256], path[PATH_LEN], mode[16];
	int datagram, accept;
};

static void
socket_listen(struct sockunit *s, const char *key, const char *value)
{
	char run[PATH_LEN];

	if (!strncmp(value, "%t/", 3) &&
		path_join(run, sizeof run, "/run", value + 3) == 0)
		value = run;
	if (*value == '@' || strchr(value, '%'))
		import_left_out(s->im, "%s=%s (only a path can be bound here)",
			key, value);
	else if (*value != '/')
		import_left_out(s->im,
			"%s=%s (no internet socket is bound "
			"here: have the program listen itself)",
			key, value);
	else if (*s->path)
		import_left_out(s->im,
			"%s=%s (there is one socket already, "
			"and only one is passed)",
			key, value);
	else if (path_join(s->path, sizeof s->path, value) == 0)
		s->datagram = !strcmp(key, "ListenDatagram");
}

static void
socket_key(struct sockunit *s, const char *key, const char *value)
{
	if (!strcmp(key, "ListenStream") || !strcmp(key, "ListenDatagram"))
		socket_listen(s, key, value);
	else if (!strcmp(key, "Accept")) {
		s->accept = ini_yes(value);
		if (s->accept)
			import_left_out(s->im,
				"Accept=%s (a program for each "
				"client: s6-ipcserver PATH COMMAND, of "
				"make install-s6-names, does that)",
				value);
	} else if (!strcmp(key, "SocketMode") && *value && strlen(value) < 5 &&
		!value[strspn(value, "01234567")])
		snprintf(s->mode, sizeof s->mode, "%s", value);
	else if (!strcmp(key, "Service"))
		snprintf(s->service, sizeof s->service, "%s", value);
	else if (strcmp(key, "RemoveOnStop") && strcmp(key, "DirectoryMode"))
		import_left_out(s->im, "%s=%s", key, value);
}

static void
socket_entry(struct sockunit *s, const char *section, const char *key,
	const char *value)
{
	if (!strcmp(section, "Socket"))
		socket_key(s, key, value);
	else if (!strcmp(section, "Unit") &&
		(!strcmp(key, "Description") || !strcmp(key, "Documentation")))
		return;
	else if (strcmp(section, "Install") || strcmp(key, "WantedBy") ||
		!s->im->in_default)
		import_left_out(s->im, "[%s] %s=%s%s", section, key, value,
			!strcmp(key, "WantedBy") ? " (--default would put it "
						   "into the bundle default)"
						 : "");
}

void
socket_import(struct import *im, char *data)
{
	struct sockunit s = { .im = im, .mode = "666" };
	struct ini in = { .at = data };
	struct unit_from from = { .socket_mode = s.mode };
	const char *unit = im->file;
	char path[PATH_LEN];

	import_other_name(s.service, sizeof s.service, unit, ".service");
	while (ini_next(&in, 1)) {
		im->line = in.line;
		if (in.key)
			socket_entry(&s, in.section, in.key, in.value);
	}
	im->line = 0;
	if (s.accept || !*s.path) {
		import_left_out(im, "all of it: %s",
			s.accept
				? "a service for "
				  "each client is another one"
				: "there is no socket "
				  "that can be passed; import the service alone");
		return;
	}
	data = import_beside(im, path, s.service);
	if (!data) {
		import_left_out(im,
			"all of it: %s, which it is for, is not "
			"beside it",
			s.service);
		return;
	}
	from.socket = s.path;
	from.datagram = s.datagram;
	im->file = path;
	systemd_import(im, data, &from);
	im->file = unit;
	free(data);
}

void
socket_directories(struct import *im, const char *unit, struct buf *setup)
{
	char path[PATH_LEN], *data = import_beside(im, path, unit), *slash;
	struct ini in = { .at = data };

	while (data && ini_next(&in, 1)) {
		if (!in.key || strncmp(in.key, "Listen", 6) ||
			*in.value != '/' || strchr(in.value, '%') ||
			path_join(path, sizeof path, in.value) < 0)
			continue;
		slash = strrchr(path, '/');
		*slash = 0;
		if (*path) {
			buf_str(setup, "reeve-mkdir ");
			buf_shell(setup, path);
			buf_char(setup, '\n');
		}
	}
	free(data);
}
