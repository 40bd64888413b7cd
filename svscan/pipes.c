/* pipes.c - the pipes that svscan holds: those between a service and its
 * logger, and those of pipelines.  The first are fifos with a name, so that
 * the next svscan, should this one be killed, finds those that are in use. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/nofile.h"
#include "lib/path.h"
#include "supervise/svdir.h"
#include "svscan/act.h"
#include "svscan/pipes.h"
#include "svscan/scandir.h"

enum { NAME_ROOM = 1024 + 64 };

/* One that stays.  Its new number, or -1, with errno, and it is closed. */
int
pipes_lay_up(const struct svscan *v, int fd)
{
	int high, e;

	if (fd < 0 || fd >= v->low)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, v->low);
	e = errno == EINVAL ? EMFILE : errno;
	close(fd);
	errno = e;
	return high;
}

void
pipes_tell_full(
	struct svscan *v, const char *what, const char *name, const char *then)
{
	if (v->full && (errno == EMFILE || errno == ENFILE))
		return;
	if (errno == EMFILE) {
		v->full = 1;
		warn("unable to %s %s: more than %lu files would be open "
		     "(the hard limit: ulimit -Hn; %s)",
			what, name, (unsigned long)nofile_soft(), then);
		return;
	}
	v->full = errno == ENFILE;
	warn_sys("unable to %s %s (%s)", what, name, then);
}

static void
pipe_name(char *buf, size_t max, const struct service *s)
{
	snprintf(buf, max, SCANDIR_CONTROL_DIR "/pipe:%llx:%llx",
		(unsigned long long)s->dev, (unsigned long long)s->ino);
}

static int
open_named(const char *name, int p[2])
{
	if (mkfifo(name, 0600) < 0 && errno != EEXIST)
		return -1;
	p[0] = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (p[0] < 0)
		return -1;
	p[1] = open(name, O_WRONLY | O_CLOEXEC);
	if (p[1] < 0) {
		close(p[0]);
		return -1;
	}
	fcntl(p[0], F_SETFL, 0);
	return 0;
}

int
pipes_open(const struct svscan *v, struct service *s)
{
	char name[80];
	int p[2], e;

	pipe_name(name, sizeof name, s);
	if (open_named(name, p) < 0) {
		if (pipe(p) < 0)
			return -1;
		fcntl(p[0], F_SETFD, FD_CLOEXEC);
		fcntl(p[1], F_SETFD, FD_CLOEXEC);
	}
	fchmod(p[1], FILE_PIPE_MODE);
	s->pipe[0] = pipes_lay_up(v, p[0]);
	s->pipe[1] = s->pipe[0] < 0 ? -1 : pipes_lay_up(v, p[1]);
	if (s->pipe[1] >= 0)
		return 0;
	e = errno;
	close(s->pipe[0] < 0 ? p[1] : s->pipe[0]);
	s->pipe[0] = -1;
	errno = e;
	return -1;
}

static void
drop_fifo(struct service *s)
{
	if (s->fifo >= 0)
		close(s->fifo);
	s->fifo = -1;
}

/* Pipes of pipelines are held by the supervises of both ends.  What is in one
 * goes with its last descriptor, so we hold it too, for the case that they
 * and what they run are all killed at once. */
void
pipes_hold(struct svscan *v, struct service *s)
{
	char dir[NAME_ROOM + 8], name[PATH_LEN], path[PATH_LEN];
	struct stat st = { .st_ino = 0 };
	int fd, there;

	s->def = 0;
	if (path_join(dir, sizeof dir, s->name, "def") < 0)
		return;
	if (stat(dir, &st) < 0)
		dir[strlen(dir) - sizeof "/def" + 1] = 0;
	there = svdir_path(dir, "stdin-fifo", name, sizeof name);
	/* A shortage: what is held already still is. */
	if (there < 0)
		return;
	if (!there) {
		drop_fifo(s);
		s->def = st.st_ino;
		return;
	}
	if (*name == '/' ? path_join(path, sizeof path, name)
			 : path_join(path, sizeof path, s->name, name))
		return;
	/* What is wrong with it is said by supervise. */
	fd = svdir_hold(path);
	if (fd < 0)
		return;
	if (!file_is_fifo(fd)) {
		close(fd);
		return;
	}
	fd = pipes_lay_up(v, fd);
	if (fd < 0) {
		if (s->fifo < 0)
			pipes_tell_full(v, "hold the pipe of", s->name,
				"going on; "
				"what is in it is lost if all that have it "
				"are killed at once");
		return;
	}
	v->full = 0;
	drop_fifo(s);
	s->fifo = fd;
	s->def = st.st_ino;
}

/* One that runs may have got another definition, with a pipe or another one,
 * without a new supervise. */
void
pipes_hold_another(struct svscan *v, struct service *s)
{
	char def[NAME_ROOM + 8];
	struct stat st;

	if (path_join(def, sizeof def, s->name, "def") == 0 &&
		stat(def, &st) == 0 && st.st_ino != s->def)
		pipes_hold(v, s);
}

void
svscan_hold(struct svscan *v)
{
	for (unsigned i = 0; i < v->table.high; i++)
		if (v->table.slots[i].used && v->table.slots[i].there)
			pipes_hold(v, &v->table.slots[i]);
}

/* For good: what reads it sees the end. */
void
pipes_close(struct service *s)
{
	char name[80];

	drop_fifo(s);
	if (s->pipe[0] < 0)
		return;
	pipe_name(name, sizeof name, s);
	unlink(name);
	for (int i = 0; i < 2; i++) {
		if (s->pipe[i] >= 0)
			close(s->pipe[i]);
		s->pipe[i] = -1;
	}
}
