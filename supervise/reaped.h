/* reaped.h - FORMAT .s6-svscan/reaped: wait statuses of the last children of
 * svscan that it did not start, for whoever adopted one of them.  A ring of
 * records: u32 pid, u32 status, u64 os_boot_now of the end.  Written by
 * svscan; read by supervise and the oneshot daemon. */
#ifndef SUPERVISE_REAPED_H
#define SUPERVISE_REAPED_H

#include <stdint.h>
#include <sys/types.h>

#define REAPED_FILE ".s6-svscan/reaped"
enum { REAPED_SLOTS = 256, REAPED_SIZE = 16 };

void reaped_pack(unsigned char *buf, pid_t pid, int wstat, uint64_t boot_now);
/* How pid, which lived at since, ended.  fd is the open file.  1 and *wstat,
 * or 0: not (yet) in it. */
int reaped_find(int fd, pid_t pid, uint64_t since, int *wstat);

#endif
