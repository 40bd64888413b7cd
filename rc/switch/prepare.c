/* prepare.c - see prepare.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "rc/pipe-ends.h"
#include "rc/scan.h"
#include "rc/switch/journal.h"
#include "rc/switch/prepare.h"
#include "rc/switch/svdirs.h"

/* A directory that is in use gets its links after the commit: cut off before
 * that, nothing about it is of another set.  One of a name that is in no use
 * is what a switch that was cut off had made. */
static int
prepare_directory(struct update *u, uint32_t j)
{
	const char *name = u->new.services[j].name;
	char path[PATH_LEN], left[PATH_LEN];

	if (path_join(path, sizeof path, "servicedirs", name) < 0)
		return -1;
	if (file_exists(u->live.fd, path)) {
		if (db_is_longrun(u->in.from, name) ||
			svdirs_supervised(u, name))
			return 0;
		if (path_remove_or_move(u->live.fd, path, left) < 0)
			return -1;
	}
	return live_servicedir_make(u->live.fd, &u->new, j);
}

/* Who moves brings its directory along. */
static int
clear_directory(struct update *u, const char *name)
{
	char path[PATH_LEN], left[PATH_LEN];

	if (path_join(path, sizeof path, "servicedirs", name) < 0)
		return -1;
	if (!file_exists(u->live.fd, path))
		return 0;
	if (svdirs_supervised(u, name)) {
		errno = EBUSY;
		return -1;
	}
	return path_remove_or_move(u->live.fd, path, left);
}

/* Its supervise makes the pipe, where nothing else stands in the way. */
static void
clear_pipe(const struct update *u, uint32_t j)
{
	const char *name = u->new.services[j].name;
	char path[PATH_LEN], left[PATH_LEN];
	struct stat st;

	if (!pipe_reads(&u->new, j) ||
		path_join(path, sizeof path, "fifo", name) < 0)
		return;
	if (fstatat(u->live.fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT)
			(void)mkdirat(u->live.fd, "fifo", 0755);
		return;
	}
	if (!S_ISFIFO(st.st_mode) &&
		path_remove_or_move(u->live.fd, path, left) < 0)
		warn_sys("unable to remove fifo/%s (going on)", name);
}

static int
entry_is_free(const struct update *u, const char *name)
{
	char entry[PATH_LEN];

	if (!scan_taken(entry, &u->live, name))
		return 1;
	warn("%s already exists and does not belong to this live directory: "
	     "remove it or rename the service",
		entry);
	return 0;
}

static int
prepare_services(struct update *u, const struct diff *d)
{
	for (uint32_t j = 0; j < d->nto; j++) {
		const char *name = u->new.services[j].name;

		if (j < u->new.nlong && !db_is_longrun(u->in.from, name) &&
			!entry_is_free(u, name))
			return -1;
		/* Also what did not change: somebody may have removed it. */
		if (live_store(u->live.fd, &u->new, j) < 0) {
			warn_sys("unable to store the definition of %s", name);
			return -1;
		}
		if (diff_same_definition(&u->in, d, j) &&
			diff_same_name(&u->in, d, j) &&
			(d->from[j] < u->in.from->nlong) == (j < u->new.nlong))
			continue;
		if (j < u->new.nlong &&
			(diff_moves(&u->in, d, j)
					? clear_directory(u, name)
					: prepare_directory(u, j)) < 0) {
			warn_sys("unable to make the directory of %s", name);
			return -1;
		}
		if (j < u->new.nlong)
			clear_pipe(u, j);
	}
	if (live_needs_runner(&u->new) && live_runner_make(u->live.fd) < 0) {
		warn_sys("unable to make the directory of the oneshot daemon");
		return -1;
	}
	return 0;
}

int
prepare_generation(struct update *u, const struct diff *d)
{
	const char **alias = calloc((size_t)d->nto + 1, sizeof *alias);
	int r = -1;

	if (!alias) {
		warn_sys("unable to hold the names of services");
		return -1;
	}
	for (uint32_t j = 0; j < d->nto; j++)
		if (diff_moves(&u->in, d, j))
			alias[j] = u->in.from->services[d->from[j]].name;
	if (prepare_services(u, d) == 0) {
		r = live_gen_make(u->live.fd, u->to, &u->new, u->data, u->len,
			d->state, u->compiled, alias);
		if (r < 0)
			warn_sys("unable to make generation %u",
				(unsigned)u->to);
	}
	free(alias);
	return r;
}

/* Whoever takes another name; first those that keep their directory.  old and
 * new hold nto names. */
void
prepare_renames(const struct update *u, const struct diff *d, char **old,
	char **new, uint32_t *n, uint32_t *nmoves)
{
	*n = 0;
	for (int rest = 0; rest < 2; rest++) {
		for (uint32_t k = 0; k < d->nto; k++) {
			if (d->from[k] == DB_NONE ||
				diff_same_name(&u->in, d, k) ||
				diff_moves(&u->in, d, k) == rest)
				continue;
			old[*n] = (char *)(uintptr_t)u->in.from
					  ->services[d->from[k]]
					  .name;
			new[(*n)++] =
				(char *)(uintptr_t)u->in.to->services[k].name;
		}
		if (!rest)
			*nmoves = *n;
	}
}

int
prepare_journal(struct update *u, const struct diff *d, uint32_t origin)
{
	struct journal j = { .from = u->from,
		.to = u->to,
		.origin = origin,
		.began = u->began };
	int r = -1;

	j.old = calloc((size_t)d->nto + 1, sizeof *j.old);
	j.new = calloc((size_t)d->nto + 1, sizeof *j.new);
	j.reload = calloc((size_t)d->nfrom + 1, sizeof *j.reload);
	j.along = calloc((size_t)d->nto + 1, sizeof *j.along);
	if (!j.old || !j.new || !j.reload || !j.along)
		goto out;
	prepare_renames(u, d, j.old, j.new, &j.nrenames, &j.nmoves);
	for (uint32_t i = 0; i < d->nfrom; i++)
		if (d->old[i].action == DIFF_RELOAD)
			j.reload[j.nreloads++] =
				(char *)(uintptr_t)u->new.services[d->to[i]]
					.name;
	for (uint32_t i = 0; i < d->nto; i++)
		if (diff_comes_along(d, i))
			j.along[j.nalong++] =
				(char *)(uintptr_t)u->new.services[i].name;
	if (u->boot && origin == u->from) {
		snprintf(j.boot, sizeof j.boot, "%s", u->boot);
		snprintf(j.boot_link, sizeof j.boot_link, "%s", u->boot_link);
		if (file_link_text(AT_FDCWD, j.boot_link, j.boot_was) < 0)
			goto out;
	}
	r = journal_write(u->live.fd, &j);
out:
	free(j.old);
	free(j.new);
	free(j.reload);
	free(j.along);
	if (r < 0)
		warn_sys("unable to write the journal");
	return r;
}
