/* lower.c - see lower.h. */

#include "rc/lower.h"

void
lower_all(struct defs *s)
{
	(void)s;
}
