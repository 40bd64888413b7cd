/* scrape.c - see scrape.h.  Nothing here waits for one client: what one sends
 * a byte a second, or does not read, holds up no other. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "tools/front/scrape.h"

enum { BACKLOG = 16, REQUEST_MAX = 4096 };

struct client {
	int fd;
	uint64_t deadline;
	size_t nrequest;
	char request[REQUEST_MAX];
	char *answer; /* owned; 0: its request is not whole yet */
	size_t len, sent;
};

struct server {
	char *(*collect)(const char *, size_t *);
	const char *arg;
	struct client *clients[SCRAPE_CLIENTS]; /* in the order they came */
	size_t n;
};

static int
make_socket(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct stat st;
	int fd;

	if (strlen(path) >= sizeof sa.sun_path)
		die(EX_MISUSE,
			"the path of a local socket may have at most "
			"%zu bytes: %s",
			sizeof sa.sun_path - 1, path);
	strcpy(sa.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0)
		die_sys(EX_SYSTEM, "unable to make a socket");
	/* One that a killed server left is in the way; any other file is
	 * not ours to remove. */
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
	if (bind(fd, (struct sockaddr *)&sa, sizeof sa) < 0 ||
		listen(fd, BACKLOG) < 0)
		die_sys(EX_SYSTEM, "unable to listen on %s", path);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void
drop(struct server *s, size_t i)
{
	close(s->clients[i]->fd);
	free(s->clients[i]->answer);
	free(s->clients[i]);
	s->n--;
	memmove(s->clients + i, s->clients + i + 1,
		(s->n - i) * sizeof *s->clients);
}

static void
welcome(struct server *s, int fd)
{
	struct client *c = calloc(1, sizeof *c);

	if (!c) {
		close(fd);
		return;
	}
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	c->fd = fd;
	c->deadline = clock_deadline(SCRAPE_MS);
	if (s->n == SCRAPE_CLIENTS)
		drop(s, 0);
	s->clients[s->n++] = c;
}

static void
accept_all(struct server *s, int fd)
{
	for (int n = 0; n < BACKLOG; n++) {
		int c = accept(fd, 0, 0);

		if (c >= 0) {
			welcome(s, c);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			return;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			struct pollfd none = { -1, 0, 0 };

			warn_sys("unable to accept (trying again in 1 s)");
			poll(&none, 1, 1000);
			return;
		}
	}
}

/* The answer to a request that is whole.  0 or -1. */
static int
prepare(struct server *s, struct client *c)
{
	const char *status = "200 OK", *path = strchr(c->request, ' ');
	char *body = 0;
	size_t len = 0;
	int n;

	if (strncmp(c->request, "GET ", 4) && strncmp(c->request, "HEAD ", 5))
		status = "405 Method Not Allowed";
	else if (strncmp(path + 1, "/metrics", 8) && strncmp(path + 1, "/ ", 2))
		status = "404 Not Found";
	else
		body = s->collect(s->arg, &len);
	c->answer = malloc(256 + len);
	if (c->answer) {
		n = snprintf(c->answer, 256,
			"HTTP/1.0 %s\r\nContent-Type: "
			"text/plain; version=0.0.4; charset=utf-8\r\n"
			"Content-Length: %zu\r\nConnection: close\r\n\r\n",
			status, len);
		c->len = (size_t)n;
		if (body && c->request[0] == 'G') {
			memcpy(c->answer + n, body, len);
			c->len += len;
		}
	}
	free(body);
	return c->answer ? 0 : -1;
}

/* Read up to the blank line that ends a request, and send what can be sent.
 * 1: goes on, 0: done with it. */
static int
go_on(struct server *s, struct client *c)
{
	ssize_t r;

	if (!c->answer) {
		r = read(c->fd, c->request + c->nrequest,
			sizeof c->request - 1 - c->nrequest);
		if (r < 0)
			return errno == EAGAIN || errno == EINTR;
		c->nrequest += (size_t)r;
		c->request[c->nrequest] = 0;
		if (!strstr(c->request, "\r\n\r\n") &&
			!strstr(c->request, "\n\n"))
			return r > 0 && c->nrequest < sizeof c->request - 1;
		if (prepare(s, c) < 0)
			return 0;
	}
	r = write(c->fd, c->answer + c->sent, c->len - c->sent);
	if (r < 0)
		return errno == EAGAIN || errno == EINTR;
	c->sent += (size_t)r;
	return c->sent < c->len;
}

static void
turn(struct server *s, int fd)
{
	struct pollfd p[SCRAPE_CLIENTS + 1] = { { fd, POLLIN, 0 } };

	for (size_t i = 0; i < s->n; i++)
		p[i + 1] = (struct pollfd){ s->clients[i]->fd,
			s->clients[i]->answer ? POLLOUT : POLLIN, 0 };
	/* The first has the nearest deadline. */
	if (poll(p, (nfds_t)s->n + 1,
		    s->n ? clock_left(s->clients[0]->deadline) : -1) < 0)
		return;
	for (size_t i = s->n; i--;)
		if (p[i + 1].revents ? !go_on(s, s->clients[i])
				     : clock_passed(s->clients[i]->deadline))
			drop(s, i);
	while (s->n && clock_passed(s->clients[0]->deadline))
		drop(s, 0);
	if (p[0].revents)
		accept_all(s, fd);
}

void
scrape_serve(const char *path, int notify,
	char *(*collect)(const char *, size_t *), const char *arg)
{
	struct server s = { .collect = collect, .arg = arg };
	int fd = make_socket(path);

	signal(SIGPIPE, SIG_IGN);
	if (notify >= 0) {
		(void)file_write_all(notify, "\n", 1);
		close(notify);
	}
	for (;;)
		turn(&s, fd);
}
