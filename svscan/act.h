/* act.h - what svscan does: scan, start and signal supervises, reap. */
#ifndef SVSCAN_ACT_H
#define SVSCAN_ACT_H

#include <poll.h>
#include <stdint.h>
#include <sys/resource.h>

#include "svscan/table.h"

#define MS UINT64_C(1000000) /* of os_now */

struct svscan {
	struct table table;
	const char *supervise; /* path of the program to start */
	const char *supervise_name; /* its argv[0] */
	int control; /* .s6-svscan/control, both ways */
	int lock;
	int console; /* -X: stderr of the catch-all logger, or -1 */
	int reaped; /* record for adopting supervises, or -1 */
	unsigned reaped_next; /* its next slot */
	unsigned name_max;
	uint64_t rescan_every; /* ns; 0: only when told */
	uint64_t scan_at; /* os_now of the next scan; 0: none */
	uint64_t start_at; /* of the next start of a supervise; 0: none */
	uint64_t look_at; /* of the next look at foreign supervises that
				 * no descriptor tells of; 0: none */
	unsigned shortages; /* failed starts in a row */
	unsigned foreign; /* supervises that are not our children */
	struct pollfd *fds; /* control, then those of the foreign ones */
	int *fd_slots; /* whose they are */
	unsigned stopping : 1; /* all are told to end; then finish */
	unsigned stop_all : 1; /* loggers as well */
	unsigned abort : 1; /* finish at once */
	unsigned inherited : 1; /* another svscan was here: look at locks */
	unsigned quiet : 1; /* bad entries were told already */
	unsigned told : 1; /* "too many" was told */
	unsigned partial : 1; /* the last scan did not see everything */
	unsigned added : 1; /* it saw something new */
	unsigned nuke : 2; /* owed after the next whole scan: 1 as
				 * svscan_nuke(v, 0) does, 2 as (v, 1) */
	unsigned become : 1; /* a new program (see reexec.h) */
	unsigned full : 1; /* "too many files" was told */
	rlim_t files; /* soft limit of files that we had, and what
				 * we start gets */
	int low; /* descriptors below are for what passes, so
				 * that no number of pipes stops anything */
	pid_t checker; /* which looks whether that runs; 0: none */
	uint64_t check_until;
	const char *scandir; /* as given */
};

extern const int svscan_signals[]; /* with handlers; ends with 0 */

/* Raise the limit of files, as there are some for each service. */
void svscan_files(struct svscan *);
/* spawn.before: back to the limit that was. */
void svscan_files_back(void *svscan);
/* Look at the directory: new entries get a supervise, vanished ones are
 * marked for svscan_nuke. */
void svscan_scan(struct svscan *);
/* End the supervises of vanished entries; loggers too if all, else they end
 * when they have read everything. */
void svscan_nuke(struct svscan *, int all);
/* Tell all supervises to end. */
void svscan_stop(struct svscan *, int all);
/* Hold the pipes that are standard input of services (after reexec). */
void svscan_hold(struct svscan *);
/* Start what is due. */
void svscan_start(struct svscan *);
/* Wait for all children that ended. */
void svscan_reap(struct svscan *);
/* The supervise of a slot, one that is not our child, ended. */
void svscan_foreign_ended(struct svscan *, int slot);
/* Have foreign supervises ended that no descriptor tells of? */
void svscan_look(struct svscan *);
/* Anything left that svscan_stop has to wait for? */
int svscan_busy(const struct svscan *);

#endif
