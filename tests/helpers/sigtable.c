/* sigtable.c - which signals an init passes on to its command: `sigtable
 * INIT...' starts INIT with this program as command, once for each number from
 * 1 to 64, and prints the numbers that reached it; `sigtable -1 INIT...' as
 * process 1 of a new pid namespace. */

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	FD = 7,
	SIGNALS = 64,
	READY = 100,
	WAIT_MS = 400,
	STEP_MS = 20,
	START_MS = 10000
};

/* Raw: the C library keeps some numbers for itself. */
static int
command(void)
{
	unsigned char all[16], b = READY;
	struct pollfd p = { .fd = FD };
	struct timespec step = { 0, 100000000 };
	pid_t me = getpid();
	int sig;

	memset(all, 0xff, sizeof all);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, all, 0, 8);
	/* Whoever reads what the init prints does not wait for us. */
	close(0);
	close(1);
	close(2);
	if (write(FD, &b, 1) != 1 || write(FD, &me, sizeof me) != sizeof me)
		return 1;
	for (;;) {
		sig = (int)syscall(SYS_rt_sigtimedwait, all, 0, &step, 8);
		b = (unsigned char)sig;
		/* Nobody wants to know any more. */
		if (sig < 0 && poll(&p, 1, 0) > 0)
			return 0;
		if (sig > 0 && write(FD, &b, 1) != 1)
			return 1;
	}
}

static int
next(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	unsigned char b;

	return poll(&p, 1, ms) == 1 && read(fd, &b, 1) == 1 ? b : -1;
}

/* 1 if the signal came, 0 if not, -1 if nothing could be started. */
static int
try(int sig, char **argv, int ms, int inside)
{
	int p[2], got;
	pid_t pid, down = 0;

	if (pipe(p) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		setsid();
		if (dup2(p[1], FD) < 0)
			_exit(111);
		close(p[0]);
		if (p[1] != FD)
			close(p[1]);
		execvp(*argv, argv);
		_exit(127);
	}
	close(p[1]);
	got = next(p[0], START_MS);
	if (got != READY || read(p[0], &down, sizeof down) != sizeof down) {
		got = -1;
	} else {
		kill(pid, sig);
		while (ms > 0 && (got = next(p[0], STEP_MS)) != sig) {
			ms -= STEP_MS;
			/* What was killed passes nothing on any more. */
			if (waitpid(pid, 0, WNOHANG) == pid)
				ms = 0;
		}
		got = got == sig;
	}
	kill(pid, SIGKILL);
	waitpid(pid, 0, 0);
	/* One that was stopped would stay; in a namespace of its own it is
	 * gone, and its number there is a small one. */
	if (down > 1 && !inside)
		kill(down, SIGKILL);
	close(p[0]);
	return got;
}

/* With INIT as process 1: a process can make one pid namespace only. */
static int
try_inside(int sig, char **argv, int ms)
{
	pid_t pid = fork();
	int w;

	if (pid == 0) {
		if (syscall(SYS_unshare, CLONE_NEWPID) < 0)
			_exit(2);
		_exit(try(sig, argv, ms, 1) & 3);
	}
	if (pid < 0 || waitpid(pid, &w, 0) < 0 || !WIFEXITED(w))
		return -1;
	return WEXITSTATUS(w) > 1 ? -1 : WEXITSTATUS(w);
}

int
main(int argc, char **argv)
{
	static char self[4096];
	char **words, *one = argc > 1 ? argv[1] : 0;
	const char *patience = getenv("PATIENCE");
	int ms = WAIT_MS * (patience ? atoi(patience) : 1), r;
	int inside = one && !strcmp(one, "-1");

	if (one && !strcmp(one, "--command"))
		return command();
	argv += 1 + inside;
	argc -= 1 + inside;
	words = calloc((size_t)argc + 3, sizeof *words);
	if (!words || readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		return 111;
	memcpy(words, argv, (size_t)argc * sizeof *words);
	words[argc] = self;
	words[argc + 1] = strdup("--command");
	for (int sig = 1; sig <= SIGNALS; sig++) {
		if (sig == SIGKILL || sig == SIGSTOP || sig == SIGCHLD)
			continue; /* nobody can pass these on */
		r = inside ? try_inside(sig, words, ms)
			   : try(sig, words, ms, 0);
		if (r < 0)
			return 111;
		if (r)
			printf("%d ", sig);
	}
	return putchar('\n') == EOF;
}
