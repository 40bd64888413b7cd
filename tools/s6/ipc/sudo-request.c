/* sudo-request.c - see sudo-request.h. */

#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "tools/s6/ipc/sudo-request.h"

static uint32_t
measure(char *const *v, size_t *len)
{
	uint32_t n = 0;

	for (*len = 0; *v; v++, n++)
		*len += strlen(*v) + 1;
	return n;
}

unsigned char *
sudo_request_pack(char *const *argv, char *const *envp, size_t *len)
{
	size_t arglen, envlen;
	uint32_t argc = measure(argv, &arglen), envc = measure(envp, &envlen);
	struct wr w;
	unsigned char *buf;

	*len = SUDO_BANNER + 16 + arglen + envlen;
	if (arglen > UINT32_MAX || envlen > UINT32_MAX || !(buf = malloc(*len)))
		return 0;
	w = wr_init(buf, *len);
	wr_mem(&w, SUDO_CLIENT, SUDO_BANNER);
	wr_u32(&w, argc);
	wr_u32(&w, envc);
	wr_u32(&w, (uint32_t)arglen);
	wr_u32(&w, (uint32_t)envlen);
	for (; *argv; argv++)
		wr_mem(&w, *argv, strlen(*argv) + 1);
	for (; *envp; envp++)
		wr_mem(&w, *envp, strlen(*envp) + 1);
	*len = wr_done(&w);
	return buf;
}

/* Exactly n strings, each with its NUL, in len bytes. */
static int
strings(const char *s, size_t len, uint32_t n)
{
	uint32_t nuls = 0;

	for (size_t i = 0; i < len; i++)
		nuls += !s[i];
	return nuls == n && (!len || !s[len - 1]);
}

int
sudo_request_unpack(
	struct sudo_request *r, const void *buf, size_t len, unsigned nfds)
{
	struct rd d = rd_init(buf, len);
	const unsigned char *banner = rd_mem(&d, SUDO_BANNER);
	struct sudo_request q;

	if (nfds != SUDO_FDS || !banner ||
		memcmp(banner, SUDO_CLIENT, SUDO_BANNER))
		return 0;
	q.argc = rd_u32(&d);
	q.envc = rd_u32(&d);
	q.arglen = rd_u32(&d);
	q.envlen = rd_u32(&d);
	q.args = (const char *)rd_mem(&d, q.arglen);
	q.env = (const char *)rd_mem(&d, q.envlen);
	if (!rd_done(&d) || !strings(q.args, q.arglen, q.argc) ||
		!strings(q.env, q.envlen, q.envc))
		return 0;
	*r = q;
	return 1;
}
