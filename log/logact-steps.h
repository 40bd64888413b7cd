/* logact-steps.h - what the files logact*.c share.  Steps return 0, or -1 and
 * errno. */
#ifndef LOG_LOGACT_STEPS_H
#define LOG_LOGACT_STEPS_H

#include "log/logact.h"

/* Say once that something fails, or that it works again. */
void logact_failing(struct logact_dir *, int err, const char *doing);
void logact_working(struct logact_dir *);
/* Do steps until the rotation is over or must wait. */
void logact_go_on(struct logact_dir *, int64_t now);
/* At most once a second: was the directory removed?  Then make it again. */
void logact_look_after(struct logact_dir *, int64_t now);

/* One for each enum rotate_step that does something. */
extern int (*const logact_step[ROTATE_STEPS])(struct logact_dir *);
int logact_open_current(struct logact_dir *);
/* newstate becomes state; none is well. */
int logact_take_state(struct logact_dir *);
/* processed becomes an archive. */
int logact_keep(struct logact_dir *);

/* A stamp for a new archive: now, but later than every other archive's, so
 * that the order of names is the order of lines though the clock jumps. */
void logact_stamp(struct logact_dir *, tain *);
/* Rename to an archive of this kind (s or u) and suffix. */
int logact_archive(struct logact_dir *, const char *from, const tain *stamp,
	char kind, const char *suffix);
/* Remove a file if it is there. */
int logact_unlink(struct logact_dir *, const char *name);
/* Mark a file as whole. */
int logact_seal(int fd);
/* fsync, content with files that cannot be synced. */
int logact_sync(int fd);

#endif
