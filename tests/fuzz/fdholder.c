/* fdholder.c - fuzz what a holder of descriptors answers to its clients, with
 * up to three descriptors.  The first byte picks the question, the second how
 * many. */

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/s6/fdholder/fdholder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int
answer(int to, const uint8_t *data, size_t len, unsigned nfds)
{
	static int null = -1;
	union {
		char buf[CMSG_SPACE(3 * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec v = { .iov_len = len };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

	memcpy(&v.iov_base, &data, sizeof data);
	if (null < 0)
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (nfds) {
		struct cmsghdr *c;

		memset(&control, 0, sizeof control);
		m.msg_control = control.buf;
		m.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		for (unsigned i = 0; i < nfds; i++)
			memcpy(CMSG_DATA(c) + i * sizeof(int), &null,
				sizeof null);
	}
	return sendmsg(to, &m, MSG_NOSIGNAL) == (ssize_t)len;
}

static void
list(struct fdh *h)
{
	char *names = 0, *s;
	uint32_t n = 0;

	if (fdh_list(h, &names, &n) < 0)
		return;
	for (s = names; n; n--)
		s += strlen(s) + 1;
	free(names);
}

static void
dump(struct fdh *h)
{
	struct fdh_held *held = 0;
	uint32_t n = 0;

	if (fdh_getdump(h, &held, &n) < 0)
		return;
	for (uint32_t i = 0; i < n; i++)
		if (strlen(held[i].id) > FDH_ID || close(held[i].fd) < 0)
			abort();
	free(held);
}

static void
put(struct fdh *h)
{
	struct fdh_held held[5];

	for (int i = 0; i < 5; i++)
		held[i] = (struct fdh_held){ .fd = 0, .id = "a" };
	fdh_setdump(h, held, 5);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	tain limit = { { 0 }, 0 };
	struct fdh h;
	int fds[2], fd;

	if (len < 3 || len > 4096 ||
		socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
		return 0;
	if (!answer(fds[1], data + 2, len - 2, data[1] & 3))
		abort();
	shutdown(fds[1], SHUT_WR);
	fdh_use(&h, fds[0], 1000);
	switch (data[0] % 6) {
	case 0:
		list(&h);
		break;
	case 1:
		dump(&h);
		break;
	case 2:
		if (fdh_retrieve(&h, "a", 0, &fd) == 0 && close(fd) < 0)
			abort();
		break;
	case 3:
		put(&h);
		break;
	case 4:
		fdh_store(&h, 0, "a", &limit);
		break;
	case 5:
		fdh_delete(&h, "a");
		break;
	}
	fdh_close(&h);
	close(fds[1]);
	/* No descriptor stays behind. */
	fd = dup(0);
	if (fd > 40)
		abort();
	close(fd);
	return 0;
}
