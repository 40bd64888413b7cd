/* model.c - see model.h.  The order of trust: what supervise publishes, then
 * what rc recorded, then what the database says. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <skalibs/tai.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/path.h"
#include "rc/running.h"
#include "tools/front/front.h"
#include "tools/front/model-longrun.h"

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
	longrun_read(m, it);
	longrun_read_plain(it);
	it->should = it->have_status && it->status.wanted_up;
	longrun_judge(it, 0, "");
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
	struct stat st;
	pid_t pid;

	if (path_join(path, sizeof path, m->places.scandir, ".s6-svscan/lock") <
		0)
		return;
	pid = file_locked_by(AT_FDCWD, path);
	m->svscan = pid > 0 ? pid : 0;
	if (pid < 0 && file_shortage(errno))
		m->shortage = errno;
	m->hidden =
		pid < 0 && errno == EACCES && stat(m->places.scandir, &st) == 0;
	m->owner = m->hidden ? st.st_uid : 0;
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
		longrun_read(m, it);
	}
	it->schedule = db_prop(s, "schedule");
	longrun_find_next(it, m->now);
	longrun_judge(it, ls.failed, ls.reason);
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

	errno = 0;
	if (live_open(&m->live, m->places.live, 0, m->live_error,
		    sizeof m->live_error) < 0) {
		if (errno == ENOENT)
			m->live_error[0] = 0;
		else if (file_shortage(errno))
			m->shortage = errno;
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
