/* ready.h - wait for many descriptors to become readable: epoll, kqueue or
 * poll.  A wake-up costs what is ready, not what is watched. */
#ifndef LIB_READY_H
#define LIB_READY_H

#include <stddef.h>
#include <stdint.h>

struct ready {
	int fd; /* of the kernel's set, or -1 */
	size_t n, max; /* for poll only */
	void *fds; /* owned */
	uint64_t *keys; /* owned */
};

/* 0, or -1 and errno. */
int ready_init(struct ready *);
void ready_free(struct ready *);
/* Watch fd; key is what ready_wait reports. */
int ready_add(struct ready *, int fd, uint64_t key);
/* Stop watching, before fd is closed. */
void ready_del(struct ready *, int fd);
/* Wait at most ms (-1: for ever).  Number of keys set, 0 on timeout, -1 and
 * errno (EINTR). */
int ready_wait(struct ready *, int ms, uint64_t *keys, int max);

#endif
