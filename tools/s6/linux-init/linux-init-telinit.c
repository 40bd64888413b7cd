/* linux-init-telinit.c - change the runlevel: the runlevel script is run by
 * the service s6-linux-init-runleveld.  See s6-linux-init-telinit(8). */

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/s6/linux-init/linuxinit.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/words.h"

static const struct usage usage = { "runlevel",
	"Run the runlevel script; then for 0 power off, for 6 reboot.", 0,
	"Exit status: that of the script; 100 misuse, 111 system error." };

/* rc.init may ask before the service listens. */
static void
wait_for_service(void)
{
	const struct timespec pause = { 0, 20000000 };

	for (int tries = 500;
		tries && access(LI_SCANDIR "/" LI_RUNLEVELD, F_OK) == 0 &&
		access(LI_SCANDIR "/" LI_RUNLEVELD "/s", F_OK) < 0;
		tries--)
		nanosleep(&pause, 0);
}

int
main(int argc, char **argv)
{
	struct words w = { 0 }, hpr = { 0 };
	const char *level;
	int st, end;
	pid_t pid;

	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	if (argc - optind != 1)
		opt_usage(&usage);
	level = argv[optind];
	end = !strcmp(level, "0") || !strcmp(level, "6");
	wait_for_service();
	words_sister(&w, "sudo");
	words_add(&w, "-e");
	words_add(&w, LI_SCANDIR "/" LI_RUNLEVELD "/s");
	words_add(&w, level);
	if (!end)
		words_exec(&w);
	pid = fork();
	if (pid < 0)
		die_sys(EX_SYSTEM, "unable to fork");
	if (pid == 0)
		words_exec(&w);
	while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
		;
	if (st)
		warn("the runlevel script failed (going on)");
	words_sister(&hpr, "linux-init-hpr");
	words_add(&hpr, *level == '0' ? "-p" : "-r");
	words_exec(&hpr);
}
