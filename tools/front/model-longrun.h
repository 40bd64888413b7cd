/* model-longrun.h - see model-longrun.c. */
#ifndef TOOLS_FRONT_MODEL_LONGRUN_H
#define TOOLS_FRONT_MODEL_LONGRUN_H

#include "tools/front/model.h"

/* What its supervise publishes, and what its command left in it->dir; looks
 * again for a moment where the process is gone. */
void longrun_read(struct model *, struct item *);
/* Of one that no database manages: what lies in its directory. */
void longrun_read_plain(struct item *);
/* When what has a schedule runs next. */
void longrun_find_next(struct item *, long long now);
/* What state it is in; failed and reason are what rc recorded. */
void longrun_judge(struct item *, int failed, const char *reason);

#endif
