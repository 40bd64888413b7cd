/* fdholder-store.c - give a descriptor to an fd-holder under a name.
 * See reeve-fdholder-store(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "tools/fdholder/fdholder.h"

static const struct opt opts[] = {
	{ 'd', "fd", "FD", "the descriptor (0)" },
	{ 't', "timeout", "MS", "give up after MS (never)" },
	{ 'T', "lifetime", "MS", "it is closed after MS (never)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -d fd ] [ -t timeout ] [ -T fdtimeout ] socket id",
	"Give a descriptor to an fd-holder under a name.",
	opts, "Exit status: 0; 1 refused, 100 misuse, 111 system error."
};

static void
fdholder_open(struct fdh *h, const char *path, unsigned timeout)
{
	if (fdh_open(h, path, timeout) < 0)
		die_sys(EX_SYSTEM, "unable to connect to a fd-holder daemon"
			" at %s", path);
}

int
main(int argc, char **argv)
{
	unsigned timeout = 0, life = 0;
	int fd = 0, c;
	tain limit, t;
	struct fdh h;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'd': fd = (int)opt_uint("-d", optarg, 0, 1 << 20); break;
		case 'T': life = opt_uint("-T", optarg, 0, ~0u); break;
		case 't': timeout = opt_uint("-t", optarg, 0, ~0u); break;
		}
	argv += optind;
	if (argc - optind != 2)
		opt_usage(&usage);
	if (!tain_wallclock_read(&limit))
		die_sys(EX_SYSTEM, "unable to read the clock");
	if (life) {
		tain_from_millisecs(&t, (int)(life > 1u << 30 ? 1u << 30
			: life));
		tain_add(&limit, &limit, &t);
	} else {
		tain_add(&limit, &limit, &tain_infinite_relative);
	}
	fdholder_open(&h, argv[0], timeout);
	if (fdh_store(&h, fd, argv[1], &limit) < 0)
		die_sys(EX_NO, "unable to store fd");
	return 0;
}
