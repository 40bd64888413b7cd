/* model-longrun.c - one longrun: what its supervise publishes, and what that
 * makes of it. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <skalibs/tai.h>
#include <skalibs/djbtime.h>

#include "lib/file.h"
#include "lib/os.h"
#include "lib/path.h"
#include "rc/compile/cron.h"
#include "supervise/control.h"
#include "tools/front/model-longrun.h"

#define NOTIFY_STATUS "status-text" /* see reeve-sdnotify(1) */
enum { LOOKS = 100, LOOK_MS = 5 };

/* A stamp as Unix time.  TAI64N counts leap seconds (unless skalibs was
 * built not to), so skalibs must convert it. */
long long
model_unix_time(const tain *t)
{
	uint64_t u;

	if (!tai_sec(tain_secp(t)) || !utc_from_tai(&u, tain_secp(t)) ||
		u < TAI_MAGIC)
		return 0;
	return (long long)(u - TAI_MAGIC);
}

/* What the command itself has left in its directory. */
static void
read_own(struct item *it)
{
	char path[PATH_LEN];
	ssize_t n;

	if (it->pid &&
		path_join(path, sizeof path, it->dir, NOTIFY_STATUS) == 0 &&
		(n = file_read(AT_FDCWD, path, it->says, sizeof it->says - 1)) >
			0)
		it->says[strcspn(it->says, "\n")] = 0;
	if (path_join(path, sizeof path, it->dir, LASTRUN_FILE) == 0)
		it->have_last = lastrun_read(&it->last, AT_FDCWD, path);
}

/* "every 5 min" counts from the last run, or from the start. */
void
longrun_find_next(struct item *it, long long now)
{
	struct cron cron;
	const char *what;
	time_t t;

	if (!it->schedule || !it->pid ||
		!cron_parse(&cron, it->schedule, &what))
		return;
	t = cron_next(&cron,
		(time_t)(!cron.every_s		? now
				: it->have_last ? it->last.start
						: it->since));
	it->next = t == (time_t)-1 ? 0 : t < now ? now : t;
}

static int
has_file(const char *dir, const char *name)
{
	char path[PATH_LEN];

	return (path_join(path, sizeof path, dir, "def", name) == 0 &&
		       file_exists(AT_FDCWD, path) > 0) ||
		(path_join(path, sizeof path, dir, name) == 0 &&
			file_exists(AT_FDCWD, path) > 0);
}

/* The pid that a status names is gone, and its supervise has not written so. */
static int
is_lost(const struct item *it)
{
	return it->have_status &&
		control_lost(AT_FDCWD, it->dir, it->status.pid);
}

/* What cannot be seen for want of something is not what is not there. */
static int
seen(struct model *m, int r)
{
	if (r < 0 && file_shortage(errno))
		m->shortage = errno;
	return r;
}

void
longrun_read(struct model *m, struct item *it)
{
	if (!it->dir)
		return;
	it->supervised = seen(m, control_alive(AT_FDCWD, it->dir)) == 1;
	it->have_status =
		seen(m, status_read(&it->status, AT_FDCWD, it->dir)) == 0;
	/* Mostly that lasts a moment, and then there is a reason to tell. */
	while (it->supervised && is_lost(it) && m->looks++ < LOOKS) {
		poll(0, 0, LOOK_MS);
		it->have_status =
			status_read(&it->status, AT_FDCWD, it->dir) == 0;
	}
	if (!it->have_status)
		return;
	it->pid = (long)it->status.pid;
	it->since = model_unix_time(&it->status.changed);
	it->readied = model_unix_time(&it->status.readied);
	it->have_detail = it->supervised &&
		detail_read(&it->detail, AT_FDCWD, it->dir) == 0 &&
		/* not what ours left there before s6's took over */
		it->detail.pid == it->status.pid;
	it->lost = is_lost(it);
	if (it->have_detail)
		it->restarts = it->detail.starts <= it->detail.deaths
			? it->detail.starts - (it->detail.starts > 0)
			: it->detail.deaths;
	read_own(it);
}

/* The description and readiness of what no database describes. */
void
longrun_read_plain(struct item *it)
{
	char path[PATH_LEN], *text, *nl;

	it->notifies = has_file(it->dir, "notification-fd");
	if (path_join(path, sizeof path, it->dir, "description") < 0 ||
		file_slurp(AT_FDCWD, path, &text, 4096) < 0)
		return;
	nl = strchr(text, '\n');
	if (nl)
		*nl = 0;
	it->owned_description = text;
	it->description = text;
}

/* "exited with code 3; next start in 4 s" */
static void
say_death(struct item *it)
{
	char how[80], then[120] = "it is started again soon";

	if (it->have_detail)
		detail_reason_text(then, sizeof then, &it->detail, os_now());
	if (it->status.paused) { /* it never ran */
		snprintf(it->why, sizeof it->why, "%s", then);
		return;
	}
	model_ended(how, sizeof how, it->status.wstat);
	snprintf(it->why, sizeof it->why, "%s%s%s", how, then[0] ? "; " : "",
		then);
}

/* Down, and nobody tries to start it again. */
static void
judge_down(struct item *it, int failed)
{
	unsigned reason = it->have_detail ? it->detail.reason : WHY_NONE;
	int never = it->status.paused;
	int clean =
		WIFEXITED(it->status.wstat) && !WEXITSTATUS(it->status.wstat);

	it->state = IS_STOPPED;
	if (failed || reason == WHY_PERMANENT ||
		(reason == WHY_POLICY && !clean))
		it->state = IS_FAILED;
	else if (it->should && !never && !it->have_detail && !clean &&
		!WIFSIGNALED(it->status.wstat))
		it->state = IS_FAILED;
	if (it->state == IS_FAILED)
		say_death(it);
	else if (it->should)
		snprintf(it->why, sizeof it->why,
			never ? "it has not been started"
				: reason == WHY_POLICY || reason == WHY_DONE ||
					reason == WHY_ONCE
				? "it ended, and was to run once"
				: "it was stopped by hand");
}

/* It runs; what rc gave up ends soon. */
static void
judge_up(struct item *it, int failed, const char *reason)
{
	const struct status *st = &it->status;

	it->ready = it->notifies ? st->ready : -1;
	if (st->paused)
		it->state = IS_PAUSED;
	else if (!st->wanted_up)
		it->state = IS_STOPPING;
	else if (it->notifies && !st->ready)
		it->state = IS_STARTING;
	else
		it->state = IS_RUNNING;
	if (failed && *reason &&
		(it->state == IS_STARTING || it->state == IS_STOPPING))
		snprintf(it->why, sizeof it->why, "%s", reason);
	else if (it->state == IS_STARTING)
		snprintf(it->why, sizeof it->why,
			"it runs, but has not said that it is ready");
}

/* What rc recorded of a failure comes first. */
static void
add_reason(struct item *it, const char *reason)
{
	char how[sizeof it->why] = "";
	unsigned why = it->have_detail ? it->detail.reason : WHY_NONE;

	/* That it was told to be down is what rc does after a failure,
	 * and before the first start. */
	if (why == WHY_ASKED && !it->status.paused)
		model_ended(how, sizeof how, it->status.wstat);
	else if (why != WHY_ASKED && why != WHY_DOWN_FILE)
		memcpy(how, it->why, sizeof how);
	snprintf(it->why, sizeof it->why, "%s%s%.*s", reason, *how ? "; " : "",
		(int)(sizeof how - strlen(reason) - 3), how);
}

/* What state a longrun is in; failed and reason are what rc recorded. */
void
longrun_judge(struct item *it, int failed, const char *reason)
{
	const struct status *st = &it->status;

	if (!it->have_status) {
		it->state = it->should ? IS_LOST : IS_STOPPED;
		if (it->should)
			snprintf(it->why, sizeof it->why, "%s",
				*reason ? reason : "no supervise watches it");
		it->pid = 0;
		return;
	}
	if (!it->supervised) {
		/* What it says may be long past; a process may run on. */
		int alive = it->pid > 0 && kill((pid_t)it->pid, 0) == 0;

		it->state = it->should || alive ? IS_LOST : IS_STOPPED;
		if (it->state == IS_LOST)
			snprintf(it->why, sizeof it->why,
				alive ? "it runs, but its supervise is gone"
				      : "no supervise watches it");
		if (!alive)
			it->pid = 0;
		return;
	}
	if (it->lost) {
		it->pid = 0;
		it->state = st->wanted_up ? IS_RESTARTING : IS_STOPPING;
		snprintf(it->why, sizeof it->why,
			"its process is gone, and "
			"its supervise has yet to see that");
		return;
	}
	if (status_is_up(st)) {
		judge_up(it, failed, reason);
		return;
	}
	if (st->finishing) {
		it->state = st->wanted_up ? IS_RESTARTING : IS_STOPPING;
		if (st->wanted_up)
			snprintf(it->why, sizeof it->why,
				"it ended; its "
				"finish script runs");
		return;
	}
	it->pid = 0;
	if (st->wanted_up) {
		it->state = failed ||
				(it->have_detail &&
					it->detail.reason == WHY_SPAWN)
			? IS_FAILED
			: IS_RESTARTING;
		say_death(it);
	} else {
		judge_down(it, failed);
	}
	if (failed && *reason)
		add_reason(it, reason);
}
