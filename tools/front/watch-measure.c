/* watch-measure.c - what each service uses, for reeve status --watch. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "tools/front/proc.h"
#include "tools/front/watch-measure.h"

/* Bytes ever written are not kept anywhere; what `current' grew by is a
 * good measure, and a rotation shows as one small dip. */
static long long
log_size(const struct item *it)
{
	char path[PATH_LEN];
	struct stat st;

	if (!it->logdir[0] ||
		path_join(path, sizeof path, it->logdir, "current") < 0 ||
		stat(path, &st) < 0)
		return -1;
	return (long long)st.st_size;
}

struct sample *
watch_sample(struct watch *w, const char *name)
{
	struct sample *p;

	for (size_t i = 0; i < w->nsamples; i++)
		if (!strcmp(w->samples[i].name, name))
			return &w->samples[i];
	if (w->nsamples == w->maxsamples) {
		size_t max = w->maxsamples ? 2 * w->maxsamples : 32;

		p = realloc(w->samples, max * sizeof *p);
		if (!p)
			die_sys(EX_SYSTEM, "unable to measure");
		w->samples = p;
		w->maxsamples = max;
	}
	p = &w->samples[w->nsamples++];
	memset(p, 0, sizeof *p);
	snprintf(p->name, sizeof p->name, "%s", name);
	p->logged = -1;
	return p;
}

void
watch_measure(struct watch *w, const struct model *m)
{
	unsigned long long now = clock_now();
	struct procs ps = { 0, 0 };

	(void)procs_load(&ps);
	for (size_t i = 0; i < m->n; i++) {
		const struct item *it = &m->items[i];
		struct sample *s = watch_sample(w, it->name);
		struct usage_sum sum = { 0, 0, 0 };
		long long size = log_size(it);
		double s_past = (double)(now - s->at_ms) / 1000;

		if (it->pid)
			sum = procs_sum(&ps, it->pid);
		s->cpu = s->at_ms && s_past > 0 && sum.cpu_ms >= s->cpu_ms
			? (double)(sum.cpu_ms - s->cpu_ms) / 10 / s_past
			: 0;
		s->rate = s->at_ms && s->logged >= 0 && size >= s->logged &&
				s_past > 0
			? (double)(size - s->logged) / s_past
			: 0;
		s->cpu_ms = sum.cpu_ms;
		s->rss_kb = sum.rss_kb;
		s->count = sum.count;
		s->logged = size;
		s->at_ms = now;
	}
	procs_free(&ps);
}
