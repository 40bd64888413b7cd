/* rubbish.c - see rubbish.h. */

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/num.h"
#include "lib/path.h"
#include "rc/switch/rubbish.h"
#include "rc/pipe-ends.h"
#include "rc/running.h"
#include "rc/scan.h"

/* Pipes into services that read none any more.  What a supervise holds is in
 * use, whatever the set says. */
static void
remove_fifos(struct update *u)
{
	int fd = openat(u->live.fd, "fifo", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? 0 : fdopendir(fd);
	struct dirent *d;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((d = readdir(dir))) {
		uint32_t i = db_service(&u->live.db, d->d_name);

		if (*d->d_name == '.' ||
			(i != DB_NONE && pipe_reads(&u->live.db, i)) ||
			pipe_held(dirfd(dir), d->d_name))
			continue;
		unlinkat(dirfd(dir), d->d_name, 0);
	}
	closedir(dir);
}

/* How the scripts of oneshots ended that are gone. */
static void
remove_outcomes(struct update *u)
{
	int fd = openat(u->live.fd, "servicedirs/" LIVE_RUNNER "/" ENDED_DIR,
		O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? 0 : fdopendir(fd);
	struct dirent *d;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((d = readdir(dir)))
		if (*d->d_name != '.' &&
			db_service(&u->live.db, d->d_name) == DB_NONE)
			unlinkat(dirfd(dir), d->d_name, 0);
	closedir(dir);
}

/* Names that a writer who was killed had made for a moment.  In the scan
 * directory only those that lead to us. */
static void
remove_temps(struct update *u, const char *path, int ours_only)
{
	DIR *dir = opendir(path);
	char real[PATH_LEN];
	struct dirent *d;

	if (!dir)
		return;
	if (path_real(real, u->live.path) < 0)
		strcpy(real, u->live.path);
	while ((d = readdir(dir)))
		if (live_is_temp(d->d_name) &&
			(!ours_only || scan_leads_into(path, d->d_name, real)))
			path_remove(dirfd(dir), d->d_name);
	closedir(dir);
}

/* Rubbish never makes a switch fail: the next one removes it. */
void
rubbish_remove(struct update *u)
{
	int fd = openat(u->live.fd, "gen", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? 0 : fdopendir(fd);
	struct dirent *d;
	unsigned n;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((d = readdir(dir))) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..") ||
			(num_uint(d->d_name, &n) && n == u->live.gen))
			continue;
		path_remove(dirfd(dir), d->d_name);
	}
	closedir(dir);
	live_store_collect(u->live.fd, &u->live.db);
	remove_fifos(u);
	remove_outcomes(u);
	remove_temps(u, u->live.path, 0);
	remove_temps(u, u->live.scandir, 1);
}
