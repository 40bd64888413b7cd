/* front.c - see front.h: places, children, words. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/suggest.h"
#include "tools/front/front.h"

void
front_places(struct places *p)
{
	char err[512];

	if (places_default(p, err, sizeof err) < 0)
		die(EX_MISUSE, "%s", err);
}

pid_t
front_spawn(const char *program, char *const *argv, int out, int err)
{
	char path[PATH_LEN];
	pid_t pid;

	if (chain_sister(path, sizeof path, program) < 0)
		return -1;
	fflush(0);
	pid = fork();
	if (pid)
		return pid;
	if (out >= 0 && out != 1)
		dup2(out, 1);
	if (err >= 0 && err != 2)
		dup2(err, 2);
	execv(path, argv);
	die_sys(errno == ENOENT ? EX_NOTFOUND : EX_NOEXEC,
		"unable to execute %s", path);
}

int
front_reap(pid_t pid)
{
	int w;

	while (waitpid(pid, &w, 0) < 0)
		if (errno != EINTR)
			return EX_SYSTEM;
	return WIFSIGNALED(w) ? 128 + WTERMSIG(w) : WEXITSTATUS(w);
}

int
front_run(char *const *argv)
{
	pid_t pid = front_spawn(argv[0], argv, -1, -1);

	if (pid < 0)
		die_sys(EX_SYSTEM, "unable to start %s", argv[0]);
	return front_reap(pid);
}

void
front_exec(const char *program, char **argv)
{
	char path[PATH_LEN];

	if (chain_sister(path, sizeof path, program) < 0)
		die_sys(EX_SYSTEM, "unable to find %s", program);
	fflush(0);
	execv(path, argv);
	if (errno == ENOENT)
		die(EX_NOTFOUND,
			"%s is not installed beside this program "
			"(%s does not exist)",
			program, path);
	die_sys(EX_NOEXEC, "unable to execute %s", path);
}

void
front_exec_sub(const struct sub *s, char **argv)
{
	static char name[64];

	snprintf(name, sizeof name, "reeve-%s", s->name);
	argv[0] = name;
	front_exec(s->program, argv);
}

const char *
front_begun(const char *typed, const char *const *names, size_t n)
{
	const char *found = 0;

	for (size_t i = 0; i < n && *typed; i++) {
		if (strncmp(names[i], typed, strlen(typed)))
			continue;
		if (found)
			return 0;
		found = names[i];
	}
	return found;
}

const char *
front_nearest(const char *typed, const char *const *names, size_t n)
{
	struct suggest near = suggest_init(typed);

	for (size_t i = 0; i < n; i++)
		suggest_try(&near, names[i]);
	return near.best;
}

static char *
ring(void)
{
	static char bufs[4][40];
	static unsigned next;

	return bufs[next++ % 4];
}

const char *
front_duration(long long s)
{
	char *buf = ring();

	if (s < 0)
		s = 0;
	if (s < 60)
		snprintf(buf, 40, "%llds", s);
	else if (s < 3600)
		snprintf(buf, 40, "%lldm %llds", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, 40, "%lldh %lldm", s / 3600, s / 60 % 60);
	else
		snprintf(buf, 40, "%lldd %lldh", s / 86400, s / 3600 % 24);
	return buf;
}

const char *
front_date(long long t)
{
	char *buf = ring();
	time_t when = (time_t)t;
	struct tm tm;

	if (!localtime_r(&when, &tm) ||
		!strftime(buf, 40, "%Y-%m-%d %H:%M:%S", &tm))
		strcpy(buf, "?");
	return buf;
}
