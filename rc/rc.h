/* rc.h - what the files of reeve-rc share. */
#ifndef RC_RC_H
#define RC_RC_H

#include <stdint.h>

#include "lib/path.h"
#include "rc/live.h"
#include "rc/run.h"

#define CUT_OFF                                                                \
	"a switch was cut off (reeve switch or reeve-rc-update "               \
	"finishes it, with --abort undoes it)"

struct rc {
	char path[PATH_LEN];
	int all_up, block, down, down_all, prune, nolock;
	int essentials; /* 0 leave out in lists, 1 put in */
	int dry;
	unsigned dry_ms;
	struct run run;
	struct live live;
	uint32_t n;
	unsigned char *selected; /* owned */
	unsigned char *fallen; /* owned; up in the state and down in truth */
	unsigned char *waiting; /* owned; died, and is started again later */
};

int rc_is_up(const struct rc *, uint32_t i);
int rc_is_essential(const struct rc *, uint32_t i);
const char *rc_name(const struct rc *, uint32_t i);
/* Room for one byte for each service, all 0; the caller frees it.  Or die. */
unsigned char *rc_new_set(const struct rc *);
/* Write what was printed, or die.  EX_OK. */
int rc_flush(void);

/* The commands; rc->selected is for whom.  Their exit codes. */
int rc_list(struct rc *);
int rc_listall(struct rc *);
int rc_diff(struct rc *);
int rc_status(struct rc *);
int rc_change(struct rc *);
int rc_restart(struct rc *);
int rc_follow(struct rc *);
int rc_reload(struct rc *);

#endif
