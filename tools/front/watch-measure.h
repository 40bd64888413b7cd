/* watch-measure.h - what is on the screen of reeve status --watch. */
#ifndef TOOLS_FRONT_WATCH_MEASURE_H
#define TOOLS_FRONT_WATCH_MEASURE_H

#include "tools/front/model.h"

/* What was measured last time, by name. */
struct sample {
	char name[256];
	unsigned long long cpu_ms, at_ms;
	long long logged; /* bytes in all of the log directory */
	double cpu; /* percent of one processor */
	double rate; /* log bytes a second */
	unsigned long rss_kb;
	unsigned count;
};

struct watch {
	const char *scandir;
	int all, colour;
	char *const *names; /* only these, if there are any */
	size_t nnames;
	struct sample *samples; /* owned */
	size_t nsamples, maxsamples;
	char selected[256];
	size_t at, rows; /* its row, and how many are shown */
	char message[400];
	char *frame; /* owned; what is on the screen */
	size_t framelen;
	int quit;
};

/* That of a service; a new one is empty. */
struct sample *watch_sample(struct watch *, const char *name);
/* Measure all services of the model. */
void watch_measure(struct watch *, const struct model *);

#endif
