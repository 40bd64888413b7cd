/* foreground.c - reeve up --foreground: for a terminal, tmux, and supervisors
 * that want a process that stays.  It does nothing itself: `reeve up' and
 * `reeve down' are run as its children, in process groups of their own, so
 * that an interrupt typed at the terminal is seen here only.  Between them
 * it waits for a signal, or for the tree to end. */

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/os.h"
#include "tools/front/front.h"
#include "tools/front/model.h"

static volatile sig_atomic_t signalled; /* how often */
static volatile sig_atomic_t which;

static void
note(int sig)
{
	if (sig == SIGCHLD)
		return; /* it only ends the pselect below */
	signalled++;
	which = sig;
}

/* What was asked to end it, and children; blocked but in pselect.  One that
 * is ignored (nohup, a shell's background) stays so. */
static void
trap_signals(sigset_t *open)
{
	static const int sigs[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };
	struct sigaction sa = { .sa_handler = note }, old;
	sigset_t block;

	sigemptyset(&block);
	for (size_t i = 0; i < sizeof sigs / sizeof *sigs; i++) {
		if (sigs[i] != SIGTERM && sigs[i] != SIGCHLD &&
			sigaction(sigs[i], 0, &old) == 0 &&
			old.sa_handler == SIG_IGN)
			continue;
		sigaddset(&block, sigs[i]);
		sigaction(sigs[i], &sa, 0);
	}
	sigprocmask(SIG_BLOCK, &block, open);
	/* Whoever started us may have blocked them. */
	for (size_t i = 0; i < sizeof sigs / sizeof *sigs; i++)
		sigdelset(open, sigs[i]);
}

static pid_t
start(const char *const *words, const sigset_t *mask)
{
	char path[PATH_LEN];
	char *argv[8];
	size_t n = 0;
	pid_t pid;

	for (; words[n]; n++)
		argv[n] = (char *)words[n];
	argv[n] = 0;
	if (chain_sister(path, sizeof path, "reeve") < 0)
		die_sys(EX_SYSTEM, "unable to find reeve");
	pid = fork();
	if (pid < 0)
		die_sys(EX_SYSTEM, "unable to start reeve %s", words[1]);
	if (pid) {
		/* Both do it, so that it is done for whoever comes first. */
		setpgid(pid, pid);
		return pid;
	}
	setpgid(0, 0);
	sigprocmask(SIG_SETMASK, mask, 0);
	execv(path, argv);
	die_sys(EX_NOEXEC, "unable to execute %s", path);
}

struct watch {
	sigset_t open; /* mask in which signals arrive */
	long svscan; /* 0: it does not run */
	int svscan_fd; /* readable when it ends, or -1 */
	int svscan_known; /* it was our child and has ended ... */
	int svscan_wstat; /* ... so */
};

/* Collect what ended.  1 if job is among it. */
static int
reap(struct watch *w, pid_t job, int *wstat)
{
	int found = 0, s;
	pid_t pid;

	while ((pid = waitpid(-1, &s, WNOHANG)) > 0) {
		if (pid == job) {
			*wstat = s;
			found = 1;
		} else if (pid == w->svscan) {
			w->svscan_known = 1;
			w->svscan_wstat = s;
		}
	}
	return found;
}

/* Wait until job has ended: its exit code; or until a signal has come since
 * there were `before': -1. */
static int
await_job(struct watch *w, pid_t job, int before)
{
	int s;

	for (;;) {
		if (reap(w, job, &s))
			return WIFSIGNALED(s) ? 128 + WTERMSIG(s)
					      : WEXITSTATUS(s);
		if (signalled > before)
			return -1;
		pselect(0, 0, 0, 0, 0, &w->open);
	}
}

/* Wait for a signal (0) or the end of svscan (1). */
static int
await_end(struct watch *w, const struct places *p)
{
	char lock[PATH_LEN];
	int none;

	if (path_join(lock, sizeof lock, p->scandir, ".s6-svscan/lock") < 0)
		die_sys(EX_SYSTEM, "unable to use %s", p->scandir);
	while (!signalled) {
		struct timespec second = { 1, 0 };
		fd_set fds;
		int r;

		reap(w, 0, &none);
		if (w->svscan_known)
			return 1;
		FD_ZERO(&fds);
		if (w->svscan_fd >= 0)
			FD_SET(w->svscan_fd, &fds);
		r = pselect(w->svscan_fd + 1, &fds, 0, 0,
			w->svscan_fd >= 0 ? 0 : &second, &w->open);
		if (r > 0) {
			reap(w, 0, &none);
			return 1;
		}
		/* No pidfd on this system: its lock tells. */
		if (r == 0 && file_locked_by(-1, lock) <= 0)
			return 1;
	}
	return 0;
}

/* Tell whoever waits for it that everything is up: systemd, or a
 * supervisor that reads a descriptor. */
static void
tell(const char *sock, const char *text)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	size_t len = sock ? strlen(sock) : 0;
	int fd;

	if (!len || len >= sizeof sa.sun_path)
		return;
	memcpy(sa.sun_path, sock, len);
	if (*sock == '@')
		sa.sun_path[0] = 0;
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd < 0 ||
		sendto(fd, text, strlen(text), 0, (struct sockaddr *)&sa,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				len)) < 0)
		warn_sys("unable to tell %s: %s", sock, text);
	if (fd >= 0)
		close(fd);
}

/* Everything down, in order; a second signal has what is left killed. */
static int
bring_down(struct watch *w)
{
	static const char *const orderly[] = { "reeve", "down", 0 };
	static const char *const hurry[] = { "reeve", "down", "-t", "1ms", 0 };
	int before = signalled, code;
	pid_t job = start(orderly, &w->open);

	code = await_job(w, job, before);
	if (code >= 0)
		return code;
	warn("%s again: killing what still runs", num_signame(which));
	kill(-job, SIGTERM);
	while (await_job(w, job, signalled) < 0)
		;
	job = start(hurry, &w->open);
	while ((code = await_job(w, job, signalled)) < 0)
		;
	return code;
}

/* An orderly end leaves no service. */
static int
services_run_on(void)
{
	struct model m;
	int n = 0;

	model_load(&m, 0);
	for (size_t i = 0; i < m.n; i++)
		n += m.items[i].pid > 0;
	model_free(&m);
	return n > 0;
}

/* Nobody asked us.  How it ended is known only where we are its parent, and
 * looked before it was gone. */
static int
tree_ended(const struct watch *w)
{
	char how[80] = "ended";

	if (w->svscan_known ? WIFEXITED(w->svscan_wstat) &&
				!WEXITSTATUS(w->svscan_wstat)
			    : !services_run_on()) {
		say("the tree was taken down by another");
		return EX_OK;
	}
	if (!w->svscan)
		die(EX_SYSTEM,
			"reeve-svscan ended as soon as the tree was up; "
			"services may run on (reeve up takes them over)");
	if (w->svscan_known)
		model_ended(how, sizeof how, w->svscan_wstat);
	die(EX_SYSTEM,
		"reeve-svscan (pid %ld) %s; services may run on "
		"(reeve up takes them over)",
		w->svscan, how);
}

int
front_foreground(const struct places *p, int tree_only, int notify)
{
	/* A unit or an image sets what its services are to have. */
	const char *up[] = { "reeve", "up", "--keep-environment",
		tree_only ? "--tree-only" : 0, 0 };
	const char *v = getenv("NOTIFY_SOCKET");
	char *sock = v ? strdup(v) : 0;
	struct watch w = { .svscan_fd = -1 };
	struct model m;
	int code, live;
	pid_t job;

	/* It is meant for us, not for services. */
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	if (notify >= 0 && fcntl(notify, F_SETFD, FD_CLOEXEC) < 0)
		die_sys(EX_MISUSE, "unable to use descriptor %d", notify);
	/* svscan becomes our child, so that we learn how it ends. */
	(void)os_subreaper();
	trap_signals(&w.open);
	job = start(up, &w.open);
	code = await_job(&w, job, 0);
	if (code < 0) {
		kill(-job, SIGTERM);
		while (await_job(&w, job, signalled) < 0)
			;
	}
	model_load(&m, 0);
	w.svscan = m.svscan;
	live = m.have_live;
	model_free(&m);
	if (!w.svscan)
		return code > 0 ? code : code < 0 ? EX_OK : tree_ended(&w);
	if (code > 0 && !live) {
		bring_down(&w);
		return code;
	}
	if (code >= 0) {
		w.svscan_fd = os_pidfd((pid_t)w.svscan);
		if (notify >= 0)
			(void)file_write_all(notify, "\n", 1);
		tell(sock, "READY=1\nSTATUS=the tree is up");
	}
	if (notify >= 0)
		close(notify);
	if (code >= 0 && await_end(&w, p))
		return tree_ended(&w);
	say("%s: taking everything down", num_signame(which));
	tell(sock, "STOPPING=1");
	code = bring_down(&w);
	free(sock);
	return code;
}
