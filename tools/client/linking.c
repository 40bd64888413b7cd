/* linking.c - see linking.h. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "lib/path.h"
#include "supervise/control.h"
#include "supervise/event.h"
#include "svscan/scandir.h"
#include "tools/client/linking.h"

enum { LOOK_MS = 5 }; /* how often, where nothing tells */

/* A service directory and, if it has one, its log/. */
struct side {
	char dir[PATH_LEN];
	struct listener events;
	int listening;
	int supervised; /* already, before we began */
	int made_down;
	int lock; /* of its supervise, open, or -1 */
	int end; /* a pidfd of its supervise, or -1 */
};
struct pair {
	struct side v[2];
	int n;
};

int
linking_scanned(const char *scandir)
{
	char lock[PATH_LEN];
	pid_t pid;

	if (path_join(lock, sizeof lock, scandir, SCANDIR_LOCK) < 0)
		return -1;
	if (!file_exists(AT_FDCWD, lock)) {
		errno = ENOENT;
		return -1;
	}
	pid = file_locked_by(AT_FDCWD, lock);
	return pid < 0 ? -1 : pid > 0;
}

int
linking_svscan(const char *scandir, const char *letters)
{
	return scandir_send(AT_FDCWD, scandir, letters, strlen(letters));
}

static int
pair_find(struct pair *p, const char *dir)
{
	struct stat st;

	p->n = 1;
	if (path_join(p->v[0].dir, sizeof p->v[0].dir, dir) < 0 ||
		path_join(p->v[1].dir, sizeof p->v[1].dir, dir, "log") < 0)
		return -1;
	if (stat(p->v[1].dir, &st) == 0 && S_ISDIR(st.st_mode))
		p->n = 2;
	for (int i = 0; i < p->n; i++) {
		int r = control_alive(AT_FDCWD, p->v[i].dir);

		if (r < 0)
			return -1;
		p->v[i].supervised = r;
	}
	return 0;
}

/* Hold what tells the end of its supervise: the lock, which has no name any
 * more when the link in the scan directory is gone, and a pidfd. */
static void
watch_end(struct side *s)
{
	char path[PATH_LEN];
	pid_t pid;

	if (path_join(path, sizeof path, s->dir, LOCK_FILE) < 0)
		return;
	s->lock = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	pid = s->lock < 0 ? -1 : file_lock_holder(s->lock);
	s->end = pid > 1 ? os_pidfd(pid) : -1;
}

/* x is the last thing that a supervise tells; soon after, it lets go of its
 * lock.  Wait for that, so that the directory can be removed at once. */
static int
await_ends(struct pair *p, uint64_t deadline)
{
	for (int i = 0; i < p->n; i++) {
		struct pollfd x = { p->v[i].end, POLLIN, 0 };
		int lock = p->v[i].lock;

		/* Without pidfds, look at the lock again and again. */
		while (x.fd >= 0 ? poll(&x, 1, clock_left(deadline)) <= 0
				 : lock >= 0 && file_lock_holder(lock) > 0) {
			if (clock_passed(deadline)) {
				errno = ETIMEDOUT;
				return -1;
			}
			if (x.fd < 0)
				poll(0, 0, LOOK_MS);
		}
	}
	return 0;
}

/* Is there a run script, here or in the definition? */
static int
has_run(const char *dir)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, dir, "run") < 0)
		return 0;
	if (file_exists(AT_FDCWD, path))
		return 1;
	return path_join(path, sizeof path, dir, "def/run") == 0 &&
		file_exists(AT_FDCWD, path);
}

static int
listen_to(struct side *s)
{
	char path[PATH_LEN];

	if (path_join(path, sizeof path, s->dir, EVENT_DIR) < 0 ||
		event_listen(&s->events, path) < 0)
		return -1;
	s->listening = 1;
	return 0;
}

static void
forget(struct pair *p)
{
	for (int i = 0; i < p->n; i++)
		if (p->v[i].listening) {
			event_unlisten(&p->v[i].events);
			p->v[i].listening = 0;
		}
}

/* Wait until each that we listen to has sent the letter. */
static int
await(struct pair *p, char letter, uint64_t deadline)
{
	for (;;) {
		struct pollfd x[2];
		struct side *of[2];
		nfds_t n = 0;

		for (int i = 0; i < p->n; i++)
			if (p->v[i].listening) {
				of[n] = &p->v[i];
				x[n++] = (struct pollfd){ p->v[i].events.fd,
					POLLIN, 0 };
			}
		if (!n)
			return 0;
		if (poll(x, n, clock_left(deadline)) < 0 && errno != EINTR)
			return -1;
		for (nfds_t i = 0; i < n; i++) {
			char buf[64];
			ssize_t r = read(of[i]->events.fd, buf, sizeof buf);

			if (r > 0 && memchr(buf, letter, (size_t)r)) {
				event_unlisten(&of[i]->events);
				of[i]->listening = 0;
			}
		}
		if (clock_passed(deadline)) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
}

static int
set_down(struct side *s, int present)
{
	char path[PATH_LEN];
	int fd;

	if (path_join(path, sizeof path, s->dir, "down") < 0)
		return -1;
	if (!present)
		return unlink(path) < 0 && errno != ENOENT ? -1 : 0;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
	if (fd < 0)
		return -1;
	close(fd);
	s->made_down = 1;
	return 0;
}

/* Before the link: everything that can be refused.  0 or an exit code. */
static int
prepare(struct pair *p, const struct linking *l)
{
	gid_t gid = l->public_events ? (gid_t)-1 : getegid();
	char path[PATH_LEN];

	for (int i = 0; i < p->n; i++) {
		struct side *s = &p->v[i];

		if (s->supervised) {
			warn("%s is supervised already", s->dir);
			continue;
		}
		if (path_join(path, sizeof path, s->dir, EVENT_DIR) < 0 ||
			event_make(AT_FDCWD, path, gid, l->force_events) < 0) {
			warn_sys("unable to make %s/%s", s->dir, EVENT_DIR);
			return EX_SYSTEM;
		}
		if (listen_to(s) < 0) {
			warn_sys("unable to subscribe to the events of %s",
				s->dir);
			return EX_SYSTEM;
		}
		if (l->down != LINK_UP && set_down(s, 1) < 0) {
			warn_sys("unable to make %s/down", s->dir);
			return EX_SYSTEM;
		}
	}
	return 0;
}

/* Make the link; *made says whether it is ours to take back. */
static int
make_link(const char *link, const char *servicedir, int *made)
{
	char target[PATH_LEN];
	struct stat a, b;

	*made = 0;
	if (!realpath(servicedir, target))
		return -1;
	if (symlink(target, link) == 0) {
		*made = 1;
		return 0;
	}
	if (errno != EEXIST)
		return -1;
	/* Already there and the same: as asked. */
	if (stat(link, &a) == 0 && stat(servicedir, &b) == 0 &&
		a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		return 0;
	errno = EEXIST;
	return -1;
}

/* Undo what has started, and nothing that ran before. */
static void
take_back(const char *scandir, const char *link, int made, struct pair *p)
{
	if (made)
		unlink(link);
	for (int i = 0; i < p->n; i++)
		if (!p->v[i].supervised && made)
			control_send(AT_FDCWD, p->v[i].dir, "xd", 2);
	if (made)
		linking_svscan(scandir, "an");
}

static int
carry_out(const char *scandir, const char *link, const char *servicedir,
	struct pair *p, const struct linking *l)
{
	int made, code;

	if (make_link(link, servicedir, &made) < 0) {
		warn_sys("unable to link %s as %s", servicedir, link);
		return EX_SYSTEM;
	}
	if (linking_svscan(scandir, "a") < 0) {
		warn_sys("unable to control the svscan of %s", scandir);
		take_back(scandir, link, made, p);
		return EX_SYSTEM;
	}
	if (await(p, 's', clock_deadline(l->timeout_ms)) == 0)
		return 0;
	code = errno == ETIMEDOUT ? EX_TIMEOUT : EX_SYSTEM;
	warn_sys("no supervise has started for %s (the link is removed again)",
		servicedir);
	take_back(scandir, link, made, p);
	return code;
}

int
linking_add(const char *scandir, const char *servicedir, const char *name,
	const struct linking *l)
{
	struct pair p = { .n = 0 };
	char link[PATH_LEN];
	int code;

	if (path_join(link, sizeof link, scandir, name) < 0 ||
		pair_find(&p, servicedir) < 0) {
		warn_sys("unable to check %s", servicedir);
		return EX_SYSTEM;
	}
	for (int i = 0; i < p.n; i++)
		if (!has_run(p.v[i].dir)) {
			warn("%s has no run script", p.v[i].dir);
			return EX_SYSTEM;
		}
	code = prepare(&p, l);
	if (!code)
		code = carry_out(scandir, link, servicedir, &p, l);
	forget(&p);
	for (int i = 0; i < p.n; i++)
		if (p.v[i].made_down && (code || l->down == LINK_DOWN_ONCE) &&
			set_down(&p.v[i], 0) < 0) {
			warn_sys("unable to remove %s/down", p.v[i].dir);
			code = code ? code : EX_SYSTEM;
		}
	return code;
}

int
linking_remove(
	const char *scandir, const char *name, int kill, uint64_t timeout_ms)
{
	struct pair p = { .n = 0 };
	uint64_t deadline = clock_deadline(timeout_ms);
	char link[PATH_LEN];
	int code = 0;

	if (path_join(link, sizeof link, scandir, name) < 0 ||
		(kill && pair_find(&p, link) < 0)) {
		warn_sys("unable to check %s/%s", scandir, name);
		return EX_SYSTEM;
	}
	for (int i = 0; i < p.n; i++) {
		p.v[i].lock = p.v[i].end = -1;
		if (p.v[i].supervised)
			watch_end(&p.v[i]);
		if (p.v[i].supervised && listen_to(&p.v[i]) < 0)
			warn_sys("unable to subscribe to the events of %s "
				 "(not waiting for it)",
				p.v[i].dir);
	}
	/* The logger ends by itself when its input does. */
	for (int i = 0; i < p.n; i++)
		if (p.v[i].supervised &&
			control_send(AT_FDCWD, p.v[i].dir, i ? "xo" : "xd", 2) <
				0)
			warn_sys("unable to control %s", p.v[i].dir);
	if (unlink(link) < 0 && errno != ENOENT) {
		warn_sys("unable to remove %s", link);
		code = EX_SYSTEM;
	}
	if (linking_svscan(scandir, "an") < 0) {
		warn_sys("unable to control the svscan of %s", scandir);
		code = EX_SYSTEM;
	}
	if (!code &&
		(await(&p, 'x', deadline) < 0 ||
			await_ends(&p, deadline) < 0)) {
		code = errno == ETIMEDOUT ? EX_TIMEOUT : EX_SYSTEM;
		warn_sys("%s still runs", link);
	}
	forget(&p);
	return code;
}
