/* oneshotd.h - the parts of the oneshot daemon: its clients (oneshot-clients.c),
 * their scripts (oneshot-script.c), and what becomes of them
 * (oneshot-outcome.c). */
#ifndef RC_ONESHOTD_H
#define RC_ONESHOTD_H

#include <stdint.h>
#include <sys/types.h>

#include "lib/ready.h"
#include "rc/request.h"
#include "rc/follow.h"
#include "supervise/detail.h"

enum {
	KEY_LISTEN,
	KEY_SIGNAL,
	KEY_WATCH,
	KEY_CONN,
	REQUEST_MS = 10000
}; /* a request is whole after that */

#define LIVE "../.." /* from our service directory */

/* One client, from its first byte to its answer; without a client (fd -1)
 * when it went away while its script runs. */
struct conn {
	struct conn *next;
	int fd;
	int given[3]; /* its 0, 1, 2, or -1 */
	unsigned char *buf; /* owned */
	size_t got, want;
	int whole; /* rq is set */
	unsigned heard; /* in this round of catching up */
	struct request rq;
	pid_t pid; /* of the script, or 0 */
	uint64_t deadline; /* for the request, then for the script; 0
				 * none; ms, monotonic */
	int timed_out; /* 1 was sent TERM, 2 KILL */
	int ended; /* outcome is set, and has to be recorded */
	struct answer outcome;
	uint64_t again; /* try that then; ms */
	unsigned tries;
	/* A script that a daemon before us had started: */
	int left;
	struct detail dt;
	int pidfd; /* or -1 */
	uint64_t look; /* when to look at it, or 0; ms */
	uint64_t look_end; /* from then on nobody knows; 0 it lives */
};

struct daemon {
	struct ready ready;
	int listener;
	struct conn *conns;
	uint64_t pause; /* no descriptors: accept nobody until then */
	int said_pause;
	unsigned round;
	uint64_t reap_again; /* waiting for children failed; or 0 */
	struct follow watch;
};

/* Accept one, if it may ask; without descriptors nobody for a while. */
void clients_take(struct daemon *);
/* Accept again when that is over. */
void clients_end_pause(struct daemon *);
/* One without a descriptor if fd is -1.  0: no memory. */
struct conn *conn_new(struct daemon *, int fd);
/* recvmsg that keeps the descriptors that come with the first byte. */
ssize_t conn_receive(struct conn *);
/* Answer, and forget it. */
void conn_answer(
	struct daemon *, struct conn *, enum answer_kind, uint32_t value);
/* The client is gone; its script runs on. */
void conn_hang_up(struct daemon *, struct conn *);
void conn_close_given(struct conn *);
void conn_forget(struct daemon *, struct conn *);

/* Start the script of a whole request.  0, or an error number. */
int script_start(struct conn *);

/* The script of c ended so, or could not be started: record that, then answer
 * and forget it; as soon as it can be recorded. */
void outcome_is(
	struct daemon *, struct conn *, enum answer_kind, uint32_t value);
/* By its status. */
void outcome_status(struct daemon *, struct conn *, int status);
/* Try again to record what could not be.  1 if there is one less. */
int outcome_again(struct daemon *);
/* Know the scripts of a daemon that was killed. */
void outcome_take_over(struct daemon *);
/* What is left of such a one?  1 if it is over and c forgotten. */
int outcome_look(struct daemon *, struct conn *);
/* Its process lives, and is still the script. */
int outcome_left_alive(const struct conn *);

#endif
