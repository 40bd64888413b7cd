/* fdholder-getdump.c - execute prog with all descriptors that an fd-holder keeps, named in
 * the environment: S6_FD#, S6_FD_0, S6_FDID_0, S6_FDLIMIT_0, ...
 * See reeve-fdholder-getdump(1). */

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
	"[ -t timeout ] socket prog...",
	"Execute prog with all descriptors that an fd-holder keeps, named in\n"
	"the environment: S6_FD#, S6_FD_0, S6_FDID_0, S6_FDLIMIT_0, ...",
	opts, "Exit status: that of prog; 1 refused, 100 misuse, 111 system error."
};

static void
set_text(const char *name, int i, const char *value)
{
	char buf[64];

	if (i >= 0)
		snprintf(buf, sizeof buf, "%s%d", name, i);
	else
		snprintf(buf, sizeof buf, "%s", name);
	if (setenv(buf, value, 1) < 0)
		die_sys(EX_SYSTEM, "unable to set %s", buf);
}

static void
set(const char *name, int i, unsigned n)
{
	char buf[32];

	snprintf(buf, sizeof buf, "%u", n);
	set_text(name, i, buf);
}

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
	struct fdh_held *held;
	uint32_t n;
	int c;
	struct fdh h;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 't': timeout = opt_uint("-t", optarg, 0, ~0u); break;
		}
	argv += optind;
	if (argc - optind < 2)
		opt_usage(&usage);
	fdholder_open(&h, argv[0], timeout);
	if (fdh_getdump(&h, &held, &n) < 0)
		die_sys(EX_NO, "unable to get dump");
	fdh_close(&h);
	set("S6_FD#", -1, (unsigned)n);
	for (uint32_t i = 0; i < n; i++) {
		char stamp[TIMESTAMP + 1];

		set("S6_FD_", (int)i, (unsigned)held[i].fd);
		set_text("S6_FDID_", (int)i, held[i].id);
		if (fdh_forever(&held[i].limit))
			continue;
		stamp[timestamp_fmt(stamp, &held[i].limit)] = 0;
		set_text("S6_FDLIMIT_", (int)i, stamp);
	}
	chain_exec(argv + 1);
}
