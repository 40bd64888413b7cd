/* ending.h - FORMAT the shutdown request: what reeve-shutdown writes to the
 * fifo of reeve-shutdownd.  The bytes are those of s6-linux-init: a letter
 * (h p r, and k for us: kexec), the delay as 12 bytes of TAI64N difference,
 * the grace time as 4 bytes, big-endian, in ms (0: the default); or the one
 * letter c, which cancels.  See reeve-shutdownd(8). */
#ifndef INIT_ENDING_H
#define INIT_ENDING_H

#include <stddef.h>
#include <stdint.h>

#include "init/os.h"

enum { ENDING_SIZE = 17, ENDING_GRACE_MAX = 300000 };
#define ENDING_SERVICE "reeve-shutdownd"
#define ENDING_FIFO ENDING_SERVICE "/fifo"

struct ending {
	int cancel;
	enum machine_end how;
	uint64_t delay_ms;
	uint32_t grace_ms; /* 0: the daemon's default */
};

/* Length written, at most ENDING_SIZE. */
size_t ending_pack(unsigned char *buf, const struct ending *);
/* How much of buf is the first request: its length, 0 if more bytes are
 * needed, -1 if it is none (then one byte has to be skipped). */
int ending_unpack(struct ending *, const void *buf, size_t len);

/* "halt", "poweroff", "reboot", "kexec". */
const char *ending_name(enum machine_end how);

#endif
