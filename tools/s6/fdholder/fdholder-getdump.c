/* fdholder-getdump.c - execute prog with all descriptors that an fd-holder keeps, named in
 * the environment: S6_FD#, S6_FD_0, S6_FDID_0, S6_FDLIMIT_0, ...
 * See s6-fdholder-getdump(1). */

#include <stdio.h>
#include <stdlib.h>

#include "lib/chain.h"
#include "lib/msg.h"
#include "tools/s6/fdholder/client.h"

static const struct opt opts[] = { FDC_TIMEOUT, { 0, 0, 0, 0 } };
static const struct usage usage = { "[ -t timeout ] socket prog...",
	"Execute prog with all descriptors that an fd-holder keeps, named in\n"
	"the environment: S6_FD#, S6_FD_0, S6_FDID_0, S6_FDLIMIT_0, ...",
	opts,
	"Exit status: that of prog; 1 refused, 100 misuse, 111 system error." };

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

int
main(int argc, char **argv)
{
	struct fdh_held *held;
	uint32_t n;
	struct fdh h;
	char **arg;

	prog_init(argv[0]);
	arg = fdc_begin(&h, &usage, argc, argv, 0, 1, -1);
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
	chain_exec(arg);
}
