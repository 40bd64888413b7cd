/* live-collect.c - remove from the store what nobody uses any more. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/path.h"
#include "rc/live.h"
#include "supervise/detail.h"
#include "supervise/start.h"

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A running service goes on with the definition that it was started with:
 * its finish script is still to come.  Adds those to the names that stay. */
static void
add_running(int livefd, const struct db *db, char (*key)[LIVE_STORE],
	char **sorted, uint32_t *n)
{
	for (uint32_t i = 0; i < db->nlong; i++) {
		char path[PATH_LEN];
		struct detail d;

		if (path_join(path, sizeof path, "servicedirs",
			    db->services[i].name) < 0 ||
			detail_read(&d, livefd, path) < 0 || !d.pid)
			continue;
		snprintf(key[*n], sizeof *key, "%s", path_base(d.def));
		sorted[*n] = key[*n];
		++*n;
	}
	qsort(sorted, *n, sizeof *sorted, by_text);
}

/* One that is down has what it was started with no more. */
static void
repair_started(int livefd, const struct db *db)
{
	for (uint32_t i = 0; i < db->nlong; i++) {
		char path[PATH_LEN];

		if (path_join(path, sizeof path, "servicedirs",
			    db->services[i].name, STARTED_LINK) == 0 &&
			faccessat(livefd, path, F_OK, 0) < 0 && errno == ENOENT)
			(void)file_symlink(livefd, "def", path);
	}
}

/* Of one that is half removed nobody is to find what is left: it would pass
 * for the whole. */
static int
remove_whole(int at, const char *name)
{
	static const char gone[] = ".gone.new";

	if (*name == '.')
		return path_remove(at, name);
	if (renameat(at, name, at, gone) < 0 &&
		(path_remove(at, gone) < 0 || renameat(at, name, at, gone) < 0))
		return -1;
	return path_remove(at, gone);
}

/* Remove all but those of these names, or only look.  The number, or -1. */
static int
remove_others(int fd, char **sorted, uint32_t n, int look)
{
	int copy = dup(fd), removed = 0, bad = 0;
	DIR *dir = copy < 0 ? 0 : fdopendir(copy);
	struct dirent *d;

	if (!dir) {
		if (copy >= 0)
			close(copy);
		return -1;
	}
	rewinddir(dir);
	while ((d = readdir(dir))) {
		const char *name = d->d_name;

		if (!strcmp(name, ".") || !strcmp(name, "..") ||
			(n &&
				bsearch(&name, sorted, n, sizeof *sorted,
					by_text)))
			continue;
		if (!look && remove_whole(fd, name) < 0)
			bad = 1;
		removed++;
	}
	closedir(dir);
	return bad ? -1 : removed;
}

int
live_store_collect(int livefd, const struct db *db)
{
	uint32_t n = db->nlong + db->nshort, all = n + db->nlong + 1;
	char(*key)[LIVE_STORE] = calloc(all, sizeof *key);
	char **sorted = calloc(all, sizeof *sorted);
	int fd = openat(livefd, "store", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = -1;

	if (key && sorted && fd >= 0) {
		for (uint32_t i = 0; i < n; i++) {
			live_store_name(key[i], db->services + i);
			sorted[i] = key[i];
		}
		qsort(sorted, n, sizeof *sorted, by_text);
		r = remove_others(fd, sorted, n, 1);
		if (r > 0) {
			add_running(livefd, db, key, sorted, &n);
			r = remove_others(fd, sorted, n, 0);
			if (r)
				repair_started(livefd, db);
		}
	}
	if (fd >= 0)
		close(fd);
	free(key);
	free(sorted);
	return r < 0 ? -1 : 0;
}
