/* actual.c - services outside a change: what supervise says of them against
 * what the state says, and those that are to reload or to start at once. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "rc/job.h"
#include "supervise/control.h"
#include "supervise/event.h"
#include "supervise/status.h"

enum {
	RELOAD_MS = 5000,
	RELOAD_LOOK_MS = 2,
	HASTEN_MS = 2000 /* until it is started that waited for it */
};

/* A script that removes what is in its directory takes the links along: they
 * are made again.  What goes wrong with that is told by the start.  Not the
 * directory itself: a supervise that nobody can reach may still be in the one
 * that was removed, with a running service. */
void
run_complete(const struct live *l, uint32_t i, const char *dir)
{
	char run[PATH_LEN];

	if (path_join(run, sizeof run, dir, "run") == 0 &&
		!file_exists(AT_FDCWD, run) && file_exists(AT_FDCWD, dir))
		live_servicedir_make(l->fd, &l->db, i);
}

/* What is written to supervise is lost if that is killed before it reads it,
 * and svscan starts the next one: then it is written again.  0 or -1. */
static int
tell_to_reload(const char *name, const char *dir)
{
	uint64_t end = clock_deadline(RELOAD_MS);
	pid_t told = 0, now;
	int sent = 0;

	for (;;) {
		now = control_pid(AT_FDCWD, dir);
		if (!sent || now != told) {
			told = now;
			sent = control_send(AT_FDCWD, dir, "l", 1) == 0;
		}
		if (sent && control_unread(AT_FDCWD, dir) <= 0 &&
			control_pid(AT_FDCWD, dir) == told)
			return 0;
		if (clock_passed(end))
			break;
		poll(0, 0, RELOAD_LOOK_MS);
	}
	if (sent)
		warn("service %s: its supervise has not picked up the reload "
		     "command",
			name);
	return sent ? 0 : -1;
}

int
run_reload(struct run *r, uint32_t i)
{
	const struct db_service *s = r->live->db.services + i;
	char dir[PATH_LEN];
	int ok;

	if (i < r->live->db.nlong) {
		if (live_servicedir(dir, sizeof dir, r->live, s->name) == 0 &&
			tell_to_reload(s->name, dir) == 0)
			return RUN_OK;
		warn_sys("unable to reload service %s", s->name);
		return RUN_FAILED;
	}
	if (!s->reload.argc)
		return RUN_OK;
	ok = oneshot_reload(r, i);
	if (ok < 0)
		warn_sys("unable to reload service %s", s->name);
	else if (!ok)
		warn("unable to reload service %s: its script failed", s->name);
	return ok > 0 ? RUN_OK : RUN_FAILED;
}

static int
actual(const struct live *l, uint32_t i, int *waits)
{
	char dir[PATH_LEN];
	struct status st;

	*waits = 0;
	if (live_servicedir(dir, sizeof dir, l, l->db.services[i].name) < 0 ||
		status_read(&st, AT_FDCWD, dir) < 0)
		return -1;
	if ((!st.pid && !st.wanted_up) || control_lost(AT_FDCWD, dir, st.pid))
		return 0;
	*waits = !st.pid;
	return status_is_up(&st) ? 1 : -1;
}

int
run_actual(const struct live *l, uint32_t i)
{
	int waits;

	return actual(l, i, &waits);
}

void
run_truth(struct live *l, unsigned char *waiting)
{
	for (uint32_t i = 0; i < l->db.nlong; i++) {
		int waits = 0;

		if ((l->state.rec[i].flags & STATE_UP) &&
			actual(l, i, &waits) == 0)
			l->state.rec[i].flags &= ~(unsigned)STATE_UP;
		if (waiting)
			waiting[i] = (unsigned char)waits;
	}
}

void
run_hasten(const struct live *l, uint32_t i)
{
	char dir[PATH_LEN], event[PATH_LEN], said[32] = "";
	uint64_t end = clock_now() + HASTEN_MS, now;
	struct listener ear;
	struct pollfd p = { .events = POLLIN };

	if (live_servicedir(dir, sizeof dir, l, l->db.services[i].name) < 0)
		return;
	run_complete(l, i, dir);
	if (path_join(event, sizeof event, dir, EVENT_DIR) < 0 ||
		event_listen(&ear, event) < 0)
		return;
	p.fd = ear.fd;
	/* It says whether it started, or could not be. */
	if (control_send(AT_FDCWD, dir, "u", 1) == 0)
		while (!strpbrk(said, "uf") && (now = clock_now()) < end) {
			ssize_t r;

			if (poll(&p, 1, (int)(end - now)) <= 0)
				continue;
			r = read(ear.fd, said, sizeof said - 1);
			said[r > 0 ? r : 0] = 0;
		}
	event_unlisten(&ear);
}

/* A longrun may have been told already; telling it to be up is no harm. */
void
run_keep_untaken(struct live *l)
{
	const struct db *db = &l->db;

	for (uint32_t i = db->nlong; i < db->nlong + db->nshort; i++) {
		const struct state_rec *r = l->state.rec + i;

		if (verdict_untaken(r) &&
			state_put(&l->state, i,
				r->flags &
					~(unsigned)(STATE_OWED | STATE_FAILED),
				REASON_NONE, 0) < 0)
			warn_sys("unable to write the state of %s (it is "
				 "started again)",
				db->services[i].name);
	}
}
