/* trap.h - signals of a daemon's loop.  They are blocked all the time but in
 * trap_wait, so that none is missed; a handler only remembers that one came. */
#ifndef LIB_TRAP_H
#define LIB_TRAP_H

#include <poll.h>
#include <stdint.h>

/* Handle and block these (ends with 0, at most TRAP_MAX; borrowed, and kept);
 * ignore SIGPIPE and SIGXFSZ, so that write says EPIPE or EFBIG. */
enum { TRAP_MAX = 16 };
void trap_signals(const int *signals);
/* 1 if the signal came since this was last asked, else 0. */
int trap_took(int sig);
/* Default for all of them, none blocked, none pending: before executing
 * another. */
void trap_release(void);

/* Wait for a descriptor, a signal, or the moment `until' of os_now (0: for
 * ever).  Number of descriptors with revents; 0; or -1 and errno (EINTR: a
 * signal).  Unless it is above 0, all revents are 0. */
int trap_wait(struct pollfd *fds, nfds_t n, uint64_t until);

/* The earlier of two moments, of which 0 is never. */
uint64_t trap_earlier(uint64_t a, uint64_t b);

#endif
