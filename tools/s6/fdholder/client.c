/* client.c - see client.h. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/msg.h"
#include "tools/s6/fdholder/client.h"

enum { FD_TO_SERVER = 7 }; /* where ipcclient leaves its socket */

void
fdc_open(struct fdh *h, const char *path, unsigned timeout_ms)
{
	if (fdh_open(h, path, timeout_ms) < 0)
		die_sys(EX_SYSTEM,
			"unable to connect to a fd-holder daemon"
			" at %s",
			path);
}

/* Called by a name such as s6-fdholder-storec. */
static int
is_connected(void)
{
	size_t n = strlen(prog_name);

	return n && prog_name[n - 1] == 'c';
}

static void
use_open_socket(struct fdh *h, unsigned timeout_ms)
{
	struct stat st;

	if (fstat(FD_TO_SERVER, &st) < 0)
		die_sys(EX_SYSTEM,
			"unable to use descriptor %d (call it by"
			" s6-ipcclient)",
			FD_TO_SERVER);
	fdh_use(h, FD_TO_SERVER, timeout_ms);
}

char **
fdc_begin(struct fdh *h, const struct usage *u, int argc, char **argv,
	void (*take)(int letter), int least, int most)
{
	unsigned timeout_ms = 0;
	int c, socket = !is_connected(), n;

	while ((c = opt_next(u, argc, argv)) != -1)
		if (c == 't')
			timeout_ms = opt_uint("-t", optarg, 0, ~0u);
		else
			take(c);
	argv += optind;
	n = argc - optind - socket;
	if (n < least || (most >= 0 && n > most))
		opt_usage(u);
	if (socket)
		fdc_open(h, *argv, timeout_ms);
	else
		use_open_socket(h, timeout_ms);
	return argv + socket;
}
