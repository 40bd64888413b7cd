/* fdholder-transferdump.c - copy all descriptors of one fd-holder to another one.
 * See s6-fdholder-transferdump(1). */

#include <getopt.h>
#include <string.h>

#include "lib/msg.h"
#include "tools/s6/fdholder/client.h"

static const struct opt opts[] = {
	{ 't', "timeouts", "MS:MS",
		"give up the first, the second after MS (never)" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -t timeoutfrom:timeoutto ] socketfrom socketto",
	"Copy all descriptors of one fd-holder to another one.", opts,
	"Exit status: 0; 1 refused (2 by the second), 100 misuse, 111 system error."
};

static void
timeouts(char *s, unsigned *from, unsigned *to)
{
	char *colon = strchr(s, ':');

	if (!colon)
		die(EX_MISUSE, "-t wants two numbers, FROM:TO, not %s", s);
	*colon = 0;
	*from = *s ? opt_uint("-t", s, 0, ~0u) : 0;
	*to = colon[1] ? opt_uint("-t", colon + 1, 0, ~0u) : 0;
}

int
main(int argc, char **argv)
{
	unsigned from = 0, to = 0;
	struct fdh_held *held;
	uint32_t n;
	struct fdh h2;
	int c;
	struct fdh h;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 't':
			timeouts(optarg, &from, &to);
			break;
		}
	argv += optind;
	if (argc - optind != 2)
		opt_usage(&usage);
	fdc_open(&h, argv[0], from);
	fdc_open(&h2, argv[1], to);
	if (fdh_getdump(&h, &held, &n) < 0)
		die_sys(EX_NO, "unable to get dump");
	if (fdh_setdump(&h2, held, n) < 0)
		die_sys(2, "unable to set dump");
	return 0;
}
