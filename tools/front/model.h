/* model.h - everything that can be known about the services of a tree, read
 * in one go: the database and the live directory where there are, the scan
 * directory, and each supervise's status.  Readers print it; nothing here
 * changes anything or waits. */
#ifndef TOOLS_REEVE_MODEL_H
#define TOOLS_REEVE_MODEL_H

#include <stddef.h>
#include <sys/types.h>
#include <skalibs/tai.h>

#include "rc/lastrun.h"
#include "rc/live.h"
#include "rc/places.h"
#include "supervise/detail.h"
#include "supervise/status.h"

enum item_type { ITEM_LONGRUN, ITEM_ONESHOT, ITEM_BUNDLE };

enum item_state {
	IS_RUNNING, /* up, and ready if it can say so */
	IS_DONE, /* oneshot */
	IS_ALL_UP, /* bundle */
	IS_STARTING, /* runs, not ready yet */
	IS_WAITING, /* wanted; what it needs is not up yet */
	IS_PARTLY_UP, /* bundle */
	IS_RESTARTING, /* died, is started again soon */
	IS_STOPPING,
	IS_PAUSED,
	IS_FAILED,
	IS_LOST, /* should run, and nobody supervises it */
	IS_STOPPED,
	IS_NOT_RUN, /* oneshot */
	IS_NONE_UP, /* bundle */
	NITEMSTATE
};

struct item {
	char *name; /* owned */
	char *dir; /* owned; service directory, 0 if none */
	enum item_type type;
	enum item_state state;
	uint32_t num; /* of the service in the database, of the
				 * bundle for a bundle; DB_NONE: unmanaged */
	int supervised;
	int have_status;
	struct status status;
	int lost; /* the process that supervise names is gone */
	int have_detail; /* supervise is ours */
	struct detail detail;
	int notifies; /* says when it is ready */
	int ready; /* 1, 0; -1 not applicable */
	int should; /* should be up: asked for, or in `default' */
	int companion; /* log companion made by the compiler */
	long pid; /* of the main process, or 0 */
	long long since; /* Unix time of the last change, 0 unknown */
	long long readied; /* Unix time of readiness, 0 unknown */
	long restarts; /* -1 unknown */
	unsigned up, members; /* bundle */
	char why[240]; /* what is to say about the state, or "" */
	char says[240]; /* what it says of itself (sd_notify), or "" */
	const char *schedule; /* times at which it runs a command, or 0;
				 * borrowed */
	int have_last; /* it has run it */
	struct lastrun last;
	long long next; /* Unix time of the next run, 0 unknown */
	char logdir[PATH_LEN]; /* or "" */
	const char *description; /* never 0; borrowed */
	char *owned_description;
};

struct model {
	struct places places;
	int named; /* the scan directory was */
	long svscan; /* its pid, 0 if the tree does not run */
	int hidden; /* whether it does we may not know */
	uid_t owner; /* of the tree, if hidden */
	int shortage; /* errno, if something could not be looked at for want
			 * of descriptors, memory or space; or 0 */
	int have_live;
	struct live live;
	char live_error[512]; /* why not, if it is there but unusable */
	int coming; /* not there yet: reeve-init will make it */
	int switching;
	long changer; /* pid of who changes it now, or 0 */
	unsigned looks; /* second looks at what is gone, so far */
	struct item *items; /* owned; sorted: longruns and oneshots by
				 * name, then bundles */
	size_t n, max;
	long long now;
};

/* Read all.  scandir: look only at this scan directory (0: at the places of
 * the environment).  Dies only for lack of memory or wrong environment. */
void model_load(struct model *, const char *scandir);
void model_free(struct model *);

struct item *model_find(const struct model *, const char *name);
/* The item, or a message with the nearest name and exit 100. */
struct item *model_need(const struct model *, const char *name);

/* The word for its state: "partly up". */
const char *model_state(const struct item *);
/* The same: "running".  For a bundle of several "2 of 3 up". */
const char *model_word(const struct item *);
/* Unix time since when it is in this state; 0: unknown, as of what runs and
 * was told to stop. */
long long model_since(const struct item *);
/* Is it as it should be? */
int model_good(const struct item *);
/* Up in the sense of what depends on it. */
int model_is_up(const struct item *);

/* A stamp as Unix time, 0 if it is none. */
long long model_unix_time(const tain *);
/* How the last run ended: "exited with code 3", "was killed by SIGSEGV". */
void model_ended(char *buf, size_t max, int wstat);

/* The last run of what has a schedule did not end well. */
int model_last_failed(const struct item *);
/* Description, what it says, last and next run: one line in static memory,
 * "" if there is nothing to tell. */
const char *model_about(const struct item *, long long now);

/* How to start it, for messages. */
const char *model_starter(const struct model *);
/* Of a tree that is hidden: "the tree on /run/service runs as uid 3, not
 * yours: permission denied", in static memory. */
const char *model_whose(const struct model *);
/* Die with what to do, if the tree does not run. */
void model_need_tree(const struct model *);
/* It is known what runs, and what a database manages. */
void model_need_all(const struct model *);

/* 1 if there is no room for its log any more; *fs is the file system, to tell
 * each once. */
int model_log_full(const struct item *, unsigned long *fs);

/* Print the last n lines of its log, indented, times made readable,
 * long ones cut.
 * Number of lines printed. */
int model_tail(const struct item *, int n, const char *indent);

#endif
