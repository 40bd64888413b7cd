/* os.h - what differs between systems about processes; the machine's side
 * (reboot, mounts, console) is init/os.h.  One body for each system:
 * os-linux.c, os-bsd.c.  Everything degrades: where a system cannot do a
 * thing, the answer is -1 and ENOSYS, and the caller has another way. */
#ifndef LIB_OS_H
#define LIB_OS_H

#include <stdint.h>
#include <sys/types.h>

/* Nanoseconds of a clock that does not jump; for deadlines. */
uint64_t os_now(void);
/* Nanoseconds since boot, suspension included, on the clock by which
 * os_start_time tells; 0 if there is none. */
uint64_t os_boot_now(void);
/* A number that differs between boots (and containers); 0 if unknown. */
uint64_t os_boot_token(void);

/* When a process was started, on the clock of os_boot_now, to about 10 ms.
 * 0 and *ns set, or -1 and errno (ESRCH: no such process). */
int os_start_time(pid_t pid, uint64_t *ns);
/* Parent of a process; 0 if unknown. */
pid_t os_parent(pid_t pid);
/* Is a process that we see in a pid namespace below ours?  1 or 0. */
int os_in_inner_pidns(pid_t pid);
/* Name of a process as ps shows it, cut to max - 1 bytes; "?" if unknown. */
void os_name(pid_t pid, char *buf, size_t max);

/* Orphans among our descendants become our children.  0 or -1. */
int os_subreaper(void);

/* Our children as text: pids with a space after each; as many as fit.
 * Length, or -1 and errno (ENOSYS: not on this system). */
ssize_t os_children(char *buf, size_t max);

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

/* Who is at the other end of a local socket.  0 or -1 and errno. */
int os_peer(int fd, uid_t *uid, gid_t *gid);
/* Its pid when it connected.  0 or -1 and errno. */
int os_peer_pid(int fd, pid_t *pid);

/* Give back the pages of the stack below the caller's frame, which deeper
 * calls have touched. */
void os_shed_stack(void);

/* Call fn with each name in an open directory but "." and "..", without
 * allocating where the system allows it; stop when it returns other than 0.
 * What fn returned last, or -1 and errno.  fd stays open. */
int os_each_name(int fd, int (*fn)(void *arg, const char *name), void *arg);

#endif
