/* identity.h - is a process that was written down still the same one?  The
 * one answer, from the boot, the pid, the session and the time of the start.
 * What cannot be known (/proc was mounted late, hidden, or is another
 * namespace's) is IDENTITY_UNKNOWN, and never counts as gone. */
#ifndef LIB_IDENTITY_H
#define LIB_IDENTITY_H

#include <stdint.h>
#include <sys/types.h>

struct identity {
	uint64_t boot; /* os_boot_token when it was written; 0 not
				 * known */
	pid_t pid; /* leads a session of its own */
	uint64_t started; /* os_boot_now just before its start */
	uint64_t started_by; /* and just after */
};

enum identity_is { IDENTITY_GONE, IDENTITY_SAME, IDENTITY_UNKNOWN };

/* Was this written, with this time of os_boot_now, in another boot of the
 * kernel?  1 if that is certain; 0 if it was this one, or is not known. */
int identity_other_boot(uint64_t boot, uint64_t when);
enum identity_is identity_ask(const struct identity *);

/* Two texts of os_boot_id: may they be of the same boot and container?  What
 * either does not know says nothing.  1 or 0. */
int identity_same_boot(const char *a, const char *b);
/* Are they certainly of the same boot of a kernel?  1 or 0. */
int identity_same_kernel(const char *a, const char *b);

#endif
