/* pipe-ends.h - the pipe into a service (live/fifo/NAME): do both ends have
 * the same, and is something left in it? */
#ifndef RC_PIPE_ENDS_H
#define RC_PIPE_ENDS_H

#include <stdint.h>

#include "rc/live.h"

/* Does service i of the set read from live/fifo/NAME? */
int pipe_reads(const struct db *, uint32_t i);
/* Does any process have this fifo open, read or written to?  1 or 0. */
int pipe_held(int at, const char *name);
/* Service i is about to be started and writes into a pipe.  If who reads that
 * has another one (somebody removed it), it is restarted. */
void pipe_meet(const struct live *, uint32_t i);
/* Service i is about to be stopped.  If it does not run, and there is something
 * in its pipe, it is started, so that it reads that; what is not read then is
 * told. */
void pipe_drain(const struct live *, uint32_t i);

#endif
