/* fdholder-delete.c - close a descriptor that an fd-holder keeps.
 * See s6-fdholder-delete(1). */

#include "lib/msg.h"
#include "tools/s6/fdholder/client.h"

static const struct opt opts[] = { FDC_TIMEOUT, { 0, 0, 0, 0 } };
static const struct usage usage = { "[ -t timeout ] socket id",
	"Close a descriptor that an fd-holder keeps.", opts,
	"Exit status: 0; 1 refused, 100 misuse, 111 system error." };

int
main(int argc, char **argv)
{
	struct fdh h;
	char **arg;

	prog_init(argv[0]);
	arg = fdc_begin(&h, &usage, argc, argv, 0, 1, 1);
	if (fdh_delete(&h, arg[0]) < 0)
		die_sys(EX_NO, "unable to delete fd for id %s", arg[0]);
	return 0;
}
