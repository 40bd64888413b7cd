/* boot.h - reeve-init as process 1 of a machine. */
#ifndef INIT_BOOT_H
#define INIT_BOOT_H

#include <signal.h>
#include <stdint.h>

#include "init/cmdline.h"
#include "init/initplaces.h"
#include "supervise/event.h"

enum { BOOT_MOUNTS = 16, BOOT_STOP_MS = 120000 };
#define BOOT_BASEDIR "/etc/reeve/init"

struct boot {
	const char *basedir; /* rc.init, env and so on */
	const char *path; /* PATH of all that is started */
	unsigned umask;
	int verbose;
	int keep_run; /* do not mount anything on /run */
	int no_mounts; /* nor anything else */
	int no_log; /* messages stay on the console */
	uint64_t start_ms; /* limit for a start, 0 none */
	uint64_t stop_ms; /* limit for rc.shutdown */
	int echo; /* catch-all log on the console too */
	int nmounts;
	const char *mounts[BOOT_MOUNTS]; /* TYPE:DIR or
					 * TYPE:DEVICE:DIR[:OPTIONS] */
	char **args; /* words from the kernel */

	unsigned long since_ms; /* uptime when the kernel handed over */
	struct cmdline cmdline;
	struct initplaces at;
	int console; /* fd, or -1 */
	int ready[2]; /* svscan's readiness */
	int log_keep; /* reading end of the log, until it runs */
	int log_write; /* -1 without a log */
	struct listener log_up;
};

/* Do all the steps and become svscan.  Never fails: what does not work is
 * told and left out.  Does not return. */
_Noreturn void boot_run(struct boot *);

/* Beside svscan, once: rc.init, with a shell on the console if it fails. */
_Noreturn void boot_stage2(struct boot *);

/* Bring all of `default' up, naming on fd 2 what failed; for rc.init.  Exit
 * code: 0, or 1 if an essential service failed. */
int boot_bring_up(uint64_t start_ms, int verbose);

/* The program of the catch-all logger's service. */
_Noreturn void boot_catch_all(int echo);

/* A shell for root on the console; returns when it has ended: 1, or 0 if
 * there is none. */
int boot_shell(const char *console, const char *why);

#endif
