/* tai64n.c - put a TAI64N stamp before each line.  See s6-tai64n(1). */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <skalibs/djbtime.h>
#include <skalibs/tai.h>

#include "lib/msg.h"
#include "lib/opt.h"

static const struct usage usage = { "",
	"Copy standard input to standard output, and put the time, as a TAI64N\n"
	"stamp, before each line.",
	0, "Exit status: 0 end of input; 100 misuse; 111 system error." };

int
main(int argc, char **argv)
{
	int c, start = 1;

	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	/* Lines are passed on as they come. */
	setvbuf(stdout, 0, _IOLBF, 65536);
	while ((c = getchar()) != EOF) {
		if (start) {
			char stamp[TIMESTAMP];
			tain now;

			tain_wallclock_read(&now);
			printf("%.*s ", (int)timestamp_fmt(stamp, &now), stamp);
		}
		putchar(c);
		start = c == '\n';
	}
	if (!start)
		putchar('\n');
	if (ferror(stdin))
		die_sys(EX_SYSTEM, "unable to read");
	if (fflush(stdout) || ferror(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	return EX_OK;
}
