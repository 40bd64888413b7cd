/* sock.h - local sockets. */
#ifndef IPC_SOCK_H
#define IPC_SOCK_H

#include <stddef.h>

/* Connect to a local stream socket until the deadline (of umsg_deadline);
 * bindpath, or 0, is what our end is bound to.  The fd (close-on-exec,
 * non-blocking), or -1 and errno; *what says what failed. */
int sock_connect(const char *path, const char *bindpath,
	unsigned long long deadline, const char **what);

/* Path that the socket is bound to ("" if none).  0 or -1. */
int sock_local(int fd, char *buf, size_t max);

#endif
