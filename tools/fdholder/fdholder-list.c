/* fdholder-list.c - print the names of the descriptors that an fd-holder keeps.
 * See reeve-fdholder-list(1). */

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
	{ 't', "timeout", "MS", "give up after MS (never)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -t timeout ] socket",
	"Print the names of the descriptors that an fd-holder keeps.",
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
	unsigned timeout = 0;
	uint32_t n;
	char *list;
	int c;
	struct fdh h;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 't': timeout = opt_uint("-t", optarg, 0, ~0u); break;
		}
	argv += optind;
	if (argc - optind != 1)
		opt_usage(&usage);
	fdholder_open(&h, argv[0], timeout);
	if (fdh_list(&h, &list, &n) < 0)
		die_sys(EX_NO, "unable to get fd list");
	for (; n; n--, list += strlen(list) + 1)
		puts(list);
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write the list");
	return 0;
}
