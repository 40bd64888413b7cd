/* umsg.h - FORMAT messages with file descriptors over a local stream socket:
 * u32 length, u16 number of descriptors (both big-endian), then the bytes;
 * the descriptors go with the first of them.  What s6-sudo and s6-fdholder
 * speak.  See s6-fdholderd(8). */
#ifndef IPC_UMSG_H
#define IPC_UMSG_H

#include <stddef.h>
#include <stdint.h>

enum {
	UMSG_MAX = 1 << 20, /* longest message we take or send */
	UMSG_FDS = 253, /* most descriptors in one message */
	UMSG_HEAD = 6
};

struct umsg {
	const unsigned char *data; /* borrowed from the connection */
	size_t len;
	int *fds; /* the receiver's to close */
	unsigned nfds;
};

struct umsg_out {
	struct umsg_out *next;
	size_t len, done;
	unsigned nfds;
	int *fds; /* borrowed: must stay open */
	unsigned char data[];
};

struct umsg_conn {
	int fd; /* borrowed */
	unsigned char *in; /* owned */
	size_t inlen, inmax, used;
	int infds[2 * UMSG_FDS]; /* received, not yet handed out */
	unsigned ninfds, usedfds;
	unsigned maxfds; /* of those; umsg_init: all that fit */
	struct umsg_out *out, **outend; /* owned */
};

void umsg_init(struct umsg_conn *, int fd);
/* Free what is owned and close descriptors that were never handed out. */
void umsg_free(struct umsg_conn *);

/* The next message.  1; 0 when there is none yet; -1 and errno: EPIPE end of
 * stream, EPROTO not this format, EMSGSIZE too long, or of recvmsg.  Never
 * waits.  msg is good until the next call. */
int umsg_receive(struct umsg_conn *, struct umsg *);

/* Queue a message.  0, or -1 and errno. */
int umsg_put(struct umsg_conn *, const void *data, size_t len, const int *fds,
	unsigned nfds);
/* Send what is queued without waiting.  1 all sent, 0 more to do, -1. */
int umsg_flush(struct umsg_conn *);

/* Milliseconds on the monotonic clock; a deadline `ms' from now (0: never,
 * which is UINT64_MAX). */
uint64_t umsg_now(void);
uint64_t umsg_deadline(unsigned ms);
/* Wait until fd can be read (or written).  1, 0 at the deadline, -1. */
int umsg_wait(int fd, int write, uint64_t deadline);

/* For clients: send all, receive one, with a deadline (ETIMEDOUT). */
int umsg_timed_send(struct umsg_conn *, const void *, size_t, const int *fds,
	unsigned nfds, uint64_t deadline);
int umsg_timed_receive(struct umsg_conn *, struct umsg *, uint64_t deadline);

#endif
