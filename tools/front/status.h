/* status.h - what the files of reeve status share. */
#ifndef TOOLS_REEVE_STATUS_H
#define TOOLS_REEVE_STATUS_H

#include "tools/front/model.h"

/* Which services are shown. */
struct status_choice {
	char **names; /* borrowed */
	int n;
	int all;
};
int status_chosen(const struct status_choice *, const struct item *);

void status_json(const struct model *, const struct status_choice *);

#endif
