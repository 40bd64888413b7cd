/* linux-init-hpr.c - halt, power off or reboot: ask shutdownd, or -f do it.
 * See s6-linux-init-hpr(8). */

#include <getopt.h>
#include <unistd.h>

#include "tools/s6/linux-init/linuxinit.h"
#include "init/os.h"
#include "init/people.h"
#include "lib/msg.h"
#include "lib/opt.h"

static const struct opt opts[] = { { 'h', "halt", 0, "halt" },
	{ 'p', "poweroff", 0, "power off" }, { 'r', "reboot", 0, "reboot" },
	{ 'f', "force", 0, "at once, without stopping anything" },
	{ 'n', "no-sync", 0, "with -f: do not sync the disks" },
	{ 'd', "no-wtmp", 0, "do not add an entry to wtmp" },
	{ 'w', "wtmp-only", 0, "do nothing else" },
	{ 'W', "no-wall", 0, "do not tell everybody" },
	{ 'i', "ask", 0, "ask for the name of the machine first" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -f ] -h | -p | -r [ -n ] [ -d | -w ] [ -W ] [ -i ]",
	"Ask for the end of the machine or container.", opts,
	"Exit status: 0 asked, 1 not this machine (-i), 100 misuse, 111 nobody\n"
	"to ask, or not permitted."
};

static struct {
	int force, no_sync, only_wtmp, no_wtmp, no_wall, ask_host;
} o;

static void
options(struct li_request *q, int argc, char **argv)
{
	int c;

	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'h':
		case 'p':
		case 'r':
			q->how = (char)c;
			break;
		case 'f':
			o.force = 1;
			break;
		case 'n':
			o.no_sync = 1;
			break;
		case 'd':
			o.no_wtmp = 1;
			o.only_wtmp = 0;
			break;
		case 'w':
			o.only_wtmp = 1;
			o.no_wtmp = 0;
			break;
		case 'W':
			o.no_wall = 1;
			break;
		case 'i':
			o.ask_host = 1;
			break;
		}
}

static _Noreturn void
end_now(char how)
{
	if (!o.no_sync)
		sync();
	machine_end_now(li_end(how));
	die_sys(EX_SYSTEM, "unable to end the machine");
}

int
main(int argc, char **argv)
{
	struct li_request q = { 0 };
	char *no_words = 0;

	prog_init(argv[0]);
	options(&q, argc, argv);
	if (!q.how)
		die(EX_MISUSE, "one of the -h, -p or -r options must be given");
	if (o.force && geteuid())
		die(EX_MISUSE, "only root may do this with -f");
	if (o.ask_host)
		people_ask_host();
	if (!o.no_wtmp)
		li_record(q.how);
	if (o.only_wtmp)
		return 0;
	if (o.force)
		end_now(q.how);
	if (!o.no_wall && !li_in_container())
		people_tell_end(li_end(q.how), 0, &no_words);
	if (li_request_send(&q) < 0)
		die_sys(EX_SYSTEM, "unable to ask shutdownd by %s", LI_FIFO);
	return 0;
}
