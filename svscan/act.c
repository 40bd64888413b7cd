/* act.c - see act.h.  Nothing here exits or allocates: what fails is said
 * and tried again. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/nofile.h"
#include "lib/os.h"
#include "lib/path.h"
#include "lib/spawn.h"
#include "supervise/control.h"
#include "supervise/detail.h"
#include "supervise/reaped.h"
#include "svscan/act.h"
#include "svscan/choose.h"
#include "svscan/output.h"
#include "svscan/pipes.h"
#include "svscan/reexec.h"
#include "svscan/scandir.h"

#define SEC (1000 * MS)

enum {
	RESTART_MS = 1000, /* between two starts of one supervise */
	SCAN_AGAIN_MS = 1000,
	LOOK_MS = 500, /* at supervises without a descriptor */
	TOO_MANY_MS = 60000,
	NAME_ROOM = 1024 + 64,
	LOW = 64 /* most descriptors that pass */
};

const int svscan_signals[] = { SIGCHLD, SIGALRM, SIGABRT, SIGHUP, SIGINT,
	SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH,
#ifdef SIGPWR
	SIGPWR,
#endif
	0 };

static void
sooner(uint64_t *at, uint64_t t)
{
	if (!*at || t < *at)
		*at = t;
}

/* --- descriptors */

void
svscan_files(struct svscan *v)
{
	rlim_t now;

	v->files = nofile_raise();
	now = nofile_soft();
	v->low = now < 2 * LOW ? (int)(now / 2) : LOW;
}

void
svscan_files_back(void *svscan)
{
	const struct svscan *v = svscan;

	nofile_set(v->files);
}

/* --- starting */

/* Does the supervise of a service still hold its lock?  When that cannot be
 * known, say so, as it did before. */
static int
holds_lock(const struct service *s)
{
	char path[NAME_ROOM];
	pid_t pid;

	if (path_join(path, sizeof path, s->name, LOCK_FILE) < 0)
		return 1;
	pid = file_locked_by(AT_FDCWD, path);
	return pid < 0 || pid == s->pid;
}

/* Is a supervise running that we did not start?  Then watch it.  1 if so. */
static int
take_foreign(struct svscan *v, int slot)
{
	struct service *s = &v->table.slots[slot];
	char path[NAME_ROOM];
	pid_t pid;
	int fd;

	if (path_join(path, sizeof path, s->name, LOCK_FILE) < 0)
		return 0;
	pid = file_locked_by(AT_FDCWD, path);
	if (pid <= 1 || table_find_pid(&v->table, pid) >= 0)
		return 0;
	fd = pipes_lay_up(v, os_pidfd(pid));
	/* Only now can the pid not become another's. */
	if (file_locked_by(AT_FDCWD, path) != pid) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	if (fd < 0)
		sooner(&v->look_at, os_now() + LOOK_MS * MS);
	table_set_pid(&v->table, slot, pid);
	s->foreign = 1;
	s->pidfd = fd;
	s->started = os_now();
	v->foreign++;
	warn("%s: its supervise (pid %ld) is not our child; taking it over",
		s->name, (long)pid);
	return 1;
}

static pid_t
spawn_supervise(struct svscan *v, const struct service *s)
{
	char dash[] = "--", *argv[4] = { 0, s->name, 0 };
	struct spawn_fd fds[3];
	struct spawn sp = { .file = v->supervise,
		.argv = argv,
		.fds = fds,
		.handled = svscan_signals,
		.before = svscan_files_back,
		.before_arg = v };
	sigset_t held;

	/* A supervise that is told to end before it has its handlers must
	 * not just die, and leave its service behind. */
	sigemptyset(&held);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGQUIT);
	sp.mask = &held;
	memcpy(&argv[0], &v->supervise_name, sizeof v->supervise_name);
	/* Only then, as people look for "reeve-supervise NAME". */
	if (*s->name == '-') {
		argv[2] = argv[1];
		argv[1] = dash;
	}
	if (s->peer >= 0 || s->pipe[0] >= 0) {
		const struct service *owner = s->logger && s->peer >= 0
			? &v->table.slots[s->peer]
			: s;
		int end = s->logger ? 0 : 1;

		if (owner->pipe[end] >= 0)
			fds[sp.nfds++] =
				(struct spawn_fd){ end, owner->pipe[end] };
	}
	/* Neither: while its own supervise can write to its fifo, the logger
	 * never sees the end of its input. */
	if (v->console >= 0 && !strcmp(s->name, SCANDIR_CATCHALL)) {
		if (!sp.nfds)
			fds[sp.nfds++] = (struct spawn_fd){ 1, v->console };
		fds[sp.nfds++] = (struct spawn_fd){ 2, v->console };
	}
	return spawn(&sp);
}

/* Who removes an entry ends its supervise, and only then asks for a scan: there
 * is nothing to start again. */
static int
is_removed(struct svscan *v, struct service *s)
{
	struct stat st;

	if (!s->started || stat(s->name, &st) == 0 || errno != ENOENT)
		return 0;
	s->next = os_now() + RESTART_MS * MS;
	sooner(&v->scan_at, os_now());
	return 1;
}

static void
start_one(struct svscan *v, int slot)
{
	struct service *s = &v->table.slots[slot];
	uint64_t ms;
	pid_t pid;

	if (is_removed(v, s))
		return;
	pipes_hold(v, s);
	if (v->inherited && take_foreign(v, slot))
		return;
	pid = spawn_supervise(v, s);
	if (pid >= 0) {
		table_set_pid(&v->table, slot, pid);
		s->started = os_now();
		v->shortages = 0;
		return;
	}
	ms = choose_pause(v->shortages++);
	v->start_at = os_now() + ms * MS;
	warn_sys("%s: unable to start %s (trying again in %u.%u s)", s->name,
		v->supervise, (unsigned)(ms / 1000), (unsigned)(ms / 100 % 10));
}

void
svscan_start(struct svscan *v)
{
	struct table *t = &v->table;
	unsigned before = v->shortages;
	uint64_t now = os_now(), next = 0;

	if (v->start_at > now)
		return;
	v->start_at = 0;
	for (unsigned i = 0; i < t->high && !v->stopping; i++) {
		struct service *s = &t->slots[i];
		enum choice c = choose_start(s,
			s->used && s->peer >= 0 ? &t->slots[s->peer] : 0, now);

		if (c == CHOOSE_LATER)
			sooner(&next, s->next);
		if (c != CHOOSE_START)
			continue;
		start_one(v, (int)i);
		/* What is short for one is short for all: not one message
		 * and one try for each. */
		if (v->shortages > before)
			return;
		before = v->shortages;
	}
	v->start_at = next;
}

/* --- scanning */

/* An entry that cannot be looked at says nothing about those that can. */
static void
bad_entry(struct svscan *v, const char *name)
{
	struct table *t = &v->table;

	for (unsigned i = 0; i < t->high; i++)
		if (t->slots[i].used && !strcmp(t->slots[i].name, name)) {
			/* It is there, whatever it is now. */
			t->slots[i].seen = 1;
			if (t->slots[i].peer >= 0)
				t->slots[t->slots[i].peer].seen = 1;
		}
	if (file_shortage(errno)) {
		v->partial = 1;
		warn_sys("unable to look at %s (trying again in 1 s)", name);
		sooner(&v->scan_at, os_now() + SCAN_AGAIN_MS * MS);
	} else if (!v->quiet) {
		warn_sys("unable to look at %s (going on without it)", name);
	}
}

/* The slot for a directory, known or new.  -1: no room. */
static int
note(struct svscan *v, const char *name, const struct stat *st)
{
	struct table *t = &v->table;
	uint64_t dev = (uint64_t)st->st_dev, ino = (uint64_t)st->st_ino;
	int slot = table_find(t, dev, ino);

	if (slot < 0) {
		slot = table_add(t, dev, ino, name);
		if (slot < 0) {
			if (!v->told)
				warn("unable to supervise %s: there are %u "
				     "services already (see option -C; "
				     "trying again in 60 s)",
					name, t->max);
			v->told = 1;
			sooner(&v->scan_at, os_now() + TOO_MANY_MS * MS);
			return -1;
		}
		v->added = 1;
	} else if (strcmp(t->slots[slot].name, name)) {
		table_rename(t, slot, name);
	}
	t->slots[slot].seen = 1;
	return slot;
}

static void
pair(struct svscan *v, int producer, int logger)
{
	struct service *p = &v->table.slots[producer],
		       *l = &v->table.slots[logger];

	if (p->peer >= 0 && p->peer != logger)
		v->table.slots[p->peer].peer = -1;
	if (l->peer >= 0 && l->peer != producer)
		v->table.slots[l->peer].peer = -1;
	p->peer = logger;
	l->peer = producer;
	l->logger = 1;
	if (p->pipe[0] < 0 && pipes_open(v, p) < 0) {
		pipes_tell_full(v, "make the pipe to the logger of", p->name,
			"trying again in 1 s");
		sooner(&v->scan_at, os_now() + SCAN_AGAIN_MS * MS);
	}
}

static int
entry(void *arg, const char *name)
{
	struct svscan *v = arg;
	char log[NAME_ROOM];
	struct stat st;
	int slot, logger;

	if (name[0] == '.')
		return 0;
	if (strlen(name) > v->name_max) {
		if (!v->quiet)
			warn("%s: this name is longer than %u bytes (see "
			     "option -L; going on without it)",
				name, v->name_max);
		return 0;
	}
	if (stat(name, &st) < 0) {
		bad_entry(v, name);
		return 0;
	}
	if (!S_ISDIR(st.st_mode))
		return 0;
	slot = note(v, name, &st);
	if (slot < 0)
		return 0;
	snprintf(log, sizeof log, "%s/log", name);
	if (stat(log, &st) < 0) {
		if (errno != ENOENT)
			bad_entry(v, log);
		return 0;
	}
	if (!S_ISDIR(st.st_mode))
		return 0;
	logger = note(v, log, &st);
	if (logger >= 0 && logger != slot)
		pair(v, slot, logger);
	return 0;
}

/* Nothing runs for it and there is no entry: forget it. */
static void
forget(struct svscan *v, int slot)
{
	pipes_close(&v->table.slots[slot]);
	table_remove(&v->table, slot);
}

void
svscan_scan(struct svscan *v)
{
	struct table *t = &v->table;
	struct stat st;
	int fd, r;

	v->scan_at = 0;
	v->partial = v->added = 0;
	if (v->stopping)
		return;
	if (v->rescan_every)
		sooner(&v->scan_at, os_now() + v->rescan_every);
	for (unsigned i = 0; i < t->high; i++)
		t->slots[i].seen = 0;
	fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0 && !st.st_nlink) {
		if (!v->quiet)
			warn("the scan directory %s was removed (going on "
			     "with what runs)",
				v->scandir ? v->scandir : "");
		v->quiet = 1;
		close(fd);
		return;
	}
	r = fd < 0 ? -1 : os_each_name(fd, entry, v);
	if (fd >= 0)
		close(fd);
	if (r < 0) {
		warn_sys("unable to read the scan directory (trying again in "
			 "1 s)");
		sooner(&v->scan_at, os_now() + SCAN_AGAIN_MS * MS);
		v->partial = 1;
		return;
	}
	for (unsigned i = 0; i < t->high; i++) {
		struct service *s = &t->slots[i];
		enum choice c = choose_after_scan(s, v->added);

		s->there = s->seen;
		if (c == CHOOSE_HOLD)
			pipes_hold_another(v, s);
		else if (c == CHOOSE_FORGET)
			forget(v, (int)i);
	}
	v->quiet = 1;
	if (!v->shortages)
		v->start_at = 0;
	svscan_start(v);
	/* From here on locks tell nothing that we do not know. */
	v->inherited = 0;
	if (v->nuke && !v->partial)
		svscan_nuke(v, v->nuke == 2);
}

/* --- ending */

static void
signal_one(const struct svscan *v, int slot, int all)
{
	const struct service *s = &v->table.slots[slot];
	int sig = !all &&
			(s->logger || strchr(s->name, '/') ||
				!strcmp(s->name, SCANDIR_CATCHALL))
		? SIGHUP
		: SIGTERM;

	if (s->foreign && s->pidfd < 0) {
		/* So that it is not another process by now. */
		if (holds_lock(s))
			kill(s->pid, sig);
	} else if (s->pidfd < 0 || os_pidfd_kill(s->pidfd, sig) < 0) {
		kill(s->pid, sig);
	}
}

void
svscan_nuke(struct svscan *v, int all)
{
	struct table *t = &v->table;

	/* What is gone is known when the scan succeeds that was asked for
	 * with it. */
	v->nuke = choose_nuke(v->nuke, all, v->partial);
	for (unsigned i = 0; i < t->high; i++) {
		struct service *s = &t->slots[i];

		if (!s->used || s->there)
			continue;
		if (s->pid)
			signal_one(v, (int)i, all);
		/* So that the logger sees the end. */
		pipes_close(s);
	}
}

/* While everything is ended, a service whose supervise was killed gets a new
 * one, which takes it over and ends it. */
static void
rescue(struct svscan *v, int slot)
{
	const struct service *s = &v->table.slots[slot];
	struct detail d;

	if (s->pid || detail_read(&d, AT_FDCWD, s->name) < 0 ||
		!detail_alive(&d))
		return;
	start_one(v, slot);
	if (s->pid)
		signal_one(v, slot, v->stop_all);
	else
		warn("%s: it is left running (pid %ld)", s->name, (long)d.pid);
}

void
svscan_stop(struct svscan *v, int all)
{
	struct table *t = &v->table;

	v->stopping = 1;
	v->stop_all = all ? 1 : 0;
	scandir_ends(v->lock, getpid());
	v->start_at = v->scan_at = 0;
	/* What we write goes to the catch-all logger, which ends when nobody
	 * can write any more; so from here on to the console. */
	if (v->console >= 0) {
		dup2(v->console, 1);
		dup2(v->console, 2);
		output_replaced();
	}
	for (unsigned i = 0; i < t->high; i++) {
		struct service *s = &t->slots[i];

		if (!s->used)
			continue;
		if (s->pid)
			signal_one(v, (int)i, all);
		else if (s->started)
			rescue(v, (int)i);
	}
	for (unsigned i = 0; i < t->high; i++)
		if (t->slots[i].used)
			pipes_close(&t->slots[i]);
}

int
svscan_busy(const struct svscan *v)
{
	return v->table.running > 0;
}

/* --- reaping */

/* The supervise of a slot is dead.  clean: it said itself that it was done. */
static void
ended(struct svscan *v, int slot, int clean)
{
	struct service *s = &v->table.slots[slot];

	table_set_pid(&v->table, slot, 0);
	if (v->stopping) {
		if (s->there && !clean)
			rescue(v, slot);
		return;
	}
	if (!s->there) {
		forget(v, slot);
		return;
	}
	s->next = s->started + RESTART_MS * MS;
	sooner(&v->start_at, s->next);
}

void
svscan_foreign_ended(struct svscan *v, int slot)
{
	struct service *s = &v->table.slots[slot];

	if (s->pidfd >= 0)
		close(s->pidfd);
	s->pidfd = -1;
	s->foreign = 0;
	v->foreign--;
	ended(v, slot, 0);
}

void
svscan_look(struct svscan *v)
{
	const struct table *t = &v->table;

	v->look_at = 0;
	for (unsigned i = 0; i < t->high; i++) {
		const struct service *s = &t->slots[i];

		if (!s->used || !s->foreign || s->pidfd >= 0)
			continue;
		if (holds_lock(s))
			sooner(&v->look_at, os_now() + LOOK_MS * MS);
		else
			svscan_foreign_ended(v, (int)i);
	}
}

/* A supervise that took over a service asks how that ended; its parent is
 * not it, but us. */
static void
record(struct svscan *v, pid_t pid, int wstat)
{
	unsigned char buf[REAPED_SIZE];

	if (v->reaped < 0) {
		v->reaped =
			open(REAPED_FILE, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (v->reaped < 0)
			return;
	}
	reaped_pack(buf, pid, wstat, os_boot_now());
	if (pwrite(v->reaped, buf, sizeof buf,
		    (off_t)v->reaped_next * REAPED_SIZE) == sizeof buf)
		v->reaped_next = (v->reaped_next + 1) % REAPED_SLOTS;
}

void
svscan_reap(struct svscan *v)
{
	int wstat;
	pid_t pid;

	while ((pid = waitpid(-1, &wstat, WNOHANG)) > 0) {
		int slot = table_find_pid(&v->table, pid);

		if (slot < 0) {
			if (!reexec_checked(v, pid, wstat))
				record(v, pid, wstat);
			continue;
		}
		if (v->table.slots[slot].foreign) {
			/* It was not our child, but became it: we are a
			 * subreaper. */
			svscan_foreign_ended(v, slot);
			continue;
		}
		ended(v, slot, WIFEXITED(wstat) && !WEXITSTATUS(wstat));
		if (WIFEXITED(wstat) && WEXITSTATUS(wstat) == EX_MISUSE &&
			v->table.slots[slot].used)
			take_foreign(v, slot);
	}
}
