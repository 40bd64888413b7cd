/* webapp.c - the smallest web application that is one: answers every GET on
 * 127.0.0.1:$PORT with a page that names the port and $TITLE, logs each
 * request on stdout, and writes a newline to fd $NOTIFY when it listens.
 * Used by tools/demo and by tests. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned
from_env(const char *name, unsigned otherwise)
{
	const char *s = getenv(name);

	return s ? (unsigned)strtoul(s, 0, 10) : otherwise;
}

static int
listen_on(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) <
			0 ||
		bind(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
		listen(fd, 64) < 0) {
		fprintf(stderr,
			"webapp: fatal: unable to listen on port %u: %s\n",
			port, strerror(errno));
		exit(111);
	}
	return fd;
}

/* One request, one answer, close: enough for a proxy and for curl. */
static void
serve(int c, unsigned port)
{
	const char *title = getenv("TITLE");
	char request[2048], body[1024], head[256];
	ssize_t n = read(c, request, sizeof request - 1);
	int b, h;

	if (n <= 0)
		return;
	request[n] = 0;
	request[strcspn(request, "\r\n")] = 0;
	if (!title)
		title = "Simple test webapp";
	b = snprintf(body, sizeof body,
		"<!DOCTYPE html>\n<html><head><title>%s</title></head>\n"
		"<body>%s listening on port: %u (pid %ld)</body></html>\n",
		title, title, port, (long)getpid());
	h = snprintf(head, sizeof head,
		"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n"
		"Content-Length: %d\r\nConnection: close\r\n\r\n",
		b);
	if (write(c, head, (size_t)h) < 0 || write(c, body, (size_t)b) < 0)
		return;
	printf("%s\n", request);
}

int
main(void)
{
	unsigned port = from_env("PORT", 5000), notify = from_env("NOTIFY", 0);
	int fd = listen_on(port);

	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, 0, _IOLBF, 0);
	printf("listening on port %u\n", port);
	if (notify) {
		if (write((int)notify, "\n", 1) < 0)
			perror("webapp: warning: unable to notify");
		close((int)notify);
	}
	for (;;) {
		int c = accept(fd, 0, 0);

		if (c < 0)
			continue;
		serve(c, port);
		shutdown(c, SHUT_WR);
		close(c);
	}
}
