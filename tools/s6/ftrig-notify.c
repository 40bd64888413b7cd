/* ftrig-notify.c - tell events to all who listen to a fifodir.
 * See s6-ftrig-notify(1). */

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <string.h>

#include "lib/msg.h"
#include "lib/opt.h"
#include "supervise/event.h"

static const struct usage usage = { "fifodir letters",
	"Tell each letter, as one event, to all who listen to the fifodir.", 0,
	"Exit status: 0 told; 100 misuse; 111 system error." };

int
main(int argc, char **argv)
{
	prog_init(argv[0]);
	while (opt_next(&usage, argc, argv) != -1)
		;
	if (argc - optind != 2)
		opt_usage(&usage);
	argv += optind;
	signal(SIGPIPE, SIG_IGN);
	if (event_notify(AT_FDCWD, argv[0], argv[1], strlen(argv[1])) < 0)
		die_sys(EX_SYSTEM, "unable to notify %s", argv[0]);
	return EX_OK;
}
