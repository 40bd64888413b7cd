/* show-status.c - reeve status: a table for people, one exit code for probes;
 * JSON for programs is in status-json.c.  See reeve(1). */

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/msg.h"
#include "lib/shown.h"
#include "tools/front/front.h"
#include "tools/front/grid.h"
#include "tools/front/model.h"
#include "tools/front/status.h"
#include "tools/front/watch.h"

enum { O_CHECK = OPT_LONG, O_COLOUR, O_JSON, O_NAMES };
static const struct opt opts[] = {
	{ 'a', "all", 0, "also show log companions and Reeve's own services" },
	{ 's', "scandir", "DIR", "look only at this scan directory" },
	{ 'w', "watch", 0,
		"live view with CPU, memory and log rate;\n"
		"keys start, stop, restart and show logs" },
	{ 'q', "quiet", 0, "print nothing, only the exit code" },
	{ O_CHECK, "check", 0,
		"health probe: one line, exit 0 only if\n"
		"all that should be up is up and ready" },
	{ O_JSON, "json", 0, "print JSON (its fields are in reeve-json(5))" },
	{ O_NAMES, "names", 0, "print the names only" },
	{ O_COLOUR, "colour", "WHEN", "auto, always or never" }, { 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[-aqw] [--check] [--json] [-s DIR] [NAME...]",
	"Show the services: state, pid, for how long, readiness, restarts.\n"
	"Below the table, what failed and why.",
	opts,
	"Exit status: 0 all that is shown is as it should be, 1 something is\n"
	"not, 100 misuse or unknown name, 102 the tree does not run, 111\n"
	"system error."
};

static const enum colour colours[NITEMSTATE] = { [IS_RUNNING] = GREEN,
	[IS_DONE] = GREEN,
	[IS_ALL_UP] = GREEN,
	[IS_STARTING] = YELLOW,
	[IS_WAITING] = YELLOW,
	[IS_PARTLY_UP] = YELLOW,
	[IS_RESTARTING] = YELLOW,
	[IS_STOPPING] = YELLOW,
	[IS_PAUSED] = YELLOW,
	[IS_FAILED] = RED,
	[IS_LOST] = RED,
	[IS_STOPPED] = DIM,
	[IS_NOT_RUN] = DIM,
	[IS_NONE_UP] = DIM };

enum colour
status_colour(const struct item *it)
{
	return it->should && !model_is_up(it) &&
			(it->state == IS_STOPPED || it->state == IS_NOT_RUN ||
				it->state == IS_NONE_UP)
		? YELLOW
		: colours[it->state];
}

int
status_hidden(const struct item *it)
{
	return (it->companion || !strcmp(it->name, LIVE_RUNNER) ||
		       !strncmp(it->name, "reeve-", 6)) &&
		(model_good(it) || it->state == IS_STOPPED);
}

int
status_chosen(const struct status_choice *c, const struct item *it)
{
	if (!c->n)
		return c->all || !status_hidden(it);
	for (int i = 0; i < c->n; i++)
		if (!strcmp(c->names[i], it->name))
			return 1;
	return 0;
}

static void
number(char *buf, size_t max, long n)
{
	if (n > 0)
		snprintf(buf, max, "%ld", n);
	else
		snprintf(buf, max, "-");
}

static void
row(struct grid *t, const struct item *it, long long now)
{
	char pid[24], restarts[24] = "-";
	const char *since = "-";

	number(pid, sizeof pid, it->pid);
	if (it->restarts >= 0)
		snprintf(restarts, sizeof restarts, "%ld", it->restarts);
	if (model_since(it) && it->type != ITEM_BUNDLE &&
		it->state != IS_LOST &&
		!(it->have_status && !it->pid && it->status.paused))
		since = front_duration(now - it->since);
	grid_cell(t, BOLD, it->name);
	grid_cell(t, status_colour(it), model_word(it));
	grid_cell(t, PLAIN, pid);
	grid_cell(t, PLAIN, since);
	grid_cell(t, PLAIN, it->ready < 0 ? "-" : it->ready ? "yes" : "no");
	grid_cell(t, PLAIN, restarts);
	grid_cell(t, PLAIN, model_about(it, now));
}

static const struct column columns[] = { { "NAME", 0, 0 }, { "STATE", 0, 0 },
	{ "PID", 1, 1 }, { "SINCE", 1, 2 }, { "READY", 0, 4 },
	{ "RESTARTS", 1, 3 }, { "DESCRIPTION", 0, 5 } };

/* What is worth a sentence below the table. */
static int
needs_words(const struct item *it)
{
	return model_last_failed(it) ||
		(it->why[0] && it->type != ITEM_BUNDLE &&
			(!model_good(it) || it->state == IS_RESTARTING ||
				it->state == IS_RUNNING));
}

static void
explain(const struct item *it, int colour)
{
	char how[80];

	printf("\n%s%s%s: ",
		grid_code(model_last_failed(it) ? RED : status_colour(it),
			colour),
		shown(it->name), colour ? "\033[0m" : "");
	if (!it->why[0]) {
		model_ended(how, sizeof how, it->last.wstat);
		printf("its last run %s (%s)", how, front_date(it->last.end));
	} else
		printf("%s", shown(it->why));
	if (model_since(it) && it->why[0])
		printf(" (%s)", front_date(it->since));
	putchar('\n');
	model_tail(it, 3, "    ");
	if (it->state == IS_FAILED)
		printf("  see: reeve why %s%s%s\n", shown(it->name),
			it->logdir[0] ? ", reeve logs " : "",
			it->logdir[0] ? shown(it->name) : "");
}

static void
print_head(const struct model *m)
{
	if (m->hidden)
		printf("T%s.\n", shown(model_whose(m)) + 1);
	else if (!m->svscan)
		printf("The tree does not run: nothing supervises %s "
		       "(%s starts it).\n",
			shown(m->places.scandir), model_starter(m));
	if (m->live_error[0])
		printf("The live directory cannot be used: %s\n",
			shown(m->live_error));
	if (m->changer)
		printf("A change is going on (pid %ld).\n", m->changer);
	else if (m->switching)
		printf("A switch was cut off; reeve switch completes it.\n");
}

/* Services seem to run as ever, but what they write is kept waiting. */
static void
print_full(const struct model *m, const struct status_choice *c)
{
	unsigned long fs, told = 0;
	int any = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (!status_chosen(c, &m->items[i]) ||
			!model_log_full(&m->items[i], &fs) ||
			(any && fs == told))
			continue;
		printf("%sThere is no room left for the log in %s: its logger "
		       "waits.\n",
			any ? "" : "\n", shown(m->items[i].logdir));
		any = 1;
		told = fs;
	}
}

static void
print_table(const struct model *m, const struct status_choice *c, int colour)
{
	struct grid t;
	size_t shown = 0;

	print_head(m);
	/* How they are we may not know: "stopped" would be a guess. */
	if (m->hidden)
		return;
	grid_begin(&t, columns, sizeof columns / sizeof *columns);
	for (size_t i = 0; i < m->n; i++) {
		if (!status_chosen(c, &m->items[i]))
			continue;
		row(&t, &m->items[i], m->now);
		shown++;
	}
	if (!shown && m->named) {
		puts("There are no services in it.");
		return;
	}
	if (!shown) {
		puts("There are no services yet.  Make one and start it:\n"
		     "  reeve new --default --log NAME -- COMMAND ARGUMENT...\n"
		     "  reeve up");
		return;
	}
	grid_print(&t, stdout, grid_width(1), colour);
	for (size_t i = 0; i < m->n; i++)
		if (status_chosen(c, &m->items[i]) && needs_words(&m->items[i]))
			explain(&m->items[i], colour);
	print_full(m, c);
}

/* --- the answer ------------------------------------------------------------ */

/* 0, 1 or 102, and the first that is not as it should be. */
static int
judge(const struct model *m, const struct status_choice *c,
	const struct item **bad)
{
	int named = c->n > 0;

	*bad = 0;
	if (!m->svscan)
		return m->hidden ? EX_SYSTEM : EX_NOSUPER;
	if (m->coming || m->live_error[0])
		return EX_NO;
	for (size_t i = 0; i < m->n; i++) {
		const struct item *it = &m->items[i];

		if (named && !status_chosen(c, it))
			continue;
		if (named ? model_is_up(it) : model_good(it))
			continue;
		/* Its members say it better. */
		if (!named && it->type == ITEM_BUNDLE)
			continue;
		*bad = it;
		return EX_NO;
	}
	return EX_OK;
}

static int
check(const struct model *m, const struct status_choice *c, int quiet)
{
	const struct item *bad;
	int code = judge(m, c, &bad);
	unsigned up = 0, not = 0;

	for (size_t i = 0; i < m->n; i++)
		if (m->items[i].should && m->items[i].type != ITEM_BUNDLE &&
			!status_hidden(&m->items[i])) {
			up += (unsigned)model_is_up(&m->items[i]);
			not += !model_is_up(&m->items[i]);
		}
	if (quiet)
		return code;
	if (code == EX_SYSTEM)
		printf("not known: %s\n", shown(model_whose(m)));
	else if (code == EX_NOSUPER)
		printf("not running: nothing supervises %s\n",
			shown(m->places.scandir));
	else if (m->live_error[0])
		printf("not healthy: %s\n", shown(m->live_error));
	else if (m->coming)
		printf("not healthy: the services are not started yet\n");
	else if (bad)
		printf("not healthy: %s is %s%s%s%s\n", shown(bad->name),
			model_word(bad), bad->why[0] ? ": " : "",
			shown(bad->why), not > 1 ? " (and more)" : "");
	else
		printf("healthy: %u up\n", up);
	return code;
}

int
front_status(int argc, char **argv)
{
	const char *scandir = 0, *when = 0;
	int c, json = 0, probe = 0, names = 0, quiet = 0, watch = 0, code;
	struct status_choice choice = { 0, 0, 0 };
	const struct item *bad;
	struct model m;

	opt_permute(&usage, argc, argv);
	while ((c = opt_next(&usage, argc, argv)) != -1) {
		switch (c) {
		case 'a':
			choice.all = 1;
			break;
		case 's':
			scandir = optarg;
			break;
		case 'w':
			watch = 1;
			break;
		case 'q':
			quiet = 1;
			break;
		case O_CHECK:
			probe = 1;
			break;
		case O_JSON:
			json = 1;
			break;
		case O_NAMES:
			names = 1;
			break;
		case O_COLOUR:
			when = optarg;
			break;
		}
	}
	choice.names = argv + optind;
	choice.n = argc - optind;
	if (watch)
		return watch_run(scandir, choice.all, grid_colour(when, 1),
			choice.names, (size_t)choice.n);
	model_load(&m, scandir);
	model_need_all(&m);
	for (int i = 0; i < choice.n; i++)
		model_need(&m, choice.names[i]);
	if (probe)
		return check(&m, &choice, quiet);
	code = judge(&m, &choice, &bad);
	if (names) {
		for (size_t i = 0; i < m.n; i++)
			if (status_chosen(&choice, &m.items[i]))
				puts(shown(m.items[i].name));
	} else if (json) {
		choice.all = 1;
		status_json(&m, &choice);
	} else if (!quiet) {
		print_table(&m, &choice, grid_colour(when, 1));
	}
	model_free(&m);
	return fflush(stdout) ? EX_SYSTEM : names ? EX_OK : code;
}
