/* restart.h - see restart.c. */
#ifndef SUPERVISE_RESTART_H
#define SUPERVISE_RESTART_H

#include "supervise/act.h"

/* 1 if it is to stay down, by file restart or after such an end. */
int restart_is_over(const struct super *);
/* When run may start again, after it has ended: its deadline and reason. */
void restart_plan(struct super *);

#endif
