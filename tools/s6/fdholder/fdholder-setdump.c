/* fdholder-setdump.c - give an fd-holder all descriptors that the environment names, as
 * s6-fdholder-getdump set it.
 * See s6-fdholder-setdump(1). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/msg.h"
#include "lib/num.h"
#include "tools/s6/fdholder/client.h"

static const struct opt opts[] = { FDC_TIMEOUT, { 0, 0, 0, 0 } };
static const struct usage usage = { "[ -t timeout ] socket",
	"Give an fd-holder all descriptors that the environment names, as\n"
	"s6-fdholder-getdump set it.",
	opts, "Exit status: 0; 1 refused, 100 misuse, 111 system error." };

static const char *
get(const char *name, int i, int must)
{
	static char buf[64];
	const char *s;

	if (i >= 0)
		snprintf(buf, sizeof buf, "%s%d", name, i);
	else
		snprintf(buf, sizeof buf, "%s", name);
	s = getenv(buf);
	if (!s && must)
		die(EX_MISUSE, "%s not set", buf);
	return s;
}

static unsigned
number(const char *name, int i)
{
	const char *s = get(name, i, 1);
	unsigned u;

	if (!num_uint(s, &u) || u > 1 << 20)
		die(EX_MISUSE, "invalid %s: %s", name, s);
	return u;
}

static void
read_one(struct fdh_held *h, int i)
{
	const char *id, *limit;

	h->fd = (int)number("S6_FD_", i);
	id = get("S6_FDID_", i, 1);
	if (!*id || strlen(id) > FDH_ID)
		die(EX_MISUSE, "S6_FDID_%d must have 1 to %d bytes", i, FDH_ID);
	strcpy(h->id, id);
	limit = get("S6_FDLIMIT_", i, 0);
	if (!limit) {
		if (!tain_wallclock_read(&h->limit))
			die_sys(EX_SYSTEM, "unable to read the clock");
		tain_add(&h->limit, &h->limit, &tain_infinite_relative);
	} else if (!*limit ||
		timestamp_scan(limit, &h->limit) != strlen(limit)) {
		die(EX_MISUSE, "S6_FDLIMIT_%d is not a time stamp: %s", i,
			limit);
	}
}

int
main(int argc, char **argv)
{
	unsigned n;
	struct fdh_held *held;
	struct fdh h;

	prog_init(argv[0]);
	fdc_begin(&h, &usage, argc, argv, 0, 0, 0);
	n = number("S6_FD#", -1);
	held = calloc(n + 1, sizeof *held);
	if (!held)
		die_sys(EX_SYSTEM, "unable to allocate");
	for (unsigned i = 0; i < n; i++)
		read_one(&held[i], (int)i);
	if (fdh_setdump(&h, held, n) < 0)
		die_sys(EX_NO, "unable to set dump");
	return 0;
}
