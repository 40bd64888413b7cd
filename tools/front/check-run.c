/* check-run.c - reeve check: what is legal in a definition but will not work
 * when its service is started. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/os.h"
#include "lib/path.h"
#include "tools/front/check.h"
#include "tools/front/inroot.h"

/* Where a service is defined, for messages. */
void
check_place(const struct check *c, const struct db_service *s, const char *file,
	char *path, size_t max)
{
	char name[DB_NAME_MAX + 1];

	snprintf(name, sizeof name, "%s", s->name);
	if (db_prop(s, "logger-of")) {
		snprintf(name, sizeof name, "%s", db_prop(s, "logger-of"));
		file = "logger";
	}
	for (int i = c->nsources; i--;) {
		if (path_join(path, max, c->sources[i], name) == 0 &&
			file_exists(AT_FDCWD, path)) {
			path_join(path, max, c->sources[i], name, file);
			return;
		}
	}
	if (strchr(name, '@'))
		strchr(name, '@')[1] = 0;
	for (int i = c->nsources; i--;) {
		path_join(path, max, c->sources[i], name, file);
		if (file_exists(AT_FDCWD, path))
			return;
	}
}

static int
in_path(const struct check *c, const char *program)
{
	const char *path = c->root ? 0 : getenv("PATH");
	char full[PATH_LEN], real[PATH_LEN];

	if (*program == '/')
		return inroot(real, c->root, program) &&
			access(real, X_OK) == 0;
	if (strchr(program, '/'))
		return access(program, X_OK) == 0;
	if (!path)
		path = "/command:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
	while (*path) {
		size_t n = strcspn(path, ":");
		char dir[PATH_LEN];

		if (n && n < sizeof dir) {
			memcpy(dir, path, n);
			dir[n] = 0;
			if (path_join(full, sizeof full, dir, program) == 0 &&
				inroot(real, c->root, full) &&
				access(real, X_OK) == 0)
				return 1;
		}
		path += n + (path[n] != 0);
	}
	return 0;
}

static void
check_shebang(
	struct check *c, const struct db_service *s, const struct db_file *f)
{
	char path[PATH_LEN], program[PATH_LEN], text[PATH_LEN + 128];
	const char *p = f->data, *end;
	size_t n;

	check_place(c, s, strcmp(f->path, "run.user") ? f->path : "run", path,
		sizeof path);
	if (f->len > 3 && !memcmp(p, "\357\273\277", 3)) {
		check_report(c, DIAG_ERROR, path, 1,
			"there is a byte order mark in "
			"front of the #! line: this does not run (--fix takes "
			"it away)");
		return;
	}
	if (f->len < 2 || p[0] != '#' || p[1] != '!') {
		if (f->len && f->len < 4096 && !memchr(p, 0, f->len))
			check_report(c, DIAG_WARNING, path, 1,
				"there is no #! "
				"line: whether this runs depends on who "
				"starts it");
		else if (!f->len)
			check_report(c, DIAG_WARNING, path, 0, "this is empty");
		return;
	}
	p += 2 + strspn(p + 2, " \t");
	n = strcspn(p, " \t\n");
	if (n >= sizeof program)
		return;
	memcpy(program, p, n);
	program[n] = 0;
	end = p + n;
	if (n && program[n - 1] == '\r') {
		check_report(c, DIAG_ERROR, path, 1,
			"the #! line ends in CR LF: "
			"the program will not be found (--fix corrects it)");
		return;
	}
	if (!in_path(c, program) || *program != '/') {
		snprintf(text, sizeof text,
			"%s is not there, or cannot be "
			"run",
			program);
		check_report(c, DIAG_ERROR, path, 1, text);
		return;
	}
	/* "#!/usr/bin/env PROGRAM" */
	if (strcmp(path_base(program), "env") || *end == '\n')
		return;
	end += strspn(end, " \t");
	n = strcspn(end, " \t\r\n");
	if (!n || *end == '-' || n >= sizeof program)
		return;
	memcpy(program, end, n);
	program[n] = 0;
	if (!in_path(c, program)) {
		snprintf(text, sizeof text, "%s is not in PATH", program);
		check_report(c, DIAG_ERROR, path, 1, text);
	}
}

/* A relative path is one below the service directory, which gets what the
 * definition has, or below its `directory'; path is that of a file of the
 * definition. */
static int
in_service(const struct db_service *s, const char *path, const char *program)
{
	char dir[PATH_LEN], full[PATH_LEN];

	snprintf(dir, sizeof dir, "%s", path);
	*strrchr(dir, '/') = 0;
	if (path_join(full, sizeof full, dir, "directory") == 0 &&
		file_exists(AT_FDCWD, full))
		return 1; /* who knows what is there then */
	return s->type == DB_LONGRUN &&
		path_join(full, sizeof full, dir, program) == 0 &&
		access(full, X_OK) == 0;
}

static void
check_program(struct check *c, const struct db_service *s, const char *file,
	const char *program)
{
	char path[PATH_LEN], text[PATH_LEN];
	int relative = *program != '/' && strchr(program, '/');

	if (!relative && in_path(c, program))
		return;
	check_place(c, s, file, path, sizeof path);
	if (relative && in_service(s, path, program))
		return;
	if (snprintf(text, sizeof text,
		    strchr(program, '/')
			    ? "%.2000s is not there, or cannot be run"
			    : "%.2000s is not in PATH",
		    program) > 0)
		check_report(c, DIAG_WARNING, path, 0, text);
}

/* The first word of a command line in the source: what has become of it in
 * a script of ours, behind all that comes before, cannot be told. */
static void
check_command(struct check *c, const struct db_service *s, const char *file)
{
	char path[PATH_LEN], *data;
	ssize_t n;
	size_t k;

	check_place(c, s, file, path, sizeof path);
	n = file_slurp(AT_FDCWD, path, &data, 65536);
	if (n < 0)
		return;
	for (char *p = data; *p; p += strcspn(p, "\n"), p += *p != 0) {
		p += strspn(p, " \t");
		if (*p == '#' || *p == '\n' || !*p)
			continue;
		k = strcspn(p, " \t\r\n");
		if (!strpbrk(p, "\"\\$") || strpbrk(p, "\"\\$") >= p + k) {
			p[k] = 0;
			check_program(c, s, file, p);
		}
		break;
	}
	free(data);
}

/* A daemon that leaves its parent can only be watched by who adopts it. */
static void
check_forking(struct check *c, const struct db_service *s)
{
	char path[PATH_LEN];

	check_place(c, s, "pid-file", path, sizeof path);
	if (file_exists(AT_FDCWD, path) && os_subreaper() < 0)
		check_report(c, DIAG_ERROR, path, 0,
			"this system does not hand "
			"orphans to anyone but process 1: the daemon must run "
			"in the foreground, without pid-file");
}

void
check_service(struct check *c, const struct db_service *s)
{
	const struct db_file *run = 0;

	for (uint32_t i = 0; i < s->nfiles; i++) {
		const struct db_file *f = s->files + i;

		if (!strcmp(f->path, "run") && !run)
			run = f;
		if (!strcmp(f->path, "run.user"))
			run = f;
		if (!strcmp(f->path, "finish"))
			check_shebang(c, s, f);
	}
	if (s->flags & DB_GENERATED) {
		return;
	}
	if (run && strstr(run->data, "# made by reeve-rc-compile"))
		check_command(c, s, "command");
	else if (run)
		check_shebang(c, s, run);
	check_command(c, s, "ready-check");
	check_forking(c, s);
	if (s->type == DB_LONGRUN && !db_prop(s, "schedule"))
		return;
	if (s->type == DB_ONESHOT)
		check_command(c, s, "command");
	check_command(c, s, "up");
	check_command(c, s, "down");
	check_command(c, s, "reload");
}
