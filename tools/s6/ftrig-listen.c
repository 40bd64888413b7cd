/* ftrig-listen.c - start a program when several fifodirs are listened to,
 * then wait for events of them.  See s6-ftrig-listen(1). */

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>

#include "lib/block.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "tools/chain/child.h"
#include "tools/s6/trig.h"

static const struct opt opts[] = {
	{ 'a', "and", 0, "until all of them have matched (default)" },
	{ 'o', "or", 0, "until one of them has matched" },
	{ 't', "timeout", "MS",
		"give up after MS milliseconds, exit 1\n"
		"(default 0: never)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[-a | -o] [-t MS] { fifodir regex ... } prog...",
	"Subscribe to fifodirs, run prog, then wait until what they are told\n"
	"matches POSIX extended regular expressions.  The braces are an\n"
	"execline block; without execline, end the list with an empty word.",
	opts,
	"Exit status: 0 they matched; 1 it took too long; 100 misuse; 111\n"
	"system error."
};

static void
end_all(struct trig *t, unsigned n)
{
	while (n)
		trig_end(&t[--n]);
}

int
main(int argc, char **argv)
{
	unsigned timeout_ms = 0, n;
	struct trig *t;
	int c, words, any = 0, r;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		if (c == 't')
			timeout_ms =
				opt_uint("the timeout", optarg, 0, UINT_MAX);
		else
			any = c == 'o';
	}
	argv += optind;
	words = block_take(argv);
	if (words <= 0 || words % 2 || !argv[words + 1])
		opt_usage(&usage);
	n = (unsigned)words / 2;
	t = calloc(n, sizeof *t);
	if (!t)
		die_sys(EX_SYSTEM, "unable to remember %u fifodirs", n);
	for (unsigned i = 0; i < n; i++)
		if (trig_begin(&t[i], argv[2 * i], argv[2 * i + 1]) < 0) {
			int e = errno;

			end_all(t, i);
			errno = e;
			die_sys(EX_SYSTEM,
				"unable to subscribe to %s with "
				"'%s'",
				argv[2 * i], argv[2 * i + 1]);
		}
	if (child_start(argv + words + 1) < 0) {
		end_all(t, n);
		die_sys(EX_SYSTEM, "unable to start %s", argv[words + 1]);
	}
	r = trig_wait(t, n, any, timeout_ms);
	end_all(t, n);
	if (r < 0)
		die_sys(errno == ETIMEDOUT ? EX_NO : EX_SYSTEM,
			"not all expected events have come");
	return EX_OK;
}
