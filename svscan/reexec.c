/* reexec.c - see reexec.h.  What we know goes through a file in the control
 * directory that is unlinked at once and whose descriptor the new program
 * inherits, like all others that it needs. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/nofile.h"
#include "lib/os.h"
#include "lib/path.h"
#include "lib/spawn.h"
#include "lib/trap.h"
#include "supervise/control.h"
#include "svscan/output.h"
#include "svscan/reexec.h"
#include "svscan/scandir.h"

#define STATE_FILE SCANDIR_CONTROL_DIR "/reexec"
#define SEC UINT64_C(1000000000)

/* Version 2 did not say what is owed. */
enum {
	MAGIC = 0x52565343,
	VERSION = 3,
	HEAD_2 = 56,
	HEAD = HEAD_2 + 4,
	RECORD = 60,
	CHECK_S = 5,
	NAME_ROOM = 1024 + 8,
	LISTENS_MS = 10000,
	DEAF_MS = 20
};

/* --- packing */

static int
write_state(const struct svscan *v, int fd)
{
	unsigned char buf[HEAD + RECORD + NAME_ROOM];
	const struct table *t = &v->table;
	struct wr w = wr_init(buf, sizeof buf);

	wr_u32(&w, MAGIC);
	wr_u32(&w, VERSION);
	wr_u32(&w, (uint32_t)v->control);
	wr_u32(&w, (uint32_t)v->lock);
	wr_u32(&w, (uint32_t)v->console);
	wr_u32(&w, (uint32_t)v->reaped);
	wr_u32(&w, v->reaped_next);
	wr_u32(&w, v->name_max);
	wr_u32(&w, t->max);
	wr_u32(&w, t->count);
	wr_u64(&w, v->rescan_every);
	wr_u64(&w, v->scan_at);
	wr_u32(&w, v->nuke | (unsigned)v->partial << 2);
	if (!wr_done(&w) || file_write_all(fd, buf, w.len) < 0)
		return -1;
	for (unsigned i = 0; i < t->high; i++) {
		const struct service *s = &t->slots[i];

		if (!s->used)
			continue;
		w = wr_init(buf, sizeof buf);
		wr_u64(&w, s->dev);
		wr_u64(&w, s->ino);
		wr_u64(&w, s->next);
		wr_u64(&w, s->started);
		wr_u32(&w, (uint32_t)s->pid);
		wr_u32(&w, (uint32_t)s->pidfd);
		wr_u32(&w, (uint32_t)s->pipe[0]);
		wr_u32(&w, (uint32_t)s->pipe[1]);
		/* The producer's number in this list is found by inode. */
		wr_u8(&w,
			(unsigned)s->there | s->logger << 1 |
				(s->peer >= 0 ? 4u : 0u) | s->foreign << 3);
		wr_u64(&w, s->peer >= 0 ? t->slots[s->peer].ino : 0);
		wr_str(&w, s->name);
		if (!wr_done(&w) || file_write_all(fd, buf, w.len) < 0)
			return -1;
	}
	return 0;
}

/* A descriptor of a file without a name that holds our state; or -1, with a
 * message. */
static int
state_file(const struct svscan *v)
{
	int fd;

	unlink(STATE_FILE);
	fd = open(STATE_FILE, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write_state(v, fd) < 0 || lseek(fd, 0, SEEK_SET) < 0) {
		warn_sys("unable to write down the state (staying the old "
			 "program)");
		unlink(STATE_FILE);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	unlink(STATE_FILE);
	return fd;
}

/* Options by which a new program finds that state, and has room for it. */
struct options {
	char resume[32], max[16], name_max[16];
};

static void
make_options(struct options *o, const struct svscan *v, int fd)
{
	snprintf(o->resume, sizeof o->resume, "--resume=%d", fd);
	snprintf(o->max, sizeof o->max, "-C%u", v->table.max);
	snprintf(o->name_max, sizeof o->name_max, "-L%u", v->name_max);
}

/* --- the check */

void
reexec_begin(struct svscan *v)
{
	struct options o;
	char path[PATH_LEN], word[] = "--self-check";
	char *argv[6] = { path, word, o.resume, o.max, o.name_max, 0 };
	struct spawn_fd fd;
	struct spawn sp = { .file = path,
		.argv = argv,
		.fds = &fd,
		.nfds = 1,
		.handled = svscan_signals,
		.before = svscan_files_back,
		.before_arg = v };

	if (v->checker || v->stopping)
		return;
	fd.from = fd.to = state_file(v);
	if (fd.from < 0)
		return;
	make_options(&o, v, fd.from);
	if (chain_sister(path, sizeof path, "reeve-svscan") < 0 ||
		(v->checker = spawn(&sp)) < 0) {
		warn_sys("unable to start the new program's self-check "
			 "(keeping the old program)");
		v->checker = 0;
		close(fd.from);
		return;
	}
	close(fd.from);
	v->check_until = os_now() + CHECK_S * SEC;
}

void
reexec_late(struct svscan *v)
{
	if (v->checker)
		kill(v->checker, SIGKILL);
	v->check_until = 0;
}

/* --- the change */

/* Descriptors that the new program shall have. */
static void
keep_on_exec(const struct svscan *v, int state, int keep)
{
	const int fds[] = { v->control, v->lock, v->console, v->reaped, state };
	int flag = keep ? 0 : FD_CLOEXEC;

	for (unsigned i = 0; i < sizeof fds / sizeof *fds; i++)
		if (fds[i] >= 0)
			fcntl(fds[i], F_SETFD, flag);
	for (unsigned i = 0; i < v->table.high; i++) {
		const struct service *s = &v->table.slots[i];

		if (!s->used)
			continue;
		if (s->pidfd >= 0)
			fcntl(s->pidfd, F_SETFD, flag);
		for (int j = 0; j < 2; j++)
			if (s->pipe[j] >= 0)
				fcntl(s->pipe[j], F_SETFD, flag);
	}
}

static void
tell_supervises(const struct svscan *v)
{
	for (unsigned i = 0; i < v->table.high; i++) {
		const struct service *s = &v->table.slots[i];

		/* s6's supervise does not know the letter, and ignores it. */
		if (s->used && s->pid &&
			control_send(AT_FDCWD, s->name, "R", 1) < 0)
			warn_sys("%s: unable to tell its supervise to become "
				 "the new program",
				s->name);
	}
}

static void
become(struct svscan *v)
{
	struct options o;
	char path[PATH_LEN], dir[] = "(scandir)";
	char *argv[6] = { 0, o.resume, o.max, o.name_max, dir, 0 };
	int fd;

	memcpy(&argv[0], &prog_name, sizeof prog_name);
	if (v->scandir)
		memcpy(&argv[4], &v->scandir, sizeof v->scandir);
	if (chain_sister(path, sizeof path, "reeve-svscan") < 0) {
		warn_sys("unable to find the new program (staying the old "
			 "one)");
		return;
	}
	fd = state_file(v);
	if (fd < 0)
		return;
	make_options(&o, v, fd);
	tell_supervises(v);
	keep_on_exec(v, fd, 1);
	nofile_set(v->files);
	output_together();
	execv(path, argv);
	output_apart(v->low);
	warn_sys("unable to execute %s (keeping the old program)", path);
	nofile_raise();
	keep_on_exec(v, fd, 0);
	close(fd);
}

int
reexec_checked(struct svscan *v, pid_t pid, int wstat)
{
	if (!v->checker || pid != v->checker)
		return 0;
	v->checker = 0;
	v->check_until = 0;
	if (WIFEXITED(wstat) && !WEXITSTATUS(wstat))
		v->become = 1;
	else
		warn("the new program does not pass its self-check (%s %d; "
		     "keeping the old program)",
			WIFEXITED(wstat) ? "exit code" : "signal",
			WIFEXITED(wstat) ? WEXITSTATUS(wstat)
					 : WTERMSIG(wstat));
	return 1;
}

/* One that was started a moment ago, as the old program, does not listen yet,
 * and nobody would tell it later. */
static int
some_are_deaf(const struct svscan *v)
{
	uint64_t now = os_now();

	for (unsigned i = 0; i < v->table.high; i++) {
		const struct service *s = &v->table.slots[i];

		if (s->used && s->pid && s->started + LISTENS_MS * MS > now &&
			control_send(AT_FDCWD, s->name, "", 0) < 0)
			return 1;
	}
	return 0;
}

void
reexec_become(struct svscan *v)
{
	if (!v->stopping && some_are_deaf(v)) {
		v->look_at = trap_earlier(v->look_at, os_now() + DEAF_MS * MS);
		return;
	}
	v->become = 0;
	if (!v->stopping)
		become(v);
}

/* --- unpacking */

static ssize_t
read_at_most(int fd, unsigned char *buf, size_t max, off_t at)
{
	ssize_t r;

	do
		r = pread(fd, buf, max, at);
	while (r < 0 && errno == EINTR);
	return r;
}

static int
read_record(struct svscan *v, struct rd *r, uint64_t *peer)
{
	uint64_t dev = rd_u64(r), ino = rd_u64(r), next = rd_u64(r),
		 started = rd_u64(r);
	pid_t pid = (pid_t)rd_u32(r);
	int pidfd = (int)rd_u32(r), p0 = (int)rd_u32(r), p1 = (int)rd_u32(r);
	unsigned flags = rd_u8(r);
	const unsigned char *name;
	char copy[NAME_ROOM];
	uint32_t len;
	int slot;

	*peer = rd_u64(r);
	len = rd_u32(r);
	name = rd_mem(r, len);
	if (r->bad || !len || len >= sizeof copy)
		return -1;
	memcpy(copy, name, len);
	copy[len] = 0;
	slot = table_add(&v->table, dev, ino, copy);
	if (slot < 0)
		return -1;
	v->table.slots[slot].next = next;
	v->table.slots[slot].started = started;
	v->table.slots[slot].pidfd = pidfd;
	v->table.slots[slot].pipe[0] = p0;
	v->table.slots[slot].pipe[1] = p1;
	v->table.slots[slot].there = flags & 1;
	v->table.slots[slot].logger = flags >> 1 & 1;
	if (!(flags & 4))
		*peer = 0;
	table_set_pid(&v->table, slot, pid);
	v->table.slots[slot].foreign = flags >> 3 & 1;
	v->foreign += v->table.slots[slot].foreign;
	return slot;
}

/* Is l NAME/log of NAME, which is p? */
static int
is_log_of(const char *l, const char *p)
{
	size_t n = strlen(p);

	return !strncmp(l, p, n) && !strcmp(l + n, "/log");
}

/* The other one of a pair, if it was read before.  An inode alone may be
 * another's, on another file system; so names decide among several. */
static int
find_peer(const struct table *t, int slot, uint64_t ino)
{
	const char *name = t->slots[slot].name;
	int found = -1;

	for (unsigned i = 0; i < t->high; i++) {
		const struct service *s = &t->slots[i];

		if (!s->used || (int)i == slot || s->ino != ino)
			continue;
		if (is_log_of(s->name, name) || is_log_of(name, s->name))
			return (int)i;
		found = (int)i;
	}
	return found;
}

int
reexec_read(struct svscan *v, int fd)
{
	unsigned char buf[HEAD + RECORD + NAME_ROOM];
	ssize_t n = read_at_most(fd, buf, HEAD, 0);
	struct rd r = rd_init(buf, n < 0 ? 0 : (size_t)n);
	unsigned max, count, version, owed = 0;
	off_t at = HEAD;

	if (rd_u32(&r) != MAGIC)
		return -1;
	version = rd_u32(&r);
	if (version != VERSION && version != 2)
		return -1;
	v->control = (int)rd_u32(&r);
	v->lock = (int)rd_u32(&r);
	v->console = (int)rd_u32(&r);
	v->reaped = (int)rd_u32(&r);
	v->reaped_next = rd_u32(&r);
	v->name_max = rd_u32(&r);
	max = rd_u32(&r);
	count = rd_u32(&r);
	v->rescan_every = rd_u64(&r);
	v->scan_at = rd_u64(&r);
	if (version == 2)
		at = HEAD_2;
	else
		owed = rd_u32(&r);
	if (r.bad || max != v->table.max || count > max || owed > 7 ||
		(owed & 3) > 2)
		return -1;
	v->nuke = owed & 3;
	v->partial = owed >> 2;
	while (count--) {
		uint64_t peer;
		int slot, other;

		n = read_at_most(fd, buf, sizeof buf, at);
		r = rd_init(buf, n < 0 ? 0 : (size_t)n);
		slot = read_record(v, &r, &peer);
		if (slot < 0)
			return -1;
		at += (off_t)r.pos;
		other = peer ? find_peer(&v->table, slot, peer) : -1;
		if (other >= 0) {
			v->table.slots[other].peer = slot;
			v->table.slots[slot].peer = other;
		}
	}
	return 0;
}

int
reexec_resume(struct svscan *v, int fd)
{
	if (reexec_read(v, fd) < 0)
		return -1;
	keep_on_exec(v, fd, 0);
	close(fd);
	svscan_hold(v);
	/* Whatever was due when the old program stopped to look. */
	v->start_at = os_now();
	if (v->foreign)
		v->look_at = v->start_at;
	return 0;
}
