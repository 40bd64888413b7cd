/* beat.c - a service for the model of switches: beat DIR UID quiet|talk [FD].
 * It notes in DIR/seen.UID the definition that it was started with or told to
 * read again, says on FD that it is ready, and if it talks writes numbered
 * lines "UID PID.START N" and at last "UID PID.START end N". */

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char seen[PATH_MAX], fresh[PATH_MAX + 32];

static void
note(void)
{
	char def[PATH_MAX] = "-";
	FILE *f = fopen(fresh, "w");

	if (!f || (!realpath("def", def) && def[0] != '-'))
		_exit(110);
	fprintf(f, "%s\n", def);
	if (fclose(f) || rename(fresh, seen) < 0)
		_exit(111);
}

static void
line(const char *text)
{
	size_t n = strlen(text);

	if (write(1, text, n) != (ssize_t)n) {
		perror(text);
		_exit(112);
	}
}

int
main(int argc, char **argv)
{
	struct timespec beat = { 0, 15000000 }, now;
	const struct timespec *wait;
	char text[256], key[128];
	unsigned long n = 0;
	sigset_t set;
	int sig;

	if (argc < 4)
		return 100;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, 0);
	signal(SIGPIPE, SIG_IGN);
	snprintf(seen, sizeof seen, "%s/seen.%s", argv[1], argv[2]);
	snprintf(fresh, sizeof fresh, "%s.%ld", seen, (long)getpid());
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(key, sizeof key, "%s %ld.%lld%09ld", argv[2], (long)getpid(),
		(long long)now.tv_sec, now.tv_nsec);
	wait = strcmp(argv[3], "talk") ? 0 : &beat;
	note();
	if (argc > 4 &&
		(write(atoi(argv[4]), "\n", 1) != 1 ||
			close(atoi(argv[4])) < 0))
		return 113;
	for (;;) {
		if (wait) {
			snprintf(text, sizeof text, "%s %lu\n", key, n++);
			line(text);
		}
		sig = wait ? sigtimedwait(&set, 0, wait) : sigwaitinfo(&set, 0);
		if (sig == SIGHUP)
			note();
		if (sig == SIGTERM)
			break;
	}
	if (wait) {
		snprintf(text, sizeof text, "%s end %lu\n", key, n);
		line(text);
	}
	return 0;
}
