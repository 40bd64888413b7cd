/* cron.h - PURE times at which a schedule comes round: the five fields of
 * cron(8), its @daily and the like, and "every DURATION". */
#ifndef RC_CRON_H
#define RC_CRON_H

#include <stdint.h>
#include <time.h>

struct cron {
	uint64_t every_s; /* seconds between runs, or 0: the fields */
	uint64_t minutes; /* bit sets */
	uint32_t hours, days, months, weekdays;
	int any_day, any_weekday; /* the field was * */
};

/* 1, or 0 and *what says what is wrong and was expected. */
int cron_parse(struct cron *, const char *text, const char **what);
/* First time after t that the fields allow, in local time; for an interval
 * t + every_s.  (time_t)-1 if there is none within eight years. */
time_t cron_next(const struct cron *, time_t t);

#endif
