/* rubbish.h - what a switch leaves behind. */
#ifndef RC_RUBBISH_H
#define RC_RUBBISH_H

#include "rc/switch/update.h"

/* Remove generations, definitions and pipes that the current one does not
 * use, and names that a writer who was killed had made for a moment.  Never
 * makes a switch fail: what is left, the next one removes. */
void rubbish_remove(struct update *);

#endif
