/* os.h - what differs between systems about processes; the machine's side
 * (reboot, mounts, console) is init/os.h.  One body for each system:
 * os-linux.c and os-linux-proc.c, os-bsd.c.  Everything degrades: where a
 * system cannot do a thing, the answer is -1 and ENOSYS, and the caller has
 * another way. */
#ifndef LIB_OS_H
#define LIB_OS_H

#include <stdint.h>
#include <sys/types.h>

/* How this program was called, for os_own_path of systems that do not tell
 * it; before the current directory is changed (prog_init does it). */
void os_called_as(const char *argv0);
/* Full path of the program that this process executes; PATH_LEN bytes.  0;
 * or 1 if it is only what the caller said, so that programs which we start
 * by a bare name will not know theirs; or -1 if it is not known. */
int os_own_path(char *buf);

/* Nanoseconds of a clock that does not jump; for deadlines. */
uint64_t os_now(void);
/* Nanoseconds since boot, suspension included, on the clock by which
 * os_start_time tells; 0 if there is none. */
uint64_t os_boot_now(void);
/* A number that differs between boots of the kernel; 0 if unknown. */
uint64_t os_boot_token(void);

/* Text for a file, two words of which "-" says nothing: the boot of the
 * kernel, and the first process of a container.  0, or -1 and errno. */
int os_boot_id(char *buf, size_t max);

/* Of process 1 of this pid namespace: its uid and the last word of its command
 * line.  0, or -1 and errno (ENOSYS: not known on this system). */
int os_first(uid_t *uid, char *last, size_t max);

/* When a process was started, on the clock of os_boot_now, to about 10 ms.
 * 0 and *ns set, or -1 and errno (ESRCH: no such process; else it is not
 * known, for instance because /proc is not there or another namespace's). */
int os_start_time(pid_t pid, uint64_t *ns);
/* Parent of a process; 0 if unknown. */
pid_t os_parent(pid_t pid);
/* Is a process that we see in a pid namespace below ours?  1 or 0. */
int os_in_inner_pidns(pid_t pid);
/* Name of a process as ps shows it, cut to max - 1 bytes; "?" if unknown. */
void os_name(pid_t pid, char *buf, size_t max);

enum os_fate { FATE_UNKNOWN, FATE_IGNORED, FATE_DEFAULT, FATE_HANDLED };
/* What a signal other than KILL and STOP meets in a process. */
enum os_fate os_fate(pid_t pid, int sig);
/* Open a file for reading by its name in the directory where our parent is.
 * A descriptor, close-on-exec, or -1 and errno (ENOSYS: not known here). */
int os_open_at_parent(const char *name);

/* Have this signal sent to us when our parent ends.  0 or -1. */
int os_when_parent_ends(int sig);
/* Orphans among our descendants become our children.  0 or -1. */
int os_subreaper(void);

/* Is the standard input of a process the file at this path?  1, 0 (also: no
 * such file), or -1: not known. */
int os_input_is(pid_t pid, const char *path);

/* Our children as text: pids with a space after each; as many as fit.
 * Length, or -1 and errno (ENOSYS: not on this system). */
ssize_t os_children(char *buf, size_t max);

/* Call fn with each process below root that has not ended, but not with
 * spared and what is below it.  How many; or -1 and errno (ENOSYS: not on
 * this system, or not with this /proc). */
int os_descendants(
	pid_t root, pid_t spared, void (*fn)(void *arg, pid_t), void *arg);

/* A descriptor that polls readable when the process ends, close-on-exec.
 * -1 and errno: ESRCH no such process, ENOSYS not on this system. */
int os_pidfd(pid_t pid);
/* kill for the process behind it, and never another.  0, or -1. */
int os_pidfd_kill(int fd, int sig);
/* Wait status of the ended process behind such a descriptor, if the kernel
 * keeps it.  1 and *wstat set, 0 not (yet) known, -1 never. */
int os_pidfd_status(int fd, int *wstat);

/* Like vfork, but the child is process 1 of a new pid namespace: calls
 * fn(arg) there, in our memory, and goes on when that has executed or
 * exited.  The child's pid, or -1 and errno (ENOSYS: not on this system). */
pid_t os_vfork_newpid(int (*fn)(void *), void *arg);
/* The same like fork: fn has a copy of our memory, and we go on at once. */
pid_t os_fork_newpid(int (*fn)(void *), void *arg);

/* Our pid and our parent's as /proc shows them, which is from the pid
 * namespace that it was mounted in: also for a child that is in a new one.  0,
 * or -1. */
int os_outer_pids(pid_t *pid, pid_t *parent);

/* Where a directory that may be a link is, without any link: to buf, absolute.
 * 0, or -1 and errno (ENAMETOOLONG: does not fit; ENOSYS: not known here). */
int os_resolve(const char *dir, char *buf, size_t max);
/* Exchange two names of one directory at once.  0, or -1 and errno (ENOSYS or
 * EINVAL: not on this system, or not on this file system). */
int os_exchange(int dirfd, const char *a, const char *b);
/* Lock an open file as a whole, for all who inherit or get the descriptor.
 * 0, or -1 and errno (EAGAIN or EACCES: another has it). */
int os_lock(int fd, int shared, int wait);

/* A descriptor that polls readable when files come, go or grow in a directory
 * that was added; what can be read there says nothing.  -1: not here. */
int os_changes(void);
int os_changes_add(int fd, const char *dir);

/* Who is at the other end of a local socket.  0 or -1 and errno. */
int os_peer(int fd, uid_t *uid, gid_t *gid);
/* Its pid when it connected.  0 or -1 and errno. */
int os_peer_pid(int fd, pid_t *pid);

/* Bind a datagram socket to an address that the system chooses and that is in
 * no directory; its name, which begins with @, to buf.  0, or -1 and errno
 * (ENOSYS: not on this system). */
int os_bind_nameless(int fd, char *buf, size_t max);
/* Let the messages of a socket tell who sent them.  0, or -1 and errno (ENOSYS:
 * not on this system). */
int os_tell_senders(int fd);
/* Who sent the message.  1, or 0 if it does not tell. */
struct msghdr;
int os_sender(struct msghdr *, pid_t *pid, uid_t *uid);
/* Does the user own the process?  1, or 0 (also if unknown). */
int os_owns(uid_t uid, pid_t pid);

/* Give back the pages of the stack below the caller's frame, which deeper
 * calls have touched. */
void os_shed_stack(void);

/* Call fn with each name in an open directory but "." and "..", without
 * allocating where the system allows it; stop when it returns other than 0.
 * What fn returned last, or -1 and errno.  fd stays open. */
int os_each_name(int fd, int (*fn)(void *arg, const char *name), void *arg);
/* The same for names of fifos, and those of which the directory does not say
 * what they are. */
int os_each_fifo(int fd, int (*fn)(void *arg, const char *name), void *arg);

/* Open a directory, and no link to one, to go on from it: where the system can
 * do that, it need not be readable.  A descriptor that fstat and the calls
 * with `at' take, close-on-exec; or -1 and errno. */
int os_open_walk(int at, const char *name);

/* Open what a descriptor is open on once more, with flags of its own, to be
 * close-on-exec.  A descriptor, or -1 and errno (ENOSYS, ENOENT: not here). */
int os_reopen(int fd, int flags);

#endif
