/* connlimit.c - refuse a client that has too many connections already.
 * See s6-connlimit(1). */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"

static const struct usage usage = { "prog...",
	"Execute prog unless ${PROTO}CONNNUM is more than ${PROTO}CONNMAX.", 0,
	"Exit status: 1 too many, 100 misuse, 126, 127 prog." };

static int
number(const char *proto, const char *suffix, unsigned *n)
{
	char name[128];
	const char *s;

	snprintf(name, sizeof name, "%s%s", proto, suffix);
	s = getenv(name);
	if (!s) {
		if (*suffix == 'C' && suffix[4] == 'M')
			return 0;
		die(EX_MISUSE, "%s not set", name);
	}
	if (!num_uint(s, n))
		die(EX_MISUSE, "%s is not a number: %s", name, s);
	return 1;
}

int
main(int argc, char **argv)
{
	const char *proto;
	unsigned num, max;

	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	proto = getenv("PROTO");
	if (!proto)
		die(EX_MISUSE, "PROTO not set");
	if (argc == optind)
		opt_usage(&usage);
	if (number(proto, "CONNMAX", &max)) {
		number(proto, "CONNNUM", &num);
		if (num > max)
			die(EX_NO,
				"number of connections from this client"
				" limited to %u",
				max);
	}
	chain_exec(argv + optind);
}
