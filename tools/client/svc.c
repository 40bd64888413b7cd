/* svc.c - send commands to the supervise of services, and wait for what
 * they lead to.  The letters are those of supervise/control.c.
 * See reeve-svc(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "supervise/control.h"
#include "tools/client/waitopt.h"

enum { LETTERS_MAX = 62, COMMANDS_MAX = 40 };

static struct opt opts[COMMANDS_MAX] = {
	{ 'w', "wait", "STATE",
		"wait for u (up), U (up and ready), d (down),\n"
		"D (down, finish done), r (restarted) or\n"
		"R (restarted and ready)" },
	{ 'T', "timeout", "MS",
		"wait at most MS milliseconds (default 0: for\n"
		"ever), then exit 99" },
	{ 's', "signal", "SIGNAL", "send the signal of that name or number" },
};
static struct usage usage = {
	"[-w STATE] [-T MS] [-s SIGNAL | -COMMANDS] servicedir...",
	"Send commands, in the order given, to the supervise of each service.",
	opts,
	"Exit status: 0 sent, and there; 1 broken supervise directory, or the\n"
	"service failed for good; 99 it took too long; 100 misuse; 102 no\n"
	"supervise there; 111 system error."
};

/* The option table is ours and then one row for each command. */
static void
add_commands(void)
{
	size_t n = 3;

	for (const struct command *c = control_commands; c->letter; c++)
		if (n + 1 < COMMANDS_MAX)
			opts[n++] =
				(struct opt){ c->letter, c->name, 0, c->help };
}

static char
letter_of_signal(const char *name)
{
	int sig = num_signal(name);

	for (const struct command *c = control_commands; c->letter; c++)
		if (sig && c->signal == sig)
			return c->letter;
	die(EX_MISUSE,
		"'%s' is not a signal that supervise can be told to "
		"send: ALRM ABRT QUIT HUP KILL TERM INT USR1 USR2 STOP CONT "
		"WINCH",
		name);
}

/* Readiness cannot be waited for where the service will not tell it. */
static char
checked_goal(char goal, const char *dir)
{
	char path[PATH_LEN];

	if (goal != 'U' && goal != 'R')
		return goal;
	if (path_join(path, sizeof path, dir, "notification-fd") == 0 &&
		file_exists(AT_FDCWD, path))
		return goal;
	/* Its definition may lie elsewhere. */
	if (path_join(path, sizeof path, dir, "def/notification-fd") == 0 &&
		file_exists(AT_FDCWD, path))
		return goal;
	goal = goal == 'U' ? 'u' : 'r';
	warn("%s has no notification-fd: waiting with -w%c instead of -w%c",
		dir, goal, goal == 'u' ? 'U' : 'R');
	return goal;
}

/* Send to one; its exit code. */
static int
command(const char *dir, const char *letters, size_t n)
{
	if (control_send(AT_FDCWD, dir, letters, n) == 0)
		return EX_OK;
	if (errno == ENXIO || (errno == ENOENT && file_exists(AT_FDCWD, dir))) {
		say("fatal: unable to control %s: no supervise runs there",
			dir);
		return EX_NOSUPER;
	}
	if (errno == ENODEV) {
		say("fatal: unable to control %s: its supervise directory is "
		    "broken (%s is not a fifo)",
			dir, CONTROL_FILE);
		return EX_NO;
	}
	say("fatal: unable to control %s: %s", dir, strerror(errno));
	return EX_SYSTEM;
}

static int
command_all(char **dirs, const char *letters, size_t n)
{
	int code = EX_OK;

	for (; n && *dirs; dirs++) {
		int r = command(*dirs, letters, n);

		code = r ? r : code;
	}
	return code;
}

int
main(int argc, char **argv)
{
	char letters[LETTERS_MAX], goal = 0;
	unsigned n = 0, timeout_ms = 0;
	struct waiting w;
	int c, code;

	prog_init(argv[0]);
	add_commands();
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == 'w') {
			if (strlen(optarg) != 1 || !strchr("uUdDrR", *optarg))
				die(EX_MISUSE,
					"the state to wait for must be "
					"one of u U d D r R, not '%s'",
					optarg);
			goal = *optarg;
		} else if (c == 'T') {
			timeout_ms =
				opt_uint("the timeout", optarg, 0, UINT_MAX);
		} else if (n == LETTERS_MAX) {
			die(EX_MISUSE, "more than %d commands", LETTERS_MAX);
		} else {
			letters[n++] =
				c == 's' ? letter_of_signal(optarg) : (char)c;
		}
	}
	argv += optind;
	if (!*argv)
		opt_usage(&usage);
	if (!goal)
		return command_all(argv, letters, n);
	goal = checked_goal(goal, *argv);
	if (wait_begin(&w, argv, (unsigned)(argc - optind), goal, 0) < 0) {
		int e = errno;

		/* Usually because there is no supervise: say that. */
		code = command_all(argv, letters, n);
		if (code)
			return code;
		errno = e;
		die_sys(EX_SYSTEM, "unable to %s %s", w.verb, w.culprit);
	}
	code = command_all(argv, letters, n);
	if (code) {
		wait_end(&w);
		return code;
	}
	return waitopt_finish(&w, timeout_ms);
}
