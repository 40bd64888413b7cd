/* logact.c - see logact.h.  Errors are said once and retried; nothing here ends
 * the logger once a directory is open. */

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/clock.h"
#include "lib/msg.h"
#include "log/logact-steps.h"
#include "log/logdir.h"

int64_t
logact_now(void)
{
	return (int64_t)clock_now();
}

/* --- failure and recovery are said once each */

void
logact_failing(struct logact_dir *d, int err, const char *doing)
{
	if (d->failed == err)
		return;
	d->failed = err;
	warn("unable to %s in %s: %s (waiting, nothing is lost; next try in "
	     "%u ms)",
		doing, d->spec->path, strerror(err), d->spec->retry_ms);
}

void
logact_working(struct logact_dir *d)
{
	if (d->failed)
		info("%s: working again", d->spec->path);
	d->failed = 0;
}

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
	logact_failing(d, e, doing);
	d->retry_at = now + d->spec->retry_ms;
	return 0;
}

/* Do steps until the rotation is over or must wait. */
void
logact_go_on(struct logact_dir *d, int64_t now)
{
	while (d->step != ROTATE_IDLE && d->step != ROTATE_WAIT) {
		const struct rotate_row *row = rotate_table + d->step;

		if (d->retry_at > now)
			return;
		if (logact_step[d->step](d) < 0) {
			if (!row->optional) {
				if (failed(d, row->doing, now))
					continue;
				return;
			}
			warn_sys("unable to %s in %s (going on)", row->doing,
				d->spec->path);
		} else if (d->failed > 0) {
			logact_working(d);
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

/* Start a rotation that is due, if the line is whole and no processor still
 * runs for the one before. */
static void
maybe_rotate(struct logact_dir *d, int64_t now)
{
	logact_look_after(d, now);
	if (d->gone)
		return;
	if (d->fd >= 0 && d->size && d->step == ROTATE_IDLE &&
		(d->outgrown || (!d->midline && (d->wanted || is_full(d))))) {
		d->wanted = 0;
		d->overgrown = 0;
		d->grace_until = 0;
		d->step = ROTATE_SYNC;
	}
	logact_go_on(d, now);
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
			logact_working(d);
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
	logact_unlink(d, "processed");
	logact_unlink(d, "newstate");
	if (logact_archive(d, "previous", &d->stamp, 'u', "") < 0)
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
			logact_working(d);
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
	logact_go_on(d, now);
	if (d->step != ROTATE_IDLE)
		return 0;
	if (d->fd >= 0) {
		if (logact_sync(d->fd) < 0)
			warn_sys("unable to sync %s/current", d->spec->path);
		if (logact_seal(d->fd) < 0)
			warn_sys("unable to set the mode of %s/current "
				 "(the next start will call it unfinished)",
				d->spec->path);
		close(d->fd);
		d->fd = -1;
	}
	return 1;
}

/* --- a directory that is removed from under us */
