/* state.h - FORMAT the state file of a generation: what is wanted and what
 * was reached, one record a service in the order of its database.  Records
 * are replaced in place, one write each, so that 10,000 transitions cost
 * 10,000 small writes and readers need no lock.  See reeve-livedir(5). */
#ifndef RC_STATE_H
#define RC_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "rc/db.h"

enum { STATE_VERSION = 1, STATE_HEAD = 64, STATE_RECORD = 16 };

enum {
	STATE_UP = 1, /* brought up and not taken down since */
	STATE_WANTED = 2, /* somebody asked for it by name */
	STATE_OWED = 4, /* was up; a restart or switch took it down
				 * and has to bring it back */
	STATE_FAILED = 8, /* its last transition failed */
	STATE_ALL = 15
};

/* Why a transition failed; what `code' holds is in brackets. */
enum state_reason {
	REASON_NONE,
	REASON_EXIT, /* a oneshot exited [code] */
	REASON_SIGNAL, /* a oneshot was killed [signal] */
	REASON_TIMEOUT, /* not in time [ms] */
	REASON_PERMANENT, /* its finish script said 125 */
	REASON_NOSUPER, /* no supervise for it */
	REASON_NOEXEC, /* could not be executed [as detail.error] */
	REASON_DEPENDENCY, /* not tried: [service number] failed */
	REASON_DEATHS, /* died [n] times before it was ready */
	REASON_INTERRUPTED, /* the change was told to stop */
	REASON_RUNNER, /* no answer of the oneshot daemon [errno] */
	REASON_SYSTEM, /* a system call failed [errno] */
	REASON_NOTASKED, /* the oneshot daemon was not reached [errno] */
	REASON_UNSTEADY, /* died [n] times soon after its start */
	REASON_UNREADY, /* did not say in time that it is ready [ms] */
	REASON_COUNT
};

struct state_rec {
	unsigned flags;
	enum state_reason reason;
	uint32_t code;
	uint64_t when; /* ms of Unix time of the last change */
};

struct states {
	int fd; /* -1: only in memory */
	uint32_t n;
	unsigned char id[DB_HASH]; /* of the database it belongs to */
	struct state_rec *rec; /* owned */
};

void state_pack(unsigned char *buf, uint32_t number, const struct state_rec *);
/* 1 if these STATE_RECORD bytes are the record of that number; else 0. */
int state_unpack(struct state_rec *, uint32_t number, const unsigned char *buf);
/* 1 if STATE_HEAD bytes are the head of a state of database id that has a
 * service of that number; else 0. */
int state_is_of(
	const unsigned char *head, const unsigned char *id, uint32_t number);
/* 1 if data is a whole state of n services of database id, and then
 * rec[0..n) are set; else 0 and err says why. */
int state_decode(struct state_rec *rec, uint32_t n, const unsigned char *id,
	const void *data, size_t len, char *err, size_t errmax);

/* Make a new state file whole.  rec may be 0: everything down.  0, or -1 and
 * errno. */
int state_create(int at, const char *name, const unsigned char *id, uint32_t n,
	const struct state_rec *rec);
/* Open the state of a database with n services.  0, or -1 with a message in
 * err and errno (EPROTO: damaged, or of another database). */
int state_open(struct states *, int at, const char *name,
	const unsigned char *id, uint32_t n, int writable, char *err,
	size_t errmax);
/* Read all records again.  0 or -1. */
int state_reread(struct states *);
/* Set record i, in memory and in the file, and its time to now.  0, or -1
 * and errno; then the file still holds the old record. */
int state_put(struct states *, uint32_t i, unsigned flags,
	enum state_reason reason, uint32_t code);
void state_close(struct states *);

/* The reason in words, "exited 1"; what it is about, if that is known: the
 * dependency that failed, or the script that cannot be executed. */
void state_reason_text(
	char *buf, size_t max, const struct state_rec *, const char *about);

#endif
