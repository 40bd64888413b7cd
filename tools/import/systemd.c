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
#include "tools/import/unit.h"

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
void
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
void
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

/* Type and the like first: other keys mean something else by them. */
static void
unit_type(struct unit *u, const char *data)
{
	char *copy = strdup(data);
	struct ini in = { .at = copy };

	while (copy && ini_next(&in, 1)) {
		if (!in.key || strcmp(in.section, "Service"))
			continue;
		if (!strcmp(in.key, "Type") && !u->from->schedule)
			snprintf(u->type, sizeof u->type, "%s", in.value);
		if (!strcmp(in.key, "User")) {
			free(u->user);
			u->user = strdup(in.value);
		}
		if (!strcmp(in.key, "RemainAfterExit"))
			u->remains = ini_yes(in.value);
		if (!strcmp(in.key, "PermissionsStartOnly"))
			u->start_only = ini_yes(in.value);
		u->has_pid_file |= !strcmp(in.key, "PIDFile");
	}
	/* Nothing of it need run for it to be up: that is a oneshot. */
	if (u->remains && !u->has_pid_file &&
		(!strcmp(u->type, "simple") || !strcmp(u->type, "exec") ||
			!strcmp(u->type, "idle") ||
			!strcmp(u->type, "forking")))
		strcpy(u->type, "oneshot");
	free(copy);
}

static void
unit_free(struct unit *u)
{
	struct buf *const all[] = { &u->env, &u->limits, &u->pre, &u->post,
		&u->setup, &u->up, &u->down, &u->reload, &u->ambient,
		&u->bounding, &u->groups, &u->readonly, &u->watchdog };

	free(u->start);
	free(u->user);
	free(u->group);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		buf_free(all[i]);
	for (size_t i = 0; i < UNIT_DIRS; i++)
		buf_free(&u->dirs[i].names);
}

void
systemd_import(struct import *im, char *data, const struct unit_from *from)
{
	struct unit u = { .im = im, .from = from, .type = "simple" };
	struct ini in = { .at = data };
	char name[PATH_LEN];
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
		unit_socket_directory(&u);
	import_other_name(u.beside, sizeof u.beside, im->file, ".socket");
	unit_type(&u, data);
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
	unit_free(&u);
}
