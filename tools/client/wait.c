/* wait.c - see wait.h.  Each byte of each listener is one event; the goal is
 * judged after every byte, so a short visit to a state is seen as well. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/path.h"
#include "supervise/control.h"
#include "supervise/status.h"
#include "tools/client/wait.h"

static void
set_status(struct watched *x, const struct status *st)
{
	x->up = status_is_up(st);
	x->ready = st->ready;
	x->was_down |= !x->up;
}

static int
begin_one(struct waiting *w, struct watched *x)
{
	char path[PATH_LEN];
	struct status st;
	int e;

	w->culprit = x->dir;
	w->verb = "subscribe to the events of";
	if (path_join(path, sizeof path, x->dir, EVENT_DIR) < 0)
		return -1;
	/* A supervise that starts later finds it and leaves it as it is. */
	if (event_make(AT_FDCWD, path, getegid(), 0) < 0)
		return -1;
	if (event_listen(&x->events, path) < 0)
		return -1;
	w->verb = "read the status of";
	if (status_read(&st, AT_FDCWD, x->dir) == 0) {
		set_status(x, &st);
		return 0;
	}
	/* A supervise that has only just begun has its lock, but no status
	 * yet; when it has, it tells s, which we will hear. */
	e = errno;
	if (e == ENOENT && control_alive(AT_FDCWD, x->dir) == 1) {
		x->was_down = 1;
		return 0;
	}
	errno = e;
	return -1;
}

int
wait_begin(struct waiting *w, char **dirs, unsigned n, char goal, int any)
{
	*w = (struct waiting){ .goal = goal, .any = any };
	w->culprit = n ? dirs[0] : "";
	w->verb = "remember";
	w->v = calloc(n ? n : 1, sizeof *w->v);
	if (!w->v)
		return -1;
	for (; w->n < n; w->n++) {
		struct watched *x = &w->v[w->n];

		x->dir = dirs[w->n];
		x->events.fd = x->events.keep = -1;
		if (begin_one(w, x) < 0) {
			int e = errno;

			w->n++;
			wait_end(w);
			errno = e;
			return -1;
		}
	}
	return 0;
}

/* Could a supervise be about to start on it? */
static int
has_run(const char *dir)
{
	char path[PATH_LEN];

	return (path_join(path, sizeof path, dir, "run") == 0 &&
		       file_exists(AT_FDCWD, path)) ||
		(path_join(path, sizeof path, dir, "def/run") == 0 &&
			file_exists(AT_FDCWD, path));
}

/* Until its supervise has begun.  0, or -1 and errno. */
static int
wait_for_supervise(const char *dir, uint64_t deadline)
{
	char path[PATH_LEN], buf[64];
	struct listener l = { -1, -1, 0 };
	int begun = 0;

	if (path_join(path, sizeof path, dir, EVENT_DIR) < 0 ||
		event_listen(&l, path) < 0)
		return -1;
	while (!(begun = control_alive(AT_FDCWD, dir) == 1) &&
		!clock_passed(deadline)) {
		struct pollfd p = { l.fd, POLLIN, 0 };

		if (poll(&p, 1, clock_left(deadline)) > 0 &&
			read(l.fd, buf, sizeof buf) < 0 && errno != EAGAIN)
			break;
	}
	event_unlisten(&l);
	errno = ENOENT;
	return begun ? 0 : -1;
}

int
wait_begin_patiently(struct waiting *w, char **dirs, unsigned n, char goal,
	int any, uint64_t deadline)
{
	int down = goal == 'd' || goal == 'D';

	while (wait_begin(w, dirs, n, goal, any) < 0)
		if (errno != ENOENT || down || !has_run(w->culprit) ||
			wait_for_supervise(w->culprit, deadline) < 0)
			return -1;
	return 0;
}

static int
reached(const struct waiting *w, const struct watched *x)
{
	switch (w->goal) {
	case 'u':
		return x->up;
	case 'U':
		return x->up && x->ready;
	case 'd':
		return !x->up;
	case 'D':
		return !x->up && x->ready;
	case 'r':
		return x->was_down && x->up;
	case 'R':
		return x->was_down && x->up && x->ready;
	}
	return 0;
}

/* Is the waiting over? */
static int
done(const struct waiting *w)
{
	int restart = w->goal == 'r' || w->goal == 'R';
	unsigned there = 0, failed = 0;

	for (unsigned i = 0; i < w->n; i++) {
		const struct watched *x = &w->v[i];

		/* To be restarted is to be down first, all of them. */
		if (restart && !x->was_down && !x->failed)
			return 0;
		failed += x->failed;
		there += !x->failed && reached(w, x);
	}
	if (w->any)
		return there || failed == w->n;
	return there + failed == w->n;
}

static void
event(struct waiting *w, struct watched *x, char c)
{
	int down = w->goal == 'd' || w->goal == 'D';
	struct status st;

	switch (c) {
	case 's': /* a supervise has started, and may have adopted */
		if (status_read(&st, AT_FDCWD, x->dir) == 0)
			set_status(x, &st);
		break;
	case 'u':
		x->up = 1;
		x->ready = 0;
		break;
	case 'U':
		x->up = 1;
		x->ready = 1;
		break;
	case 'd':
		x->up = 0;
		x->ready = 0;
		x->was_down = 1;
		break;
	case 'D':
		x->up = 0;
		x->ready = 1;
		x->was_down = 1;
		break;
	case 'O': /* it will not come up again; D follows */
		if (!down)
			x->failed = 1;
		break;
	case 'x': /* nobody will tell us any more */
		if (!down || !reached(w, x))
			x->failed = 1;
		break;
	}
}

/* Take what one listener has; 1 when the waiting is over. */
static int
take(struct waiting *w, struct watched *x)
{
	char buf[64];
	ssize_t r;

	while ((r = read(x->events.fd, buf, sizeof buf)) > 0 ||
		(r < 0 && errno == EINTR))
		for (ssize_t i = 0; i < r; i++) {
			event(w, x, buf[i]);
			if (done(w))
				return 1;
		}
	return 0;
}

int
wait_run(struct waiting *w, uint64_t ms)
{
	struct pollfd *p = calloc(w->n ? w->n : 1, sizeof *p);
	uint64_t deadline = clock_deadline(ms);
	int r = -1, over = done(w), failed = 0;

	if (!p)
		return -1;
	for (unsigned i = 0; i < w->n; i++)
		p[i] = (struct pollfd){ w->v[i].events.fd, POLLIN, 0 };
	while (!over) {
		r = poll(p, w->n, clock_left(deadline));
		if (r < 0 && errno != EINTR)
			break;
		if (r == 0 && clock_passed(deadline)) {
			errno = ETIMEDOUT;
			r = -1;
			break;
		}
		for (unsigned i = 0; r > 0 && !over && i < w->n; i++)
			if (p[i].revents)
				over = take(w, &w->v[i]);
	}
	free(p);
	if (!over)
		return -1;
	for (unsigned i = 0; i < w->n; i++)
		failed += w->v[i].failed;
	return failed;
}

void
wait_end(struct waiting *w)
{
	int e = errno;

	for (unsigned i = 0; i < w->n; i++)
		event_unlisten(&w->v[i].events);
	free(w->v);
	w->v = 0;
	w->n = 0;
	errno = e;
}
