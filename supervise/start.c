/* start.c - see start.h.  Everything is read anew at each start. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "lib/path.h"
#include "lib/spawn.h"
#include "supervise/detail.h"
#include "supervise/start.h"
#include "supervise/svdir.h"
#include "supervise/sweep.h"

#define SERVICE_LOCK "supervise/service-lock"

enum { PATH_ROOM = DETAIL_DEF + 32, FINISH_TRIES = 5, FINISH_PAUSE_MS = 100 };

static void
drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Readiness goes through a fifo with a name, which a supervise that takes
 * over finds again; and run gets it open for both ways, so that it can say
 * "ready" also while no supervise reads.  A pipe where no fifo can be made.
 * Our end is s->notify; the child's is returned, or -1 and errno. */
static int
listen_ready(struct super *s)
{
	int p[2], fd;

	unlink(READY_FIFO);
	if (mkfifo(READY_FIFO, 0600) == 0) {
		s->notify = open(READY_FIFO, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (s->notify >= 0) {
			fd = open(READY_FIFO, O_RDWR | O_CLOEXEC);
			if (fd >= 0)
				return fd;
			drop(&s->notify);
		}
	}
	if (pipe(p) < 0)
		return -1;
	fcntl(p[0], F_SETFD, FD_CLOEXEC);
	fcntl(p[1], F_SETFD, FD_CLOEXEC);
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	s->notify = p[0];
	return p[1];
}

/* The fifo that file `name' speaks of, made if absent; kept open both ways
 * in *keep, so that nothing in it is lost while the service is away.  The
 * child's end is returned; -1 if there is no such file; -2 and errno.
 * path: PATH_ROOM bytes to work in. */
static int
open_fifo(struct super *s, char *path, const char *name, int *keep, int flags)
{
	int fd, before = *keep,
		there = svdir_path(s->dt.def, name, path, PATH_ROOM);

	if (there < 0)
		return -2;
	/* The pipe is never without a holder: the other end's supervise may
	 * be at this same place, and what is in the pipe goes with the last
	 * descriptor. */
	*keep = -1;
	if (!there) {
		drop(&before);
		return -1;
	}
	*keep = svdir_hold(path);
	if (*keep < 0)
		goto fail;
	drop(&before);
	fd = open(path, flags | O_CLOEXEC);
	if (fd >= 0)
		return fd;
fail:
	warn_sys("unable to open fifo %s", path);
	if (*keep < 0)
		*keep = before;
	return -2;
}

/* None is made: run has what was there. */
void
start_hold(struct super *s)
{
	static const char *const names[] = { "stdin-fifo", "stdout-fifo" };
	char path[PATH_ROOM];

	for (int i = 0; i < 2; i++) {
		int *keep = i ? &s->out : &s->in;

		if (svdir_path(s->dt.def, names[i], path, sizeof path) <= 0)
			continue;
		*keep = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
		if (*keep < 0)
			warn_sys("unable to open fifo %s (going on)", path);
	}
}

/* Held as long as any process lives that inherits the descriptor. */
static int
open_service_lock(int *held)
{
	struct stat st;
	int fd = open(SERVICE_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_size) {
		warn("%s is not empty; emptying it", SERVICE_LOCK);
		if (ftruncate(fd, 0) < 0)
			warn_sys("unable to empty %s", SERVICE_LOCK);
	}
	*held = os_lock(fd, 0, 0) < 0;
	if (*held)
		warn("another process of this service still holds %s "
		     "(starting when it lets go)",
			SERVICE_LOCK);
	return fd;
}

/* --- run and finish */

/* Where the definition is, resolved once for each start: `def' may point
 * elsewhere a moment later.  0 and s->dt.def set ("": here), or -1. */
static int
resolve_def(struct super *s)
{
	char link[32];

	s->dt.def[0] = 0;
	/* Mostly there is none, and this is the cheapest way to know. */
	if (readlink("def", link, sizeof link) < 0 && errno != EINVAL)
		return errno == ENOENT ? 0 : -1;
	if (os_resolve("def", s->dt.def, sizeof s->dt.def) == 0)
		return 0;
	if (errno != ENOSYS && errno != ENAMETOOLONG)
		return -1;
	/* By the link itself. */
	strcpy(s->dt.def, "def");
	return 0;
}

char *
start_name(const struct super *s, char buf[DETAIL_DEF])
{
	static const char where[] = "/current/def/";
	ssize_t n = readlink("def", buf, DETAIL_DEF - 1);
	size_t own = strlen(s->name), len;
	char *ours, *p;

	memcpy(&ours, &s->name, sizeof ours);
	buf[n < 0 ? 0 : n] = 0;
	p = strstr(buf, where);
	if (n == DETAIL_DEF - 1 || !p || !*(p += sizeof where - 1) ||
		strchr(p, '/'))
		return ours;
	len = strlen(p);
	return own >= len && !strcmp(ours + own - len, p) ? ours : p;
}

/* In a live directory run and finish are links through `started', which leads
 * to what was resolved: so they bear their usual names, ./run and ./finish,
 * and a shell that opens the script a moment later opens the one that it was
 * executed for, whatever was switched meanwhile.  1, or 0: there is none. */
static int
pinned(const struct super *s, int pin)
{
	char now[DETAIL_DEF];
	ssize_t n = readlink(STARTED_LINK, now, sizeof now - 1);

	if (n < 0)
		return 0;
	now[n] = 0;
	return !strcmp(now, s->dt.def) ||
		(pin && file_symlink(AT_FDCWD, s->dt.def, STARTED_LINK) == 0);
}

static int
script(char *path, const struct super *s, const char *name, int pin)
{
	return path_join(path, PATH_ROOM,
		*s->dt.def && !pinned(s, pin) ? s->dt.def : ".", name);
}

/* What cgroup the service is to be in: its cgroup.procs, or 0; -1 and errno
 * if that can only not be known just now.  path: PATH_ROOM bytes to work
 * in. */
static int
open_cgroup(const struct super *s, char *path)
{
	static const char procs[] = "/cgroup.procs";
	size_t n;
	int fd =
		svdir_path(s->dt.def, "cgroup", path, PATH_ROOM - sizeof procs);

	if (fd <= 0)
		return fd;
	n = strlen(path);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		goto fail;
	strcpy(path + n, procs);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	path[n] = 0;
fail:
	if (file_shortage(errno))
		return -1;
	warn_sys("unable to use cgroup %s (starting without it)", path);
	return 0;
}

/* What announce is told. */
struct announcing {
	struct super *s;
	pid_t parent;
	uint64_t before; /* os_boot_now: the child is not older */
	int newpid; /* in a pid namespace of its own */
};

/* The number that our child has for us.  It ends if we were killed. */
static pid_t
own_pid(const struct announcing *a)
{
	pid_t pid = getpid(), parent = a->newpid ? 0 : getppid();

	if ((a->newpid && os_outer_pids(&pid, &parent) < 0) ||
		parent != a->parent)
		_exit(EX_SYSTEM);
	return pid;
}

/* In the child, before it executes: if we are killed from here on, whoever
 * replaces us finds this run or finish, and starts no second copy.  If we
 * were killed before, it may have looked already, and this is the copy too
 * many. */
static void
announce(void *arg)
{
	const struct announcing *a = arg;
	struct super *s = a->s;
	enum state was = s->state;
	pid_t pid = own_pid(a);

	s->dt.pid = (uint64_t)pid;
	s->dt.started = a->before;
	s->dt.started_by = os_boot_now();
	if (was == DOWN) {
		s->dt.run_pid = s->dt.pid;
		s->dt.run_started = os_now();
		s->dt.ended = 0;
		s->deadline = 0;
		s->state = UP;
	}
	act_detail(s);
	s->state = was;
	own_pid(a);
}

/* Does a child in another namespace know what it is here? */
static int
knows_its_pid(void)
{
	pid_t pid, parent;

	return os_outer_pids(&pid, &parent) == 0 && pid == getpid();
}

struct waiting {
	const struct spawn *sp;
	int lock;
	int said[2];
};

static void
told_to_stop(int sig)
{
	_exit(128 + sig);
}

static int
wait_and_execute(void *arg)
{
	const struct waiting *w = arg;
	struct spawn later = *w->sp;
	sigset_t none;

	/* While it waits it can be told to stop like any service. */
	setsid();
	if (later.before)
		later.before(later.before_arg);
	later.before = 0;
	close(w->said[0]);
	close(w->said[1]);
	/* Process 1 of a namespace hears only what it has a handler for. */
	for (const int *sig = act_signals; *sig; sig++)
		signal(*sig,
			later.newpid && *sig != SIGCHLD ? told_to_stop
							: SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, 0);
	while (os_lock(w->lock, 0, 1) < 0)
		if (errno != EINTR)
			_exit(EX_SYSTEM);
	spawn_exec(&later);
	_exit(EX_NOEXEC);
}

/* The lock is held by a child that outlived run: our child has to wait for
 * it, and so cannot borrow our memory.  It announces itself before that, and
 * we go on when it has. */
static pid_t
spawn_waiting(const struct spawn *sp, int lock)
{
	struct waiting w = { .sp = sp, .lock = lock };
	pid_t pid;
	char c;
	int e;

	if (pipe(w.said) < 0)
		return -1;
	pid = sp->newpid ? os_fork_newpid(wait_and_execute, &w) : fork();
	if (!pid)
		wait_and_execute(&w);
	e = errno;
	close(w.said[1]);
	while (pid > 0 && read(w.said[0], &c, 1) < 0 && errno == EINTR)
		;
	close(w.said[0]);
	errno = e;
	return pid;
}

/* What it gets beside standard output and error: where each is to be, and our
 * own copies, to be closed. */
struct given {
	struct spawn_fd fds[4];
	int mine[4];
	unsigned n;
	int lock, held; /* of lock-fd; held by another */
};

/* The lock, the end of the pipe for readiness, and those of its pipeline.  0,
 * or -1 and errno; what is open then is in g too. */
static int
give_files(struct super *s, char *path, struct given *g)
{
	unsigned fd, lockfd = 0;
	int there = svdir_number_if(s->dt.def, "lock-fd", &lockfd);

	if (there < 0)
		return -1;
	if (there) {
		g->lock = open_service_lock(&g->held);
		if (g->lock < 0)
			return -1;
		g->mine[g->n] = g->lock;
		g->fds[g->n++] = (struct spawn_fd){ (int)lockfd, g->lock };
	}
	there = svdir_number_if(s->dt.def, "notification-fd", &fd);
	if (there < 0)
		return -1;
	if (there && g->lock >= 0 && fd == lockfd) {
		warn("lock-fd and notification-fd are both %u", fd);
		errno = EINVAL;
		return -1;
	}
	if (there && !fd) {
		warn("notification-fd 0 is standard input; it is ignored");
	} else if (there) {
		g->mine[g->n] = listen_ready(s);
		if (g->mine[g->n] < 0)
			return -1;
		g->fds[g->n] = (struct spawn_fd){ (int)fd, g->mine[g->n] };
		g->n++;
	}
	for (int i = 0; i < 2; i++) {
		int f = open_fifo(s, path, i ? "stdout-fifo" : "stdin-fifo",
			i ? &s->out : &s->in, i ? O_WRONLY : O_RDONLY);

		if (f == -2)
			return -1;
		if (f == -1)
			continue;
		g->mine[g->n] = f;
		g->fds[g->n++] = (struct spawn_fd){ i, f };
	}
	return 0;
}

/* All that run wants to have, and run.  Its pid; or -1 and errno. */
pid_t
start_run(struct super *s)
{
	char path[PATH_ROOM], name[DETAIL_DEF];
	char word[4] = "run";
	char *argv[3] = { word, 0, 0 };
	struct given g = { .lock = -1 };
	struct announcing a = { s, getpid(), os_boot_now(), 0 };
	struct spawn sp = { .file = path,
		.argv = argv,
		.fds = g.fds,
		.session = 1,
		.handled = act_signals,
		.before = announce,
		.before_arg = &a };
	int e;
	pid_t pid = -1;

	act_deafen(s);
	if (resolve_def(s) < 0)
		return -1;
	argv[1] = start_name(s, name);
	if (give_files(s, path, &g) < 0)
		goto done;
	sp.nfds = g.n;
	sweep_prepare(s->dt.def);
	sp.newpid = svdir_flag(s->dt.def, "flag-newpidns");
	a.newpid = sp.newpid;
	if (sp.newpid && !knows_its_pid())
		sp.before = 0;
	sp.cgroup = open_cgroup(s, path);
	if (sp.cgroup < 0)
		goto done;
	if (script(path, s, "run", 1) == 0)
		pid = g.held ? spawn_waiting(&sp, g.lock) : spawn(&sp);
	if (pid < 0 && sp.newpid && errno == ENOSYS)
		warn("this system has no pid namespaces (flag-newpidns)");
	if (sp.cgroup > 0) {
		e = errno;
		close(sp.cgroup);
		errno = e;
	}
done:
	e = errno;
	while (g.n--)
		close(g.mine[g.n]);
	if (pid < 0)
		act_deafen(s);
	errno = e;
	return pid;
}

static void
fmt_uint(char *p, unsigned u)
{
	char num[12], *q = num + sizeof num - 1;

	*q = 0;
	do
		*--q = (char)('0' + u % 10);
	while (u /= 10);
	strcpy(p, q);
}

/* The fifos that run had, for finish as well, if they are still there.  None is
 * made, and none is waited for: how many. */
static unsigned
fifos_of_run(struct super *s, struct spawn_fd *fds)
{
	char path[PATH_ROOM];
	unsigned n = 0;
	int fd;

	for (int i = 0; i < 2; i++) {
		if (svdir_path(s->dt.def, i ? "stdout-fifo" : "stdin-fifo",
			    path, PATH_ROOM) <= 0)
			continue;
		fd = open(path,
			(i ? O_WRONLY : O_RDONLY) | O_NONBLOCK | O_CLOEXEC |
				O_NOCTTY);
		if (fd < 0)
			continue;
		fcntl(fd, F_SETFL, 0);
		fds[n++] = (struct spawn_fd){ i, fd };
	}
	return n;
}

pid_t
start_finish(struct super *s)
{
	int w = s->st.wstat;
	char path[PATH_ROOM], name[DETAIL_DEF], code[12], sig[12], group[12];
	char word[] = "finish";
	char *argv[6] = { word, code, sig, 0, group, 0 };
	struct announcing a = { s, getpid(), os_boot_now(), 0 };
	struct spawn_fd fds[2];
	struct spawn sp = { .file = path,
		.argv = argv,
		.fds = fds,
		.session = 1,
		.handled = act_signals,
		.before = announce,
		.before_arg = &a };
	pid_t pid = -1;
	unsigned ms;

	if (script(path, s, "finish", 0) < 0)
		return 0;
	/* A definition that came since may have none. */
	if (*s->dt.def && *path == '.' && access(path, X_OK) < 0 &&
		path_join(path, sizeof path, s->dt.def, "finish") < 0)
		return 0;
	if (access(path, X_OK) < 0 && !file_shortage(errno))
		return 0;
	sp.nfds = fifos_of_run(s, fds);
	fmt_uint(code, WIFSIGNALED(w) ? 256 : (unsigned)WEXITSTATUS(w));
	fmt_uint(sig, WIFSIGNALED(w) ? (unsigned)WTERMSIG(w) : 0);
	fmt_uint(group, (unsigned)s->dt.run_pid);
	for (int i = 0; i < FINISH_TRIES && pid < 0; i++) {
		if (access(path, X_OK) == 0) {
			argv[3] = start_name(s, name);
			ms = svdir_number(s->dt.def, "timeout-finish");
			s->deadline = ms ? os_now() + ms * MS : 0;
			pid = spawn(&sp);
		} else if (!file_shortage(errno)) {
			pid = 0;
		}
		if (pid >= 0 || !file_shortage(errno))
			break;
		/* It may release what run held, so it is worth some
		 * waiting; but nothing else is done meanwhile. */
		poll(0, 0, FINISH_PAUSE_MS);
	}
	if (pid < 0)
		warn_sys(
			"unable to start %s (going on as if it had run)", path);
	while (sp.nfds)
		close(fds[--sp.nfds].from);
	return pid;
}

/* Its output goes where run's does, its end is nobody's business: what it is
 * to bring about is seen by itself. */
int
start_asking(struct super *s, char *word)
{
	char path[PATH_ROOM], name[DETAIL_DEF], pid[12];
	char *argv[4] = { word, pid, 0, 0 };
	struct spawn_fd fds[2];
	struct spawn sp = { .file = path,
		.argv = argv,
		.fds = fds,
		.session = 1,
		.handled = act_signals };
	pid_t child;

	if (path_join(path, sizeof path, *s->dt.def ? s->dt.def : ".", word) <
			0 ||
		access(path, X_OK) < 0)
		return 0;
	fmt_uint(pid, (unsigned)s->st.pid);
	argv[2] = start_name(s, name);
	sp.nfds = fifos_of_run(s, fds);
	child = spawn(&sp);
	if (child < 0)
		warn_sys("unable to start %s (sending the signal)", path);
	while (sp.nfds)
		close(fds[--sp.nfds].from);
	return child > 0;
}
