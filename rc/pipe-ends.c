/* pipe-ends.c - see pipe-ends.h. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "lib/path.h"
#include "rc/pipe-ends.h"
#include "rc/run.h"
#include "supervise/control.h"
#include "supervise/status.h"

enum { READ_MS = 3000, MEET_MS = 2000, LOOK_MS = 5 };

int
pipe_reads(const struct db *db, uint32_t i)
{
	const struct db_service *s = db->services + i;

	if (i >= db->nlong)
		return 0;
	if (s->producers.n)
		return 1;
	for (uint32_t k = 0; k < s->nfiles; k++)
		if (!strcmp(s->files[k].path, "stdin-fifo"))
			return 1;
	return 0;
}

/* Only one that nobody reads refuses a writer; supervise opens its pipes both
 * ways.  Any other error says nothing. */
int
pipe_held(int at, const char *name)
{
	int fd = openat(at, name, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return errno != ENXIO && errno != ENOENT;
	close(fd);
	return 1;
}

static int
place(const struct live *l, uint32_t i, char *dir, char *fifo)
{
	const char *name = l->db.services[i].name;

	if (live_servicedir(dir, PATH_LEN, l, name) < 0)
		return -1;
	return path_join(fifo, PATH_LEN, l->path, "fifo", name);
}

static pid_t
runs(const char *dir)
{
	struct status st;

	return status_read(&st, AT_FDCWD, dir) == 0 && !st.finishing
		? (pid_t)st.pid
		: 0;
}

void
pipe_meet(const struct live *l, uint32_t i)
{
	uint32_t reader = db_logger(&l->db, l->db.services + i);
	uint64_t end = clock_now() + MEET_MS;
	char dir[PATH_LEN], fifo[PATH_LEN];
	pid_t was;

	if (reader == DB_NONE || place(l, reader, dir, fifo) < 0)
		return;
	was = runs(dir);
	if (!was || os_input_is(was, fifo) != 0)
		return;
	warn("service %s does not read from %s, which was removed or replaced "
	     "(restarting it)",
		l->db.services[reader].name, fifo);
	if (control_send(AT_FDCWD, dir, "r", 1) < 0)
		return;
	while (clock_now() < end) {
		pid_t now = runs(dir);

		if (now && now != was && os_input_is(now, fifo) == 1)
			return;
		poll(0, 0, LOOK_MS);
	}
}

void
pipe_drain(const struct live *l, uint32_t i)
{
	uint64_t end = clock_now() + READ_MS;
	char dir[PATH_LEN], fifo[PATH_LEN];
	int left;

	if (!pipe_reads(&l->db, i) || place(l, i, dir, fifo) < 0 || runs(dir) ||
		control_fifo_unread(AT_FDCWD, fifo) <= 0)
		return;
	/* Told to stop it reads what is there; so it has to run first. */
	run_hasten(l, i);
	while ((left = control_fifo_unread(AT_FDCWD, fifo)) > 0 && runs(dir) &&
		clock_now() < end)
		poll(0, 0, LOOK_MS);
	if (left > 0)
		warn("service %s does not read what is in its pipe: %d bytes "
		     "are left there, and lost if it does not come back",
			l->db.services[i].name, left);
}
