/* fdholder-retrieve.c - execute prog with a descriptor that an fd-holder keeps as its
 * standard input.
 * See reeve-fdholder-retrieve(1). */

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
	{ 'D', "delete", 0, "the fd-holder forgets it" },
	{ 't', "timeout", "MS", "give up after MS (never)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -D ] [ -t timeout ] socket id prog...",
	"Execute prog with a descriptor that an fd-holder keeps as its\n"
	"standard input.",
	opts, "Exit status: that of prog; 1 refused, 100 misuse, 111 system error."
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
	unsigned timeout = 0;
	int and_delete = 0, fd, c;
	struct fdh h;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'D': and_delete = 1; break;
		case 't': timeout = opt_uint("-t", optarg, 0, ~0u); break;
		}
	argv += optind;
	if (argc - optind < 3)
		opt_usage(&usage);
	fdholder_open(&h, argv[0], timeout);
	if (fdh_retrieve(&h, argv[1], and_delete, &fd) < 0)
		die_sys(EX_NO, "unable to retrieve fd for id %s", argv[1]);
	if (fd != 0 && (dup2(fd, 0) < 0 || close(fd) < 0))
		die_sys(EX_SYSTEM, "unable to move the descriptor");
	if (fd == 0)
		fcntl(0, F_SETFD, 0);
	fdh_close(&h);
	chain_exec(argv + 2);
}
