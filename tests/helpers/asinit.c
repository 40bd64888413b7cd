/* asinit.c - how fast and how big an init is.  `asinit ROUNDS STAMPS FIFO
 * COMMAND...' runs COMMAND as process 1 of a new pid namespace, waits until
 * STAMPS processes below it have written a byte to FIFO (`asinit stamp FIFO'
 * does, and waits to be ended), takes memory, sends it TERM and waits.
 * Prints medians.  Used by tests/bench/init.sh; needs root. */

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 200 };

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
end(int sig)
{
	_exit(128 + sig);
}

static int
stamp(const char *fifo)
{
	int fd = open(fifo, O_WRONLY);

	/* As process 1 it would not die of it otherwise. */
	signal(SIGTERM, end);
	if (fd < 0 || write(fd, "x", 1) != 1)
		return 111;
	close(fd);
	for (;;)
		pause();
}

static long
pss(long pid)
{
	char path[64], line[256];
	long kb = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", pid);
	if (!(f = fopen(path, "r")))
		return 0;
	while (fgets(line, sizeof line, f))
		if (sscanf(line, "Pss: %ld", &kb) == 1)
			break;
	fclose(f);
	return kb;
}

/* Memory of everything in the namespace of pid but the stamps. */
static long
all_pss(pid_t pid)
{
	char path[64], a[64] = "", b[64], comm[64];
	struct dirent *e;
	DIR *d = opendir("/proc");
	long sum = 0;
	ssize_t n;

	snprintf(path, sizeof path, "/proc/%ld/ns/pid", (long)pid);
	n = readlink(path, a, sizeof a - 1);
	while (d && n > 0 && (e = readdir(d))) {
		long p = atol(e->d_name);
		FILE *f;

		if (p <= 0)
			continue;
		snprintf(path, sizeof path, "/proc/%ld/ns/pid", p);
		memset(b, 0, sizeof b);
		if (readlink(path, b, sizeof b - 1) != n || strcmp(a, b))
			continue;
		snprintf(path, sizeof path, "/proc/%ld/comm", p);
		*comm = 0;
		if ((f = fopen(path, "r"))) {
			if (fscanf(f, "%63s", comm) != 1)
				*comm = 0;
			fclose(f);
		}
		if (strcmp(comm, "asinit"))
			sum += pss(p);
	}
	if (d)
		closedir(d);
	return sum;
}

static int
child(void *arg)
{
	char **argv = arg;

	mount(0, "/", 0, MS_REC | MS_PRIVATE, 0);
	mount("proc", "/proc", "proc", 0, 0);
	mount("run", "/run", "tmpfs", 0, "mode=755");
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv);

int
main(int argc, char **argv)
{
	static char stack[65536] __attribute__((aligned(16)));
	static double boot[ROUNDS], stop[ROUNDS];
	long one = 0, all = 0;
	int rounds, stamps, fifo, w = 0;

	if (argc > 2 && !strcmp(argv[1], "stamp"))
		return stamp(argv[2]);
	if (argc < 5)
		return 100;
	rounds = atoi(argv[1]);
	stamps = atoi(argv[2]);
	fifo = open(argv[3], O_RDWR | O_CLOEXEC);
	if (fifo < 0 || rounds < 1 || rounds > ROUNDS)
		return 111;
	alarm(20);
	for (int i = 0; i < rounds; i++) {
		double t = now_ms();
		pid_t pid = clone(child, stack + sizeof stack,
			CLONE_NEWPID | CLONE_NEWNS | CLONE_VFORK | SIGCHLD,
			argv + 4);
		char b;

		if (pid < 0)
			return 111;
		for (int n = 0; n < stamps; n++)
			if (read(fifo, &b, 1) != 1)
				return 111;
		boot[i] = now_ms() - t;
		if (i == rounds - 1) {
			usleep(300000);
			one = pss(pid);
			all = all_pss(pid);
		}
		t = now_ms();
		kill(pid, SIGTERM);
		alarm(20); /* ends us, and the benchmark goes on */
		if (waitpid(pid, &w, 0) < 0)
			return 111;
		stop[i] = now_ms() - t;
		alarm(20);
	}
	qsort(boot, (size_t)rounds, sizeof *boot, by_size);
	qsort(stop, (size_t)rounds, sizeof *stop, by_size);
	printf("%.2f %.2f %ld %ld %d\n", boot[rounds / 2], stop[rounds / 2],
		one, all, WIFEXITED(w) ? WEXITSTATUS(w) : 128 + WTERMSIG(w));
	return 0;
}
