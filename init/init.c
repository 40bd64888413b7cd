/* init.c - the first process of a container or a machine.  It prepares and
 * then executes reeve-svscan, which stays process 1.  See reeve-init(8). */

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "init/container.h"
#include "init/os.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"

enum { OPT_REQUIRE = OPT_LONG, OPT_START };

static const struct opt options[] = {
	{ 'C', "container", 0, "container mode, even as process 1 of a machine" },
	{ 'g', "grace", "TIME", "a stop takes no longer than this, in all "
		"[10s]" },
	{ 's', "stop-signal", "SIGNAL", "stop on this one too, besides TERM, "
		"INT, QUIT" },
	{ 'r', "run", "DIR", "the writable directory [/run, or the first "
		"that is]" },
	{ 'S', "services", 0, "make a tree even if nothing is defined yet" },
	{ OPT_REQUIRE, "require-all", 0, "any service that fails to start "
		"ends the container,\nnot only essential ones" },
	{ OPT_START, "start-timeout", "TIME", "limit for starting the "
		"services [none]" },
	{ 'v', "verbose", 0, "tell every step; twice: every program run" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[OPTION]... [COMMAND [ARG]...]",
	"First process of a container or a machine: brings up the services, "
	"then runs\nCOMMAND; its exit code is the container's.  Without "
	"COMMAND the service marked\n`main' has that role, or the container "
	"stays until it is stopped.",
	options,
	"Environment: REEVE_GRACE, REEVE_STOP_SIGNAL, REEVE_RUN, REEVE_VERBOSE "
	"are used\nwhere the option is not given.\n"
};

static uint64_t
duration(const char *what, const char *text)
{
	uint64_t ms;

	if (!num_duration(text, 1000, &ms) || ms > 86400000)
		die(EX_MISUSE, "%s: expected a time such as 10s or 500ms, "
			"at most 1d, not %s", what, text);
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

static const char *
setting(const char *var)
{
	const char *s = getenv(var);

	return s && *s ? s : 0;
}

static void
from_environment(struct container *c)
{
	const char *s;

	c->grace_ms = 10000;
	if ((s = setting("REEVE_GRACE")))
		c->grace_ms = duration("REEVE_GRACE", s);
	if ((s = setting("REEVE_STOP_SIGNAL")))
		c->stop_signal = signal_number("REEVE_STOP_SIGNAL", s);
	if ((s = setting("REEVE_VERBOSE")))
		c->verbose = (int)opt_uint("REEVE_VERBOSE", s, 0, 2);
	c->run = setting("REEVE_RUN");
}

static void
from_options(struct container *c, int argc, char **argv)
{
	int o;

	while ((o = opt_next(&usage, argc, argv)) >= 0)
		switch (o) {
		case 'C': break;
		case 'g': c->grace_ms = duration("--grace", optarg); break;
		case 's':
			c->stop_signal = signal_number("--stop-signal",
				optarg);
			break;
		case 'r': c->run = optarg; break;
		case 'S': c->always_tree = 1; break;
		case OPT_REQUIRE: c->require = 1; break;
		case OPT_START:
			c->start_ms = duration("--start-timeout", optarg);
			break;
		case 'v': c->verbose++; break;
		}
	if (argv[optind])
		c->command = argv + optind;
}

int
main(int argc, char **argv)
{
	static struct container c;

	prog_init(argv[0]);
	if (hook_is_name(PROG))
		hook_run(PROG);
	PROG = "reeve-init";
	from_environment(&c);
	from_options(&c, argc, argv);
	container_run(&c);
}
