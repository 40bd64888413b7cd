/* logact-steps.c - the steps of a rotation, and what repairs one that was cut
 * off. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/selfpipe.h>
#include <skalibs/tai.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "log/logact-steps.h"
#include "log/logdir.h"

enum { PROCESSOR_WORDS = 64 };

/* A stamp for a new archive: now, but later than every other archive's, so
 * that the order of names is the order of lines though the clock jumps. */
void
logact_stamp(struct logact_dir *d, tain *t)
{
	tain_wallclock_read(t);
	if (!tain_less(&d->last, t)) {
		*t = d->last;
		if (++t->nano > 999999999) {
			t->nano = 0;
			t->sec.x++;
		}
	}
	d->last = *t;
}

/* Rename to an archive.  The name is new: logact_stamp saw to it, and the lock
 * keeps others away. */
int
logact_archive(struct logact_dir *d, const char *from, const tain *stamp,
	char kind, const char *suffix)
{
	char name[LOGDIR_NAME];

	logdir_name(name, stamp, kind, suffix);
	return renameat(d->dirfd, from, d->dirfd, name);
}

int
logact_unlink(struct logact_dir *d, const char *name)
{
	return unlinkat(d->dirfd, name, 0) < 0 && errno != ENOENT ? -1 : 0;
}

/* Does a file begin as the suffix promises?  A processed file found at start
 * may come from another script. */
static int
magic_agrees(int dirfd, const char *name, const char *suffix)
{
	static const struct {
		const char *suffix, *magic;
		size_t n;
	} known[] = {
		{ ".gz", "\x1f\x8b", 2 },
		{ ".zst", "\x28\xb5\x2f\xfd", 4 },
		{ ".xz",
			"\xfd"
			"7zXZ",
			5 },
		{ ".bz2", "BZh", 3 },
		{ ".lz4", "\x04\x22\x4d\x18", 4 },
	};
	char buf[8];
	ssize_t r = file_read(dirfd, name, buf, sizeof buf);

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(known[i].suffix, suffix))
			return r >= (ssize_t)known[i].n &&
				!memcmp(buf, known[i].magic, known[i].n);
	return 0;
}

int
logact_open_current(struct logact_dir *d)
{
	struct stat st;
	int fd = openat(d->dirfd, "current",
		O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		d->mode);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0 ||
		((st.st_mode & S_IXUSR) &&
			fchmod(fd, st.st_mode & 07777 & ~S_IXUSR) < 0)) {
		int e = errno;

		close(fd);
		errno = e;
		return -1;
	}
	d->fd = fd;
	d->size = (uint64_t)st.st_size;
	d->midline = 0;
	d->outgrown = 0;
	if (d->spec->every_s)
		d->rotate_at = logact_now() + (int64_t)d->spec->every_s * 1000;
	return 0;
}

int
logact_seal(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	return fchmod(fd, (st.st_mode & 07777) | S_IXUSR);
}

/* fsync that is content with files that cannot be synced. */
int
logact_sync(int fd)
{
	int r;

	do
		r = fsync(fd);
	while (r < 0 && errno == EINTR);
	return r < 0 && errno != EINVAL && errno != EROFS ? -1 : 0;
}

static int
step_sync(struct logact_dir *d)
{
	return logact_sync(d->fd);
}

static int
step_seal(struct logact_dir *d)
{
	return logact_seal(d->fd);
}

static int
step_move(struct logact_dir *d)
{
	int r;

	if (d->spec->processor_kind) {
		r = renameat(d->dirfd, "current", d->dirfd, "previous");
		if (r == 0)
			logact_stamp(d, &d->stamp);
	} else {
		logact_stamp(d, &d->stamp);
		r = logact_archive(d, "current", &d->stamp, 's', "");
	}
	if (r < 0)
		return -1;
	close(d->fd);
	d->fd = -1;
	return 0;
}

/* A command that is plain words needs no shell: split it. */
static int
split(char *copy, char **argv, int max)
{
	int n = 0;

	for (char *s = strtok(copy, " \t\n"); s; s = strtok(0, " \t\n")) {
		if (n == max - 1)
			return -1;
		argv[n++] = s;
	}
	argv[n] = 0;
	return n ? 0 : -1;
}

static int
is_plain(const char *s)
{
	return !s[strspn(s,
		       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
		       "VWXYZ0123456789_./=,:+@%^- \t")] &&
		s[strspn(s, " \t")];
}

static _Noreturn void
processor_exec(const struct script_dir *spec, const int *fds)
{
	static const int to[] = { 0, 1, 4, 5 };
	char *argv[PROCESSOR_WORDS], *copy = strdup(spec->processor);
	char execlineb[] = "execlineb", pc[] = "-Pc", sh[] = "/bin/sh",
	     c[] = "-c";
	sigset_t none;

	selfpipe_finish();
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, 0);
	/* All were moved above 5, so no dup2 closes one still needed. */
	for (int i = 0; i < 4; i++)
		if (dup2(fds[i], to[i]) < 0)
			die_sys(EX_SYSTEM, "unable to prepare the processor");
	if (!copy)
		die_sys(EX_SYSTEM, "unable to prepare the processor");
	if (spec->processor_kind == '?') {
		argv[0] = sh;
		argv[1] = c;
		argv[2] = copy;
		argv[3] = 0;
	} else if (!(spec->processor_kind == '%' || is_plain(copy)) ||
		split(copy, argv, PROCESSOR_WORDS) < 0) {
		free(copy);
		copy = strdup(spec->processor);
		argv[0] = execlineb;
		argv[1] = pc;
		argv[2] = copy;
		argv[3] = 0;
	}
	execvp(argv[0], argv);
	die_sys(errno == ENOENT ? EX_NOTFOUND : EX_NOEXEC,
		"unable to execute %s", argv[0]);
}

/* Open at a descriptor above those the processor gets. */
static int
open_high(const struct logact_dir *d, const char *name, int flags)
{
	int fd =
		openat(d->dirfd, name, flags | O_CLOEXEC | O_NOFOLLOW, d->mode);
	int high, e;

	if (fd < 0 || fd > 5)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, 6);
	e = errno;
	close(fd);
	errno = e;
	return high;
}

static int
step_run(struct logact_dir *d)
{
	static const struct {
		const char *name;
		int flags;
	} file[] = {
		{ "previous", O_RDONLY },
		{ "processed", O_WRONLY | O_CREAT | O_TRUNC },
		{ "state", O_RDONLY | O_CREAT },
		{ "newstate", O_WRONLY | O_CREAT | O_TRUNC },
	};
	int fds[4] = { -1, -1, -1, -1 }, e = 0;
	pid_t pid = -1;

	for (int i = 0; i < 4 && !e; i++) {
		fds[i] = open_high(d, file[i].name, file[i].flags);
		if (fds[i] < 0)
			e = errno;
	}
	if (!e) {
		pid = fork();
		if (pid < 0)
			e = errno;
	}
	if (!pid) {
		if (fchdir(d->dirfd) < 0)
			die_sys(EX_SYSTEM, "unable to chdir to %s",
				d->spec->path);
		processor_exec(d->spec, fds);
	}
	for (int i = 0; i < 4; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	errno = e;
	if (e)
		return -1;
	d->pid = pid;
	return 0;
}

/* Do this to a file. */
static int
to_file(struct logact_dir *d, const char *name, int (*act)(int fd))
{
	int r, e,
		fd = openat(d->dirfd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return -1;
	r = act(fd);
	e = errno;
	close(fd);
	errno = e;
	return r;
}

static int
step_sync_processed(struct logact_dir *d)
{
	/* A processor may have removed newstate: then there is none. */
	if (to_file(d, "newstate", logact_sync) < 0 && errno != ENOENT)
		return -1;
	return to_file(d, "processed", logact_sync);
}

/* What it holds has been synced in the step before. */
static int
step_commit(struct logact_dir *d)
{
	return to_file(d, "processed", logact_seal);
}

static int
step_drop(struct logact_dir *d)
{
	return logact_unlink(d, "previous");
}

int
logact_take_state(struct logact_dir *d)
{
	return renameat(d->dirfd, "newstate", d->dirfd, "state") < 0 &&
			errno != ENOENT
		? -1
		: 0;
}

int
logact_keep(struct logact_dir *d)
{
	const char *suffix = d->spec->suffix;

	if (*suffix && !magic_agrees(d->dirfd, "processed", suffix))
		suffix = "";
	return logact_archive(d, "processed", &d->stamp, 's', suffix);
}

static int
step_trim(struct logact_dir *d)
{
	const struct script_dir *s = d->spec;
	struct logdir_list l;
	uint64_t max = s->archive_bytes ? s->archive_bytes : UINT64_MAX;
	size_t left;
	int e = 0;

	/* Current may grow to its size, so the archives get the rest. */
	if (s->total_bytes && s->total_bytes < max)
		max = s->total_bytes;
	if (s->total_bytes &&
		max > (s->total_bytes > s->size ? s->total_bytes - s->size : 0))
		max = s->total_bytes > s->size ? s->total_bytes - s->size : 0;
	if (logdir_list(&l, d->dirfd, max != UINT64_MAX) < 0)
		return -1;
	left = l.n;
	for (size_t i = 0; i < l.n && (left > s->archives || l.bytes > max);
		i++, left--) {
		if (unlinkat(d->dirfd, l.v[i].name, 0) < 0 && errno != ENOENT)
			e = errno;
		l.bytes -= l.v[i].size;
	}
	logdir_list_free(&l);
	errno = e;
	return e ? -1 : 0;
}

int (*const logact_step[ROTATE_STEPS])(struct logact_dir *) = {
	[ROTATE_SYNC] = step_sync,
	[ROTATE_SEAL] = step_seal,
	[ROTATE_MOVE] = step_move,
	[ROTATE_NEW] = logact_open_current,
	[ROTATE_RUN] = step_run,
	[ROTATE_SYNC_PROCESSED] = step_sync_processed,
	[ROTATE_COMMIT] = step_commit,
	[ROTATE_DROP] = step_drop,
	[ROTATE_STATE] = logact_take_state,
	[ROTATE_KEEP] = logact_keep,
	[ROTATE_TRIM] = step_trim,
};
