/* ipcserverd.c - accept clients on standard input, a listening local socket,
 * and run a program for each.  See s6-ipcserverd(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/selfpipe.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/os.h"

enum { CONN_MAX = 1000, ACCEPT_AGAIN_MS = 100 };

struct client {
	pid_t pid;
	uid_t uid;
};
static struct {
	struct client clients[CONN_MAX];
	unsigned n, max, max_user;
	int verbosity, remote, stop;
	int deaf; /* nobody can be accepted, which was said */
	char **prog;
} srv;

static const struct opt opts[] = {
	{ 'v', "verbosity", "N", "0 errors, 1 warnings, 2 every connection" },
	{ '1', "notify", 0, "write a newline to standard output when ready" },
	{ 'P', "no-remote", 0, "do not look up who the client is" },
	{ 'p', "remote", 0, "look up who the client is (default)" },
	{ 'c', "connections", "N", "at most N clients at a time (40)" },
	{ 'C', "per-user", "N", "at most N clients of one user (40)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -v verbosity ] [ -1 ] [ -P | -p ] [ -c maxconn ] "
	"[ -C localmaxconn ] prog...",
	"Run prog, with the connection as standard input and output, for\n"
	"every client of the listening socket on standard input.",
	opts,
	"Signals: TERM exit; HUP send TERM and CONT to all clients' programs;\n"
	"QUIT both; ABRT send KILL to them and exit.\n"
	"Exit status: 0 told to exit, 100 misuse, 111 system error."
};

static void
status(void)
{
	if (srv.verbosity >= 2)
		info("status: %u/%u", srv.n, srv.max);
}

static unsigned
count_user(uid_t uid)
{
	unsigned n = 0;

	for (unsigned i = 0; i < srv.n; i++)
		n += srv.clients[i].uid == uid;
	return n;
}

static void
put_env(const char *name, unsigned long n)
{
	char buf[32];

	snprintf(buf, sizeof buf, "%lu", n);
	if (setenv(name, buf, 1) < 0)
		die_sys(EX_SYSTEM, "unable to set %s", name);
}

static _Noreturn void
child(int fd, uid_t uid, gid_t gid, const char *path, unsigned num)
{
	selfpipe_finish();
	signal(SIGPIPE, SIG_DFL);
	if (dup2(fd, 0) < 0 || dup2(fd, 1) < 0)
		die_sys(EX_SYSTEM, "unable to move the connection");
	if (fd > 1)
		close(fd);
	if (setenv("PROTO", "IPC", 1) < 0 ||
		setenv("IPCREMOTEPATH", path, 1) < 0)
		die_sys(EX_SYSTEM, "unable to set the environment");
	if (srv.remote) {
		put_env("IPCREMOTEEUID", uid);
		put_env("IPCREMOTEEGID", gid);
		put_env("IPCCONNNUM", num);
	} else {
		unsetenv("IPCREMOTEEUID");
		unsetenv("IPCREMOTEEGID");
		setenv("IPCCONNNUM", "", 1);
	}
	chain_exec(srv.prog);
}

static void
serve(int fd, const char *path)
{
	uid_t uid = 0;
	gid_t gid = 0;
	unsigned num = 0;
	pid_t pid;

	if (srv.remote) {
		if (os_peer(fd, &uid, &gid) < 0) {
			if (srv.verbosity)
				warn_sys("unable to see who the client is");
			return;
		}
		num = count_user(uid) + 1;
		if (num > srv.max_user) {
			if (srv.verbosity >= 2)
				info("deny %lu:%lu count %u/%u",
					(unsigned long)uid, (unsigned long)gid,
					num - 1, srv.max_user);
			return;
		}
	}
	pid = fork();
	if (pid < 0) {
		if (srv.verbosity)
			warn_sys("unable to fork for a client");
		return;
	}
	if (pid == 0)
		child(fd, uid, gid, path, num);
	srv.clients[srv.n++] = (struct client){ pid, uid };
	if (srv.verbosity >= 2)
		info("allow %lu:%lu pid %ld count %u/%u", (unsigned long)uid,
			(unsigned long)gid, (long)pid, num, srv.max_user);
	status();
}

static void
accept_one(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	socklen_t len = sizeof sa;
	int fd = accept(0, (struct sockaddr *)&sa, &len);

	if (fd < 0) {
		struct timespec pause = { 0, ACCEPT_AGAIN_MS * 1000000L };

		if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
			return;
		if (srv.verbosity && !srv.deaf)
			warn_sys("unable to accept (trying again every %d ms)",
				ACCEPT_AGAIN_MS);
		srv.deaf = 1;
		nanosleep(&pause, 0);
		return;
	}
	srv.deaf = 0;
	sa.sun_path[sizeof sa.sun_path - 1] = 0;
	/* Some systems hand the listener's flags on to the connection. */
	fcntl(fd, F_SETFL, O_RDWR);
	serve(fd, len > sizeof(sa_family_t) ? sa.sun_path : "");
	close(fd);
}

static void
reap(void)
{
	int w;
	pid_t pid;

	while ((pid = waitpid(-1, &w, WNOHANG)) > 0) {
		unsigned i = 0;

		while (i < srv.n && srv.clients[i].pid != pid)
			i++;
		if (i == srv.n)
			continue;
		if (srv.verbosity >= 2)
			info("end pid %ld uid %lu %s %d", (long)pid,
				(unsigned long)srv.clients[i].uid,
				WIFSIGNALED(w) ? "signal" : "exitcode",
				WIFSIGNALED(w) ? WTERMSIG(w) : WEXITSTATUS(w));
		srv.clients[i] = srv.clients[--srv.n];
		status();
	}
}

static void
tell_all(int sig)
{
	for (unsigned i = 0; i < srv.n; i++) {
		kill(srv.clients[i].pid, sig);
		if (sig == SIGTERM)
			kill(srv.clients[i].pid, SIGCONT);
	}
}

static void
signals(void)
{
	for (int s; (s = selfpipe_read()) > 0;)
		switch (s) {
		case SIGCHLD:
			reap();
			break;
		case SIGTERM:
			if (srv.verbosity >= 2)
				info("received SIGTERM, quitting");
			srv.stop = 1;
			break;
		case SIGHUP:
			if (srv.verbosity >= 2)
				info("received SIGHUP, sending SIGTERM+SIGCONT"
				     " to all connections");
			tell_all(SIGTERM);
			break;
		case SIGQUIT:
			if (srv.verbosity >= 2)
				info("received SIGQUIT, sending SIGTERM+"
				     "SIGCONT to all connections and"
				     " quitting");
			tell_all(SIGTERM);
			srv.stop = 1;
			break;
		case SIGABRT:
			if (srv.verbosity >= 2)
				info("received SIGABRT, sending SIGKILL to all"
				     " connections and quitting");
			tell_all(SIGKILL);
			srv.stop = 1;
			break;
		}
}

static int
trap(void)
{
	static const int sigs[] = { SIGCHLD, SIGTERM, SIGHUP, SIGQUIT,
		SIGABRT };
	sigset_t set;
	int fd = selfpipe_init();

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof sigs / sizeof *sigs; i++)
		sigaddset(&set, sigs[i]);
	signal(SIGPIPE, SIG_IGN);
	if (fd < 0 || !selfpipe_trapset(&set))
		die_sys(EX_SYSTEM, "unable to catch signals");
	return fd;
}

int
main(int argc, char **argv)
{
	struct pollfd p[2];
	int c, notify = 0;

	srv.max = srv.max_user = 40;
	srv.verbosity = srv.remote = 1;
	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'v':
			srv.verbosity = (int)opt_uint("-v", optarg, 0, 99);
			break;
		case '1':
			notify = 1;
			break;
		case 'P':
			srv.remote = 0;
			break;
		case 'p':
			srv.remote = 1;
			break;
		case 'c':
			srv.max = opt_uint("-c", optarg, 1, CONN_MAX);
			break;
		case 'C':
			srv.max_user = opt_uint("-C", optarg, 1, CONN_MAX);
			break;
		}
	srv.prog = argv + optind;
	if (argc == optind)
		opt_usage(&usage);
	if (srv.max_user > srv.max)
		srv.max_user = srv.max;
	if (fcntl(0, F_SETFD, FD_CLOEXEC) < 0)
		die_sys(EX_SYSTEM, "standard input is not open");
	if (notify && fcntl(1, F_GETFD) < 0)
		die_sys(EX_SYSTEM, "standard output is not open (for -1)");
	p[0] = (struct pollfd){ .fd = trap(), .events = POLLIN };
	if (srv.verbosity >= 2)
		info("starting");
	status();
	if (notify && write(1, "\n", 1) < 0)
		warn_sys("unable to say that the service is ready");
	/* The descriptor would keep a log pipe or a notification open. */
	close(1);
	while (!srv.stop) {
		p[1] = (struct pollfd){ .fd = srv.n < srv.max ? 0 : -1,
			.events = POLLIN };
		if (poll(p, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			die_sys(EX_SYSTEM, "unable to poll");
		}
		if (p[0].revents)
			signals();
		if (p[1].revents & (POLLERR | POLLNVAL))
			die(EX_SYSTEM,
				"standard input is not a listening"
				" socket any more");
		if (!srv.stop && p[1].revents & POLLIN)
			accept_one();
	}
	if (srv.verbosity >= 2)
		info("exiting");
	return 0;
}
