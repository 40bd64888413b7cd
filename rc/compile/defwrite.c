/* defwrite.c - writes definition directories, file by file. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "rc/db.h"
#include "rc/compile/defwrite.h"
#include "rc/compile/lex.h"

int
defwrite_begin(struct defwrite *d, const char *source, const char *name)
{
	if (!db_name_ok(name)) {
		errno = EINVAL;
		return -1;
	}
	if (path_join(d->dir, sizeof d->dir, source, name) < 0 ||
		path_mkdirs(source, 0777) < 0)
		return -1;
	d->made = mkdir(d->dir, 0777) == 0;
	return d->made ? 0 : -1;
}

void
defwrite_drop(const struct defwrite *d)
{
	int e = errno;

	if (d->made)
		path_remove(AT_FDCWD, d->dir);
	errno = e;
}

int
defwrite_file(const struct defwrite *d, const char *file, const char *text,
	unsigned mode)
{
	char path[PATH_LEN], *slash;
	struct buf b = { 0 };
	int r;

	if (path_join(path, sizeof path, d->dir, file) < 0)
		return -1;
	slash = strrchr(path, '/');
	*slash = 0;
	if (path_mkdirs(path, 0777) < 0)
		return -1;
	*slash = '/';
	buf_str(&b, text);
	if (*text && text[strlen(text) - 1] != '\n')
		buf_char(&b, '\n');
	if (b.bad) {
		errno = ENOMEM;
		return -1;
	}
	r = file_write(AT_FDCWD, path, b.s ? b.s : "", b.len, mode, 0);
	buf_free(&b);
	return r;
}

/* Is there a definition of another name? */
static int
has_others(const char *source, const char *name)
{
	DIR *d = opendir(source);
	struct dirent *e;
	static const char *const files[] = { "type", "command", "run" };
	char path[PATH_LEN];
	int found = 0;

	while (d && !found && (e = readdir(d)))
		for (int i = 0; i < 3 && !found; i++)
			found = *e->d_name != '.' && strcmp(e->d_name, name) &&
				path_join(path, sizeof path, source, e->d_name,
					files[i]) == 0 &&
				file_exists(AT_FDCWD, path) > 0;
	if (d)
		closedir(d);
	return found;
}

int
defwrite_default(const char *source, const char *name)
{
	struct defwrite d = { .quiet = 1 };
	char path[PATH_LEN];

	if (path_join(path, sizeof path, source, "default") < 0)
		return -1;
	if (!file_exists(AT_FDCWD, path) && has_others(source, name))
		return 1;
	if (defwrite_begin(&d, source, "default") == 0) {
		if (defwrite_file(&d, "type", "bundle", 0644) < 0)
			return -1;
	} else if (errno != EEXIST) {
		return -1;
	}
	if (path_join(path, sizeof path, "contents.d", name) < 0)
		return -1;
	return defwrite_file(&d, path, "", 0644);
}

void
defwrite_words(struct buf *b, char *const *words)
{
	for (size_t i = 0; words[i]; i++) {
		if (i)
			buf_char(b, ' ');
		lex_quote(b, words[i]);
	}
}

static void
show_dir(const char *dir, int depth)
{
	struct dirent **list;
	int n = scandir(dir, &list, 0, alphasort);

	for (int i = 0; i < n; i++) {
		char path[PATH_LEN], *data;
		struct stat st;

		if (list[i]->d_name[0] != '.' &&
			path_join(path, sizeof path, dir, list[i]->d_name) ==
				0 &&
			lstat(path, &st) == 0) {
			if (S_ISDIR(st.st_mode) && depth < 4)
				show_dir(path, depth + 1);
			else if (S_ISREG(st.st_mode) && st.st_size < 65536 &&
				file_slurp(AT_FDCWD, path, &data, 65536) >= 0) {
				printf("%s%s", path, *data ? ":\n" : "\n");
				for (char *s = data; *s;) {
					size_t k = strcspn(s, "\n");

					printf("\t%.*s\n", (int)k, s);
					s += k + (s[k] != 0);
				}
				free(data);
			} else
				puts(path);
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

void
defwrite_show(const struct defwrite *d)
{
	show_dir(d->dir, 0);
}

void
defwrite_name(char *name, size_t max, const char *text)
{
	size_t n = 0;

	for (; *text && n + 1 < max && n < DB_NAME_MAX; text++, n++)
		name[n] = strchr("/\n\t ", *text) || (*text == '.' && !n)
			? '-'
			: *text;
	name[n] = 0;
}
