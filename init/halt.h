/* halt.h - the end of a machine, as process 1. */
#ifndef INIT_HALT_H
#define INIT_HALT_H

#include <stdint.h>

#include "init/os.h"

/* Kill all, unmount, sync, end.  The current directory is the scan
 * directory; basedir may hold rc.final.  Does not return. */
_Noreturn void halt_run(
	enum machine_end how, uint64_t grace_ms, const char *basedir);

#endif
