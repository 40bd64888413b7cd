/* write.c - definitions as they are made, and what is said meanwhile; see
 * import.h. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/path.h"
#include "lib/shown.h"
#include "tools/import/import.h"

void
import_left_out(struct import *im, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	im->left++;
	if (im->line)
		printf("%s:%u: not carried over: ", shown(im->file), im->line);
	else
		printf("%s: not carried over: ", shown(im->file));
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	puts(shown(text));
}

void
import_other_name(char *buf, size_t max, const char *file, const char *end)
{
	const char *name = path_base(file), *dot = strrchr(name, '.');

	snprintf(buf, max, "%.*s%s",
		dot ? (int)(dot - name) : (int)strlen(name), name, end);
}

char *
import_beside(const struct import *im, char *path, const char *name)
{
	size_t n = (size_t)(path_base(im->file) - im->file);
	char *data;

	if (n >= PATH_LEN || strchr(name, '/'))
		return 0;
	memcpy(path, im->file, n);
	if (path_join(path + n, PATH_LEN - n, name) < 0 ||
		file_slurp(AT_FDCWD, path, &data, FILE_LIMIT) < 0)
		return 0;
	return data;
}

void
import_put(const struct defwrite *d, const char *file, const char *text)
{
	if (defwrite_file(d, file, text,
		    !strcmp(file, "run") || !strcmp(file, "finish")
			    ? 0755
			    : 0644) < 0) {
		defwrite_drop(d);
		die_sys(EX_SYSTEM, "unable to write %s/%s", d->dir, file);
	}
}

void
import_put_buf(const struct defwrite *d, const char *file, struct buf *b)
{
	if (!b->len)
		return;
	buf_char(b, 0);
	if (b->bad)
		die(EX_SYSTEM, "out of memory");
	import_put(d, file, b->s);
	b->len--;
}

void
import_put_name(const struct defwrite *d, const char *list, const char *name)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, list, name) < 0)
		die_sys(EX_SYSTEM, "name %s", name);
	import_put(d, path, "");
}

static void
add_to_default(struct import *im, const char *name)
{
	if (defwrite_default(im->source, name) < 0)
		die_sys(EX_SYSTEM, "unable to put it into the bundle default");
}

void
import_not_default(struct import *im, const char *name)
{
	char path[PATH_LEN];

	if (!im->in_default ||
		path_join(path, sizeof path, im->source, "default/contents.d",
			name) < 0 ||
		unlink(path) == 0)
		return;
	*strrchr(path, '/') = 0;
	if (!file_exists(AT_FDCWD, path))
		printf("%s: it is started with all that is there, as there "
		       "is no bundle default\n",
			name);
}

/* An instance is there if its template is. */
static int
is_there(const struct import *im, const char *name)
{
	char path[PATH_LEN], template[PATH_LEN];
	const char *at = strchr(name, '@');

	if (path_join(path, sizeof path, im->source, name) == 0 &&
		file_exists(AT_FDCWD, path))
		return 1;
	if (!at)
		return 0;
	snprintf(template, sizeof template, "%.*s", (int)(at - name + 1), name);
	return path_join(path, sizeof path, im->source, template) == 0 &&
		file_exists(AT_FDCWD, path);
}

void
import_missing(struct import *im)
{
	for (size_t i = 0; i < im->ndirs; i++) {
		char path[PATH_LEN];
		struct dirent *e;
		DIR *d = path_join(path, sizeof path, im->dirs[i],
				 "dependencies.d") < 0
			? 0
			: opendir(path);

		while (d && (e = readdir(d))) {
			if (*e->d_name == '.' || is_there(im, e->d_name))
				continue;
			im->left++;
			printf("%s/%s: there is no %s in %s yet: import it "
			       "too, or remove this file\n",
				path, e->d_name, e->d_name, im->source);
		}
		if (d)
			closedir(d);
		free(im->dirs[i]);
	}
	free(im->dirs);
	im->dirs = 0;
	im->ndirs = 0;
}

int
import_begin(struct import *im, struct defwrite *d, const char *name)
{
	if (defwrite_begin(d, im->source, name) < 0) {
		if (errno == EEXIST)
			warn("there is a definition %s/%s already (left out)",
				im->source, name);
		else
			warn_sys("unable to make %s/%s (left out)", im->source,
				name);
		im->left++;
		return 0;
	}
	im->made++;
	im->dirs = realloc(im->dirs, (im->ndirs + 1) * sizeof *im->dirs);
	if (!im->dirs || !(im->dirs[im->ndirs++] = strdup(d->dir)))
		die_sys(EX_SYSTEM, "unable to remember %s", d->dir);
	printf("%s: made of %s\n", shown(d->dir), shown(im->file));
	if (im->in_default)
		add_to_default(im, name);
	return 1;
}
