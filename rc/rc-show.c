/* rc-show.c - questions to reeve-rc: list, listall, diff, status. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/msg.h"
#include "lib/os.h"
#include "lib/shown.h"
#include "rc/plan.h"
#include "rc/rc.h"
#include "supervise/detail.h"
#include "supervise/status.h"

static void
print_set(const struct rc *rc, const unsigned char *set, int wanted)
{
	for (uint32_t i = 0; i < rc->n; i++)
		if (!set[i] == !wanted &&
			(rc->essentials || !rc_is_essential(rc, i)))
			puts(rc_name(rc, i));
}

int
rc_flush(void)
{
	if (fflush(stdout))
		die_sys(EX_SYSTEM, "unable to write");
	return EX_OK;
}

int
rc_list(struct rc *rc)
{
	print_set(rc, rc->selected, !rc->down);
	return rc_flush();
}

int
rc_listall(struct rc *rc)
{
	int r = rc->down ? plan_needed_by(&rc->live.db, rc->selected)
			 : plan_needs(&rc->live.db, rc->selected, 0);

	if (r < 0)
		die_sys(EX_SYSTEM, "unable to follow the dependencies");
	print_set(rc, rc->selected, 1);
	return rc_flush();
}

int
rc_diff(struct rc *rc)
{
	int found = 0;

	for (uint32_t i = 0; i < rc->live.db.nlong; i++) {
		char dir[PATH_LEN];
		struct status st;

		if (live_servicedir(
			    dir, sizeof dir, &rc->live, rc_name(rc, i)) < 0 ||
			status_read(&st, AT_FDCWD, dir) < 0) {
			warn_sys("unable to ask the supervise of %s",
				rc_name(rc, i));
			continue;
		}
		if (!!st.wanted_up == rc_is_up(rc, i))
			continue;
		printf("%c%s\n", st.wanted_up ? '+' : '-', rc_name(rc, i));
		found = 1;
	}
	rc_flush();
	return found ? EX_NO : EX_OK;
}

static void
since(char *buf, size_t max, uint64_t when)
{
	time_t t = (time_t)(when / 1000);
	struct tm tm;

	if (!when || !localtime_r(&t, &tm) ||
		!strftime(buf, max, "%Y-%m-%d %H:%M:%S", &tm))
		snprintf(buf, max, "-");
}

/* One line: name, state, since, why. */
static void
print_status(const struct rc *rc, uint32_t i, int width)
{
	const char *word;
	char dir[PATH_LEN], when[32], why[200] = "";
	struct live_service s;
	struct detail d;
	int actual = i < rc->live.db.nlong ? run_actual(&rc->live, i)
					   : rc_is_up(rc, i);

	live_service(&rc->live, i, &s);
	since(when, sizeof when, s.when);
	word = s.failed		      ? "failed"
		: s.owed	      ? "owed"
		: actual == 1 && s.up ? "up"
		: s.up		      ? actual ? "restarting" : "died"
		: actual == 1	      ? "unasked"
				      : "down";
	if (s.failed)
		snprintf(why, sizeof why, "%s", s.reason);
	else if (i < rc->live.db.nlong && s.up && actual != 1 &&
		live_servicedir(dir, sizeof dir, &rc->live, rc_name(rc, i)) ==
			0 &&
		detail_read(&d, AT_FDCWD, dir) == 0)
		detail_reason_text(why, sizeof why, &d, os_now());
	printf("%-*s  %-10s  %-7s  %s%s%s\n", width, rc_name(rc, i), word,
		s.wanted ? "wanted" : "-", when, *why ? "  " : "", shown(why));
}

int
rc_status(struct rc *rc)
{
	int width = 4, any = 0, bad = 0;

	for (uint32_t i = 0; i < rc->n; i++)
		any |= rc->selected[i];
	for (uint32_t i = 0; i < rc->n; i++) {
		int len = (int)strlen(rc_name(rc, i));

		if ((!any || rc->selected[i]) && len > width)
			width = len;
	}
	for (uint32_t i = 0; i < rc->n; i++) {
		if (any && !rc->selected[i])
			continue;
		print_status(rc, i, width);
		bad |= !!(rc->live.state.rec[i].flags & STATE_FAILED);
	}
	if (live_switching(&rc->live) && !live_changer(&rc->live))
		warn(CUT_OFF);
	rc_flush();
	return bad ? EX_NO : EX_OK;
}
