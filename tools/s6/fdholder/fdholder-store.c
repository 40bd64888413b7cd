/* fdholder-store.c - give a descriptor to an fd-holder under a name.
 * See s6-fdholder-store(1). */

#include <getopt.h>

#include "lib/msg.h"
#include "tools/s6/fdholder/client.h"

static const struct opt opts[] = { { 'd', "fd", "FD", "the descriptor (0)" },
	FDC_TIMEOUT, { 'T', "lifetime", "MS", "it is closed after MS (never)" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -d fd ] [ -t timeout ] [ -T fdtimeout ] socket id",
	"Give a descriptor to an fd-holder under a name.", opts,
	"Exit status: 0; 1 refused, 100 misuse, 111 system error."
};

static unsigned life;
static int fd;

static void
take(int letter)
{
	if (letter == 'd')
		fd = (int)opt_uint("-d", optarg, 0, 1 << 20);
	else
		life = opt_uint("-T", optarg, 0, ~0u);
}

int
main(int argc, char **argv)
{
	tain limit, t;
	struct fdh h;
	char **arg;

	prog_init(argv[0]);
	arg = fdc_begin(&h, &usage, argc, argv, take, 1, 1);
	if (!tain_wallclock_read(&limit))
		die_sys(EX_SYSTEM, "unable to read the clock");
	if (life) {
		tain_from_millisecs(
			&t, (int)(life > 1u << 30 ? 1u << 30 : life));
		tain_add(&limit, &limit, &t);
	} else {
		tain_add(&limit, &limit, &tain_infinite_relative);
	}
	if (fdh_store(&h, fd, arg[0], &limit) < 0)
		die_sys(EX_NO, "unable to store fd");
	return 0;
}
