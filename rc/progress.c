/* progress.c - tells people what a change waits for. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "rc/job.h"
#include "rc/running.h"

enum {
	TELL_MS = 1000, /* on a terminal: what is waited for */
	TOLD_LEN = 60,
	TOLD_MAX = 256 /* one line, at least one name */
};
#define CLEAR_LINE "\r\033[K"

void
progress_begin(struct half *h)
{
	if (!prog_as_s6 && h->run->verbosity > 0 && !h->run->no_progress &&
		isatty(1) && isatty(2))
		h->tell = clock_now() + TELL_MS;
}

void
progress_show(struct half *h)
{
	char line[TOLD_MAX], item[TOLD_MAX];
	size_t len = (size_t)snprintf(line, sizeof line, "%s",
		h->mode == RUN_UP ? "starting" : "stopping");
	uint64_t now = clock_now();
	uint32_t n = 0;

	for (const struct job *j = h->first; j; j = j->next) {
		char limit[32] = "";

		if (j->limit_ms && j->watch != W_STEADY)
			snprintf(limit, sizeof limit, " of %u s",
				(unsigned)(j->limit_ms / 1000));
		snprintf(item, sizeof item, "%s %.40s (%s%u s%s)", n ? "," : "",
			job_name(h, j->i),
			j->watch == W_STEADY ? "settling, " : "",
			(unsigned)((now - j->began) / 1000), limit);
		if (n && len + strlen(item) > TOLD_LEN)
			break;
		strcpy(line + len, item);
		len += strlen(item);
		n++;
	}
	if (n < h->njobs)
		snprintf(line + len, sizeof line - len, " and %u more",
			(unsigned)(h->njobs - n));
	fprintf(stderr, CLEAR_LINE "%s", line);
	fflush(stderr);
	h->tell = now + TELL_MS;
	h->told = 1;
}

void
progress_clear(struct half *h)
{
	if (!h->told)
		return;
	fputs(CLEAR_LINE, stderr);
	fflush(stderr);
	h->told = 0;
	h->tell = clock_now();
}

/* Said once: it may have been meant so. */
void
progress_hangs(const struct half *h, struct job *j)
{
	const char *name = job_name(h, j->i);
	const char *up = h->mode == RUN_UP ? "up" : "down";
	char number[32] = "";
	long pid;

	j->at.hangs = 0;
	pid = running_pid(h->run->live->path, name);
	if (pid)
		snprintf(number, sizeof number, " (pid %ld)", pid);
	info("service %s: its %s script%s runs for %d s now, and has no time "
	     "limit; waiting for it (timeout-%s of its definition, or "
	     "--timeout, is one)",
		name, up, number, HANGS_MS / 1000, up);
}
