/* request.h - FORMAT what rc asks the oneshot daemon, over the stream socket
 * live/servicedirs/s6rc-oneshot-runner/s.  One request a connection; the
 * client's 0, 1 and 2, or what stands for them, come with its first byte.  See
 * reeve-rc-oneshotd(8). */
#ifndef RC_REQUEST_H
#define RC_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "rc/db.h"

enum {
	REQUEST_VERSION = 2,
	REQUEST_HEAD = 6,
	REQUEST_MAX = 1 << 20,
	ANSWER_SIZE = 6
};
#define REQUEST_SOCKET "servicedirs/s6rc-oneshot-runner/s"

enum request_kind {
	REQUEST_UP = 'u',
	REQUEST_DOWN = 'd',
	REQUEST_RELOAD = 'r',
	REQUEST_IDLE = 'i', /* answer when no script runs */
	REQUEST_LOOK = 'l' /* the set of services is another one */
};

struct request {
	enum request_kind kind;
	const char *name; /* of the service */
	unsigned char id[DB_HASH]; /* of the database, for the state */
	uint32_t number; /* of the service in it */
	/* What to write into the state: on success, on failure. */
	unsigned flags_ok, flags_fail;
	uint32_t timeout_ms; /* 0: none */
	uint32_t changer; /* pid of the client */
	uint64_t ticket; /* the number of this wish: the script runs once
				 * under it; 0 for what runs no script */
	unsigned again; /* it was asked for before, and the answer was
				 * not heard */
	const char *logger; /* fifo of its logger, or empty */
	uint32_t argc;
	const char *argv; /* argc strings, each with its NUL */
	size_t argvlen;
	const int *fds; /* three to go with it; a null pointer: 0, 1 and 2.
			 * Not packed */
};

enum answer_kind {
	ANSWER_STATUS = 's', /* value: raw wait status */
	ANSWER_ERRNO = 'e', /* value: why it could not be executed */
	ANSWER_TIMEOUT = 't', /* value: ms; it was killed */
	ANSWER_UNKNOWN = 'x' /* value: errno; it ran, and nobody knows how
				 * it ended */
};
struct answer {
	enum answer_kind kind;
	uint32_t value;
};

/* Bytes packed into buf, or 0 if they do not fit. */
size_t request_pack(unsigned char *buf, size_t max, const struct request *);
/* Whole length announced by REQUEST_HEAD bytes, or 0 if they are no head of
 * a request of this version. */
size_t request_length(const unsigned char *head);
/* 1 and *rq set (pointing into buf), or 0 if buf is not one request. */
int request_unpack(struct request *rq, const void *buf, size_t len);

void answer_pack(unsigned char buf[ANSWER_SIZE], const struct answer *);
int answer_unpack(struct answer *, const void *buf, size_t len);

/* Client: connect to the daemon of a live directory.  The socket; or -1 and
 * errno (ENOENT, ECONNREFUSED: no daemon). */
int request_connect(const char *live);
/* Send to it.  0; or -1 and errno, and then nothing was asked. */
int request_write(int fd, const struct request *);
/* Both.  The socket, to be read for the answer; or -1 and errno. */
int request_send(const char *live, const struct request *);

#endif
