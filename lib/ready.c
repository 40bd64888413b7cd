/* ready.c - waits for descriptors by epoll, kqueue or poll, whichever there
 * is. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "lib/ready.h"

enum { BATCH = 64 };

#if defined HAS_EPOLL

#include <sys/epoll.h>

int
ready_init(struct ready *r)
{
	memset(r, 0, sizeof *r);
	r->fd = epoll_create1(EPOLL_CLOEXEC);
	return r->fd < 0 ? -1 : 0;
}

int
ready_add(struct ready *r, int fd, uint64_t key)
{
	struct epoll_event e = { .events = EPOLLIN, .data = { .u64 = key } };

	return epoll_ctl(r->fd, EPOLL_CTL_ADD, fd, &e);
}

void
ready_del(struct ready *r, int fd)
{
	struct epoll_event e = { .events = 0 };

	epoll_ctl(r->fd, EPOLL_CTL_DEL, fd, &e);
}

int
ready_wait(struct ready *r, int ms, uint64_t *keys, int max)
{
	struct epoll_event e[BATCH];
	int n = epoll_wait(r->fd, e, max < BATCH ? max : BATCH, ms);

	for (int i = 0; i < n; i++)
		keys[i] = e[i].data.u64;
	return n;
}

#elif defined HAS_KQUEUE

#include <sys/types.h>
#include <sys/event.h>
#include <sys/time.h>
#include <time.h>

int
ready_init(struct ready *r)
{
	memset(r, 0, sizeof *r);
	r->fd = kqueue();
	return r->fd < 0 ? -1 : 0;
}

int
ready_add(struct ready *r, int fd, uint64_t key)
{
	struct kevent k;

	EV_SET(&k, fd, EVFILT_READ, EV_ADD, 0, 0, (void *)(uintptr_t)key);
	return kevent(r->fd, &k, 1, 0, 0, 0) < 0 ? -1 : 0;
}

void
ready_del(struct ready *r, int fd)
{
	struct kevent k;

	EV_SET(&k, fd, EVFILT_READ, EV_DELETE, 0, 0, 0);
	kevent(r->fd, &k, 1, 0, 0, 0);
}

int
ready_wait(struct ready *r, int ms, uint64_t *keys, int max)
{
	struct kevent e[BATCH];
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };
	int n = kevent(
		r->fd, 0, 0, e, max < BATCH ? max : BATCH, ms < 0 ? 0 : &t);

	for (int i = 0; i < n; i++)
		keys[i] = (uint64_t)(uintptr_t)e[i].udata;
	return n;
}

#else

#include <poll.h>

int
ready_init(struct ready *r)
{
	memset(r, 0, sizeof *r);
	r->fd = -1;
	return 0;
}

int
ready_add(struct ready *r, int fd, uint64_t key)
{
	struct pollfd *p = r->fds;

	if (r->n == r->max) {
		size_t max = r->max ? 2 * r->max : BATCH;
		uint64_t *keys;

		p = realloc(r->fds, max * sizeof *p);
		if (!p)
			return -1;
		r->fds = p;
		keys = realloc(r->keys, max * sizeof *keys);
		if (!keys)
			return -1;
		r->keys = keys;
		r->max = max;
	}
	p[r->n].fd = fd;
	p[r->n].events = POLLIN;
	r->keys[r->n++] = key;
	return 0;
}

void
ready_del(struct ready *r, int fd)
{
	struct pollfd *p = r->fds;

	for (size_t i = 0; i < r->n; i++)
		if (p[i].fd == fd) {
			p[i] = p[--r->n];
			r->keys[i] = r->keys[r->n];
			return;
		}
}

int
ready_wait(struct ready *r, int ms, uint64_t *keys, int max)
{
	struct pollfd *p = r->fds;
	int got = 0, n = poll(p, (nfds_t)r->n, ms);

	if (n <= 0)
		return n;
	for (size_t i = 0; i < r->n && got < max; i++)
		if (p[i].revents)
			keys[got++] = r->keys[i];
	return got;
}

#endif

void
ready_free(struct ready *r)
{
	if (r->fd >= 0)
		close(r->fd);
	free(r->fds);
	free(r->keys);
	memset(r, 0, sizeof *r);
	r->fd = -1;
}
