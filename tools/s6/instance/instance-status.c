/* instance-status.c - reeve-svstat for an instance.
 * See s6-instance-status(1). */

#include "lib/msg.h"
#include "tools/s6/instance/instance.h"

static const struct usage usage = {
	"[ -uwNrpgest | -o field,... ] [ -n ] service instancename",
	"Show the state of an instance of an instanced service.", 0,
	"Options and exit status are those of reeve-svstat."
};

int
main(int argc, char **argv)
{
	prog_init(argv[0]);
	instance_become("svstat", &usage, argc, argv);
}
