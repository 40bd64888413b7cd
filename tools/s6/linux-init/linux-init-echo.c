/* linux-init-echo.c - write words to standard output.
 * See s6-linux-init-echo(8). */

#include <getopt.h>
#include <stdio.h>

#include "lib/msg.h"
#include "lib/opt.h"

static const struct opt opts[] = { { 'n', "no-newline", 0,
					   "no newline at the end" },
	{ 's', "separator", "CHARS", "what stands between words (a blank)" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = { "[ -n ] [ -s sep ] args...",
	"Write the arguments to standard output.", opts,
	"Exit status: 0 done, 100 misuse, 111 system error." };

int
main(int argc, char **argv)
{
	const char *sep = " ";
	int c, newline = 1;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'n':
			newline = 0;
			break;
		case 's':
			sep = optarg;
			break;
		}
	for (int i = optind; i < argc; i++)
		printf("%s%s", i > optind ? sep : "", argv[i]);
	if (newline)
		putchar('\n');
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	return 0;
}
