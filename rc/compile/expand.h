/* expand.h - our own properties of definitions into plain files: the result
 * is what s6-rc could have read, and what reeve-rc-db shows. */
#ifndef RC_EXPAND_H
#define RC_EXPAND_H

#include "rc/compile/def.h"

/* Everything, in the right order: templates, loggers, each service. */
void expand_all(struct defs *);

/* template.c: put the instance where ${INSTANCE} stands. */
void template_fill(struct defs *, struct def *);
/* logger.c: make the log companion of a service that asks for one.  1 if it
 * has one now. */
int logger_make(struct defs *, struct def *);

/* First line of every script that is made, which finds our programs with
 * "$b"NAME: where those are that run it (lib/chain.h), or on the PATH.  Where
 * the compiler was is no place to look: it may have run on another machine. */
#define EXPAND_BIN "b=${REEVE_BIN:+$REEVE_BIN/}\n"

/* Say so if the system does not know the user or the group ("USER" or
 * "USER:GROUP"; numbers are always known). */
void expand_check_user(
	struct defs *, const struct def_text *, const char *user);

#endif
