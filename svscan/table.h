/* table.h - the services that svscan knows: one slot each, found by device
 * and inode, and by pid.  Allocated once. */
#ifndef SVSCAN_TABLE_H
#define SVSCAN_TABLE_H

#include <stdint.h>
#include <sys/types.h>

struct service {
	uint64_t dev, ino; /* of its directory: what it is known by */
	uint64_t def; /* inode of its def when fifo was looked for */
	uint64_t next; /* not to be started before (os_now) */
	uint64_t started; /* when its supervise was */
	char *name; /* owned by the table; NAME or NAME/log */
	pid_t pid; /* of its supervise; 0: none */
	int pidfd; /* of a foreign supervise; or -1 */
	int pipe[2]; /* to its logger; kept in the producer */
	int fifo; /* its stdin-fifo, held; or -1 */
	int peer; /* slot of its logger or producer, or -1 */
	int chain_ino, chain_pid; /* next slot in the same bucket */
	unsigned used : 1;
	unsigned seen : 1; /* in the scan that is running */
	unsigned there : 1; /* the last scan found it */
	unsigned logger : 1; /* of a pair: NAME/log */
	unsigned foreign : 1; /* its supervise is not our child */
};

struct table {
	struct service *slots;
	char *names;
	/* One block, which is by_ino's. */
	int *by_ino, *by_pid; /* buckets: first slot, or -1 */
	int *free_slots; /* a stack */
	unsigned max, count, nfree, name_size;
	unsigned buckets; /* so many are in use; twice as many when all
				 * have a service */
	unsigned running; /* slots with a pid */
	unsigned high; /* slots from here on were never used */
};

/* Room for max services; what is never used of it costs no memory.  Names
 * are of at most name_max bytes (and "/log").  0, or -1 and errno. */
int table_init(struct table *, unsigned max, unsigned name_max);
/* Slot number, or -1. */
int table_find(const struct table *, uint64_t dev, uint64_t ino);
int table_find_pid(const struct table *, pid_t pid);
/* A new slot without pid, pipe and peer.  Its number, or -1: full. */
int table_add(struct table *, uint64_t dev, uint64_t ino, const char *name);
void table_rename(struct table *, int slot, const char *name);
void table_set_pid(struct table *, int slot, pid_t pid);
void table_remove(struct table *, int slot);

#endif
