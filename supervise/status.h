/* status.h - FORMAT supervise/status, 35 bytes, as s6 has written it since
 * 2.8: what one supervise says about its service.  See servicedir(5). */
#ifndef SUPERVISE_STATUS_H
#define SUPERVISE_STATUS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <skalibs/tai.h>

enum { STATUS_SIZE = 35 };
#define STATUS_FILE "supervise/status"

struct status {
	tain changed; /* wall clock: last going up or down */
	tain readied; /* wall clock: last readiness, up or down */
	uint64_t pid; /* of run, or of finish if finishing; 0 none */
	int wstat; /* raw wait status of the last run */
	unsigned paused : 1; /* SIGSTOP was sent; before the first start: set */
	unsigned finishing : 1;
	unsigned wanted_up : 1;
	unsigned ready : 1;
};

/* Always writes STATUS_SIZE bytes. */
void status_pack(unsigned char *buf, const struct status *);
/* 1 if buf is exactly one status; else 0, and *st is left alone. */
int status_unpack(struct status *st, const void *buf, size_t len);
/* Status of a service directory.  0, or -1 and errno (EPROTO: wrong size). */
int status_read(struct status *st, int at, const char *servicedir);

/* Replace STATUS_FILE below the directory at, by a new file and a rename;
 * when the disk is full, in place.  Also in place if only flags differ from
 * the file, which are one byte: known is the caller's, all 0 at first, and
 * remembers what is there.  0, or -1 and errno. */
int status_write(
	int at, const struct status *st, unsigned char known[STATUS_SIZE]);

/* The service's main process runs. */
int status_is_up(const struct status *);

#endif
