/* wrap.h - the service whose own properties are being turned into plain
 * files, and what expand.c shares with the files that do a part of it. */
#ifndef RC_WRAP_H
#define RC_WRAP_H

#include "lib/arena.h"
#include "rc/compile/def.h"

struct wrap {
	struct defs *s;
	struct def *d;
	struct buf from; /* names of the properties, for a comment */
	struct buf made; /* "NAME:SUM", for the reason of a switch */
	struct buf shell; /* lines of the script before exec */
	struct buf first; /* readiness: program and options */
	struct buf apply; /* options of reeve-apply */
	struct buf last; /* nearest to the command */
	int any;
};

/* Text of a property that is in the chain of the command, or 0. */
const struct def_text *wrap_use(struct wrap *, const char *name);
/* Say that a value is wrong: in a line of many, or in the only one. */
void wrap_bad_line(struct wrap *, const struct def_text *, unsigned line,
	const char *value);
void wrap_bad(struct wrap *, const struct def_text *, const char *value);
/* "-x VALUE" for reeve-apply. */
void wrap_apply(struct wrap *, const char *option, const char *value);
/* Which of these words it is; -1 and said. */
int wrap_one_of(
	struct wrap *, const struct def_text *, const char *const *words);
/* The words of a script as shell words, each with a blank in front. */
void wrap_put_script(struct buf *, const struct db_script *);

/* expand-stop.c: who is asked to stop and how, and to reload. */
void wrap_stopping(struct wrap *, int logged);

/* expand-restart.c: when it is started again. */
void wrap_restarting(struct wrap *);
/* How many deaths in how many seconds are too many.  1, or 0: no limit, or a
 * wrong one, which is said. */
int wrap_restart_limit(struct wrap *, unsigned *deaths, unsigned *seconds);

#endif
