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

/* Sums of what a property is made of, to tell why a service changed: FNV-1a;
 * of a text without its comments and empty lines. */
enum { WRAP_SUM_BEGIN = 0x811c9dc5 };
uint32_t wrap_sum(uint32_t sum, const char *, size_t);
uint32_t wrap_sum_lines(const char *, size_t);
/* Note that a part of the service is made of this. */
void wrap_made(struct wrap *, const char *name, uint32_t sum);
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
/* 1 if it is an absolute path; else said. */
int wrap_absolute(struct wrap *, const struct def_text *, const char *value,
	unsigned line);
/* The words of a script as shell words, each with a blank in front. */
void wrap_put_script(struct buf *, const struct db_script *);

/* expand-user.c: who it is. */
void wrap_user(struct wrap *);
void wrap_groups(struct wrap *);
void wrap_privileges(struct wrap *);

/* expand-limits.c: how much of the machine it may take. */
void wrap_nice(struct wrap *);
void wrap_limits(struct wrap *);
void wrap_oom_score(struct wrap *);
void wrap_cgroup(struct wrap *);

/* expand-ready.c: how it says that it is ready. */
void wrap_readiness(struct wrap *);
void wrap_pid_file(struct wrap *);
/* The descriptor on which it does; without a file of that name it is 3, and
 * there is one from then on. */
unsigned wrap_notification_fd(struct wrap *);

/* expand-stop.c: who is asked to stop and how, and to reload. */
void wrap_stopping(struct wrap *, int logged);

/* expand-restart.c: when it is started again. */
void wrap_restarting(struct wrap *);
/* How many deaths in how many seconds are too many.  1, or 0: no limit, or a
 * wrong one, which is said. */
int wrap_restart_limit(struct wrap *, unsigned *deaths, unsigned *seconds);

#endif
