/* oneshot-script.c - the oneshot daemon starts the script of a oneshot, its output to
 * who asked and to its logger; see oneshotd.h. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <skalibs/selfpipe.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "lib/spawn.h"
#include "rc/running.h"
#include "rc/oneshotd.h"

extern char **environ;

enum { SIGNALS = 32 };

/* Copy everything from the script to the caller and to the logger; a side
 * that is gone is left out.  A process of its own, as either may block. */
static void
copy_output(int from, int caller, int logger)
{
	char buf[8192];
	ssize_t r;

	signal(SIGPIPE, SIG_IGN);
	while ((r = read(from, buf, sizeof buf)) > 0 ||
		(r < 0 && errno == EINTR)) {
		if (r < 0)
			continue;
		if (caller >= 0 && file_write_all(caller, buf, (size_t)r) < 0)
			caller = -1;
		if (logger >= 0 && file_write_all(logger, buf, (size_t)r) < 0)
			logger = -1;
	}
	_exit(0);
}

/* The write end for a script whose output goes to its logger too, or -1: no
 * logger listens. */
static int
open_copier(struct conn *c)
{
	int p[2],
		logger = open(c->rq.logger, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	pid_t pid;

	if (logger < 0)
		return -1;
	if (pipe(p) < 0) {
		close(logger);
		return -1;
	}
	fchmod(p[1], FILE_PIPE_MODE);
	fcntl(p[0], F_SETFD, FD_CLOEXEC);
	fcntl(p[1], F_SETFD, FD_CLOEXEC);
	pid = fork();
	if (pid == 0) {
		fcntl(logger, F_SETFL, 0);
		close(p[1]);
		selfpipe_finish();
		copy_output(p[0], c->given[1], logger);
	}
	close(p[0]);
	close(logger);
	if (pid < 0) {
		close(p[1]);
		return -1;
	}
	return p[1];
}

static char **
words(const struct request *q)
{
	char **v = calloc((size_t)q->argc + 1, sizeof *v);
	const char *s = q->argv;

	for (uint32_t i = 0; v && i < q->argc; i++, s += strlen(s) + 1)
		v[i] = (char *)(uintptr_t)s;
	return v;
}

static char **
environment(const char *name, const char *changer)
{
	size_t n = 0, k = 0;
	char **v;

	while (environ[n])
		n++;
	v = calloc(n + 3, sizeof *v);
	if (!v)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "RC_NAME=", 8) &&
			strncmp(environ[i], "RC_CHANGER=", 11))
			v[k++] = environ[i];
	v[k++] = (char *)(uintptr_t)name;
	v[k] = (char *)(uintptr_t)changer;
	return v;
}

/* As execvp would find it.  0, or an error number. */
static int
find_program(char *buf, const char *name)
{
	const char *path = getenv("PATH"), *end;
	int e = ENOENT;
	struct stat st;

	if (strchr(name, '/'))
		return path_join(buf, PATH_LEN, name) < 0 ? errno : 0;
	for (path = path ? path : "/bin:/usr/bin"; path; path = end) {
		char dir[PATH_LEN];
		size_t n = strcspn(path, ":");

		end = path[n] ? path + n + 1 : 0;
		if (n >= sizeof dir)
			continue;
		memcpy(dir, path, n);
		dir[n] = 0;
		if (path_join(buf, PATH_LEN, n ? dir : ".", name) < 0 ||
			stat(buf, &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		if (access(buf, X_OK) == 0)
			return 0;
		e = errno;
	}
	return e;
}

/* What is not noted may run twice, if we are killed meanwhile.  But to stop
 * something must not need room. */
static int
may_go_unnoted(const struct conn *c)
{
	int e = errno;

	if (c->rq.kind == REQUEST_DOWN && (e == ENOSPC || e == EDQUOT)) {
		warn_sys("unable to note that %s runs (going on)", c->rq.name);
		return 1;
	}
	warn_sys("unable to note that %s is to run (it is not started)",
		c->rq.name);
	errno = e;
	return 0;
}

/* 0, or an error number.  Noted before it executes, so that whoever replaces
 * us starts no second one. */
static int
spawn_script(struct conn *c, char **argv, char **env, int out, int err)
{
	int signals[SIGNALS], null = -1, n = 0, e = 0;
	char path[PATH_LEN];
	struct spawn_fd fds[3];
	struct running running;
	struct spawn sp = { .file = path,
		.argv = argv,
		.envp = env,
		.fds = fds,
		.session = 1,
		.before = running_announce,
		.before_arg = &running,
		.handled = signals };
	sigset_t all, was;

	for (int s = 1; s < SIGNALS; s++)
		signals[s - 1] = s;
	signals[SIGNALS - 1] = 0;
	e = find_program(path, argv[0]);
	if (e)
		return e;
	if (c->given[0] < 0)
		null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	fds[n++] = (struct spawn_fd){ 0, null < 0 ? c->given[0] : null };
	if (fds[0].from < 0)
		return errno;
	if (out >= 0)
		fds[n++] = (struct spawn_fd){ 1, out };
	if (err >= 0)
		fds[n++] = (struct spawn_fd){ 2, err };
	sp.nfds = (unsigned)n;
	if (running_begin(&running, c->rq.name, c->buf, c->got,
		    c->rq.timeout_ms) < 0 &&
		!may_go_unnoted(c)) {
		e = errno;
		if (null >= 0)
			close(null);
		return e;
	}
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &was);
	c->pid = spawn(&sp);
	e = c->pid < 0 ? errno : 0;
	sigprocmask(SIG_SETMASK, &was, 0);
	running_begun(&running);
	if (null >= 0)
		close(null);
	if (e) {
		c->pid = 0;
		running_drop(c->rq.name);
	}
	return e;
}

int
script_start(struct conn *c)
{
	char name[DB_NAME_MAX + 16], changer[32];
	char **argv = words(&c->rq), **env;
	int copy = -1, r = ENOMEM;

	snprintf(name, sizeof name, "RC_NAME=%s", c->rq.name);
	snprintf(changer, sizeof changer, "RC_CHANGER=%u",
		(unsigned)c->rq.changer);
	env = environment(name, changer);
	if (argv && env) {
		if (*c->rq.logger)
			copy = open_copier(c);
		r = spawn_script(c, argv, env, copy >= 0 ? copy : c->given[1],
			copy >= 0 ? copy : c->given[2]);
	}
	if (copy >= 0)
		close(copy);
	free(argv);
	free(env);
	conn_close_given(c);
	return r;
}
