/* fdholder-retrieve.c - execute prog with a descriptor that an fd-holder keeps as its
 * standard input.
 * See s6-fdholder-retrieve(1). */

#include <fcntl.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "tools/s6/fdholder/client.h"

static const struct opt opts[] = { { 'D', "delete", 0,
					   "the fd-holder forgets it" },
	FDC_TIMEOUT, { 0, 0, 0, 0 } };
static const struct usage usage = { "[ -D ] [ -t timeout ] socket id prog...",
	"Execute prog with a descriptor that an fd-holder keeps as its\n"
	"standard input.",
	opts,
	"Exit status: that of prog; 1 refused, 100 misuse, 111 system error." };

static int and_delete;

static void
take(int letter)
{
	and_delete |= letter == 'D';
}

int
main(int argc, char **argv)
{
	struct fdh h;
	char **arg;
	int fd;

	prog_init(argv[0]);
	arg = fdc_begin(&h, &usage, argc, argv, take, 2, -1);
	if (fdh_retrieve(&h, arg[0], and_delete, &fd) < 0)
		die_sys(EX_NO, "unable to retrieve fd for id %s", arg[0]);
	fdh_close(&h);
	if (fd != 0 && (dup2(fd, 0) < 0 || close(fd) < 0))
		die_sys(EX_SYSTEM, "unable to move the descriptor");
	if (fd == 0)
		fcntl(0, F_SETFD, 0);
	chain_exec(arg + 1);
}
