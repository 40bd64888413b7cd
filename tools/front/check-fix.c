/* check-fix.c - reeve check --fix: what has one meaning only is corrected. */

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "lib/shown.h"
#include "rc/compile/props.h"
#include "tools/front/check.h"

enum { FILE_MAX = 1 << 24 };

static void
fixed(struct check *c, const char *path, const char *what)
{
	c->fixed++;
	printf("%s: fixed: %s\n", shown(path), what);
}

/* CR before a newline, and at the end, goes; blanks behind the names of
 * lists go. */
static void
fix_text(struct check *c, int dir, const char *name, const char *path, int list)
{
	char *data;
	struct stat st;
	ssize_t n = file_slurp(dir, name, &data, FILE_MAX);
	size_t out = 0;
	int cr = 0, blanks = 0, mark;

	if (n < 0)
		return;
	if (memchr(data, 0, (size_t)n) || fstatat(dir, name, &st, 0) < 0) {
		free(data);
		return;
	}
	mark = n >= 3 && !memcmp(data, "\357\273\277", 3);
	for (ssize_t i = mark ? 3 : 0; i <= n; i++) {
		if (i == n || data[i] == '\n') {
			for (; out &&
				(data[out - 1] == '\r' ||
					(list &&
						(data[out - 1] == ' ' ||
							data[out - 1] ==
								'\t')));
				out--) {
				if (data[out - 1] == '\r')
					cr = 1;
				else
					blanks = 1;
			}
			if (i == n)
				break;
		}
		data[out++] = data[i];
	}
	if ((cr || blanks || mark) &&
		file_write(dir, name, data, out, st.st_mode & 07777, 0) < 0)
		warn_sys("unable to write %s", path);
	else if (cr || blanks || mark)
		fixed(c, path,
			cr	       ? "CR LF is LF now"
				: mark ? "no byte order "
					 "mark now"
				       : "no blanks behind names now");
	free(data);
}

void
check_fix(struct check *c, const char *dirpath)
{
	int dir = open(dirpath, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **list;
	int n = dir < 0 ? -1 : scandir(dirpath, &list, 0, alphasort);

	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		const struct prop *p = prop_find(name);
		const char *near = p || *name == '.' ? 0 : prop_near(name, 0);
		char path[PATH_LEN], what[128];

		if (near && !file_exists(dir, near) &&
			renameat(dir, name, dir, near) == 0) {
			path_join(path, sizeof path, dirpath, name);
			snprintf(what, sizeof what, "renamed to %s", near);
			fixed(c, path, what);
			name = near;
			p = prop_find(near);
		}
		path_join(path, sizeof path, dirpath, name);
		if (p && p->kind != PROP_DIR && p->kind != PROP_TREE &&
			p->kind != PROP_INSTANCES && p->kind != PROP_FLAG)
			fix_text(c, dir, name, path,
				p->kind == PROP_NAMES || p->kind == PROP_TYPE ||
					p->kind == PROP_TIMEOUT ||
					p->kind == PROP_UINT ||
					p->kind == PROP_PRODUCER ||
					p->kind == PROP_PIPELINE);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	if (dir >= 0)
		close(dir);
}
