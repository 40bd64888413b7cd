/* waiting.h - what is said by who waits for supervises: for whom, and why if
 * that can be seen. */
#ifndef RC_WAITING_H
#define RC_WAITING_H

#include <stddef.h>
#include <stdint.h>

#include "rc/live.h"

/* For struct scan_patience. */
void waiting_tell(const struct live *, const char *name, uint32_t missing,
	unsigned seconds);
/* " (no space is left on PATH)" or empty, into buf; which of the two. */
int waiting_full(char *buf, size_t max, const char *path);

#endif
