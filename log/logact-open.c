/* logact-open.c - open a log directory, repair it, and make it again when it
 * is removed from under us. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <skalibs/tai.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "log/logact-steps.h"
#include "log/logdir.h"

enum { LOOK_MS = 1000 }; /* so often: is current still in the directory? */

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
		logact_stamp(d, &d->stamp);
	if ((todo & REPAIR_DROP_PREVIOUS) && logact_unlink(d, "previous") < 0)
		return -1;
	if ((todo & REPAIR_TAKE_STATE) && logact_take_state(d) < 0)
		return -1;
	if ((todo & REPAIR_KEEP_PROCESSED) && logact_keep(d) < 0)
		return -1;
	if ((todo & REPAIR_DROP_PROCESSED) && logact_unlink(d, "processed") < 0)
		return -1;
	if ((todo & REPAIR_DROP_NEWSTATE) && logact_unlink(d, "newstate") < 0)
		return -1;
	if ((todo & REPAIR_PREVIOUS_S) &&
		logact_archive(d, "previous", &d->stamp, 's', "") < 0)
		return -1;
	if ((todo & REPAIR_PREVIOUS_U) &&
		logact_archive(d, "previous", &d->stamp, 'u', "") < 0)
		return -1;
	if (todo & REPAIR_RESUME)
		d->step = ROTATE_RUN;
	if (todo & REPAIR_CURRENT_U) {
		logact_stamp(d, &t);
		if (logact_archive(d, "current", &t, 'u', "") < 0)
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
	int fd, e, made;

	*holder = 0;
	d->dirfd = d->lockfd = d->fd = -1;
	*doing = "make the log directory";
	made = mkdir(path, 02700) == 0;
	if (!made && errno != EEXIST)
		return -1;
	*doing = "open the log directory";
	d->dirfd = open(path,
		O_RDONLY | O_DIRECTORY | O_CLOEXEC | (made ? O_NOFOLLOW : 0));
	if (d->dirfd < 0)
		return -1;
	/* The kernel drops the set-group-id bit at creation.  By descriptor:
	 * where others may write, the name may lead elsewhere by now. */
	if (made && fchmod(d->dirfd, 02700) < 0)
		warn_sys("unable to set the mode of %s", path);
	/* Who may list the directory may read what is in it. */
	d->mode = 0600 | (fstat(d->dirfd, &st) == 0 ? st.st_mode & 044 : 0);
	*doing = "lock the log directory";
	d->lockfd = file_lock(d->dirfd, "lock", 1, 0);
	if (d->lockfd < 0) {
		if (errno == EAGAIN) {
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
	if (logact_open_current(d) == 0)
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
	logact_go_on(d, now);
	return 0;
}

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
		r = logact_open_current(d);
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
		logact_failing(d, e, doing);
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
		logact_working(d);
}

/* At most once in a while, so that it costs no call for each line. */
void
logact_look_after(struct logact_dir *d, int64_t now)
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
