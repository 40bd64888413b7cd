/* why.c - reeve why: why a service is up or down, what it hangs on, what
 * hangs on it, and what to type next. */

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "lib/shown.h"
#include "tools/front/front.h"
#include "tools/front/model.h"

static const struct opt opts[] = { { 's', "scandir", "DIR",
					   "a service of this scan directory" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = { "[-s DIR] NAME...",
	"Say why a service is up or down, what it needs and what needs it, how\n"
	"it last ended, its last log lines, and what can be done.",
	opts,
	"Exit status: 0 it is as it should be, 1 it is not, 100 misuse or\n"
	"unknown name, 111 system error." };

static void
say_state(const struct item *it, long long now)
{
	printf("%s is %s", shown(it->name), model_word(it));
	if (it->pid)
		printf(" (pid %ld)", it->pid);
	if (it->since)
		printf("%s %s, %s ago",
			model_since(it) ? " since" : ", started",
			front_date(it->since), front_duration(now - it->since));
	if (it->why[0])
		printf(": %s", shown(it->why));
	putchar('\n');
	if (it->description[0])
		printf("  what it is:   %s\n", shown(it->description));
	if (it->says[0])
		printf("  what it says: %s\n", shown(it->says));
	if (it->have_last) {
		char how[80];

		model_ended(how, sizeof how, it->last.wstat);
		printf("  last run:     %s, began %s, ended %s\n", how,
			front_date(it->last.start), front_date(it->last.end));
	}
	if (it->next)
		printf("  next run:     %s\n", front_date(it->next));
}

static int
in_list(const struct db_list *l, uint32_t num)
{
	for (uint32_t k = 0; k < l->n; k++)
		if (l->v[k] == num)
			return 1;
	return 0;
}

/* Everything that needs it, directly or not. */
static unsigned char *
dependents(const struct db *db, uint32_t num)
{
	uint32_t n = db->nlong + db->nshort, top = 0;
	unsigned char *seen = calloc(n + 1, 1);
	uint32_t *todo = calloc(n + 1, sizeof *todo);

	if (!seen || !todo)
		die_sys(EX_SYSTEM, "unable to follow dependencies");
	todo[top++] = num;
	while (top) {
		const struct db_list *r = &db->services[todo[--top]].rdeps;

		for (uint32_t k = 0; k < r->n; k++)
			if (!seen[r->v[k]])
				seen[r->v[k]] = 1, todo[top++] = r->v[k];
	}
	free(todo);
	return seen;
}

static void
say_wanted(const struct model *m, const struct item *it)
{
	const struct db *db = &m->live.db;
	struct live_service ls;
	const char *sep = "";
	unsigned char *by;

	live_service(&m->live, it->num, &ls);
	printf("  wanted:       ");
	if (!it->should) {
		puts("no: nobody asked for it, `default' does not have it");
		return;
	}
	if (ls.wanted)
		printf("asked for by name"), sep = "; ";
	for (uint32_t b = 0; b < db->nbundles; b++)
		if (in_list(&db->bundles[b].members, it->num)) {
			printf("%sin bundle %s", sep,
				shown(db->bundles[b].name));
			sep = "; ";
		}
	by = dependents(db, it->num);
	for (uint32_t i = 0, n = 0; i < db->nlong + db->nshort; i++) {
		const struct item *d =
			by[i] ? model_find(m, db->services[i].name) : 0;

		if (!d || !d->should)
			continue;
		printf("%s%s",
			n++	       ? ", "
				: *sep ? "; needed by "
				       : "needed by ",
			shown(d->name));
		sep = "; ";
	}
	free(by);
	putchar('\n');
}

static void
say_list(const struct model *m, const char *head, const struct db_list *l)
{
	if (!l->n)
		return;
	printf("  %-13s ", head);
	for (uint32_t k = 0; k < l->n; k++) {
		const struct item *d =
			model_find(m, m->live.db.services[l->v[k]].name);

		if (d)
			printf("%s%s (%s)", k ? ", " : "", shown(d->name),
				model_word(d));
	}
	putchar('\n');
}

static void
say_dependents(const struct model *m, const struct item *it)
{
	const struct db *db = &m->live.db;
	unsigned char *by = dependents(db, it->num);
	int up = 0;

	say_list(m, "needed by:", &db->services[it->num].rdeps);
	for (uint32_t i = 0; i < db->nlong + db->nshort; i++) {
		const struct item *d =
			by[i] ? model_find(m, db->services[i].name) : 0;

		if (!d || !model_is_up(d))
			continue;
		if (!up++)
			printf("  stopping it would also stop: ");
		else
			printf(", ");
		printf("%s", shown(d->name));
	}
	if (up)
		putchar('\n');
	free(by);
}

/* From what waits to what it waits for, to the one that is the cause. */
static const struct item *
say_chain(const struct model *m, const struct item *it)
{
	const struct db *db = &m->live.db;

	for (int depth = 0;
		depth < 64 && it->num != DB_NONE && it->type != ITEM_BUNDLE;
		depth++) {
		const struct db_list *deps = &db->services[it->num].deps;
		const struct item *cause = 0;

		for (uint32_t k = 0; k < deps->n; k++) {
			const struct item *d =
				model_find(m, db->services[deps->v[k]].name);

			if (d && !model_is_up(d) &&
				(!cause || d->state == IS_FAILED))
				cause = d;
		}
		if (!cause)
			break;
		printf("  because:      %s is %s%s%s\n", shown(cause->name),
			model_word(cause), cause->why[0] ? ": " : "",
			shown(cause->why));
		it = cause;
	}
	return it;
}

static void
say_definition(const struct model *m, const struct item *it)
{
	char path[PATH_LEN];

	for (int i = 0; i < m->places.nsources; i++) {
		if (path_join(path, sizeof path, m->places.sources[i],
			    it->name) < 0 ||
			file_exists(AT_FDCWD, path) <= 0)
			continue;
		printf("  defined in:   %s\n", path);
		return;
	}
}

/* It was told to stop, and runs. */
static void
say_stopping(const struct item *it)
{
	uint64_t now = os_now();

	if (it->have_detail && it->detail.deadline > now)
		printf("  what to do:   wait: it is killed in %s, as its "
		       "timeout-kill says\n",
			front_duration((long long)((it->detail.deadline - now +
							   999999999) /
				1000000000)));
	else if (status_is_up(&it->status))
		printf("  what to do:   wait, or reeve kill -s KILL %s; a "
		       "file timeout-kill of\n                10000 would do "
		       "that after 10 s, at each stop\n",
			shown(it->name));
}

static void
say_unready(const struct item *it)
{
	puts("  what to do:   it was told how to say that it is ready "
	     "(notification-fd,");
	puts("                notification-type or ready-check), and did not "
	     "in time: let it");
	printf("                say so, or remove that file, or have a longer "
	       "timeout-up;\n                then reeve switch, and reeve "
	       "start %s\n",
		shown(it->name));
}

static void
say_todo(const struct model *m, const struct item *it, const struct item *cause)
{
	const char *n = shown(cause->name);

	switch (cause->state) {
	case IS_FAILED:
		if (cause->num != DB_NONE &&
			m->live.state.rec[cause->num].reason ==
				REASON_UNREADY) {
			say_unready(cause);
			break;
		}
		/* fall through */
	case IS_RESTARTING:
		printf("  what to do:   %s%s, mend it, then reeve switch\n"
		       "                (if its definition changed) or reeve "
		       "start %s\n",
			cause->logdir[0]
				? "reeve logs "
				: "look at its run script or reeve logs",
			cause->logdir[0] ? n : "", shown(it->name));
		break;
	case IS_STOPPED:
	case IS_NOT_RUN:
		printf("  what to do:   reeve start %s\n", shown(it->name));
		break;
	case IS_STARTING:
		printf("  what to do:   wait for it (reeve wait %s), or look at "
		       "its log (reeve logs %s)\n",
			n, n);
		break;
	case IS_PAUSED:
		printf("  what to do:   reeve kill -s CONT %s\n", n);
		break;
	case IS_STOPPING:
		say_stopping(cause);
		break;
	case IS_LOST:
		if (cause->dir && !file_exists(AT_FDCWD, cause->dir))
			printf("  what to do:   its service directory was "
			       "removed; reeve down and reeve up make it "
			       "again\n");
		else
			printf("  what to do:   reeve up starts what watches "
			       "it\n");
		break;
	case IS_RUNNING:
	case IS_DONE:
	case IS_ALL_UP:
	case IS_WAITING:
	case IS_PARTLY_UP:
	case IS_NONE_UP:
	case NITEMSTATE:
		break;
	}
}

static void
say_bundle(const struct model *m, const struct item *it)
{
	const struct db_list *l = &m->live.db.bundles[it->num].members;

	printf("%s is a bundle, %u of %u up\n", shown(it->name), it->up,
		it->members);
	say_list(m, "members:", l);
}

static void
why(const struct model *m, const struct item *it)
{
	const struct item *cause = it;
	unsigned long fs;

	if (it->type == ITEM_BUNDLE) {
		say_bundle(m, it);
		return;
	}
	say_state(it, m->now);
	if (it->num != DB_NONE) {
		if (!model_is_up(it))
			cause = say_chain(m, it);
		say_wanted(m, it);
		say_list(m, "needs:", &m->live.db.services[it->num].deps);
		say_dependents(m, it);
		say_definition(m, it);
	} else if (it->dir) {
		printf("  defined in:   %s (no database manages it)\n",
			shown(it->dir));
	}
	if (it->restarts > 0)
		printf("  restarts:     %ld\n", it->restarts);
	if (it->have_status && (it->status.wstat || !it->pid) &&
		!(it->status.paused && !it->pid)) {
		char how[80];

		model_ended(how, sizeof how, it->status.wstat);
		printf("  last end:     it %s\n", how);
	}
	if (cause->logdir[0]) {
		printf("  last lines of the log of %s (%s):\n",
			shown(cause->name), shown(cause->logdir));
		if (!model_tail(cause, 10, "    "))
			puts("    (it is empty)");
		if (model_log_full(cause, &fs))
			puts("  its log:      there is no room left for it: "
			     "nothing is lost, but its logger\n"
			     "                waits, and soon the service for "
			     "its logger");
	}
	say_todo(m, it, cause);
}

int
front_why(int argc, char **argv)
{
	const char *scandir = 0;
	int code = EX_OK;
	struct model m;

	opt_permute(&usage, argc, argv);
	while (opt_next(&usage, argc, argv) != -1)
		scandir = optarg;
	if (optind == argc)
		opt_usage(&usage);
	model_load(&m, scandir);
	model_need_all(&m);
	if (m.hidden)
		model_need_tree(&m);
	if (!m.svscan)
		printf("The tree does not run: nothing supervises %s "
		       "(%s starts it).\n",
			shown(m.places.scandir), model_starter(&m));
	for (int i = optind; i < argc; i++) {
		const struct item *it = model_need(&m, argv[i]);

		why(&m, it);
		if (!model_good(it))
			code = EX_NO;
	}
	model_free(&m);
	return fflush(stdout) ? EX_SYSTEM : code;
}
