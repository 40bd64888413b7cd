/* model.c - see model.h.  The order of trust: what supervise publishes, then
 * what rc recorded, then what the database says. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <skalibs/tai.h>
#include <skalibs/djbtime.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/os.h"
#include "lib/path.h"
#include "lib/utf8.h"
#include "rc/compile/cron.h"
#include "rc/running.h"
#include "supervise/control.h"
#include "tools/front/front.h"
#include "tools/front/model.h"

#define NOTIFY_STATUS "status-text" /* see reeve-sdnotify(1) */
enum { TAIL_BYTES = 8192, LINE_BYTES = 400, LOOKS = 100, LOOK_MS = 5 };

static _Noreturn void
no_memory(void)
{
	die_sys(EX_SYSTEM, "unable to keep the list of services");
}

static char *
copy(const char *s)
{
	char *p = strdup(s);

	if (!p)
		no_memory();
	return p;
}

static struct item *
add(struct model *m, const char *name, enum item_type type)
{
	struct item *it;

	if (m->n == m->max) {
		size_t max = m->max ? 2 * m->max : 32;

		it = realloc(m->items, max * sizeof *it);
		if (!it)
			no_memory();
		m->items = it;
		m->max = max;
	}
	it = &m->items[m->n++];
	memset(it, 0, sizeof *it);
	it->name = copy(name);
	it->type = type;
	it->num = DB_NONE;
	it->ready = -1;
	it->restarts = -1;
	it->description = "";
	return it;
}

/* A stamp as Unix time.  TAI64N counts leap seconds (unless skalibs was
 * built not to), so skalibs must convert it. */
static long long
unix_time(const tain *t)
{
	uint64_t u;

	if (!tai_sec(tain_secp(t)) || !utc_from_tai(&u, tain_secp(t)) ||
		u < TAI_MAGIC)
		return 0;
	return (long long)(u - TAI_MAGIC);
}

void
model_ended(char *buf, size_t max, int wstat)
{
	if (WIFSIGNALED(wstat))
		snprintf(buf, max, "was killed by %s",
			num_signame(WTERMSIG(wstat)));
	else
		snprintf(buf, max, "exited with code %d", WEXITSTATUS(wstat));
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
static void
find_next(struct item *it, long long now)
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

/* --- one longrun: what its supervise says ------------------------------- */

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

static void
read_status(struct model *m, struct item *it)
{
	if (!it->dir)
		return;
	it->supervised = control_alive(AT_FDCWD, it->dir) == 1;
	it->have_status = status_read(&it->status, AT_FDCWD, it->dir) == 0;
	/* Mostly that lasts a moment, and then there is a reason to tell. */
	while (it->supervised && is_lost(it) && m->looks++ < LOOKS) {
		poll(0, 0, LOOK_MS);
		it->have_status =
			status_read(&it->status, AT_FDCWD, it->dir) == 0;
	}
	if (!it->have_status)
		return;
	it->pid = (long)it->status.pid;
	it->since = unix_time(&it->status.changed);
	it->readied = unix_time(&it->status.readied);
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
static void
read_plain(struct item *it)
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

/* What state a longrun is in; failed and reason are what rc recorded. */
static void
judge_longrun(struct item *it, int failed, const char *reason)
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
		it->ready = it->notifies ? st->ready : -1;
		if (st->paused)
			it->state = IS_PAUSED;
		else if (!st->wanted_up)
			it->state = IS_STOPPING;
		else if (it->notifies && !st->ready)
			it->state = IS_STARTING;
		else
			it->state = IS_RUNNING;
		/* What rc gave up ends soon. */
		if (failed && *reason &&
			(it->state == IS_STARTING || it->state == IS_STOPPING))
			snprintf(it->why, sizeof it->why, "%s", reason);
		else if (it->state == IS_STARTING)
			snprintf(it->why, sizeof it->why,
				"it runs, but has not said that it is ready");
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
	if (failed && *reason) {
		char how[sizeof it->why] = "";
		unsigned why = it->have_detail ? it->detail.reason : WHY_NONE;

		/* That it was told to be down is what rc does after a failure,
		 * and before the first start. */
		if (why == WHY_ASKED && !st->paused)
			model_ended(how, sizeof how, st->wstat);
		else if (why != WHY_ASKED && why != WHY_DOWN_FILE)
			memcpy(how, it->why, sizeof how);
		snprintf(it->why, sizeof it->why, "%s%s%.*s", reason,
			*how ? "; " : "",
			(int)(sizeof how - strlen(reason) - 3), how);
	}
}

/* --- the scan directory -------------------------------------------------- */

static int
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void
add_plain(
	struct model *m, const char *scandir, const char *name, const char *sub)
{
	char path[PATH_LEN], full[512];
	struct item *it;

	if (path_join(path, sizeof path, scandir, name) < 0)
		return;
	if (*sub) {
		size_t n = strlen(path);

		if (n + strlen(sub) + 2 > sizeof path)
			return;
		snprintf(path + n, sizeof path - n, "/%s", sub);
	}
	snprintf(full, sizeof full, *sub ? "%s/%s" : "%s%s", name, sub);
	if (!is_directory(path) || model_find(m, full))
		return;
	it = add(m, full, ITEM_LONGRUN);
	it->dir = copy(path);
	read_status(m, it);
	read_plain(it);
	it->should = it->have_status && it->status.wanted_up;
	judge_longrun(it, 0, "");
}

/* The name in the scan directory of a service of the database. */
static int
is_managed(const struct model *m, const char *entry)
{
	size_t n;

	if (!m->have_live)
		return 0;
	n = strlen(m->live.prefix);
	return !strncmp(entry, m->live.prefix, n) &&
		(db_service(&m->live.db, entry + n) != DB_NONE ||
			!strcmp(entry + n, LIVE_RUNNER));
}

static void
load_scandir(struct model *m, const char *scandir)
{
	DIR *d = opendir(scandir);
	struct dirent *e;

	if (!d)
		return;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.' || is_managed(m, e->d_name))
			continue;
		add_plain(m, scandir, e->d_name, "");
		add_plain(m, scandir, e->d_name, "log");
	}
	closedir(d);
}

static void
find_svscan(struct model *m)
{
	char path[PATH_LEN];
	pid_t pid;

	if (path_join(path, sizeof path, m->places.scandir, ".s6-svscan/lock") <
		0)
		return;
	pid = file_locked_by(AT_FDCWD, path);
	m->svscan = pid > 0 ? pid : 0;
	m->hidden = pid < 0 && errno == EACCES;
}

/* --- the database and the live directory --------------------------------- */

/* Services that are to be up: asked for by name, in the bundle `default',
 * or needed by one of those. */
static unsigned char *
should_be_up(const struct live *live)
{
	const struct db *db = &live->db;
	uint32_t n = db->nlong + db->nshort, top = 0;
	unsigned char *should = calloc(n + 1, 1);
	uint32_t *todo = calloc(n + 1, sizeof *todo);
	struct db_list def;

	if (!should || !todo)
		no_memory();
	for (uint32_t i = 0; i < n; i++) {
		struct live_service s;

		live_service(live, i, &s);
		if ((s.wanted || s.owed) && !should[i])
			should[i] = 1, todo[top++] = i;
	}
	if (db_resolve(db, "default", &def))
		for (uint32_t k = 0; k < def.n; k++)
			if (!should[def.v[k]])
				should[def.v[k]] = 1, todo[top++] = def.v[k];
	while (top) {
		const struct db_list *deps = &db->services[todo[--top]].deps;

		for (uint32_t k = 0; k < deps->n; k++)
			if (!should[deps->v[k]])
				should[deps->v[k]] = 1,
				todo[top++] = deps->v[k];
	}
	free(todo);
	return should;
}

/* A dependency that is not up, or DB_NONE. */
static uint32_t
missing_dep(const struct live *live, const struct db_service *s)
{
	for (uint32_t k = 0; k < s->deps.n; k++) {
		struct live_service d;

		live_service(live, s->deps.v[k], &d);
		if (!d.up)
			return s->deps.v[k];
	}
	return DB_NONE;
}

static void
set_logdir(struct model *m, struct item *it)
{
	const struct db *db = &m->live.db;
	const struct db_service *s = &db->services[it->num];
	const char *dir = db_prop(s, "logdir");
	uint32_t logger = db_logger(db, s);

	if (!dir && logger != DB_NONE)
		dir = db_prop(&db->services[logger], "logdir");
	if (dir)
		snprintf(it->logdir, sizeof it->logdir, "%s", dir);
	else if (logger != DB_NONE)
		(void)path_join(it->logdir, sizeof it->logdir, m->places.logs,
			it->name);
}

static void
judge_oneshot(
	const struct model *m, struct item *it, const struct live_service *ls)
{
	long pid = running_pid(m->live.path, it->name);

	it->since = (long long)(ls->when / 1000);
	/* A note may outlive what it is about. */
	if (pid && (kill((pid_t)-pid, 0) == 0 || errno == EPERM)) {
		it->state = ls->up ? IS_STOPPING : IS_STARTING;
		snprintf(it->why, sizeof it->why,
			"its %s script runs (pid %ld)", ls->up ? "down" : "up",
			pid);
	} else if (ls->failed) {
		it->state = IS_FAILED;
		snprintf(it->why, sizeof it->why, "%s", ls->reason);
	} else if (ls->up) {
		it->state = IS_DONE;
	} else {
		it->state =
			it->should && m->changer > 0 ? IS_WAITING : IS_NOT_RUN;
	}
}

static void
load_service(struct model *m, uint32_t i, int should)
{
	const struct db *db = &m->live.db;
	const struct db_service *s = &db->services[i];
	struct live_service ls;
	char dir[PATH_LEN];
	struct item *it = add(m, s->name,
		s->type == DB_LONGRUN ? ITEM_LONGRUN : ITEM_ONESHOT);
	const char *text = db_prop(s, "description");

	it->num = i;
	it->should = should;
	it->companion = !!(s->flags & DB_GENERATED);
	if (text)
		it->description = text;
	set_logdir(m, it);
	live_service(&m->live, i, &ls);
	if (it->type == ITEM_ONESHOT) {
		judge_oneshot(m, it, &ls);
		return;
	}
	it->notifies = !!(s->flags & DB_NOTIFIES);
	if (live_servicedir(dir, sizeof dir, &m->live, s->name) == 0) {
		it->dir = copy(dir);
		read_status(m, it);
	}
	it->schedule = db_prop(s, "schedule");
	find_next(it, m->now);
	judge_longrun(it, ls.failed, ls.reason);
	if (it->state == IS_RUNNING && it->have_detail &&
		(s->on_change == DB_CHANGE_KEEP || (s->flags & DB_ESSENTIAL)) &&
		*it->detail.def && !live_is_definition(it->detail.def, s))
		snprintf(it->why, sizeof it->why,
			"it runs with an earlier "
			"definition (the one now counts from its next start)");
	/* Not up yet because what it needs is not. */
	if (it->should && !ls.failed && !ls.up && !it->pid) {
		uint32_t dep = missing_dep(&m->live, s);

		if (dep != DB_NONE)
			snprintf(it->why, sizeof it->why,
				"it needs %s, which "
				"is not up",
				db->services[dep].name);
		else if (m->changer)
			it->why[0] = 0;
		if (m->changer || ls.owed)
			it->state = IS_WAITING;
	}
}

static int
by_name(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if ((x->type == ITEM_BUNDLE) != (y->type == ITEM_BUNDLE))
		return x->type == ITEM_BUNDLE ? 1 : -1;
	return strcmp(x->name, y->name);
}

static void
load_bundles(struct model *m)
{
	const struct db *db = &m->live.db;

	for (uint32_t b = 0; b < db->nbundles; b++) {
		const struct db_bundle *bundle = &db->bundles[b];
		struct item *it = add(m, bundle->name, ITEM_BUNDLE);

		it->num = b;
		it->members = bundle->members.n;
		it->state = IS_ALL_UP;
		for (uint32_t k = 0; k < bundle->members.n; k++) {
			const struct item *s = model_find(
				m, db->services[bundle->members.v[k]].name);

			it->up += s && model_is_up(s);
		}
		it->should = !strcmp(it->name, "default");
		if (it->up < it->members)
			it->state = it->up ? IS_PARTLY_UP : IS_NONE_UP;
	}
}

static void
load_live(struct model *m)
{
	unsigned char *should;
	uint32_t n;

	if (live_open(&m->live, m->places.live, 0, m->live_error,
		    sizeof m->live_error) < 0) {
		if (errno == ENOENT)
			m->live_error[0] = 0;
		return;
	}
	m->have_live = 1;
	m->switching = live_switching(&m->live);
	m->changer = live_changer(&m->live);
	n = m->live.db.nlong + m->live.db.nshort;
	should = should_be_up(&m->live);
	for (uint32_t i = 0; i < n; i++)
		load_service(m, i, should[i]);
	free(should);
}

/* reeve-init, which has made the scan directory, says there which live
 * directory it will make (see FILES in reeve-init(8)). */
static int
live_is_coming(const struct model *m)
{
	char path[PATH_LEN];

	return m->svscan &&
		path_join(path, sizeof path, m->places.scandir,
			".s6-svscan/init/live") == 0 &&
		file_exists(AT_FDCWD, path);
}

/* When the whole tree is down, that is said once, and not again for each
 * service; only a process that runs on is worth it. */
static void
quiet_down(struct model *m)
{
	for (size_t i = 0; i < m->n; i++) {
		struct item *it = &m->items[i];

		if (it->type != ITEM_LONGRUN || it->pid)
			continue;
		it->state = IS_STOPPED;
		it->why[0] = 0;
	}
}

void
model_load(struct model *m, const char *scandir)
{
	memset(m, 0, sizeof *m);
	front_places(&m->places);
	m->now = time(0);
	m->named = scandir != 0;
	if (scandir &&
		path_absolute(m->places.scandir, sizeof m->places.scandir,
			scandir) < 0)
		die_sys(EX_SYSTEM, "unable to use %s", scandir);
	find_svscan(m);
	if (!scandir) {
		load_live(m);
		m->coming = !m->have_live && live_is_coming(m);
	}
	load_scandir(m, m->places.scandir);
	if (!m->svscan)
		quiet_down(m);
	if (m->have_live)
		load_bundles(m);
	if (m->n)
		qsort(m->items, m->n, sizeof *m->items, by_name);
}

void
model_free(struct model *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->items[i].name);
		free(m->items[i].dir);
		free(m->items[i].owned_description);
	}
	free(m->items);
	if (m->have_live)
		live_close(&m->live);
	memset(m, 0, sizeof *m);
}

/* --- questions ------------------------------------------------------------ */

struct item *
model_find(const struct model *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->items[i].name, name))
			return &m->items[i];
	return 0;
}

/* It has a definition that is not live: never was, or was undone. */
static void
die_not_live(const struct model *m, const char *name)
{
	struct live_last last;
	char path[PATH_LEN];

	if (m->named || *name == '.' || strchr(name, '/'))
		return;
	for (int i = 0; i < m->places.nsources; i++) {
		if (path_join(path, sizeof path, m->places.sources[i], name) <
				0 ||
			file_exists(AT_FDCWD, path) <= 0)
			continue;
		if (m->have_live && live_last(&m->live, &last) == 1 &&
			last.code)
			die(EX_MISUSE,
				"'%s' is defined in %s, but is not "
				"live: %s (mend what failed, then reeve "
				"switch)",
				name, path, last.text);
		die(EX_MISUSE,
			"'%s' is defined in %s, but is not live yet "
			"(reeve switch makes it so)",
			name, path);
	}
}

struct item *
model_need(const struct model *m, const char *name)
{
	struct item *it = model_find(m, name);
	const char **names, *near;

	if (it)
		return it;
	die_not_live(m, name);
	if (!m->n)
		die(EX_MISUSE,
			"there is no service '%s': none is defined yet "
			"(reeve new %s -- COMMAND, then reeve up)",
			name, name);
	names = calloc(m->n, sizeof *names);
	if (!names)
		no_memory();
	for (size_t i = 0; i < m->n; i++)
		names[i] = m->items[i].name;
	near = front_nearest(name, names, m->n);
	if (near)
		die(EX_MISUSE, "there is no service '%s': did you mean '%s'?",
			name, near);
	die(EX_MISUSE,
		"there is no service '%s' (reeve status lists them; "
		"a new definition becomes live by reeve switch)",
		name);
}

long long
model_since(const struct item *it)
{
	/* The time in the status is that of the start. */
	return (it->state == IS_STOPPING || it->state == IS_PAUSED) &&
			status_is_up(&it->status)
		? 0
		: it->since;
}

const char *
model_word(const struct item *it)
{
	static const char *const words[NITEMSTATE] = { [IS_RUNNING] = "running",
		[IS_DONE] = "done",
		[IS_ALL_UP] = "all up",
		[IS_STARTING] = "starting",
		[IS_WAITING] = "waiting",
		[IS_PARTLY_UP] = "partly up",
		[IS_RESTARTING] = "restarting",
		[IS_STOPPING] = "stopping",
		[IS_PAUSED] = "paused",
		[IS_FAILED] = "failed",
		[IS_LOST] = "unsupervised",
		[IS_STOPPED] = "stopped",
		[IS_NOT_RUN] = "not run",
		[IS_NONE_UP] = "down" };
	static char buf[40];

	if (it->state != IS_PARTLY_UP)
		return words[it->state];
	snprintf(buf, sizeof buf, "%u of %u up", it->up, it->members);
	return buf;
}

int
model_is_up(const struct item *it)
{
	return it->state == IS_RUNNING || it->state == IS_DONE ||
		it->state == IS_ALL_UP;
}

int
model_last_failed(const struct item *it)
{
	return it->have_last && it->last.wstat;
}

static void append(char *buf, size_t max, const char *fmt, ...) MSG_LIKE(3, 4);
static void
append(char *buf, size_t max, const char *fmt, ...)
{
	size_t n = strlen(buf);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf + n, max - n, fmt, ap);
	va_end(ap);
}

const char *
model_about(const struct item *it, long long now)
{
	static char buf[1024];
	char how[80];

	snprintf(buf, sizeof buf, "%s", it->description);
	if (it->says[0])
		append(buf, sizeof buf, "%s\"%s\"", *buf ? "; " : "", it->says);
	if (it->have_last) {
		model_ended(how, sizeof how, it->last.wstat);
		append(buf, sizeof buf, "%slast run %s, %s ago",
			*buf ? "; " : "", how,
			front_duration(now - it->last.end));
	}
	if (it->next)
		append(buf, sizeof buf, "%snext run in %s", *buf ? "; " : "",
			front_duration(it->next - now));
	return buf;
}

int
model_good(const struct item *it)
{
	if (it->should)
		return model_is_up(it);
	return it->state != IS_FAILED && it->state != IS_LOST;
}

const char *
model_starter(const struct model *m)
{
	return m->named ? "reeve-svscan on that directory" : "reeve up";
}

void
model_need_tree(const struct model *m)
{
	if (m->svscan)
		return;
	if (m->hidden)
		die(EX_SYSTEM,
			"permission denied: the tree on %s belongs to "
			"another user",
			m->places.scandir);
	die(EX_NOSUPER,
		"the tree does not run: nothing supervises %s "
		"(%s starts it)",
		m->places.scandir, model_starter(m));
}

/* --- the end of a log ------------------------------------------------------ */

int
model_log_full(const struct item *it, unsigned long *fs)
{
	struct statvfs v;

	if (!it->logdir[0] || statvfs(it->logdir, &v) < 0 || !v.f_blocks)
		return 0;
	*fs = v.f_fsid;
	/* What is left for root only is of no use to other loggers. */
	return !(geteuid() ? v.f_bavail : v.f_bfree) ||
		(v.f_files && !v.f_ffree);
}

/* Print one log line with its TAI64N stamp, if it has one, made readable. */
static void
print_line(const char *s, size_t len, const char *indent)
{
	char stamp[TIMESTAMP + 1];
	tain when;

	fputs(indent, stdout);
	if (len > TIMESTAMP && s[0] == '@') {
		memcpy(stamp, s, TIMESTAMP);
		stamp[TIMESTAMP] = 0;
		if (timestamp_scan(stamp, &when)) {
			printf("%s", front_date(unix_time(&when)));
			s += TIMESTAMP;
			len -= TIMESTAMP;
		}
	}
	/* Some write pages as a line; reeve logs shows them. */
	if (len > LINE_BYTES) {
		for (len = LINE_BYTES; ((unsigned char)s[len] & 0xc0) == 0x80;)
			len--;
		utf8_print(stdout, s, len);
		fputs(" ...", stdout);
	} else
		utf8_print(stdout, s, len);
	putchar('\n');
}

int
model_tail(const struct item *it, int n, const char *indent)
{
	char path[PATH_LEN], buf[TAIL_BYTES];
	const char *p, *end;
	struct stat st;
	ssize_t r;
	int fd, lines = 0;

	if (!it->logdir[0] ||
		path_join(path, sizeof path, it->logdir, "current") < 0)
		return 0;
	fd = file_open_regular(AT_FDCWD, path);
	if (fd < 0)
		return 0;
	if (fstat(fd, &st) < 0 ||
		(st.st_size > TAIL_BYTES &&
			lseek(fd, -TAIL_BYTES, SEEK_END) < 0))
		r = -1;
	else
		r = read(fd, buf, sizeof buf);
	close(fd);
	if (r <= 0)
		return 0;
	end = buf + r;
	if (end[-1] == '\n')
		end--;
	for (p = end; p > buf && lines < n; p--)
		lines += p[-1] == '\n' && p < end;
	/* p is at the newline before the lines, or at the start. */
	if (lines == n)
		p++;
	else if (st.st_size > TAIL_BYTES) {
		/* Of the first one only the end was read. */
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		p = nl ? nl + 1 : p;
	}
	lines = 0;
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if (!nl)
			nl = end;
		print_line(p, (size_t)(nl - p), indent);
		lines++;
		p = nl + 1;
	}
	return lines;
}
