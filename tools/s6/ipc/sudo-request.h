/* sudo-request.h - FORMAT what sudoc asks of sudod: a banner, four counts,
 * arguments and environment as strings that end with NUL; descriptors 0, 1
 * and 2 go with it.  The answer is one byte, 0 or an errno, and later a
 * big-endian wait status in four bytes (two significant).  The server's
 * first word is its own banner. */
#ifndef IPC_SUDO_REQUEST_H
#define IPC_SUDO_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#define SUDO_SERVER "s6-sudo b v1.0\n"
#define SUDO_CLIENT "s6-sudo a v1.0\n"
enum { SUDO_BANNER = sizeof SUDO_SERVER - 1, SUDO_FDS = 3 };

struct sudo_request {
	uint32_t argc, envc;
	const char *args, *env; /* borrowed */
	size_t arglen, envlen;
};

/* Malloced bytes of a request, or 0; *len is set. */
unsigned char *sudo_request_pack(
	char *const *argv, char *const *envp, size_t *len);
/* 1 if buf is exactly one request; else 0 and *r is left alone. */
int sudo_request_unpack(
	struct sudo_request *r, const void *buf, size_t len, unsigned nfds);

#endif
