/* idle.c - a service that does nothing, for benches: "#!.../idle". */

#include <unistd.h>

int
main(void)
{
	for (;;)
		pause();
}
