/* linuxinit.c - see linuxinit.h. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <skalibs/tai.h>

#include "tools/s6/linux-init/linuxinit.h"
#include "init/people.h"
#include "lib/bytes.h"
#include "lib/msg.h"

size_t
li_request_pack(unsigned char *buf, const struct li_request *q)
{
	struct wr w = wr_init(buf, LI_REQUEST);
	char t[12];
	tain delay;

	if (q->cancel) {
		wr_u8(&w, 'c');
		return wr_done(&w);
	}
	delay.sec.x = q->delay_ms / 1000;
	delay.nano = (uint32_t)(q->delay_ms % 1000) * 1000000;
	tain_pack(t, &delay);
	wr_u8(&w, 'S');
	wr_u8(&w, (unsigned char)q->how);
	wr_mem(&w, t, sizeof t);
	wr_u32(&w, q->grace_ms);
	return wr_done(&w);
}

int
li_request_unpack(struct li_request *q, const unsigned char *buf, size_t len)
{
	struct rd r = rd_init(buf, len);
	struct li_request a = { 0 };
	const unsigned char *t;
	tain delay;

	if (!len)
		return 0;
	switch (rd_u8(&r)) {
	case 'c':
		a.cancel = 1;
		*q = a;
		return 1;
	case 'S':
		break;
	default:
		return -1;
	}
	if (len < 2)
		return 0;
	a.how = (char)rd_u8(&r);
	if (!a.how || !strchr("hprs", a.how))
		return -1;
	if (len < LI_REQUEST)
		return 0;
	t = rd_mem(&r, 12);
	tain_unpack((const char *)t, &delay);
	a.grace_ms = rd_u32(&r);
	if (delay.nano > 999999999 || delay.sec.x > UINT32_MAX)
		return -1;
	a.delay_ms = delay.sec.x * 1000 + delay.nano / 1000000;
	if (a.grace_ms > LI_GRACE_MAX)
		a.grace_ms = LI_GRACE_MAX;
	*q = a;
	return LI_REQUEST;
}

/* A container whose command ends at once asks before the daemon runs. */
static int
open_fifo(void)
{
	const struct timespec pause = { 0, 20000000 };
	int fd, tries = 500;

	while ((fd = open(LI_FIFO, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0 &&
		errno == ENXIO && --tries)
		nanosleep(&pause, 0);
	return fd;
}

int
li_request_send(const struct li_request *q)
{
	unsigned char buf[LI_REQUEST];
	size_t n = li_request_pack(buf, q);
	int fd = open_fifo(), e;
	ssize_t w;

	if (fd < 0)
		return -1;
	w = write(fd, buf, n);
	e = w < 0 ? errno : EAGAIN;
	close(fd);
	errno = e;
	return w == (ssize_t)n ? 0 : -1;
}

enum machine_end
li_end(char how)
{
	return how == 'r' ? END_REBOOT : how == 'p' ? END_POWEROFF : END_HALT;
}

int
li_in_container(void)
{
	return access(LI_RESULTS, F_OK) == 0;
}

void
li_record(char how)
{
	if (!li_in_container() && people_record_end(li_end(how)) < 0)
		warn_sys("unable to add to the log of logins (going on)");
}
