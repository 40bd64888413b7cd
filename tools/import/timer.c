/* timer.c - a unit *.timer, with the *.service that it starts, to a oneshot
 * with a schedule.  See reeve-import(1). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"
#include "lib/path.h"
#include "tools/import/import.h"

struct timer {
	struct import *im;
	char times[256], jitter[64], service[256];
	int missed;
	unsigned late; /* line of a first run after some time, or 0 */
	char late_text[128];
};

static void
timer_calendar(struct timer *t, char *value)
{
	char times[256];
	unsigned seconds;
	const char *why;

	if (!*value) {
		*t->times = 0;
		return;
	}
	why = calendar_schedule(times, sizeof times, value, &seconds);
	if (why)
		import_left_out(t->im, "OnCalendar=%s (%s)", value, why);
	else if (*t->times)
		import_left_out(t->im,
			"OnCalendar=%s (there is one time "
			"already, and only one can be said)",
			value);
	else
		strcpy(t->times, times);
	if (!why && seconds)
		import_left_out(t->im,
			"the seconds of OnCalendar=%s (it runs "
			"with the minute)",
			value);
}

static void
timer_every(struct timer *t, const char *key, const char *value)
{
	uint64_t ms;

	if (!num_duration(value, 1000, &ms) || ms < 1000)
		import_left_out(t->im,
			"%s=%s (expected a duration of a "
			"second or more)",
			key, value);
	else if (*t->times)
		import_left_out(t->im,
			"%s=%s (there is one time already, and "
			"only one can be said)",
			key, value);
	else
		snprintf(t->times, sizeof t->times, "every %.200s", value);
}

static void
timer_jitter(struct timer *t, const char *value)
{
	uint64_t ms;

	if (!num_duration(value, 1000, &ms) || ms > 86400000)
		import_left_out(t->im,
			"RandomizedDelaySec=%s (expected a "
			"duration up to 24h)",
			value);
	else if (ms)
		snprintf(t->jitter, sizeof t->jitter, "\njitter=%llums",
			(unsigned long long)ms);
}

static void
timer_key(struct timer *t, const char *key, char *value)
{
	static const char *const needless[] = { "AccuracySec",
		"RemainAfterElapse" },
				 *const first[] = { "OnBootSec", "OnStartupSec",
					 "OnActiveSec" },
				 *const off[] = { "WakeSystem",
					 "FixedRandomDelay", "OnClockChange",
					 "OnTimezoneChange" };

	for (size_t i = 0; i < sizeof needless / sizeof *needless; i++)
		if (!strcmp(key, needless[i]))
			return;
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		if (!strcmp(key, first[i])) {
			t->late = t->im->line;
			snprintf(t->late_text, sizeof t->late_text, "%s=%s",
				key, value);
			return;
		}
	for (size_t i = 0; i < sizeof off / sizeof *off; i++)
		if (!strcmp(key, off[i]) && !ini_yes(value))
			return;
	if (!strcmp(key, "OnCalendar"))
		timer_calendar(t, value);
	else if (!strcmp(key, "OnUnitActiveSec") ||
		!strcmp(key, "OnUnitInactiveSec"))
		timer_every(t, key, value);
	else if (!strcmp(key, "RandomizedDelaySec"))
		timer_jitter(t, value);
	else if (!strcmp(key, "Persistent"))
		t->missed = ini_yes(value);
	else if (!strcmp(key, "Unit"))
		snprintf(t->service, sizeof t->service, "%s", value);
	else
		import_left_out(t->im, "%s=%s", key, value);
}

/* What was said of the first run makes sense only now. */
static void
timer_first(struct timer *t)
{
	if (!t->late)
		return;
	t->im->line = t->late;
	import_left_out(t->im, "%s (%s)", t->late_text,
		*t->times ? "the first run comes when the times say so"
			  : "it runs once, "
			    "when the service is started");
}

void
timer_import(struct import *im, char *data)
{
	struct timer t = { .im = im };
	struct ini in = { .at = data };
	struct unit_from from = { 0 };
	const char *timer = im->file;
	char schedule[512], path[PATH_LEN];

	import_other_name(t.service, sizeof t.service, timer, ".service");
	while (ini_next(&in, 1)) {
		im->line = in.line;
		if (!in.key)
			continue;
		if (!strcmp(in.section, "Timer"))
			timer_key(&t, in.key, in.value);
		else if ((strcmp(in.section, "Unit") ||
				 (strcmp(in.key, "Description") &&
					 strcmp(in.key, "Documentation"))) &&
			(strcmp(in.section, "Install") ||
				strcmp(in.key, "WantedBy") || !im->in_default))
			import_left_out(im, "[%s] %s=%s%s", in.section, in.key,
				in.value,
				!strcmp(in.key, "WantedBy")
					? " (--default would put it into the bundle "
					  "default)"
					: "");
	}
	timer_first(&t);
	im->line = 0;
	data = import_beside(im, path, t.service);
	if (!data) {
		import_left_out(im,
			"all of it: %s, which it starts, is not "
			"beside it",
			t.service);
		return;
	}
	snprintf(schedule, sizeof schedule, "%s%s%s", t.times,
		t.missed && *t.times ? "\nmissed=run" : "",
		*t.times ? t.jitter : "");
	from.schedule = *schedule ? schedule : 0;
	im->file = path;
	systemd_import(im, data, &from);
	im->file = timer;
	free(data);
}
