/* forking.c - keep a daemon that goes to the background in sight.  See
 * reeve-forking(1).  It adopts the orphans of the program, reads from the
 * pid file which of them is the daemon, passes signals to it and ends as it
 * ends, so that a supervisor may treat it as the daemon itself. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/os.h"

static const struct opt opts[] = {
	{ '3', "notification-fd", "FD", "write a newline there when the "
		"daemon is ready:\nwhen program has ended well" },
	{ 't', "timeout", "MS", "how long the pid file may take to appear "
		"after that\n(default 10000)" },
	{ 0 }
};
static const struct usage usage = {
	"[-3 fd] [-t ms] pidfile program [argument...]",
	"Run a program that goes to the background, and stay until the "
	"daemon whose pid it\nwrites to pidfile ends.",
	opts,
	"Signals are passed to the daemon.  Exit status: that of the daemon, "
	"or of program\nif it fails; 99 no pid file in time, 100 misuse, 111 "
	"system error."
};

static void
notify(int fd)
{
	if (fd < 0)
		return;
	if (write(fd, "\n", 1) < 0)
		warn_sys("unable to tell that the daemon is ready");
	close(fd);
}

static pid_t
start(char **argv)
{
	sigset_t none;
	pid_t pid = fork();

	if (pid < 0)
		die_sys(EX_SYSTEM, "unable to fork");
	if (pid)
		return pid;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, 0);
	chain_exec(argv);
}

/* End as a process ended. */
static _Noreturn void
end_as(int wstat)
{
	if (WIFSIGNALED(wstat)) {
		sigset_t set;
		int sig = WTERMSIG(wstat);

		signal(sig, SIG_DFL);
		sigemptyset(&set);
		sigaddset(&set, sig);
		kill(getpid(), sig);
		sigprocmask(SIG_UNBLOCK, &set, 0);
		_exit(128 + sig);
	}
	_exit(WEXITSTATUS(wstat));
}

/* Pid in the file if it is one of our descendants, else 0. */
static pid_t
read_pid(const char *file)
{
	char text[32];
	ssize_t n = file_read(AT_FDCWD, file, text, sizeof text - 1);
	unsigned u;
	pid_t p;

	if (n <= 0)
		return 0;
	text[n] = 0;
	text[strcspn(text, " \t\r\n")] = 0;
	if (!num_uint(text, &u) || u < 2)
		return 0;
	for (p = (pid_t)u; p > 1; p = os_parent(p))
		if (os_parent(p) == getpid())
			return (pid_t)u;
	return 0;
}

/* What may be waited for, until the daemon itself ends. */
static void
wait_for(pid_t daemon, const sigset_t *set)
{
	int sig, wstat;
	pid_t pid;

	for (;;) {
		while ((pid = waitpid(-1, &wstat, WNOHANG)) > 0)
			if (pid == daemon)
				end_as(wstat);
		/* Its own parent may live on below us. */
		if (kill(daemon, 0) < 0 && errno == ESRCH)
			_exit(EX_OK);
		if (sigwait(set, &sig))
			continue;
		if (sig != SIGCHLD)
			kill(daemon, sig);
	}
}

int
main(int argc, char **argv)
{
	static const int signals[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP,
		SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH };
	unsigned timeout_ms = 10000;
	int fd = -1, o, wstat;
	const char *file;
	uint64_t deadline;
	sigset_t set;
	pid_t pid;

	prog_init(argv[0]);
	while ((o = opt_next(&usage, argc, argv)) != -1) {
		if (o == '3')
			fd = (int)opt_uint("notification fd", optarg, 3, 65535);
		else if (o == 't')
			timeout_ms = opt_uint("timeout", optarg, 0, 86400000);
	}
	if (argc - optind < 2)
		opt_usage(&usage);
	file = argv[optind];
	if (os_subreaper() < 0)
		die_sys(EX_SYSTEM, "unable to adopt the daemon: this system "
			"does not hand orphans to anyone but process 1, so "
			"run it in the foreground instead, without pid-file");
	if (unlink(file) < 0 && errno != ENOENT)
		die_sys(EX_SYSTEM, "unable to remove old %s", file);
	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, 0);
	pid = start(argv + optind + 1);
	while (waitpid(pid, &wstat, 0) < 0)
		if (errno != EINTR)
			die_sys(EX_SYSTEM, "unable to wait for %s",
				argv[optind + 1]);
	if (wstat) {
		warn("%s failed instead of going to the background",
			argv[optind + 1]);
		end_as(wstat);
	}
	deadline = os_now() + (uint64_t)timeout_ms * 1000000;
	while (!(pid = read_pid(file))) {
		/* The daemon writes it some time after its parent ended, and
		 * nothing announces that. */
		struct timespec nap = { 0, 10000000 };

		if (os_now() >= deadline)
			die(EX_TIMEOUT, "%s does not name a process started "
				"by %s after %u ms", file, argv[optind + 1],
				timeout_ms);
		nanosleep(&nap, 0);
	}
	notify(fd);
	wait_for(pid, &set);
}
