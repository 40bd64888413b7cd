/* spawn.h - start one child as cheaply as the system can: no copy of our
 * memory, and a failed exec is our error, not a child that died. */
#ifndef LIB_SPAWN_H
#define LIB_SPAWN_H

#include <signal.h>
#include <spawn.h>
#include <sys/types.h>

struct spawn_fd {
	int to; /* descriptor the child sees */
	int from; /* ours, which stays open here */
};

struct spawn {
	const char *file; /* path; PATH is not searched */
	char *const *argv;
	char *const *envp; /* 0: ours */
	const struct spawn_fd *fds; /* all other descriptors are inherited
				 * as their close-on-exec flag says */
	unsigned nfds; /* at most SPAWN_FDS */
	unsigned session : 1; /* in a session of its own */
	unsigned newpid : 1; /* in a pid namespace of its own */
	int cgroup; /* descriptor of a cgroup.procs to enter, or
				 * below 1 for none */
	const sigset_t *mask; /* its signal mask; 0: nothing blocked */
	/* Called in the child when it has its session, on our memory and with
	 * our descriptors.  Or a null pointer. */
	void (*before)(void *arg);
	void *before_arg;
	const int *handled; /* signals that have handlers here, ends with
				 * 0; or a null pointer.  They must be blocked
				 * when spawn is called */
};

enum { SPAWN_FDS = 8, SPAWN_ARGS = 16 };

/* The child's pid once it has executed; or -1 and errno, and then there is
 * no child.  SIGPIPE is back to its default in the child. */
pid_t spawn(const struct spawn *);

/* For those who need what posix_spawn has: attributes by which the child gets
 * every signal at its default and none blocked, with more flags.  The caller
 * destroys them. */
void spawn_plain(posix_spawnattr_t *, short flags);

/* execve; but a script on a file system that is mounted noexec (a /run of
 * many containers) is given to its interpreter, as if that had been called.
 * Of its arguments, at most SPAWN_ARGS.  Returns only if it fails, with
 * errno; uses the stack only. */
void spawn_execve(const char *file, char *const *argv, char *const *envp);

/* The child's half alone, in a process that the caller has forked: returns
 * only if it fails, with errno. */
void spawn_exec(const struct spawn *);

#endif
