/* ucspilogd.c - syslog lines from standard input, with names instead of
 * numbers, to standard output.  See ucspilogd(1). */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/service/syslog.h"

enum { LINE = 65536 };

static const struct opt opts[] = { { 'D', "default", "TEXT",
					   "for a variable that is not set\n"
					   "(<undefined>)" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = { "[ -D default ] [ var... ]",
	"Copy syslog lines; the values of the variables stand before each.",
	opts,
	"A line ends with a newline or a NUL.\n"
	"Exit status: 0 end of input, 100 misuse, 111 system error." };

static void
put(char *const *vars, const char *undefined, const char *line, size_t n)
{
	char name[64];
	size_t skip = syslog_name(line, n, name, sizeof name);

	for (; *vars; vars++) {
		const char *v = getenv(*vars);

		printf("%s: ", v ? v : undefined);
	}
	fputs(name, stdout);
	fwrite(line + skip, 1, n - skip, stdout);
	putchar('\n');
	/* A line that waits here would be late, or lost. */
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
}

int
main(int argc, char **argv)
{
	static char buf[LINE];
	const char *undefined = "<undefined>";
	size_t n = 0;
	int c;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		undefined = optarg;
	argv += optind;
	while ((c = getchar()) != EOF) {
		if (c && c != '\n') {
			buf[n++] = (char)c;
			if (n < LINE)
				continue;
		}
		put(argv, undefined, buf, n);
		n = 0;
	}
	if (ferror(stdin))
		die_sys(EX_SYSTEM, "unable to read");
	if (n)
		put(argv, undefined, buf, n);
	return 0;
}
