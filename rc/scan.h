/* scan.h - the entries of a live directory in the scan directory: link them,
 * wait until each is supervised, take them out again. */
#ifndef RC_SCAN_H
#define RC_SCAN_H

#include <stdint.h>

#include "rc/live.h"
#include "supervise/event.h"

/* One fifo with a name in the event directory of every one of some services:
 * hundreds of supervises tell one descriptor, and it is not known which. */
struct scan_ear {
	struct listener l;
	char **paths; /* owned; its other names */
	uint32_t n;
};

/* 0, or -1 and errno; close it in either case.  Only path of *l is used. */
int scan_ear_open(struct scan_ear *, const struct live *l,
	const char *const *names, uint32_t n);
void scan_ear_close(struct scan_ear *);

/* Send letters to the svscan of a scan directory.  0, or -1 and errno
 * (ENXIO, ENOENT: none runs). */
int scan_send(const char *scandir, const char *letters);

/* How long to wait: ms for all (0: for ever), and ms for each next one (0:
 * for ever), as thousands take long without anything being wrong.  tell, if
 * not 0, is called after two seconds, then ever more rarely. */
struct scan_patience {
	unsigned all, each;
	void (*tell)(const struct live *, const char *name, uint32_t missing,
		unsigned seconds);
};

/* 1 if an svscan runs on the scan directory and does not take everything
 * down; 0 and errno: ENXIO none runs, ESHUTDOWN it ends, or another. */
int scan_runs(const char *scandir);
/* Is this errno of scan_runs certain: there is none, or it ends?  1 or 0. */
int scan_lost(int error);

/* Make the entries of these services, tell svscan, and wait until every one
 * is supervised.  Number of those that are not, or -1 and errno (ENXIO,
 * ESHUTDOWN: there is no svscan any more, or it ends).  Only path,
 * fd, scandir and prefix of *l are used. */
long scan_supervise(const struct live *l, const char *const *names, uint32_t n,
	struct scan_patience);
/* 1 if something that is not of this set is where the entry of the service
 * would be: that is not replaced.  entry, of PATH_LEN bytes, is its path. */
int scan_taken(char *entry, const struct live *, const char *name);
/* Entry of one service, made or corrected.  0 or -1. */
int scan_link(const struct live *l, const char *name);
/* Remove the entries of these services, tell their supervises to exit and
 * wait for it; then their directories are removed.  Services must be down.
 * What cannot be done for one is told (fn gets its name, what could not be
 * done, where it was moved or 0, and errno), and no other waits for that.
 * Number of those that are still supervised then. */
long scan_remove(const struct live *l, const char *const *names, uint32_t n,
	struct scan_patience,
	void (*fn)(const char *name, const char *what, const char *left,
		int error));
/* Does this link of a scan directory lead to a service directory of a live
 * directory, by whatever spelling?  real is that of path_real, or spelt as in
 * the links.  1 or 0. */
int scan_leads_into(const char *scandir, const char *name, const char *real);
/* Remove the links that lead into a live directory from a scan directory: an
 * svscan that starts there would start the services of an earlier boot.  One
 * that is not there has none.  0, or -1 and errno. */
int scan_forget(const char *live, const char *scandir);
/* Entry in the scan directory of a service. */
int scan_entry(char *buf, size_t max, const struct live *l, const char *name);

#endif
