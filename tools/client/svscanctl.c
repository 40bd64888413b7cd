/* svscanctl.c - send commands to the svscan of a scan directory.  The letters
 * are those of svscan/scandir.c.  See reeve-svscanctl(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "svscan/scandir.h"

enum { LETTERS_MAX = 62, COMMANDS_MAX = 16, CODE_REEXEC = OPT_LONG };

static struct opt opts[COMMANDS_MAX];
static const struct usage usage = { "[-zabhitqnN] [--reexec] scandir",
	"Send commands, in the order given, to the svscan of a scan directory.",
	opts,
	"Exit status: 0 sent; 1 broken control directory; 100 misuse, or no "
	"svscan runs\nthere; 111 system error." };

/* A change of program is nothing to type by mistake: it has no letter. */
static void
add_commands(void)
{
	const struct scan_command *c = scandir_commands;

	for (int n = 0; c->letter && n + 1 < COMMANDS_MAX; c++)
		opts[n++] = (struct opt){ c->event == SCAN_REEXEC ? CODE_REEXEC
								  : c->letter,
			c->name, 0, c->help };
}

/* The letters for one option; -h is two, so that any s6-svscan knows them. */
static unsigned
add(char *letters, unsigned n, int c)
{
	const char *s = c == 'h'   ? "an"
		: c == CODE_REEXEC ? "R"
				   : (const char[]){ (char)c, 0 };

	if (n + strlen(s) > LETTERS_MAX)
		die(EX_MISUSE, "more than %d commands", LETTERS_MAX);
	memcpy(letters + n, s, strlen(s));
	return n + (unsigned)strlen(s);
}

int
main(int argc, char **argv)
{
	char letters[LETTERS_MAX];
	const char *dir;
	unsigned n = 0;
	int c;

	prog_init(argv[0]);
	add_commands();
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == CODE_REEXEC && prog_as_s6)
			opt_usage(&usage);
		n = add(letters, n, c);
	}
	if (argc - optind != 1)
		opt_usage(&usage);
	dir = argv[optind];
	if (scandir_send(AT_FDCWD, dir, letters, n) == 0)
		return EX_OK;
	if (errno == ENXIO || (errno == ENOENT && file_exists(AT_FDCWD, dir)))
		die(EX_MISUSE, "unable to control %s: no svscan runs there",
			dir);
	if (errno == ENODEV)
		die(EX_NO, "unable to control %s: %s is not a fifo", dir,
			SCANDIR_CONTROL);
	die_sys(EX_SYSTEM, "unable to control %s", dir);
}
