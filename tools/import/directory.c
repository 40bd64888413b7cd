/* directory.c - service directories of runit, daemontools and s6, and
 * sources of s6-rc, to definitions.  See reeve-import(1). */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/path.h"
#include "rc/compile/props.h"
#include "tools/import/import.h"

/* Copy a file or a whole tree; depth is bounded. */
static void
copy(struct import *im, const char *from, const char *to, int depth)
{
	struct stat st;

	if (stat(from, &st) < 0) {
		import_left_out(im, "%s: %s", from, strerror(errno));
	} else if (S_ISREG(st.st_mode)) {
		char *data;
		ssize_t n = file_slurp(AT_FDCWD, from, &data, FILE_LIMIT);

		if (n < 0 ||
			file_write(AT_FDCWD, to, data, (size_t)n,
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
		import_left_out(im, "%s (neither file nor directory)", from);
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

	import_put(d, "ready-check", "./data/check.runit");
	import_put(d, "data/check.runit", "");
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

	if (!import_begin(im, &d, name))
		return;
	import_put(&d, "type", "longrun");
	has_log = !producer && in_dir(dir, "log/run");
	snprintf(log, sizeof log, "%s-log", name);
	if (has_log)
		import_put(&d, "producer-for", log);
	if (producer)
		import_put(&d, "consumer-for", producer);
	n = scandir(dir, &list, 0, alphasort);
	if (n < 0)
		die_sys(EX_SYSTEM, "unable to read %s", dir);
	for (int i = 0; i < n; i++) {
		const char *file = list[i]->d_name;
		const struct prop *p = prop_find(file);

		path_join(path, sizeof path, dir, file);
		path_join(to, sizeof to, d.dir, file);
		if (p && p->s6rc && p->types & FOR_LONGRUN &&
			p->kind != PROP_IGNORED && strcmp(file, "type"))
			copy(im, path, to, 0);
		else if (!strcmp(file, "check") && !in_dir(dir, "data/check") &&
			!in_dir(dir, "notification-fd"))
			import_check(im, &d, path);
		else if (!strcmp(file, "down"))
			import_not_default(im, name);
		else if (*file != '.' && strcmp(file, "supervise") &&
			strcmp(file, "event") && strcmp(file, "log"))
			import_left_out(im,
				"%s (only data/ and env/ hold files of "
				"one's own)",
				path);
		free(list[i]);
	}
	free(list);
	if (!has_log)
		return;
	path_join(path, sizeof path, dir, "log");
	import_servicedir(im, path, log, name);
}

void
directory_import(struct import *im, const char *dir)
{
	char clean[PATH_LEN], name[PATH_LEN];
	struct dirent **list;
	size_t len;
	int n, any = 0;

	snprintf(clean, sizeof clean, "%s", dir);
	for (len = strlen(clean); len > 1 && clean[len - 1] == '/';)
		clean[--len] = 0;
	im->file = clean;
	im->line = 0;
	defwrite_name(name, sizeof name, path_base(clean));
	if (in_dir(clean, "type")) { /* of s6-rc */
		struct defwrite d = { .quiet = 1 };

		if (import_begin(im, &d, name))
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

		if (*list[i]->d_name != '.' &&
			path_join(path, sizeof path, clean, list[i]->d_name) ==
				0 &&
			(in_dir(path, "run") || in_dir(path, "type"))) {
			directory_import(im, path);
			im->file = clean;
			any = 1;
		}
		free(list[i]);
	}
	free(list);
	if (!any)
		die(EX_MISUSE,
			"%s is neither a service directory nor a "
			"directory of such",
			dir);
}
