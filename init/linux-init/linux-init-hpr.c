/* linux-init-hpr.c - halt, power off or reboot: ask shutdownd, or -f do it.
 * See reeve-linux-init-hpr(8). */

#include <getopt.h>
#include <unistd.h>

#include "init/linux-init/linuxinit.h"
#include "init/os.h"
#include "lib/msg.h"
#include "lib/opt.h"

static const struct opt opts[] = {
	{ 'h', "halt", 0, "halt" },
	{ 'p', "poweroff", 0, "power off" },
	{ 'r', "reboot", 0, "reboot" },
	{ 'f', "force", 0, "at once, without stopping anything" },
	{ 'n', "no-sync", 0, "with -f: do not sync the disks" },
	{ 'd', "no-wtmp", 0, "ignored: no wtmp entry is made" },
	{ 'w', "wtmp-only", 0, "do nothing" },
	{ 'W', "no-wall", 0, "ignored: nobody is told" },
	{ 'i', "ask", 0, "ignored" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -f ] -h | -p | -r [ -n ] [ -d | -w ] [ -W ] [ -i ]",
	"Ask for the end of the machine or container.",
	opts, "Exit status: 0 asked, 100 misuse, 111 nobody to ask, or not\n"
	"permitted."
};

int
main(int argc, char **argv)
{
	struct li_request q = { 0 };
	int c, force = 0, sync_disks = 1, only_wtmp = 0;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'h': case 'p': case 'r': q.how = (char)c; break;
		case 'f': force = 1; break;
		case 'n': sync_disks = 0; break;
		case 'w': only_wtmp = 1; break;
		}
	if (only_wtmp)
		return 0;
	if (!q.how)
		die(EX_MISUSE, "one of the -h, -p or -r options must be given");
	if (force) {
		if (geteuid())
			die(EX_MISUSE, "only root may do this with -f");
		if (sync_disks)
			sync();
		machine_end_now(q.how == 'r' ? END_REBOOT : q.how == 'p'
			? END_POWEROFF : END_HALT);
		die_sys(EX_SYSTEM, "unable to end the machine");
	}
	if (li_request_send(&q) < 0)
		die_sys(EX_SYSTEM, "unable to ask shutdownd by %s", LI_FIFO);
	return 0;
}
