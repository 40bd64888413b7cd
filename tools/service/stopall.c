/* stopall.c - stop a service that is more than one process.  Supervise runs
 * it twice: as `stop', to ask who is to be asked; and in front of `finish', to
 * wait for who is left, and kill them when the time is up.  See
 * reeve-stopall(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/os.h"
#include "lib/path.h"

#define ASKED "supervise/asked"
#define MS UINT64_C(1000000)

enum { STEP_MS = 10, NAMES = 8, KILL_MS = 2000, COMMAND_MS = 10000 };

static const struct opt opts[] = {
	{ 'w', "who", "WHO",
		"who is asked: process, group or all (default:\n"
		"process)" },
	{ 'C', "cgroup", "DIR",
		"all is what is in this control group; else\n"
		"all descendants of our parent but ourselves" },
	{ 's', "signal", "SIGNAL", "with which (default: TERM)" },
	{ 'k', "timeout-kill", "MS",
		"how long they may take; 0: for ever\n"
		"(default)" },
	{ 'l', "limit", "MS",
		"how long prog may take; 0: for ever\n"
		"(default: 10000)" },
	{ 'a', "also", 0, "send the signal also if prog succeeds" },
	{ 'n', "never", 0, "send no signal: only run prog" },
	{ 'f', "finish", 0,
		"wait for who is left, kill them when the time is\n"
		"up, and execute prog" },
	{ 0 }
};
static const struct usage usage = {
	"[-w who] [-C dir] [-s signal] [-k ms] [-l ms] [-a | -n] [-f] pid "
	"[prog...]",
	"Ask the processes of a service to stop: run prog, and send them a "
	"signal if there is\nno prog or it fails.  In a service directory, by "
	"its stop and finish scripts.",
	opts,
	"Exit status: 0 asked; 100 misuse; 111 system error; with -f that of "
	"prog, and 126\nand 127 if it cannot be executed, or was not found."
};

enum who { PROCESS, GROUP, ALL };

struct stop {
	enum who who;
	const char *cgroup;
	int signal;
	unsigned kill_ms, limit_ms;
	int also, never, finish;
	pid_t pid;
};

static enum who
who(const char *word)
{
	static const char *const words[] = { "process", "group", "all" };

	for (unsigned i = 0; i < 3; i++)
		if (!strcmp(word, words[i]))
			return (enum who)i;
	die(EX_MISUSE, "'%s' is none of process, group and all", word);
}

/* --- the set */

struct each {
	int sig; /* 0: only look */
	int names; /* how many are still to be named */
};

static void
one(void *arg, pid_t pid)
{
	struct each *e = arg;
	char name[32];

	if (e->names > 0) {
		e->names--;
		os_name(pid, name, sizeof name);
		warn("killing what did not stop in time: %s (pid %ld)", name,
			(long)pid);
	}
	if (e->sig) {
		kill(pid, e->sig);
		if (e->sig != SIGKILL)
			kill(pid, SIGCONT);
	}
}

/* What is in a control group, and how many.  A list that does not fit is
 * looked at again by who waits. */
static int
in_cgroup(const char *dir, struct each *e)
{
	static char list[65536];
	char path[PATH_LEN], *save = 0;
	unsigned pid;
	ssize_t r;
	int n = 0;

	if (path_join(path, sizeof path, dir, "cgroup.procs") < 0)
		return -1;
	r = file_read(AT_FDCWD, path, list, sizeof list - 1);
	if (r < 0)
		return -1;
	list[r] = 0;
	for (char *w = strtok_r(list, "\n", &save); w;
		w = strtok_r(0, "\n", &save))
		if (num_uint(w, &pid) && pid && pid <= INT_MAX &&
			(pid_t)pid != getpid()) {
			n++;
			one(e, (pid_t)pid);
		}
	return n;
}

/* Do it to all of the set; how many there are, at least. */
static int
each(const struct stop *s, struct each *e)
{
	int n = -1;

	if (s->who == ALL) {
		if (s->cgroup)
			n = in_cgroup(s->cgroup, e);
		if (n < 0)
			n = os_descendants(getppid(), getpid(), one, e);
		if (n >= 0)
			return n;
	}
	if (s->who == PROCESS) {
		if (kill(s->pid, 0) < 0)
			return 0;
		one(e, s->pid);
		return 1;
	}
	if (kill(-s->pid, 0) < 0)
		return 0;
	if (e->names)
		warn("killing what did not stop in time: process group %ld",
			(long)s->pid);
	e->names = 0;
	if (e->sig) {
		kill(-s->pid, e->sig);
		kill(-s->pid, SIGCONT);
	}
	return 1;
}

static int
left(const struct stop *s)
{
	struct each look = { 0, 0 };

	return each(s, &look);
}

/* --- when they were asked: what is asked twice may take the second time for
 * an order to drop everything */

static void
note_asked(const struct stop *s)
{
	char text[64];
	int n = snprintf(text, sizeof text, "%ld %llu\n", (long)s->pid,
		(unsigned long long)os_now());

	if (file_write(AT_FDCWD, ASKED, text, (size_t)n, 0600, 0) < 0)
		warn_sys("unable to write %s (who is left will be asked again)",
			ASKED);
}

/* When the set of this pid was asked, or 0. */
static uint64_t
was_asked(const struct stop *s)
{
	char text[64], *when;
	unsigned pid;
	uint64_t at;
	ssize_t r = file_read(AT_FDCWD, ASKED, text, sizeof text - 1);

	if (r <= 0)
		return 0;
	unlink(ASKED);
	text[r] = 0;
	text[strcspn(text, "\n")] = 0;
	when = strchr(text, ' ');
	if (!when)
		return 0;
	*when++ = 0;
	return num_uint(text, &pid) && (pid_t)pid == s->pid &&
			num_u64(when, &at) && at <= os_now()
		? at
		: 0;
}

static void
ask(const struct stop *s)
{
	struct each e = { s->signal, 0 };

	note_asked(s);
	each(s, &e);
}

/* --- the command */

/* 1 if it succeeds in time. */
static int
command(const struct stop *s, char **argv)
{
	uint64_t end = os_now() + s->limit_ms * MS;
	pid_t pid = fork();
	int wstat;

	if (pid < 0) {
		warn_sys("unable to fork");
		return 0;
	}
	if (!pid) {
		setpgid(0, 0);
		chain_exec(argv);
	}
	setpgid(pid, pid);
	while (waitpid(pid, &wstat, WNOHANG) != pid) {
		if (s->limit_ms && os_now() >= end) {
			warn("%s takes longer than %u ms; killing it", argv[0],
				s->limit_ms);
			kill(-pid, SIGKILL);
			waitpid(pid, &wstat, 0);
			return 0;
		}
		poll(0, 0, STEP_MS);
	}
	if (WIFEXITED(wstat) && !WEXITSTATUS(wstat))
		return 1;
	warn("%s failed: %s %d", argv[0],
		WIFEXITED(wstat) ? "exit code" : "signal",
		WIFEXITED(wstat) ? WEXITSTATUS(wstat) : WTERMSIG(wstat));
	return 0;
}

static void
kill_left(const struct stop *s)
{
	struct each e = { SIGKILL, NAMES };

	for (int ms = 0; ms <= KILL_MS; ms += STEP_MS) {
		if (!each(s, &e))
			return;
		e.names = 0;
		poll(0, 0, STEP_MS);
	}
	warn("processes of this service are still there (going on)");
}

/* run has ended. */
static void
wait_for_left(const struct stop *s)
{
	uint64_t asked = was_asked(s), end;

	if (s->who == PROCESS || !left(s))
		return;
	if (!asked) {
		ask(s);
		unlink(ASKED);
		asked = os_now();
	}
	end = asked + s->kill_ms * MS;
	while (left(s)) {
		if (s->kill_ms && os_now() >= end) {
			kill_left(s);
			return;
		}
		poll(0, 0, STEP_MS);
	}
}

static void
options(struct stop *s, int argc, char **argv)
{
	int c;

	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'w':
			s->who = who(optarg);
			break;
		case 'C':
			s->cgroup = optarg;
			break;
		case 's':
			s->signal = num_signal(optarg);
			if (!s->signal)
				die(EX_MISUSE, "'%s' is not a signal", optarg);
			break;
		case 'k':
			s->kill_ms = opt_uint("timeout", optarg, 0, UINT_MAX);
			break;
		case 'l':
			s->limit_ms = opt_uint("limit", optarg, 0, UINT_MAX);
			break;
		case 'a':
			s->also = 1;
			break;
		case 'n':
			s->never = 1;
			break;
		case 'f':
			s->finish = 1;
			break;
		}
}

int
main(int argc, char **argv)
{
	struct stop s = { .signal = SIGTERM, .limit_ms = COMMAND_MS };
	int done;

	prog_init(argv[0]);
	options(&s, argc, argv);
	argv += optind;
	if (!argv[0])
		opt_usage(&usage);
	s.pid = (pid_t)opt_uint("pid", argv[0], 2, INT_MAX);
	argv++;
	if (s.finish) {
		wait_for_left(&s);
		if (*argv)
			chain_exec(argv);
		return 0;
	}
	done = *argv && command(&s, argv);
	if (s.never)
		return !done;
	if (!done || s.also)
		ask(&s);
	return 0;
}
