/* spawn.c - see spawn.h.
 * vfork: the child borrows our memory until it executes, so nothing is
 * copied and errno of its exec comes back by itself.  It must not change
 * anything of ours but the struct below. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/os.h"
#include "lib/spawn.h"

extern char **environ;

struct job {
	const struct spawn *s;
	volatile int err;
};

/* A source that another row is about to overwrite moves out of the way. */
static int
place_fds(const struct spawn *s)
{
	int from[SPAWN_FDS], high = 3;

	for (unsigned i = 0; i < s->nfds; i++)
		if (s->fds[i].to >= high)
			high = s->fds[i].to + 1;
	for (unsigned i = 0; i < s->nfds; i++) {
		from[i] = s->fds[i].from;
		for (unsigned j = 0; j < i; j++)
			if (s->fds[j].to == from[i])
				from[i] = -1;
		if (from[i] < 0 &&
			(from[i] = fcntl(
				 s->fds[i].from, F_DUPFD_CLOEXEC, high)) < 0)
			return -1;
	}
	/* A source below a target of an earlier row was moved in time only
	 * if all moves come before the first dup2. */
	for (unsigned i = 0; i < s->nfds; i++) {
		if (from[i] == s->fds[i].to) {
			if (fcntl(from[i], F_SETFD, 0) < 0)
				return -1;
		} else if (dup2(from[i], s->fds[i].to) < 0) {
			return -1;
		}
	}
	return 0;
}

/* Interpreter and argument of a script's first line, which is taken apart as
 * the kernel does it.  1, or 0 if it is none. */
static int
script_line(char *line, char **program, char **arg)
{
	char *end;

	if (line[0] != '#' || line[1] != '!')
		return 0;
	line += 2;
	line[strcspn(line, "\n")] = 0;
	line += strspn(line, " \t");
	*program = line;
	line += strcspn(line, " \t");
	*arg = 0;
	if (*line) {
		*line++ = 0;
		line += strspn(line, " \t");
		for (end = line + strlen(line);
			end > line && (end[-1] == ' ' || end[-1] == '\t');)
			*--end = 0;
		if (*line)
			*arg = line;
	}
	return **program == '/';
}

/* Apart, because its large frame would, before any execve, touch a page
 * of the stack that the parent has to keep for it. */
static __attribute__((noinline)) void
execute_script(const char *file, char *const *argv, char *const *envp)
{
	char line[256], path[4096], *args[SPAWN_ARGS + 4], *program, *arg;
	struct stat st;
	ssize_t len;
	int n = 0, fd;

	if (stat(file, &st) < 0 || !S_ISREG(st.st_mode) ||
		!(st.st_mode & 0111) || strlen(file) >= sizeof path)
		goto no;
	/* It may be executed, but not there. */
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		goto no;
	len = read(fd, line, sizeof line - 1);
	close(fd);
	if (len < 0)
		goto no;
	line[len] = 0;
	if (!script_line(line, &program, &arg))
		goto no;
	strcpy(path, file);
	args[n++] = program;
	if (arg)
		args[n++] = arg;
	args[n++] = path;
	for (int i = 1; *argv && argv[i]; i++) {
		if (i > SPAWN_ARGS)
			goto no;
		args[n++] = argv[i];
	}
	args[n] = 0;
	execve(program, args, envp);
no:
	errno = EACCES;
}

void
spawn_execve(const char *file, char *const *argv, char *const *envp)
{
	execve(file, argv, envp);
	if (errno == EACCES)
		execute_script(file, argv, envp);
}

void
spawn_exec(const struct spawn *s)
{
	sigset_t none;

	if (s->session)
		setsid();
	if (s->before)
		s->before(s->before_arg);
	if (s->cgroup > 0 && write(s->cgroup, "0", 1) < 0)
		return;
	if (place_fds(s) < 0)
		return;
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	/* Not left to execve: once unblocked, a handler would run here, on
	 * the parent's memory. */
	for (const int *sig = s->handled; sig && *sig; sig++)
		signal(*sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, s->mask ? s->mask : &none, 0);
	spawn_execve(s->file, s->argv, s->envp ? s->envp : environ);
}

static int
child(void *arg)
{
	struct job *job = arg;

	spawn_exec(job->s);
	job->err = errno;
	_exit(127);
}

pid_t
spawn(const struct spawn *s)
{
	struct job job = { .s = s };
	pid_t pid;

	if (s->nfds > SPAWN_FDS) {
		errno = EINVAL;
		return -1;
	}
	if (s->newpid)
		pid = os_vfork_newpid(child, &job);
	else if (!(pid = vfork()))
		child(&job);
	if (pid > 0 && job.err) {
		while (waitpid(pid, 0, 0) < 0 && errno == EINTR)
			;
		errno = job.err;
		return -1;
	}
	return pid;
}

void
spawn_plain(posix_spawnattr_t *at, short flags)
{
	sigset_t all, none;

	sigfillset(&all);
	sigdelset(&all, SIGKILL);
	sigdelset(&all, SIGSTOP);
	sigemptyset(&none);
	posix_spawnattr_init(at);
	posix_spawnattr_setsigdefault(at, &all);
	posix_spawnattr_setsigmask(at, &none);
	posix_spawnattr_setflags(at,
		(short)(flags | POSIX_SPAWN_SETSIGDEF |
			POSIX_SPAWN_SETSIGMASK));
}
