/* event.h - FORMAT event/ (a fifodir): letters that supervise sends to all
 * who listen, as s6's libftrig does.  Used by supervise (notify), by the
 * clients and by rc (subscribe).  See fifodir(5). */
#ifndef SUPERVISE_EVENT_H
#define SUPERVISE_EVENT_H

#include <stddef.h>
#include <sys/types.h>

#define EVENT_DIR "event"

/* s started, u run spawned, f run could not be spawned, U ready, d run died,
 * D down and finish done, O permanent failure, x supervise exits. */

/* Make a fifodir: mode 03730 with group gid, or 01733 if gid is (gid_t)-1.
 * If it exists it is left as it is, unless force.  0, or -1 and errno. */
int event_make(int at, const char *path, gid_t gid, int force);

/* Send the letters to every listener of the fifodir; fifos without a reader
 * are removed.  SIGPIPE must be ignored.  A listener whose fifo is full
 * misses them.  0, or -1 and errno if the directory cannot be read. */
int event_notify(int at, const char *path, const char *letters, size_t len);

/* Remove fifos that nobody reads.  0, or -1 and errno. */
int event_clean(int at, const char *path);

struct listener {
	int fd; /* read end, non-blocking; poll it */
	int keep; /* write end, so that there is never an EOF */
	char *path; /* owned; of the fifo */
};
/* Subscribe: from the return on no event is missed.  0, or -1 and errno. */
int event_listen(struct listener *, const char *path);
/* Unsubscribe and free. */
void event_unlisten(struct listener *);

#endif
