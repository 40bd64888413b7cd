/* linuxinit.h - what the programs around s6-linux-init share: places
 * under /run that others know, and FORMAT the shutdown request: what
 * s6-linux-init-shutdown writes to the fifo of
 * s6-linux-init-shutdownd.  See s6-linux-init-shutdownd(8). */
#ifndef LINUX_INIT_LINUXINIT_H
#define LINUX_INIT_LINUXINIT_H

#include <stddef.h>
#include <stdint.h>

#include "init/os.h"

#define LI_RUN "/run"
#define LI_SCANDIR LI_RUN "/service"
#define LI_LOGGER "s6-svscan-log"
#define LI_SHUTDOWND "s6-linux-init-shutdownd"
#define LI_RUNLEVELD "s6-linux-init-runleveld"
#define LI_LOGOUTHOOKD "s6-linux-init-logouthookd"
#define LI_FIFO LI_SCANDIR "/" LI_SHUTDOWND "/fifo"
#define LI_LOGFIFO LI_SCANDIR "/" LI_LOGGER "/fifo"
#define LI_RESULTS LI_RUN "/s6-linux-init-container-results"
/* In the scan directory: how it shall end and the grace time, written by
 * shutdownd, read by finish: "h 3000\n". */
#define LI_END ".s6-svscan/end"

enum { LI_GRACE = 3000, LI_GRACE_MAX = 300000, LI_REQUEST = 18 };

struct li_request {
	int cancel;
	char how; /* h halt, p power off, r reboot, S none */
	uint64_t delay_ms;
	uint32_t grace_ms; /* 0: the daemon's own */
};

/* At most LI_REQUEST bytes; their number. */
size_t li_request_pack(unsigned char *, const struct li_request *);
/* Bytes used by the first request in buf; 0 if it is not whole yet; -1 if
 * there is none: skip one byte. */
int li_request_unpack(struct li_request *, const unsigned char *, size_t);
/* Send to the daemon's fifo.  0, or -1 and errno. */
int li_request_send(const struct li_request *);

/* Its letter how as machine_end_now has it. */
enum machine_end li_end(char how);
/* 1 in a container: nobody is logged in, to be told or recorded. */
int li_in_container(void);
/* Add the end of a machine to wtmp, if there is one; warn if that fails. */
void li_record(char how);

#endif
