/* numbers.c - numbers WRITERS LINES DIR: so many writers at once on standard
 * output, each writing numbered lines "wK NNNNNNNN".  How far each has come
 * is kept in DIR/K when SIGTERM ends it, so that the next run goes on there.
 * Writes are at most PIPE_BUF, so lines of two writers never mix. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX = 64 };

static volatile sig_atomic_t told;
static pid_t pid[MAX]; /* of the writers; in a writer all 0 */

static void
on_term(int sig)
{
	told = 1;
	for (int k = 0; k < MAX; k++)
		if (pid[k] > 0)
			kill(pid[k], sig);
}

/* Calls go on after the signal: no write is cut. */
static void
trap(void)
{
	struct sigaction sa = { .sa_handler = on_term, .sa_flags = SA_RESTART };

	sigaction(SIGTERM, &sa, 0);
}

static _Noreturn void
fail(const char *what)
{
	perror(what);
	_exit(111);
}

static void
writer(int k, long lines, const char *dir)
{
	char path[512], tmp[600], buf[4096];
	long at = 0;
	FILE *f;

	snprintf(path, sizeof path, "%s/%d", dir, k);
	snprintf(tmp, sizeof tmp, "%s.new", path);
	f = fopen(path, "r");
	if (f && fscanf(f, "%ld", &at) != 1)
		fail(path);
	if (f)
		fclose(f);
	while (at < lines && !told) {
		size_t n = 0;

		for (int i = 0; i < 40 && at < lines; i++)
			n += (size_t)sprintf(buf + n, "w%d %08ld\n", k, at++);
		if (write(1, buf, n) != (ssize_t)n)
			fail("standard output");
		usleep(2000);
	}
	f = fopen(tmp, "w");
	if (!f || fprintf(f, "%ld\n", at) < 0 || fclose(f) ||
		rename(tmp, path) < 0)
		fail(path);
	_exit(0);
}

int
main(int argc, char **argv)
{
	int n = argc == 4 ? atoi(argv[1]) : 0, w, bad = 0;
	sigset_t term;

	if (n < 1 || n > MAX)
		return 100;
	trap();
	/* No signal between a fork and the note of its pid. */
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, 0);
	for (int k = 0; k < n; k++) {
		pid_t p = fork();

		if (!p) {
			memset(pid, 0, sizeof pid);
			sigprocmask(SIG_UNBLOCK, &term, 0);
			writer(k, atol(argv[2]), argv[3]);
		}
		pid[k] = p;
	}
	sigprocmask(SIG_UNBLOCK, &term, 0);
	for (int left = n; left;)
		if (wait(&w) > 0) {
			left--;
			bad |= w;
		}
	return bad ? 111 : 0;
}
