/* scandir.h - FORMAT scan directory: its control directory, the bytes of
 * its control fifo, legal names.  See reeve-scandir(5). */
#ifndef SVSCAN_SCANDIR_H
#define SVSCAN_SCANDIR_H

#include <stddef.h>
#include <sys/types.h>

#define SCANDIR_CONTROL_DIR ".s6-svscan"
#define SCANDIR_CONTROL SCANDIR_CONTROL_DIR "/control"
#define SCANDIR_LOCK SCANDIR_CONTROL_DIR "/lock"
#define SCANDIR_FINISH SCANDIR_CONTROL_DIR "/finish"
#define SCANDIR_CRASH SCANDIR_CONTROL_DIR "/crash"
/* The service that logs what nobody else does; in its directory, the pipe that
 * it reads, below one that only its owner enters. */
#define SCANDIR_CATCHALL "s6-svscan-log"
#define SCANDIR_CATCHALL_DIR "closed"
#define SCANDIR_CATCHALL_FIFO SCANDIR_CATCHALL_DIR "/fifo"

enum scan_event {
	SCAN_REAP, /* z */
	SCAN_SCAN, /* a */
	SCAN_ABORT, /* b */
	SCAN_HUP, /* h: scan, then nuke */
	SCAN_TERM, /* i, t */
	SCAN_QUIT, /* q */
	SCAN_NUKE, /* n */
	SCAN_NUKE_ALL, /* N */
	SCAN_REEXEC /* R */
};

struct scan_command {
	char letter;
	enum scan_event event;
	const char *name; /* long option of svscanctl */
	const char *help;
};
/* Ends with a row whose letter is 0. */
extern const struct scan_command scandir_commands[];
const struct scan_command *scandir_command(char letter);

/* Send letters to the svscan of a scan directory, all or none.  0, or -1 and
 * errno: ENXIO or ENOENT no svscan there, ENODEV its fifo is none. */
int scandir_send(int at, const char *scandir, const char *letters, size_t len);

/* While it takes everything down, the size of its lock is its pid: a size is
 * known at once and needs no room on a file system that is full. */
int scandir_ends(int lock, pid_t pid); /* 0: it does not.  0, or -1 */
/* 1 if the svscan with this pid takes everything down, else 0. */
int scandir_ending(int at, const char *scandir, pid_t pid);

#endif
