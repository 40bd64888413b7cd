/* detail.h - FORMAT: what a supervise knows beyond s6's status: for whoever
 * asks why a service is as it is, and for the supervise that takes over
 * when one was killed.  It is kept in supervise/lock, which supervise holds
 * open anyhow, so that it costs one write and no file.  See
 * reeve-servicedir(5). */
#ifndef SUPERVISE_DETAIL_H
#define SUPERVISE_DETAIL_H

#include <stddef.h>
#include <stdint.h>
#include <skalibs/tai.h>

#define DETAIL_FILE "supervise/lock"
enum {
	DETAIL_DEF = 256,
	DETAIL_SIZE_1 =
		4 + 1 + 1 + 1 + 1 + 2 + 4 + 4 + 4 + 8 * 7 + DETAIL_DEF + 4,
	DETAIL_SIZE = DETAIL_SIZE_1 + 2 + TAIN_PACK
};

/* Why a service is down, or what happened last. */
enum reason {
	WHY_NONE, /* nothing to tell: it runs, or never did */
	WHY_DOWN_FILE, /* ./down was there when supervise started */
	WHY_ASKED, /* someone wanted it down */
	WHY_ONCE, /* it was to run once, and ended */
	WHY_EXITED, /* it ended and will be started again */
	WHY_BACKOFF, /* it ended too fast; it waits for the time
				 * until */
	WHY_PERMANENT, /* finish exited 125: permanent failure */
	WHY_POLICY, /* file restart says not to start it again */
	WHY_SPAWN, /* run could not be started: error; it waits
				 * for the time until */
	WHY_DONE, /* as WHY_POLICY, and its end, other than exit
				 * code 0, counts as a success */
	WHY_N
};

struct detail {
	unsigned state; /* enum state of machine.h */
	unsigned reason; /* enum reason */
	unsigned stopping; /* the down signal was sent */
	unsigned adopted; /* taken over from a killed supervise */
	unsigned awaiting; /* it has not said yet that it is ready */
	unsigned hearing; /* what it says is being read; until the status
				 * says that it is ready */
	unsigned error; /* of WHY_SPAWN: errno, or one of lib/chain.h */
	unsigned fast; /* fast deaths in a row */
	unsigned starts; /* of run, since supervise first started */
	unsigned deaths; /* of run, without those that were asked for */
	uint64_t pid; /* run or finish; 0 none */
	uint64_t started; /* os_boot_now just before its start */
	uint64_t started_by; /* and just after */
	uint64_t boot; /* os_boot_token; 0 not known */
	uint64_t deadline; /* os_now at which something is due; 0 none */
	uint64_t run_pid; /* last run's pid, also when finishing */
	uint64_t run_started; /* when it started, os_now */
	unsigned ended; /* the last run has ended, and the next two
				 * say how and when.  As long as pid is still
				 * its, what follows from that may not be done
				 * yet, but its death is counted */
	unsigned wstat;
	tain died; /* as the tally has it */
	char def[DETAIL_DEF]; /* definition in use, or empty: the service
				 * directory itself */
};

/* Always writes DETAIL_SIZE bytes. */
void detail_pack(unsigned char *buf, const struct detail *);
/* 1 if buf is exactly one detail, whole and of this version or one before
 * it; else 0, and *d is left alone. */
int detail_unpack(struct detail *d, const void *buf, size_t len);
/* Detail of a service directory.  0, or -1 and errno (EPROTO: none there,
 * for instance because s6's supervise runs). */
int detail_read(struct detail *d, int at, const char *servicedir);

/* 0 if the process of the record is gone; 1 if it lives, or may: see
 * lib/identity.h. */
int detail_alive(const struct detail *);

/* 1 if its run has ended, and what follows from that may not be done yet. */
int detail_end_owed(const struct detail *);

/* 1 if the service has finished for good: its last run ended, and supervise
 * does not start it again by itself.  How, the status says (wstat). */
int detail_finished(const struct detail *);

/* One word for a reason, for machines: "backoff". */
const char *detail_reason_name(unsigned reason);
/* A phrase for people ("ended too fast; next start in 8 s"), from the
 * viewpoint of now (os_now). */
void detail_reason_text(
	char *buf, size_t max, const struct detail *, uint64_t now);

#endif
