/* logact.c - see logact.h.  Errors are said once and retried; nothing here ends
 * the logger once a directory is open. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/selfpipe.h>
#include <skalibs/tai.h>

#include "lib/bytes.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "log/logact.h"
#include "log/logdir.h"

enum {
	PROCESSOR_WORDS = 64,
	LOOK_MS = 1000 /* so often: is current still in the directory? */
};

int64_t
logact_now(void)
{
	return (int64_t)clock_now();
}

/* --- failure and recovery are said once each */

static void
say_failure(struct logact_dir *d, int err, const char *doing)
{
	if (d->failed == err)
		return;
	d->failed = err;
	warn("unable to %s in %s: %s (waiting, nothing is lost; next try in "
	     "%u ms)",
		doing, d->spec->path, strerror(err), d->spec->retry_ms);
}

static void
say_recovery(struct logact_dir *d)
{
	if (d->failed)
		info("%s: working again", d->spec->path);
	d->failed = 0;
}

/* --- names */

/* A stamp for a new archive: now, but later than every other archive's, so
 * that the order of names is the order of lines though the clock jumps. */
static void
next_stamp(struct logact_dir *d, tain *t)
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

/* Rename to an archive.  The name is new: next_stamp saw to it, and the lock
 * keeps others away. */
static int
archive(struct logact_dir *d, const char *from, const tain *stamp, char kind,
	const char *suffix)
{
	char name[LOGDIR_NAME];

	logdir_name(name, stamp, kind, suffix);
	return renameat(d->dirfd, from, d->dirfd, name);
}

static int
unlink_maybe(struct logact_dir *d, const char *name)
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

/* --- the steps of a rotation: 0 done, -1 and errno failed */

static int
open_current(struct logact_dir *d)
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

static int
seal(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	return fchmod(fd, (st.st_mode & 07777) | S_IXUSR);
}

/* fsync that is content with files that cannot be synced. */
static int
sync_fd(int fd)
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
	return sync_fd(d->fd);
}

static int
step_seal(struct logact_dir *d)
{
	return seal(d->fd);
}

static int
step_move(struct logact_dir *d)
{
	int r;

	if (d->spec->processor_kind) {
		r = renameat(d->dirfd, "current", d->dirfd, "previous");
		if (r == 0)
			next_stamp(d, &d->stamp);
	} else {
		next_stamp(d, &d->stamp);
		r = archive(d, "current", &d->stamp, 's', "");
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
	if (to_file(d, "newstate", sync_fd) < 0 && errno != ENOENT)
		return -1;
	return to_file(d, "processed", sync_fd);
}

/* What it holds has been synced in the step before. */
static int
step_commit(struct logact_dir *d)
{
	return to_file(d, "processed", seal);
}

static int
step_drop(struct logact_dir *d)
{
	return unlink_maybe(d, "previous");
}

static int
step_state(struct logact_dir *d)
{
	return renameat(d->dirfd, "newstate", d->dirfd, "state") < 0 &&
			errno != ENOENT
		? -1
		: 0;
}

static int
step_keep(struct logact_dir *d)
{
	const char *suffix = d->spec->suffix;

	if (*suffix && !magic_agrees(d->dirfd, "processed", suffix))
		suffix = "";
	return archive(d, "processed", &d->stamp, 's', suffix);
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

static int (*const step_do[ROTATE_STEPS])(struct logact_dir *) = {
	[ROTATE_SYNC] = step_sync,
	[ROTATE_SEAL] = step_seal,
	[ROTATE_MOVE] = step_move,
	[ROTATE_NEW] = open_current,
	[ROTATE_RUN] = step_run,
	[ROTATE_SYNC_PROCESSED] = step_sync_processed,
	[ROTATE_COMMIT] = step_commit,
	[ROTATE_DROP] = step_drop,
	[ROTATE_STATE] = step_state,
	[ROTATE_KEEP] = step_keep,
	[ROTATE_TRIM] = step_trim,
};

/* --- going through them */

/* Remove the oldest archive.  1 if there was one. */
static int
drop_oldest(struct logact_dir *d)
{
	struct logdir_list l;
	int r = 0;

	if (logdir_list(&l, d->dirfd, 0) < 0)
		return 0;
	if (l.n && unlinkat(d->dirfd, l.v[0].name, 0) == 0) {
		warn("no space left for %s: removed its oldest archive %s "
		     "(%%full=drop-oldest)",
			d->spec->path, l.v[0].name);
		r = 1;
	}
	logdir_list_free(&l);
	return r;
}

/* A call failed with errno.  1 if it can be tried again at once. */
static int
failed(struct logact_dir *d, const char *doing, int64_t now)
{
	int e = errno;

	if (e == EINTR)
		return 1;
	if (d->spec->drop_oldest && (e == ENOSPC || e == EDQUOT) &&
		drop_oldest(d))
		return 1;
	if (e == ENOENT)
		d->look_at = 0;
	say_failure(d, e, doing);
	d->retry_at = now + d->spec->retry_ms;
	return 0;
}

/* Do steps until the rotation is over or must wait. */
static void
go_on(struct logact_dir *d, int64_t now)
{
	while (d->step != ROTATE_IDLE && d->step != ROTATE_WAIT) {
		const struct rotate_row *row = rotate_table + d->step;

		if (d->retry_at > now)
			return;
		if (step_do[d->step](d) < 0) {
			if (!row->optional) {
				if (failed(d, row->doing, now))
					continue;
				return;
			}
			warn_sys("unable to %s in %s (going on)", row->doing,
				d->spec->path);
		} else if (d->failed > 0) {
			say_recovery(d);
		}
		d->retry_at = 0;
		d->step = d->spec->processor_kind ? row->next_processor
						  : row->next;
	}
}

static int
is_full(const struct logact_dir *d)
{
	return d->size + d->spec->tolerance >= d->spec->size;
}

static void look_after(struct logact_dir *, int64_t now);

/* Start a rotation that is due, if the line is whole and no processor still
 * runs for the one before. */
static void
maybe_rotate(struct logact_dir *d, int64_t now)
{
	look_after(d, now);
	if (d->gone)
		return;
	if (d->fd >= 0 && d->size && d->step == ROTATE_IDLE &&
		(d->outgrown || (!d->midline && (d->wanted || is_full(d))))) {
		d->wanted = 0;
		d->overgrown = 0;
		d->grace_until = 0;
		d->step = ROTATE_SYNC;
	}
	go_on(d, now);
}

/* May lines be written now? */
static int
writable(struct logact_dir *d, int64_t now)
{
	if (d->gone)
		return 0;
	if (d->fd < 0 || d->retry_at > now) {
		/* A processor that is tried again later stops no line. */
		if (d->fd < 0 || d->step < ROTATE_RUN)
			return 0;
	}
	if (!rotate_table[d->step].writable)
		return 0;
	if (d->step == ROTATE_IDLE ||
		!(d->outgrown || (is_full(d) && !d->midline && !d->overgrown)))
		return 1;
	/* Full, and the processor still works on the one before. */
	if (!d->grace_until && !d->overgrown)
		d->grace_until = now + ACT_GRACE_MS;
	if (now < d->grace_until)
		return 0;
	if (!d->overgrown)
		warn("the processor of %s takes more than %d s: %s until it "
		     "ends",
			d->spec->path, ACT_GRACE_MS / 1000,
			d->outgrown ? "lines wait" : "current grows");
	d->grace_until = 0;
	d->overgrown = 1;
	return !d->outgrown;
}

/* How many of these bytes may go to this current: up to the end of the line
 * with which it becomes full. */
static size_t
until_full(const struct logact_dir *d, const char *buf, size_t len)
{
	uint64_t limit = d->spec->size - d->spec->tolerance;
	size_t room = limit > d->size ? (size_t)(limit - d->size) : 1;
	const char *nl;

	if (len < room || d->overgrown)
		return len;
	nl = memchr(buf + room - 1, '\n', len - room + 1);
	return nl ? (size_t)(nl - buf) + 1 : len;
}

static void
say_limit(struct logact_dir *d)
{
	struct rlimit lim;

	if (d->said_limit)
		return;
	d->said_limit = 1;
	if (getrlimit(RLIMIT_FSIZE, &lim) < 0 || lim.rlim_cur == RLIM_INFINITY)
		warn("%s/current cannot grow beyond %llu bytes: it is rotated "
		     "there",
			d->spec->path, (unsigned long long)d->size);
	else
		warn("%s/current may not grow beyond %llu bytes (a limit on "
		     "this process, RLIMIT_FSIZE): it is rotated there",
			d->spec->path, (unsigned long long)lim.rlim_cur);
}

/* The system lets current grow no more, having taken *done of these bytes.
 * What it has of a line that was begun with them is taken back, unless the
 * line would not fit into the next file either.  1 if a rotation helps, which
 * may have to wait for a processor; 0 if the file is empty as it is. */
static int
outgrow(struct logact_dir *d, const char *buf, size_t *done, int in_line)
{
	size_t part = 0;

	if (d->midline && *done) {
		const char *nl = memrchr(buf, '\n', *done);

		part = nl	  ? (size_t)(buf + *done - (nl + 1))
			: in_line ? 0
				  : *done;
	}
	if (part && part < d->size &&
		ftruncate(d->fd, (off_t)(d->size - part)) == 0) {
		*done -= part;
		d->size -= part;
		d->midline = 0;
	}
	d->outgrown = d->size > 0;
	if (d->outgrown)
		say_limit(d);
	errno = EFBIG;
	return d->outgrown;
}

size_t
logact_write(struct logact_dir *d, const char *buf, size_t len, int64_t now)
{
	size_t done = 0;
	int in_line = d->midline; /* that of an earlier call goes on */

	while (done < len) {
		ssize_t r;

		maybe_rotate(d, now);
		if (!writable(d, now))
			break;
		r = write(d->fd, buf + done,
			until_full(d, buf + done, len - done));
		if (r <= 0) {
			if (r == 0)
				errno = EAGAIN;
			if (errno == EFBIG && outgrow(d, buf, &done, in_line))
				continue;
			if (failed(d, "write to current", now))
				continue;
			break;
		}
		if (d->failed > 0)
			say_recovery(d);
		d->size += (uint64_t)r;
		done += (size_t)r;
		d->midline = buf[done - 1] != '\n';
	}
	if (done == len)
		maybe_rotate(d, now);
	return done;
}

void
logact_want_rotation(struct logact_dir *d, int64_t now)
{
	d->wanted = d->size > 0;
	maybe_rotate(d, now);
}

int64_t
logact_tick(struct logact_dir *d, int64_t now)
{
	int64_t next = 0;

	if (d->retry_at && d->retry_at <= now)
		d->retry_at = 0;
	if (d->rotate_at && d->rotate_at <= now) {
		d->rotate_at = now + (int64_t)d->spec->every_s * 1000;
		d->wanted = d->size > 0;
	}
	maybe_rotate(d, now);
	if (d->retry_at)
		next = d->retry_at;
	if (d->rotate_at && (!next || d->rotate_at < next))
		next = d->rotate_at;
	if (d->grace_until && (!next || d->grace_until < next))
		next = d->grace_until;
	if (d->closing && d->close_at && (!next || d->close_at < next))
		next = d->close_at;
	return next;
}

/* Its input becomes an archive as it is. */
static void
give_up_processor(struct logact_dir *d, const char *why)
{
	if (d->pid) {
		kill(d->pid, SIGKILL);
		while (waitpid(d->pid, 0, 0) < 0 && errno == EINTR)
			;
		d->pid = 0;
	}
	warn("%s: %s; what it did not process is kept as it was (.u)",
		d->spec->path, why);
	unlink_maybe(d, "processed");
	unlink_maybe(d, "newstate");
	if (archive(d, "previous", &d->stamp, 'u', "") < 0)
		warn_sys("unable to rename previous in %s (the next start "
			 "does)",
			d->spec->path);
	d->step = ROTATE_TRIM;
	d->retry_at = 0;
}

int
logact_child(struct logact_dir *d, pid_t pid, int wstat, int64_t now)
{
	if (!d->pid || pid != d->pid)
		return 0;
	d->pid = 0;
	if (WIFEXITED(wstat) && !WEXITSTATUS(wstat)) {
		if (d->failed)
			say_recovery(d);
		d->step = ROTATE_SYNC_PROCESSED;
		maybe_rotate(d, now);
		return 1;
	}
	/* It would be no other the next time. */
	if (WIFSIGNALED(wstat) && WTERMSIG(wstat) == SIGXFSZ) {
		give_up_processor(d,
			"its processor may not write so large a "
			"file");
		maybe_rotate(d, now);
		return 1;
	}
	if (d->failed != -1 && WIFEXITED(wstat))
		warn("the processor of %s exited %d (it is run again every "
		     "%u ms, nothing is lost)",
			d->spec->path, WEXITSTATUS(wstat), d->spec->retry_ms);
	else if (d->failed != -1)
		warn("the processor of %s was killed by signal %d (it is run "
		     "again every %u ms, nothing is lost)",
			d->spec->path, WTERMSIG(wstat), d->spec->retry_ms);
	d->failed = -1;
	d->step = ROTATE_RUN;
	d->retry_at = now + d->spec->retry_ms;
	return 1;
}

int
logact_close(struct logact_dir *d, int64_t now)
{
	if (!d->closing) {
		d->closing = 1;
		d->close_at = now + ACT_GRACE_MS;
	}
	if ((d->step == ROTATE_WAIT && now >= d->close_at) ||
		(d->step == ROTATE_RUN && d->failed))
		give_up_processor(d, "ending without its processor");
	go_on(d, now);
	if (d->step != ROTATE_IDLE)
		return 0;
	if (d->fd >= 0) {
		if (sync_fd(d->fd) < 0)
			warn_sys("unable to sync %s/current", d->spec->path);
		if (seal(d->fd) < 0)
			warn_sys("unable to set the mode of %s/current "
				 "(the next start will call it unfinished)",
				d->spec->path);
		close(d->fd);
		d->fd = -1;
	}
	return 1;
}

/* --- opening */

static unsigned
look(struct logact_dir *d)
{
	static const struct {
		const char *name;
		unsigned there, whole;
	} file[] = {
		{ "current", SEEN_CURRENT, SEEN_CURRENT_WHOLE },
		{ "previous", SEEN_PREVIOUS, SEEN_PREVIOUS_WHOLE },
		{ "processed", SEEN_PROCESSED, SEEN_PROCESSED_WHOLE },
		{ "newstate", SEEN_NEWSTATE, 0 },
	};
	unsigned seen = 0;

	for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
		struct stat st;

		if (fstatat(d->dirfd, file[i].name, &st, AT_SYMLINK_NOFOLLOW) <
			0)
			continue;
		if (i == 0 && !st.st_size)
			continue;
		seen |= file[i].there;
		if (st.st_mode & S_IXUSR)
			seen |= file[i].whole;
	}
	return seen;
}

static int
empty_state(struct logact_dir *d)
{
	int fd = openat(d->dirfd, "state",
		O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, d->mode);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int
repair(struct logact_dir *d)
{
	unsigned todo = rotate_repair(look(d), d->spec->processor_kind != 0);
	tain t;

	if (todo &
		(REPAIR_KEEP_PROCESSED | REPAIR_PREVIOUS_S | REPAIR_PREVIOUS_U |
			REPAIR_RESUME))
		next_stamp(d, &d->stamp);
	if ((todo & REPAIR_DROP_PREVIOUS) && unlink_maybe(d, "previous") < 0)
		return -1;
	if ((todo & REPAIR_TAKE_STATE) && step_state(d) < 0)
		return -1;
	if ((todo & REPAIR_KEEP_PROCESSED) && step_keep(d) < 0)
		return -1;
	if ((todo & REPAIR_DROP_PROCESSED) && unlink_maybe(d, "processed") < 0)
		return -1;
	if ((todo & REPAIR_DROP_NEWSTATE) && unlink_maybe(d, "newstate") < 0)
		return -1;
	if ((todo & REPAIR_PREVIOUS_S) &&
		archive(d, "previous", &d->stamp, 's', "") < 0)
		return -1;
	if ((todo & REPAIR_PREVIOUS_U) &&
		archive(d, "previous", &d->stamp, 'u', "") < 0)
		return -1;
	if (todo & REPAIR_RESUME)
		d->step = ROTATE_RUN;
	if (todo & REPAIR_CURRENT_U) {
		next_stamp(d, &t);
		if (archive(d, "current", &t, 'u', "") < 0)
			return -1;
	}
	if ((todo & REPAIR_EMPTY_STATE) && empty_state(d) < 0)
		return -1;
	return 0;
}

/* The newest archive's stamp. */
static int
find_last(struct logact_dir *d)
{
	struct logdir_list l;

	if (logdir_list(&l, d->dirfd, 0) < 0)
		return -1;
	if (l.n)
		logdir_parse(l.v[l.n - 1].name, &d->last, 0, 0);
	logdir_list_free(&l);
	return 0;
}

/* Make (mode 02700), lock and repair the directory, and open current.  0; or
 * -1 and errno, and *doing set, with nothing open.  *holder is who has the
 * lock, or 0. */
static int
open_all(struct logact_dir *d, const char **doing, pid_t *holder)
{
	const char *path = d->spec->path;
	struct stat st;
	int fd, e;

	*holder = 0;
	d->dirfd = d->lockfd = d->fd = -1;
	*doing = "make the log directory";
	if (mkdir(path, 02700) == 0) {
		/* The kernel drops the set-group-id bit at creation. */
		if (chmod(path, 02700) < 0)
			warn_sys("unable to set the mode of %s", path);
	} else if (errno != EEXIST) {
		return -1;
	}
	*doing = "open the log directory";
	d->dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->dirfd < 0)
		return -1;
	/* Who may list the directory may read what is in it. */
	d->mode = 0600 | (fstat(d->dirfd, &st) == 0 ? st.st_mode & 044 : 0);
	*doing = "lock the log directory";
	d->lockfd = file_lock(d->dirfd, "lock", 1, 0);
	if (d->lockfd < 0) {
		if (errno == EAGAIN || errno == EACCES) {
			e = errno;
			*holder = file_locked_by(d->dirfd, "lock");
			errno = e;
		}
		goto fail;
	}
	*doing = "repair the log directory";
	if (find_last(d) < 0 || repair(d) < 0)
		goto fail;
	fd = openat(d->dirfd, "state",
		O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, d->mode);
	if (fd >= 0)
		close(fd);
	*doing = "open current of the log directory";
	if (open_current(d) == 0)
		return 0;
fail:
	e = errno;
	if (d->lockfd >= 0)
		close(d->lockfd);
	close(d->dirfd);
	d->dirfd = d->lockfd = -1;
	errno = e;
	return -1;
}

int
logact_open(struct logact_dir *d, const struct script_dir *spec, int64_t now)
{
	const char *doing;
	pid_t holder;

	memset(d, 0, sizeof *d);
	d->spec = spec;
	d->last = tain_zero;
	d->look_at = now + LOOK_MS;
	if (open_all(d, &doing, &holder) < 0) {
		if (holder > 0)
			warn("the log directory %s is locked by another "
			     "logger (pid %ld)",
				spec->path, (long)holder);
		else
			warn_sys("unable to %s %s", doing, spec->path);
		return -1;
	}
	go_on(d, now);
	return 0;
}

/* --- a directory that is removed from under us */

static int
is_removed(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && !st.st_nlink;
}

/* Open what was removed again.  Until that is done, lines wait. */
static void
make_again(struct logact_dir *d, int64_t now)
{
	struct logact_dir old = *d;
	const char *doing = "open current";
	pid_t holder = 0;
	int r;

	d->gone = 1;
	if (d->retry_at > now)
		return;
	if (!is_removed(d->dirfd)) {
		r = open_current(d);
	} else {
		/* What a processor does there is lost. */
		d->step = ROTATE_IDLE;
		d->pid = 0;
		r = open_all(d, &doing, &holder);
	}
	if (r < 0) {
		int e = errno;

		d->dirfd = old.dirfd;
		d->lockfd = old.lockfd;
		d->fd = old.fd;
		say_failure(d, e, doing);
		d->retry_at = now + d->spec->retry_ms;
		return;
	}
	if (tain_less(&d->last, &old.last))
		d->last = old.last;
	warn(d->dirfd == old.dirfd
			? "%s/current was removed: it is made again"
			: "the log directory %s was removed: it is made again",
		d->spec->path);
	if (d->dirfd != old.dirfd) {
		close(old.dirfd);
		close(old.lockfd);
	}
	if (old.fd >= 0)
		close(old.fd);
	d->gone = 0;
	d->retry_at = 0;
	d->grace_until = 0;
	d->overgrown = 0;
	if (d->failed)
		say_recovery(d);
}

/* At most once in a while, so that it costs no call for each line. */
static void
look_after(struct logact_dir *d, int64_t now)
{
	if (!d->gone) {
		if (now < d->look_at)
			return;
		d->look_at = now + LOOK_MS;
		if (!is_removed(d->fd) && !is_removed(d->dirfd))
			return;
		d->retry_at = 0;
	}
	make_again(d, now);
}
