/* setsid.c - execute a program in a new session or process group.
 * See s6-setsid(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/opt.h"

static const struct opt opts[] = { { 's', "session", 0,
					   "in a new session (default)" },
	{ 'b', "background-process-group", 0,
		"in a new background process group" },
	{ 'f', "foreground", 0,
		"in a new process group, in the foreground of\n"
		"the controlling terminal" },
	{ 'g', "grab", 0, "the same, even if the terminal is someone else's" },
	{ OPT_LONG, "foreground-process-group", 0, "the same as -f" },
	{ OPT_LONG + 1, "foreground-process-group-grab", 0, "the same as -g" },
	{ 'i', "strict", 0, "fail if that is not possible" },
	{ 'I', "no-strict", 0, "warn if that is not possible (default)" },
	{ 'q', "quiet", 0, "say nothing if that is not possible" },
	{ 'd', "ctty", "FD",
		"with -f and -g: the terminal is at FD\n"
		"(default: /dev/tty)" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[-s | -b | -f | -g] [-i | -I | -q] [-d FD] prog...",
	"Execute prog in a new session or process group.", opts,
	"Exit status: 100 misuse; 111 system error; 126 and 127 prog cannot be\n"
	"executed, or was not found."
};

static char strict = 'I';

static void
complain(const char *verb)
{
	if (strict == 'i')
		die_sys(EX_SYSTEM, "unable to %s", verb);
	if (strict == 'I')
		warn_sys("unable to %s", verb);
}

static int
controlling_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die_sys(EX_SYSTEM, "unable to open /dev/tty");
	return fd;
}

static void
foreground(int fd, int grab)
{
	if (grab)
		/* We are in the background then, where this would stop us. */
		signal(SIGTTOU, SIG_IGN);
	if (tcsetpgrp(fd, getpid()) < 0)
		complain("tcsetpgrp");
	if (grab)
		signal(SIGTTOU, SIG_DFL);
}

int
main(int argc, char **argv)
{
	int c, ctty = -1;
	char what = 's';

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'i':
		case 'I':
		case 'q':
			strict = (char)c;
			break;
		case 'd':
			ctty = (int)opt_uint(
				"the descriptor", optarg, 0, INT_MAX);
			break;
		case OPT_LONG:
			what = 'f';
			break;
		case OPT_LONG + 1:
			what = 'g';
			break;
		default:
			what = (char)c;
		}
	argv += optind;
	if (!*argv)
		opt_usage(&usage);
	if (ctty < 0 && (what == 'f' || what == 'g'))
		ctty = controlling_terminal();
	if (what == 's') {
		if (setsid() < 0)
			complain("setsid");
		/* The terminal only counts with -f and -g. */
	} else {
		if (setpgid(0, 0) < 0)
			complain("setpgid");
		if (what != 'b')
			foreground(ctty, what == 'g');
	}
	chain_exec(argv);
}
