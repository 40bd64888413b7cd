/* unixrecv.c - unixrecv [-s] SOCKET: make a local datagram (-s: stream)
 * socket and print what comes, each datagram on a line.  It has its name when
 * it can be connected to. */

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int stream = argc > 2 && !strcmp(argv[1], "-s"), fd;
	const char *path = argv[argc - 1];
	char buf[65536];

	if (argc < 2 || strlen(path) + 4 >= sizeof sa.sun_path)
		return 100;
	sprintf(sa.sun_path, "%s.new", path);
	fd = socket(AF_UNIX, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
	unlink(sa.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof sa) < 0 ||
		(stream && listen(fd, 5) < 0) || rename(sa.sun_path, path) < 0)
		return 111;
	if (stream && (fd = accept(fd, 0, 0)) < 0)
		return 111;
	for (;;) {
		ssize_t r = read(fd, buf, sizeof buf - 1);

		if (r <= 0)
			return r < 0 ? 111 : 0;
		buf[r] = 0;
		printf("%s\n", buf);
		fflush(stdout);
	}
}
