/* tai64nlocal.c - turn the TAI64N stamp at the beginning of each line into
 * local time.  See reeve-tai64nlocal(1). */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <skalibs/tai.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/tai64.h"

static const struct opt opts[] = {
	{ 'g', "gmt", 0, "print UTC, not local time" }, { 0, 0, 0, 0 }
};
static const struct usage usage = { "[-g]",
	"Copy standard input to standard output, and turn a TAI64N stamp at the\n"
	"beginning of a line into date and time.",
	opts, "Exit status: 0 end of input; 100 misuse; 111 system error." };

/* Print the stamp of TIMESTAMP characters as a date; 0 if it is none. */
static int
print_time(const char *stamp, int gmt)
{
	char date[TAI64_TEXT];

	if (!tai64_text(date, sizeof date, stamp, gmt))
		return 0;
	fputs(date, stdout);
	return 1;
}

/* At the beginning of a line with an '@': read what may be a stamp.  The
 * character after it, which is not yet printed. */
static int
stamp(int gmt)
{
	char buf[TIMESTAMP + 1] = "@";
	int n = 1, c = getchar();

	while (n < TIMESTAMP &&
		((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
			(c >= 'A' && c <= 'F'))) {
		buf[n++] = (char)c;
		c = getchar();
	}
	if (n < TIMESTAMP || !print_time(buf, gmt))
		printf("%.*s", n, buf);
	return c;
}

int
main(int argc, char **argv)
{
	int c, start = 1, gmt = 0;

	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		gmt = 1;
	setvbuf(stdout, 0, _IOLBF, 65536);
	while ((c = getchar()) != EOF) {
		if (start && c == '@')
			c = stamp(gmt);
		if (c == EOF)
			break;
		putchar(c);
		start = c == '\n';
	}
	if (ferror(stdin))
		die_sys(EX_SYSTEM, "unable to read");
	if (fflush(stdout) || ferror(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	return EX_OK;
}
