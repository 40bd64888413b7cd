/* victim.c - a service that tells what happens to it, for tests/torture.
 * victim DIR ID VERSION up|down [fail] [MS]: a script of a oneshot
 * victim DIR ID VERSION run [ready] [talk] [MS]: a longrun; ends MS after TERM
 * victim DIR ID VERSION die: a longrun that cannot live
 * Whoever is there twice says so in DIR/twice; the events are in DIR/events/ID,
 * one line "WHAT VERSION PID" each.  One that talks writes "ID PID.START N",
 * notes in DIR/told/ID.PID.START how many it has written, and "end N". */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static const char *dir, *id, *version;

static void
note(const char *file, const char *what)
{
	char path[4096], text[256];
	int fd, n;

	snprintf(path, sizeof path, "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	n = snprintf(text, sizeof text, "%s %s %ld\n", what, version,
		(long)getpid());
	if (fd < 0 || write(fd, text, (size_t)n) != n)
		_exit(111);
	close(fd);
}

static void
event(const char *what)
{
	char file[256];

	snprintf(file, sizeof file, "events/%s", id);
	note(file, what);
}

/* Held as long as the process lives. */
static void
alone(void)
{
	char path[4096], what[256];
	int fd;

	snprintf(path, sizeof path, "%s/locks/%s", dir, id);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		_exit(111);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		snprintf(what, sizeof what, "%s is there twice:", id);
		note("twice", what);
	}
}

static void
nap(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, 0);
}

static void
tell(const char *key, int fd, const char *what, unsigned long n)
{
	char text[256];
	int len = snprintf(text, sizeof text, "%s %s%lu\n", key, what, n);
	unsigned long done = n + 1;

	/* Below PIPE_BUF: all or nothing. */
	if (write(1, text, (size_t)len) == len && !*what &&
		pwrite(fd, &done, sizeof done, 0) < 0)
		_exit(112);
}

static int
live(int ready, int talk, int ms)
{
	struct timespec beat = { 0, 10000000 }, now;
	char key[128], path[4096];
	unsigned long n = 0;
	sigset_t set;
	int fd = -1, sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, 0);
	signal(SIGPIPE, SIG_IGN);
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(key, sizeof key, "%s %ld.%lld%09ld", id, (long)getpid(),
		(long long)now.tv_sec, now.tv_nsec);
	if (talk) {
		snprintf(path, sizeof path, "%s/told/%s", dir, key);
		*strchr(path + strlen(dir) + 6, ' ') = '.';
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	}
	event("start");
	if (ready && (write(3, "\n", 1) != 1 || close(3) < 0))
		return 113;
	do {
		if (talk)
			tell(key, fd, "", n++);
		sig = talk ? sigtimedwait(&set, 0, &beat)
			   : sigwaitinfo(&set, 0);
		if (sig == SIGHUP)
			event("hup");
	} while (sig != SIGTERM);
	nap(ms);
	if (talk)
		tell(key, fd, "end ", n);
	event("stop");
	return 0;
}

int
main(int argc, char **argv)
{
	int fail = 0, ready = 0, talk = 0, ms = 0;

	if (argc < 5)
		return 100;
	dir = argv[1];
	id = argv[2];
	version = argv[3];
	for (int i = 5; i < argc; i++) {
		fail |= !strcmp(argv[i], "fail");
		ready |= !strcmp(argv[i], "ready");
		talk |= !strcmp(argv[i], "talk");
		ms = atoi(argv[i]);
	}
	alone();
	if (!strcmp(argv[4], "die"))
		return 1;
	if (!strcmp(argv[4], "run"))
		return live(ready, talk, ms);
	nap(ms);
	if (fail)
		return 1;
	event(argv[4]);
	return 0;
}
