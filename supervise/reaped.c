/* reaped.c - FORMAT; packs wait statuses of reaped children, and finds one in
 * the ring. */

#include <unistd.h>

#include "lib/bytes.h"
#include "supervise/reaped.h"

void
reaped_pack(unsigned char *buf, pid_t pid, int wstat, uint64_t boot_now)
{
	struct wr w = wr_init(buf, REAPED_SIZE);

	wr_u32(&w, (uint32_t)pid);
	wr_u32(&w, (uint32_t)wstat);
	wr_u64(&w, boot_now);
}

int
reaped_find(int fd, pid_t pid, uint64_t since, int *wstat)
{
	unsigned char buf[REAPED_SIZE * 16];
	int found = 0;
	ssize_t r;

	while (!found && (r = read(fd, buf, sizeof buf)) > 0) {
		struct rd rd = rd_init(buf, (size_t)r);

		for (r /= REAPED_SIZE; r > 0; r--) {
			pid_t who = (pid_t)rd_u32(&rd);
			int how = (int)rd_u32(&rd);

			if (rd_u64(&rd) >= since && who == pid) {
				*wstat = how;
				found = 1;
			}
		}
	}
	return found;
}
