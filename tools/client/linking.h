/* linking.h - put a service directory into a scan directory and wait for its
 * supervise to start, or take it out and wait for it to end.  Used by svlink,
 * svunlink and the instance tools. */
#ifndef TOOLS_LINKING_H
#define TOOLS_LINKING_H

#include <stdint.h>

enum link_down { LINK_UP, LINK_DOWN_ONCE, LINK_DOWN };

struct linking {
	enum link_down down; /* make a file `down' (and remove it again) */
	int public_events; /* event directory for everybody */
	int force_events; /* set its rights even if it exists */
	uint64_t timeout_ms; /* 0: for ever */
};

/* Does an svscan run on the directory?  1, 0, or -1 and errno (ENOENT: none
 * ever did). */
int linking_scanned(const char *scandir);
/* Send commands to the svscan.  0, or -1 and errno (ENXIO: none runs). */
int linking_svscan(const char *scandir, const char *letters);

/* Link servicedir as scandir/name and wait until it and its log are
 * supervised.  0; or an exit code, after a message, and then the link is
 * gone again. */
int linking_add(const char *scandir, const char *servicedir, const char *name,
	const struct linking *);

/* Remove scandir/name; if kill, first tell its supervise (and its logger's)
 * to end, and wait for that.  An exit code. */
int linking_remove(
	const char *scandir, const char *name, int kill, uint64_t timeout_ms);

#endif
