/* init.c - the first process of a container or a machine.  It prepares and
 * then executes reeve-svscan, which stays process 1.  See reeve-init(8). */

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/alone.h"
#include "init/boot.h"
#include "init/container.h"
#include "init/names.h"
#include "init/os.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"

enum {
	OPT_REQUIRE = OPT_LONG,
	OPT_START,
	OPT_GROUP,
	OPT_REWRITE,
	OPT_MAP,
	OPT_PAUSE,
	OPT_FOLLOW,
	OPT_BRING_UP,
	OPT_NO_MOUNTS,
	OPT_NO_LOG,
	OPT_SWITCH_ROOT,
	OPT_STOP_TIMEOUT
};
enum { START_MS = 60000 };
#define BOOT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static struct container c;
static struct boot b;

static const struct opt options[] = {
	{ 'C', "container", 0,
		"container mode, even as process 1 of a machine" },
	{ 'g', "grace", "TIME",
		"a stop takes no longer than this, in all "
		"[10s]" },
	{ 's', "stop-signal", "SIGNAL",
		"stop on this one too, besides TERM, "
		"INT, QUIT" },
	{ 'r', "run", "DIR",
		"the writable directory [/run, or the first "
		"that is]" },
	{ 'S', "services", 0, "make a tree even if nothing is defined yet" },
	{ OPT_REQUIRE, "require-all", 0,
		"any service that fails to start "
		"ends the container,\nnot only essential ones" },
	{ OPT_START, "start-timeout", "TIME",
		"give up on a service that is not "
		"ready after so long\nand has no timeout-up; 0: never [60s]" },
	{ OPT_GROUP, "group", 0,
		"pass signals on to the command's whole "
		"process group" },
	{ OPT_REWRITE, "rewrite", "SIGNAL:NEW",
		"pass on NEW where SIGNAL "
		"came; NEW 0: nothing" },
	{ OPT_MAP, "map-exit", "CODE[:NEW]",
		"end with NEW where the code "
		"would be CODE [0]" },
	{ OPT_PAUSE, "pause", 0, "run nothing: reap orphans until stopped" },
	{ OPT_FOLLOW, "parent-death", "SIGNAL",
		"as if SIGNAL came, when our "
		"parent ends" },
	{ 'B', "boot", 0, "boot mode: process 1 of a machine" },
	{ 'c', "basedir", "DIR",
		"directory with rc.init and so on [" BOOT_BASEDIR "]" },
	{ 'p', "path", "PATH", "PATH of everything that is started" },
	{ 'm', "umask", "MODE", "umask of everything [022]" },
	{ 'M', "mount", "WHAT",
		"mount TYPE:DIR or TYPE:DEVICE:DIR[:OPTIONS] "
		"early;\nmay be given more than once" },
	{ 'n', "keep-run", 0, "mount nothing on /run" },
	{ OPT_NO_MOUNTS, "no-mounts", 0,
		"mount nothing that --mount does "
		"not name" },
	{ OPT_NO_LOG, "no-log", 0,
		"no catch-all logger: messages stay on "
		"the console" },
	{ OPT_STOP_TIMEOUT, "stop-timeout", "TIME",
		"limit for rc.shutdown "
		"[2min]" },
	{ '1', "echo", 0, "the catch-all log on the console too" },
	{ OPT_SWITCH_ROOT, "switch-root", "DIR",
		"of an initramfs: make DIR "
		"the root and execute COMMAND there" },
	{ OPT_BRING_UP, "bring-up", 0,
		"only bring all services up, for "
		"rc.init" },
	{ 'v', "verbose", 0, "tell every step; twice: every program run" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = { "[OPTION]... [COMMAND [ARG]...]",
	"First process of a container or a machine: brings up the services, "
	"then runs\nCOMMAND; its exit code is the container's.  Without "
	"COMMAND the service marked\n`main' has that role, or the container "
	"stays until it is stopped.",
	options,
	"Environment: REEVE_GRACE, REEVE_START_TIMEOUT, REEVE_STOP_SIGNAL, "
	"REEVE_RUN and\nREEVE_VERBOSE are used where the option is not "
	"given.\n" };

static uint64_t
duration(const char *what, const char *text)
{
	uint64_t ms;

	if (!num_duration(text, 1000, &ms) || ms > 86400000)
		die(EX_MISUSE,
			"%s: expected a time such as 10s or 500ms, "
			"at most 1d, not %s",
			what, text);
	return ms;
}

static int
signal_number(const char *what, const char *text)
{
	int sig = num_signal(text);

	if (!sig || sig == SIGKILL || sig == SIGSTOP || sig == SIGCHLD)
		die(EX_MISUSE, "%s: expected a signal such as TERM, not %s",
			what, text);
	return sig;
}

/* Hand over from an initramfs to the real root, as its process 1. */
static _Noreturn void
switch_root(const char *root, char **command)
{
	char usual[] = "/sbin/init", *words[] = { usual, 0 };

	if (!command)
		command = words;
	if (getpid() != 1)
		die(EX_MISUSE, "--switch-root is for process 1");
	if (machine_switch_root(root) < 0)
		warn_sys("unable to make %s the root (going on in it)", root);
	execv(command[0], command);
	warn_sys("unable to execute %s", command[0]);
	for (;;)
		if (!boot_shell("", "no way to go on"))
			sleep(60);
}

static const char *
setting(const char *var)
{
	const char *s = getenv(var);

	return s && *s ? s : 0;
}

static void
from_environment(void)
{
	const char *s;

	c.grace_ms = 10000;
	if ((s = setting("REEVE_GRACE")))
		c.grace_ms = duration("REEVE_GRACE", s);
	if ((s = setting("REEVE_START_TIMEOUT")))
		c.start_ms = duration("REEVE_START_TIMEOUT", s);
	if ((s = setting("REEVE_STOP_SIGNAL")))
		c.stop_signal = signal_number("REEVE_STOP_SIGNAL", s);
	if ((s = setting("REEVE_VERBOSE")))
		c.verbose = (int)opt_uint("REEVE_VERBOSE", s, 0, 2);
	c.run = setting("REEVE_RUN");
}

static int
from_options(int argc, char **argv)
{
	const char *root = 0;
	int o, mode = 0;

	while ((o = opt_next(&usage, argc, argv)) >= 0)
		switch (o) {
		case 'C':
		case 'B':
		case OPT_BRING_UP:
			mode = o;
			break;
		case 'c':
			b.basedir = optarg;
			break;
		case 'p':
			b.path = optarg;
			break;
		case 'm':
			b.umask = opt_octal("--umask", optarg, 0777);
			break;
		case 'M':
			if (b.nmounts == BOOT_MOUNTS)
				die(EX_MISUSE, "at most %d mounts",
					BOOT_MOUNTS);
			b.mounts[b.nmounts++] = optarg;
			break;
		case 'n':
			b.keep_run = 1;
			break;
		case OPT_NO_MOUNTS:
			b.no_mounts = 1;
			break;
		case OPT_NO_LOG:
			b.no_log = 1;
			break;
		case OPT_STOP_TIMEOUT:
			b.stop_ms = duration("--stop-timeout", optarg);
			break;
		case '1':
			b.echo = 1;
			break;
		case OPT_SWITCH_ROOT:
			root = optarg;
			mode = o;
			break;
		case 'g':
			c.grace_ms = duration("--grace", optarg);
			break;
		case 's':
			c.stop_signal = signal_number("--stop-signal", optarg);
			break;
		case 'r':
			c.run = optarg;
			break;
		case 'S':
			c.always_tree = 1;
			break;
		case OPT_REQUIRE:
			c.require = 1;
			break;
		case OPT_START:
			c.start_ms = duration("--start-timeout", optarg);
			break;
		case OPT_GROUP:
			c.flags |= ALONE_GROUP;
			break;
		case OPT_REWRITE:
			if (!passing_rewrite(&c.pass, optarg))
				die(EX_MISUSE,
					"--rewrite: expected two "
					"signals such as TERM:QUIT, not %s",
					optarg);
			break;
		case OPT_MAP:
			if (!passing_map(&c.pass, optarg))
				die(EX_MISUSE,
					"--map-exit: expected exit "
					"codes such as 143 or 143:1, not %s",
					optarg);
			break;
		case OPT_PAUSE:
			c.pause = 1;
			break;
		case OPT_FOLLOW:
			names_follow(optarg);
			break;
		case 'v':
			c.verbose++;
			break;
		}
	if (argv[optind])
		c.command = argv + optind;
	if (c.pause && c.command)
		die(EX_MISUSE, "--pause takes no command");
	if (mode == OPT_SWITCH_ROOT)
		switch_root(root, c.command);
	return mode;
}

/* A wrong option must not end process 1 of a machine, and that would. */
static int
options_are_right(int argc, char **argv)
{
	pid_t pid = fork();
	int w = 0;

	if (pid == 0) {
		from_options(argc, argv);
		_exit(0);
	}
	if (pid > 0 && waitpid(pid, &w, 0) == pid && w) {
		warn("going on without any option");
		return 0;
	}
	opt_reset();
	return 1;
}

/* The kernel's own words are not options, whatever they look like: these
 * come only after --boot, which is what a script writes. */
static _Noreturn void
boot(int argc, char **argv)
{
	int optional = argc > 1 && argv[1][0] == '-' && strcmp(argv[1], "-") &&
		strcmp(argv[1], "-s");

	if (optional && options_are_right(argc, argv)) {
		from_options(argc, argv);
		b.args = c.command;
	} else {
		b.args = argc ? argv + 1 : argv;
	}
	b.verbose = c.verbose;
	b.start_ms = c.start_ms;
	boot_run(&b);
}

static int
wants_boot(int argc, char **argv)
{
	if (getpid() != 1)
		return 0;
	for (int i = 1; i < argc && argv[i][0] == '-'; i++)
		if (!strcmp(argv[i], "--switch-root"))
			return 0;
		else if (!strcmp(argv[i], "-B") || !strcmp(argv[i], "--boot"))
			return 1;
		else if (!strcmp(argv[i], "-C") ||
			!strcmp(argv[i], "--container"))
			return 0;
	return machine_is_real();
}

int
main(int argc, char **argv)
{
	prog_init(argv[0]);
	if (hook_is_name(prog_name))
		hook_run(prog_name);
	passing_init(&c.pass);
	if (names_read(&c, prog_name, argc, argv))
		container_run(&c);
	prog_name = "reeve-init";
	if (argc > 1 && !strcmp(argv[1], "--catch-all"))
		boot_catch_all(0);
	if (argc > 1 && !strcmp(argv[1], "--catch-all-echo"))
		boot_catch_all(1);
	b.basedir = BOOT_BASEDIR;
	b.path = BOOT_PATH;
	b.umask = 022;
	b.stop_ms = BOOT_STOP_MS;
	c.start_ms = START_MS;
	if (wants_boot(argc, argv))
		boot(argc, argv);
	from_environment();
	switch (from_options(argc, argv)) {
	case OPT_BRING_UP:
		return boot_bring_up(c.start_ms, c.verbose);
	case 'B':
		die(EX_MISUSE, "--boot is for process 1, not %ld",
			(long)getpid());
	}
	container_run(&c);
}
