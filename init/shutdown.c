/* shutdown.c - ask reeve-shutdownd to end the machine, now or later.  Called
 * as halt, poweroff or reboot it has their options.  See reeve-shutdown(8). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "init/os.h"
#include "init/ending.h"
#include "init/delay.h"
#include "init/people.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "rc/places.h"

enum { OPT_KEXEC = OPT_LONG, OPT_NOW };

struct ask {
	struct ending request;
	int chosen; /* an end was named */
	int only_wall, no_wall, ask_host, at_once, no_sync, allow;
};

static const struct opt shutdown_options[] = {
	{ 'h', "halt-or-poweroff", 0, "power the machine off" },
	{ 'P', "poweroff", 0, "the same" }, { 'p', 0, 0, "the same" },
	{ 'H', "halt", 0, "halt it, without switching off the power" },
	{ 'r', "reboot", 0, "start it anew" },
	{ OPT_KEXEC, "kexec", 0,
		"start the kernel that was loaded with "
		"kexec -l" },
	{ 'k', "wall-only", 0, "only tell the people" },
	{ 'c', "cancel", 0, "cancel what was asked for" },
	{ 't', "grace", "SECONDS",
		"time from TERM to KILL for what is left "
		"[3]" },
	{ 'a', "allowed", 0,
		"only if someone named in " PEOPLE_ALLOW " is logged in" },
	{ 'i', "ask-host", 0, "ask for the name of the machine first" },
	{ 'W', "no-wall", 0, "tell nobody" },
	{ 'f', "fast", 0, "accepted and ignored" },
	{ 'F', "fsck", 0, "accepted and ignored" }, { 0, 0, 0, 0 }
};
static const struct usage shutdown_usage = {
	"[OPTION]... TIME [MESSAGE...] | -c [MESSAGE...]",
	"End the machine at TIME: now, +MINUTES, a duration such as +90s, or "
	"HH:MM.\nReturns at once.",
	shutdown_options, 0
};

static const struct opt halt_options[] = {
	{ 'f', "force", 0, "at once, without stopping anything (syncs first)" },
	{ 'n', "no-sync", 0, "with -f: do not even sync" },
	{ 'p', "poweroff", 0, "power off, whatever the name" },
	{ OPT_KEXEC, "kexec", 0,
		"start the kernel that was loaded with "
		"kexec -l" },
	{ 'i', "ask-host", 0, "ask for the name of the machine first" },
	{ 'W', "no-wall", 0, "tell nobody" },
	{ 'd', "no-wtmp", 0, "accepted and ignored: no wtmp record is made" },
	{ 'w', "wtmp-only", 0, "do nothing" },
	{ 'h', 0, 0, "accepted and ignored" }, { 0, 0, 0, 0 }
};
static const struct usage halt_usage = { "[OPTION]...",
	"End the machine: halt, poweroff or reboot, by the name it is called "
	"by.  Returns\nat once.",
	halt_options, 0 };

static void
choose(struct ask *a, enum machine_end how)
{
	if (a->chosen && a->request.how != how)
		die(EX_MISUSE, "%s and %s cannot both be done",
			ending_name(a->request.how), ending_name(how));
	a->request.how = how;
	a->chosen = 1;
}

static void
send_request(const struct ending *r)
{
	struct places p;
	unsigned char buf[ENDING_SIZE];
	char fifo[PATH_LEN], err[256];
	int fd;

	if (places_default(&p, err, sizeof err) < 0 ||
		path_join(fifo, sizeof fifo, p.scandir, ENDING_FIFO) < 0)
		die(EX_SYSTEM, "%s", err);
	fd = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && (errno == ENXIO || errno == ENOENT))
		die(EX_NOSUPER,
			"no reeve-shutdownd listens on %s: this "
			"machine was not started by reeve-init (in a container "
			"end process 1; -f of halt ends a machine at once)",
			fifo);
	if (fd < 0)
		die_sys(EX_SYSTEM, "unable to open %s", fifo);
	if (file_write_all(fd, buf, ending_pack(buf, r)) < 0)
		die_sys(EX_SYSTEM, "unable to write to %s", fifo);
}

static _Noreturn void
end_at_once(const struct ask *a)
{
	if (!a->no_sync)
		sync();
	machine_end_now(a->request.how);
	die_sys(EX_SYSTEM, "unable to %s", ending_name(a->request.how));
}

static void
read_halt(struct ask *a, int argc, char **argv)
{
	int o;

	while ((o = opt_next(&halt_usage, argc, argv)) >= 0)
		switch (o) {
		case 'f':
			a->at_once = 1;
			break;
		case 'n':
			a->no_sync = 1;
			break;
		case 'p':
			a->request.how = END_POWEROFF;
			break;
		case OPT_KEXEC:
			a->request.how = END_KEXEC;
			break;
		case 'i':
			a->ask_host = 1;
			break;
		case 'W':
			a->no_wall = 1;
			break;
		case 'w':
			_exit(EX_OK);
		}
	if (argv[optind])
		opt_usage(&halt_usage);
}

static unsigned
second_of_day(void)
{
	time_t now = time(0);
	struct tm tm;

	if (!localtime_r(&now, &tm))
		return 0;
	return (unsigned)(tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec);
}

static void
read_shutdown(struct ask *a, int argc, char **argv)
{
	int o;

	while ((o = opt_next(&shutdown_usage, argc, argv)) >= 0)
		switch (o) {
		case 'h':
		case 'P':
		case 'p':
			choose(a, END_POWEROFF);
			break;
		case 'H':
			choose(a, END_HALT);
			break;
		case 'r':
			choose(a, END_REBOOT);
			break;
		case OPT_KEXEC:
			choose(a, END_KEXEC);
			break;
		case 'k':
			a->only_wall = 1;
			break;
		case 'c':
			a->request.cancel = 1;
			break;
		case 't':
			a->request.grace_ms = 1000 *
				opt_uint("-t", optarg, 0,
					ENDING_GRACE_MAX / 1000);
			break;
		case 'a':
			a->allow = 1;
			break;
		case 'i':
			a->ask_host = 1;
			break;
		case 'W':
			a->no_wall = 1;
			break;
		}
	if (a->request.cancel)
		return;
	if (!argv[optind])
		opt_usage(&shutdown_usage);
	if (!delay_parse(argv[optind], second_of_day(), &a->request.delay_ms))
		die(EX_MISUSE,
			"%s: expected now, +MINUTES, a duration such "
			"as +90s, or HH:MM",
			argv[optind]);
	optind++;
	if (!a->chosen && !a->only_wall)
		die(EX_MISUSE,
			"what is to be done: -r, -h, -H, -P or --kexec "
			"(single-user mode is a word for the kernel)");
}

int
main(int argc, char **argv)
{
	struct ask a = { .chosen = 0 };
	const char *name;
	char **message;

	prog_init(argv[0]);
	name = !strncmp(prog_name, "reeve-", 6) ? prog_name + 6 : prog_name;
	if (!strcmp(name, "halt"))
		a.request.how = END_HALT;
	else if (!strcmp(name, "poweroff"))
		a.request.how = END_POWEROFF;
	else if (!strcmp(name, "reboot"))
		a.request.how = END_REBOOT;
	else
		name = 0;
	if (name)
		read_halt(&a, argc, argv);
	else
		read_shutdown(&a, argc, argv);
	if (a.allow && !people_allow())
		die(EX_NO, "nobody named in " PEOPLE_ALLOW " is logged in");
	if (a.ask_host)
		people_ask_host();
	if (a.at_once)
		end_at_once(&a);
	if (!a.only_wall)
		send_request(&a.request);
	if (a.no_wall)
		return EX_OK;
	message = name ? argv + argc : argv + optind;
	if (a.request.cancel)
		people_tell_cancelled(message);
	else
		people_tell_end(a.request.how, a.request.delay_ms, message);
	return EX_OK;
}
