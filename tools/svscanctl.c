/* svscanctl.c - send commands to the svscan of a scan directory.
 * See reeve-svscanctl(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"

enum { LETTERS_MAX = 62, CODE_REEXEC = OPT_LONG };

static const struct opt opts[] = {
	{ 'z', "reap", 0, "reap zombies" },
	{ 'a', "alarm", 0, "scan the directory: start what is new" },
	{ 'b', "abort", 0, "end at once (exec finish), waiting for nothing" },
	{ 'h', "hup", 0, "scan, and end supervises whose entry is gone\n"
		"(same as -an)" },
	{ 'i', "interrupt", 0, "stop all services, then exec finish (as -t)" },
	{ 't', "term", 0, "stop all services, then exec finish; loggers are\n"
		"left to read to the end of their input" },
	{ 'q', "quit", 0, "stop all services and loggers, then exec finish" },
	{ 'n', "nuke", 0, "end supervises whose entry is gone; loggers are\n"
		"left to read to the end of their input" },
	{ 'N', "really-nuke", 0, "the same, and stop the loggers too" },
	{ CODE_REEXEC, "reexec", 0, "svscan and every supervise execute their\n"
		"new binary, and keep all services" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[-zabhitqnN] [--reexec] scandir",
	"Send commands, in the order given, to the svscan of a scan directory.",
	opts,
	"Exit status: 0 sent; 100 misuse, or no svscan runs there; 111 system\n"
	"error."
};

#define CONTROL ".s6-svscan/control"

/* The letters for one option; -h is two. */
static unsigned
add(char *letters, unsigned n, int c)
{
	const char *s = c == 'h' ? "an" : c == CODE_REEXEC ? "R" :
		(const char[]){ (char)c, 0 };

	if (n + strlen(s) > LETTERS_MAX)
		die(EX_MISUSE, "more than %d commands", LETTERS_MAX);
	memcpy(letters + n, s, strlen(s));
	return n + (unsigned)strlen(s);
}

int
main(int argc, char **argv)
{
	char letters[LETTERS_MAX], path[PATH_LEN];
	unsigned n = 0;
	int c, fd;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == CODE_REEXEC && prog_as_s6)
			opt_usage(&usage);
		n = add(letters, n, c);
	}
	if (argc - optind != 1)
		opt_usage(&usage);
	argv += optind;
	if (path_join(path, sizeof path, *argv, CONTROL) < 0)
		die_sys(EX_MISUSE, "unable to control %s", *argv);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && (errno == ENXIO ||
		(errno == ENOENT && file_exists(AT_FDCWD, *argv))))
		die(EX_MISUSE, "unable to control %s: no svscan runs there",
			*argv);
	if (fd < 0 || file_write_all(fd, letters, n) < 0)
		die_sys(EX_SYSTEM, "unable to control %s", *argv);
	return EX_OK;
}
