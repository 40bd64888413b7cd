/* resolve.h - PURE definitions to a set of services: names to numbers,
 * bundles flattened, pipelines joined, cycles named whole.  No system call;
 * what is wrong goes to diag. */
#ifndef RC_RESOLVE_H
#define RC_RESOLVE_H

#include "rc/db.h"
#include "rc/compile/def.h"

/* Of definitions with one name the later one is taken, or that is an error;
 * either way one is left. */
void resolve_duplicates(struct defs *);

/* Fill db (from the arena of defs; not for db_close) for db_encode.  Only
 * of use if diag has no errors afterwards. */
void resolve(struct defs *, struct db *);

#endif
