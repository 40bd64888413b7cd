/* hook.c - what svscan executes in a container: this program, by the name of
 * a signal (tell stage 2, or stop everything if there is none), as `finish'
 * (the end: kill what is left, exit with the container's code) or as `crash'
 * (svscan cannot go on: start another).  The current directory is the scan
 * directory. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/alone.h"
#include "init/container.h"
#include "init/ending.h"
#include "init/halt.h"
#include "init/initdir.h"
#include "init/reaper.h"
#include "lib/chain.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"

static _Noreturn void
on_signal(int sig)
{
	uint64_t pid = initdir_get(INITDIR_PID, 0);

	if (pid > 1 && kill((pid_t)pid, sig) == 0)
		_exit(0);
	/* Links to us for other signals exist only if they are the stop
	 * signal, or if there is a stage 2 with a main command. */
	if (alone_is_stop((int)initdir_get(INITDIR_SIGNAL, 0), sig))
		stage2_stop();
	_exit(0);
}

/* What a key, a power switch or another init's halt means to a machine. */
static const struct {
	int sig;
	enum machine_end how;
} meanings[] = {
	{ SIGINT, END_REBOOT }, /* ctrl-alt-del */
	{ SIGTERM, END_REBOOT }, /* busybox reboot */
	{ SIGUSR1, END_HALT }, /* busybox halt */
	{ SIGUSR2, END_POWEROFF }, /* busybox poweroff */
#ifdef SIGPWR
	{ SIGPWR, END_POWEROFF }, /* power fails, or its button */
#endif
};

static _Noreturn void
machine_signal(int sig)
{
	struct ending r = { .cancel = 0 };
	unsigned char buf[ENDING_SIZE];
	int fd;

	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
		if (meanings[i].sig != sig)
			continue;
		r.how = meanings[i].how;
		fd = open(ENDING_FIFO, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 || file_write_all(fd, buf, ending_pack(buf, &r)) < 0)
			die_sys(EX_SYSTEM, "unable to ask for %s",
				ending_name(r.how));
	}
	_exit(0);
}

static _Noreturn void
crash(int machine)
{
	char path[PATH_LEN], name[] = "reeve-svscan", dot[] = ".";
	char *argv[] = { name, dot, 0 };

	/* A container that cannot be started says so and ends; what runs,
	 * and a machine, goes on. */
	if (!machine && !initdir_get(INITDIR_READY, 0))
		die(EX_SYSTEM, "svscan could not be started");
	for (;;) {
		warn("svscan could not go on, starting it again");
		sleep(1);
		if (chain_sister(path, sizeof path, name) == 0)
			execv(path, argv);
		warn_sys("unable to execute %s", path);
	}
}

static _Noreturn void
machine_finish(const char *basedir)
{
	uint64_t how = initdir_get(INITDIR_END, UINT64_MAX);

	if (how > END_KEXEC) {
		warn("svscan was told to end, but nobody asked to end the "
		     "machine");
		crash(1);
	}
	halt_run((enum machine_end)how, initdir_get(INITDIR_GRACE, 3000),
		basedir);
}

/* Who told svscan to end waits until it is ended by us.  Not process 1 and on
 * a system without a list of our children, we know no other. */
static void
release_stopper(void)
{
	pid_t pid = (pid_t)initdir_get(INITDIR_STOPPER, 0);

	/* A child that was not reaped has its number still. */
	if (pid > 1 && waitpid(pid, 0, WNOHANG) == 0)
		kill(pid, SIGTERM);
}

static _Noreturn void
finish(void)
{
	uint64_t code = initdir_get(INITDIR_CODE, 0);
	uint64_t grace = initdir_get(INITDIR_GRACE, 10000);
	uint64_t at = initdir_get(INITDIR_KILLAT, 0), now = clock_now();
	sigset_t set;

	reaper_block(&set, 0);
	release_stopper();
	/* Told to end by svscanctl, not through us. */
	if (!at || at > now + grace)
		at = now + grace * (STOP_KILL - STOP_SERVICES) / 100;
	if (reaper_end(&set, at, 0, 0) && initdir_get(INITDIR_VERBOSE, 0))
		info("some processes had to be killed");
	_exit((int)code & 255);
}

int
hook_is_name(const char *base)
{
	return !strcmp(base, "finish") || !strcmp(base, "crash") ||
		(!strncmp(base, "SIG", 3) && num_signal(base));
}

void
hook_run(const char *base)
{
	char basedir[PATH_LEN];
	int machine =
		initdir_get_text(INITDIR_BASEDIR, basedir, sizeof basedir);

	prog_name = "reeve-init";
	if (!strcmp(base, "finish") && machine)
		machine_finish(basedir);
	if (!strcmp(base, "finish"))
		finish();
	if (!strcmp(base, "crash"))
		crash(machine);
	if (machine)
		machine_signal(num_signal(base));
	on_signal(num_signal(base));
}
