/* write.c - definitions as they are made, and what is said meanwhile; see
 * import.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/path.h"
#include "tools/import/import.h"

void
import_left_out(struct import *im, const char *fmt, ...)
{
	va_list ap;

	im->left++;
	if (im->line)
		printf("%s:%u: not carried over: ", im->file, im->line);
	else
		printf("%s: not carried over: ", im->file);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

void
import_other_name(char *buf, size_t max, const char *file, const char *end)
{
	const char *name = path_base(file), *dot = strrchr(name, '.');

	snprintf(buf, max, "%.*s%s", dot ? (int)(dot - name) :
		(int)strlen(name), name, end);
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
	if (defwrite_file(d, file, text, !strcmp(file, "run") ||
		!strcmp(file, "finish") ? 0755 : 0644) < 0) {
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
	struct defwrite d = { .quiet = 1 };

	if (defwrite_begin(&d, im->source, "default") == 0)
		import_put(&d, "type", "bundle");
	else if (errno != EEXIST)
		die_sys(EX_SYSTEM, "unable to make bundle default");
	import_put_name(&d, "contents.d", name);
}

void
import_not_default(struct import *im, const char *name)
{
	char path[PATH_LEN];

	if (im->in_default && path_join(path, sizeof path, im->source,
		"default/contents.d", name) == 0)
		unlink(path);
}

int
import_begin(struct import *im, struct defwrite *d, const char *name)
{
	if (defwrite_begin(d, im->source, name) < 0) {
		if (errno == EEXIST)
			warn("there is a definition %s/%s already (left out)",
				im->source, name);
		else
			warn_sys("unable to make %s/%s (left out)",
				im->source, name);
		im->left++;
		return 0;
	}
	im->made++;
	printf("%s: made of %s\n", d->dir, im->file);
	if (im->in_default)
		add_to_default(im, name);
	return 1;
}
