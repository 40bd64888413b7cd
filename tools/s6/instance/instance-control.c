/* instance-control.c - reeve-svc for an instance.
 * See s6-instance-control(1). */

#include "lib/msg.h"
#include "tools/s6/instance/instance.h"

static const struct usage usage = {
	"[ -wu | -wU | -wd | -wD | -wr | -wR ] [ -T timeout ] [ -s signal ] "
	"[ -abqhkti12pcyrlPCKoduDUxOQ ] service instancename",
	"Send commands to an instance of an instanced service.", 0,
	"Options and exit status are those of reeve-svc."
};

int
main(int argc, char **argv)
{
	prog_init(argv[0]);
	instance_become("svc", &usage, argc, argv);
}
