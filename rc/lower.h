/* lower.h - our own properties of definitions into plain files: the result
 * is what s6-rc could have read, and what reeve-rc-db shows. */
#ifndef RC_LOWER_H
#define RC_LOWER_H

#include "rc/def.h"

void lower_all(struct defs *);

#endif
