/* svdt.c - print when and how a service has died.  See reeve-svdt(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <skalibs/djbtime.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "supervise/tally.h"

static const struct opt opts[] = { { 's', "numbers", 0,
					   "print signals by number" },
	{ 'S', "names", 0, "print signals by name (default)" },
	{ 'n', "newest", "N", "print only the N newest" }, { 0, 0, 0, 0 } };
static const struct usage usage = { "[-S | -s] [-n N] servicedir",
	"Print when and how a service has died, oldest first: a line for each\n"
	"death with a stamp, 'exitcode' or 'signal', and which.",
	opts, "Exit status: 0 printed; 100 misuse; 111 system error." };

static void
print(const struct death *d, int numbers)
{
	char stamp[TIMESTAMP];
	int n = (int)timestamp_fmt(stamp, &d->when);

	if (d->signal && numbers)
		printf("%.*s signal %u\n", n, stamp, d->signal);
	else if (d->signal)
		printf("%.*s signal %s\n", n, stamp,
			num_signame((int)d->signal));
	else
		printf("%.*s exitcode %u\n", n, stamp, d->code);
}

int
main(int argc, char **argv)
{
	static struct death d[TALLY_MAX];
	unsigned max = TALLY_MAX;
	int c, n, numbers = 0;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == 'n')
			max = opt_uint(
				"the number of lines", optarg, 0, UINT32_MAX);
		else
			numbers = c == 's';
	}
	if (argc - optind != 1)
		opt_usage(&usage);
	argv += optind;
	max = max > TALLY_MAX ? TALLY_MAX : max;
	n = tally_read(d, max, AT_FDCWD, argv[0]);
	if (n == 0 && !file_exists(AT_FDCWD, argv[0])) {
		errno = ENOENT;
		n = -1;
	}
	if (n < 0 && errno == EPROTO)
		die(EX_SYSTEM,
			"%s/%s is not a death tally (its size is not a "
			"multiple of %d bytes)",
			argv[0], TALLY_FILE, TALLY_RECORD);
	if (n < 0)
		die_sys(EX_SYSTEM, "unable to read %s/%s", argv[0], TALLY_FILE);
	for (int i = 0; i < n; i++)
		print(&d[i], numbers);
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write to stdout");
	return EX_OK;
}
