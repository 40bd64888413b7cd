/* fdholder-list.c - print the names of the descriptors that an fd-holder keeps.
 * See s6-fdholder-list(1). */

#include <stdio.h>
#include <string.h>

#include "lib/msg.h"
#include "tools/s6/fdholder/client.h"

static const struct opt opts[] = { FDC_TIMEOUT, { 0, 0, 0, 0 } };
static const struct usage usage = { "[ -t timeout ] socket",
	"Print the names of the descriptors that an fd-holder keeps.", opts,
	"Exit status: 0; 1 refused, 100 misuse, 111 system error." };

int
main(int argc, char **argv)
{
	uint32_t n;
	char *list;
	struct fdh h;

	prog_init(argv[0]);
	fdc_begin(&h, &usage, argc, argv, 0, 0, 0);
	if (fdh_list(&h, &list, &n) < 0)
		die_sys(EX_NO, "unable to get fd list");
	for (; n; n--, list += strlen(list) + 1)
		puts(list);
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write the list");
	return 0;
}
