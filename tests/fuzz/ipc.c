/* ipc.c - fuzz what clients send: sudo's and the fd-holder's requests, values
 * of access rules, syslog priorities, shutdown requests, and the framing of
 * messages.  The first byte picks which. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/s6/linux-init/linuxinit.h"
#include "tools/s6/fdholder/fdholder.h"
#include "tools/s6/ipc/rules.h"
#include "tools/s6/ipc/sudo-request.h"
#include "tools/s6/ipc/umsg.h"
#include "tools/service/syslog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
sudo_request(const uint8_t *data, size_t len)
{
	struct sudo_request r;
	const char *s;

	if (!sudo_request_unpack(&r, data, len, SUDO_FDS))
		return;
	s = r.args;
	for (uint32_t i = 0; i < r.argc; i++)
		s += strlen(s) + 1;
	if (s != r.args + r.arglen)
		abort();
	s = r.env;
	for (uint32_t i = 0; i < r.envc; i++)
		s += strlen(s) + 1;
	if (s != r.env + r.envlen)
		abort();
}

static void
holder_request(const uint8_t *data, size_t len)
{
	struct fdh_request q;

	for (unsigned n = 0; n < 4; n++)
		if (fdh_request_unpack(&q, data, len, n) &&
			strlen(q.id) > FDH_ID)
			abort();
}

static void
rule(const uint8_t *data, size_t len)
{
	static struct rule r;
	static char again[RULES_ENV + RULES_EXEC + 8];
	enum rules_answer a;
	size_t n;

	if (!rules_unpack((const char *)data, len, &a, &r) || a != RULES_ALLOW)
		return;
	n = rules_pack(again, sizeof again, a, &r);
	if (n != len || memcmp(again, data, n))
		abort();
}

static void
shutdown_request(const uint8_t *data, size_t len)
{
	struct li_request q;
	int used;

	while (len && (used = li_request_unpack(&q, data, len))) {
		size_t n = used < 0 ? 1 : (size_t)used;

		if (n > len)
			abort();
		data += n;
		len -= n;
	}
}

static void
framing(const uint8_t *data, size_t len)
{
	struct umsg_conn c;
	struct umsg m;
	int fds[2];

	if (len > 4096 || socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
		return;
	if (write(fds[1], data, len) == (ssize_t)len) {
		close(fds[1]);
		umsg_init(&c, fds[0]);
		while (umsg_receive(&c, &m) > 0)
			if (m.nfds)
				abort();
		umsg_free(&c);
	} else {
		close(fds[1]);
	}
	close(fds[0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char name[64];

	if (!len)
		return 0;
	len--;
	switch (*data++ % 6) {
	case 0:
		sudo_request(data, len);
		break;
	case 1:
		holder_request(data, len);
		break;
	case 2:
		rule(data, len);
		break;
	case 3:
		shutdown_request(data, len);
		break;
	case 4:
		framing(data, len);
		break;
	case 5:
		if (syslog_name((const char *)data, len, name, sizeof name) >
			len)
			abort();
		break;
	}
	return 0;
}
