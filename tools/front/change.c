/* change.c - reeve start, stop, restart, reload, wait.
 * What a database manages is changed by reeve-rc, which knows the
 * dependencies; what only lies in a scan directory is sent control letters,
 * as svc does. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/shown.h"
#include "supervise/control.h"
#include "tools/front/change.h"
#include "tools/front/front.h"
#include "tools/front/model.h"
#include "tools/front/watch.h"

enum { LIVE_MS = 200 };

/* --- start, stop, restart, reload -------------------------------------------- */

enum verb { START, STOP, RESTART, RELOAD };
static const struct {
	const char *name; /* ours and reeve-rc's */
	char letter; /* what supervise is sent */
} verbs[] = { [START] = { "start", 'u' },
	[STOP] = { "stop", 'd' },
	[RESTART] = { "restart", 'r' },
	[RELOAD] = { "reload", 'l' } };

enum { O_NOWAIT = OPT_LONG };
static const struct opt opts[] = { { 'n', "dry-run", 0,
					   "only say what would be done" },
	{ 's', "scandir", "DIR", "a service of this scan directory" },
	{ 't', "timeout", "SECONDS",
		"give up waiting after this time; 0 (the\n"
		"default) leaves it to the services' own limits" },
	{ 'W', "no-wait", 0,
		"do not wait for services that no database\n"
		"manages" },
	{ 0, 0, 0, 0 } };
static const char exits[] =
	"Exit status: 0 done, 1 a service failed, 99 not in time, 100 misuse\n"
	"or unknown name, 102 the tree does not run, 111 system error.";
static const struct usage usages[] = {
	[START] = { "[-nW] [-s DIR] [-t SECONDS] NAME...",
		"Start services, and first what they need; return when they are\n"
		"ready.",
		opts, exits },
	[STOP] = { "[-nW] [-s DIR] [-t SECONDS] NAME...",
		"Stop services, and first what needs them; return when they\n"
		"are down.",
		opts, exits },
	[RESTART] = { "[-nW] [-s DIR] [-t SECONDS] NAME...",
		"Restart services: they end up running.  What needs them is\n"
		"stopped before and brought back afterwards.",
		opts, exits },
	[RELOAD] = { "[-nW] [-s DIR] [-t SECONDS] NAME...",
		"Tell running services to read their configuration again.",
		opts, exits }
};

struct request {
	enum verb verb;
	const char *scandir;
	int dry, nowait;
	unsigned long long timeout_ms;
};

/* After a change: what became of it. */
static void
say_result(const struct item *it, enum verb verb)
{
	const char *c = verb == RELOAD ? "reloaded, " : "";

	if (it->type == ITEM_BUNDLE) {
		printf("%s: %s%u of %u up\n", shown(it->name), c, it->up,
			it->members);
	} else if (it->state == IS_RUNNING) {
		printf("%s: %srunning (pid %ld)%s\n", shown(it->name), c,
			it->pid, it->ready == 1 ? ", ready" : "");
	} else {
		/* That it was stopped by hand is no news to who did it. */
		const char *why =
			verb == STOP && it->state == IS_STOPPED ? "" : it->why;

		printf("%s: %s%s%s\n", shown(it->name), model_word(it),
			*why ? ": " : "", shown(why));
		if (it->state == IS_FAILED ||
			(verb != STOP && it->state == IS_RESTARTING))
			model_tail(it, 5, "    ");
	}
}

/* A service that cannot say that it is ready counts as up once it was
 * executed.  One that is broken ends at once; see whether it does, so that
 * "running" is not said of it. */
static void
let_live(const struct model *m, char *const *names, size_t n)
{
	struct timespec moment = { 0, LIVE_MS * 1000000L };
	int young = 0;

	for (size_t i = 0; i < n; i++) {
		const struct item *it = model_find(m, names[i]);

		young |= it && it->type == ITEM_LONGRUN && !it->notifies &&
			it->state == IS_RUNNING && m->now - it->since < 2;
	}
	if (young)
		nanosleep(&moment, 0);
}

/* What else was started or stopped on the way. */
static void
say_others(const struct model *before, const struct model *after,
	char *const *names, size_t n)
{
	static const char *const heads[] = { "also started", "also stopped",
		"also restarted" };

	for (int what = 0; what < 3; what++) {
		int found = 0;

		for (size_t i = 0; i < after->n; i++) {
			const struct item *b, *a = &after->items[i];

			if (a->type == ITEM_BUNDLE || a->companion ||
				status_hidden(a) ||
				change_named(a->name, names, n))
				continue;
			b = model_find(before, a->name);
			if (!b ||
				what !=
					(model_is_up(a) ? model_is_up(b)
								? a->pid == b->pid
									? -1
									: 2
								: 0
							: model_is_up(b) ? 1
									 : -1))
				continue;
			printf("%s%s", found ? ", " : "",
				found ? "" : heads[what]);
			printf("%s%s", found++ ? "" : ": ", shown(a->name));
		}
		if (found)
			putchar('\n');
	}
}

/* The code to exit with: a service that died at once has failed. */
static int
say_results(const struct request *rq, const struct model *before,
	char *const *names, size_t n)
{
	int code = EX_OK;
	struct model m;

	model_load(&m, rq->scandir);
	if (rq->verb == START || rq->verb == RESTART) {
		let_live(&m, names, n);
		model_free(&m);
		model_load(&m, rq->scandir);
	}
	for (size_t i = 0; i < n; i++) {
		const struct item *it = model_find(&m, names[i]);

		if (it)
			say_result(it, rq->verb);
		if (it && rq->verb != STOP && !rq->nowait &&
			(it->state == IS_FAILED || it->state == IS_RESTARTING))
			code = EX_NO;
	}
	if (rq->verb != RELOAD)
		say_others(before, &m, names, n);
	model_free(&m);
	return code;
}

/* Those of a database, all in one call, since they depend on each other. */
static int
change_managed(const struct request *rq, const struct model *m,
	char *const *names, size_t n)
{
	char **argv = calloc(n + 12, sizeof *argv), ms[32];
	char *rc = strdup("reeve-rc"), *end = strdup("--");
	char l[] = "-l", dry[] = "-n", zero[] = "0", t[] = "-t", b[] = "-b",
	     quiet[] = "--no-progress"; /* we show it */
	int c = 0, code;

	if (!argv || !rc || !end)
		die_sys(EX_SYSTEM, "unable to call reeve-rc");
	argv[c++] = rc;
	argv[c++] = l;
	argv[c++] = (char *)m->places.live;
	argv[c++] = b;
	argv[c++] = quiet;
	if (rq->dry) {
		argv[c++] = dry;
		argv[c++] = zero;
	}
	if (rq->timeout_ms) {
		snprintf(ms, sizeof ms, "%llu", rq->timeout_ms);
		argv[c++] = t;
		argv[c++] = ms;
	}
	argv[c++] = (char *)verbs[rq->verb].name;
	for (size_t i = 0; i < n; i++)
		argv[c++] = names[i];
	code = change_run(argv);
	free(argv);
	free(rc);
	free(end);
	/* reeve-rc's own codes for a timeout and an unknown name. */
	return code == 2 ? EX_TIMEOUT : code == 3 ? EX_MISUSE : code;
}

static char
letter_for(const struct request *rq, const struct item *it)
{
	char path[PATH_LEN];

	if (rq->verb == RESTART && !it->pid)
		return 'u';
	/* Older supervises do not know 'l'. */
	if (rq->verb == RELOAD &&
		path_join(path, sizeof path, it->dir, "reload-signal") == 0 &&
		!file_exists(AT_FDCWD, path) &&
		path_join(path, sizeof path, it->dir, "reload") == 0 &&
		!file_exists(AT_FDCWD, path))
		return 'h';
	return verbs[rq->verb].letter;
}

static int
change_plain(const struct request *rq, const struct model *m,
	char *const *names, size_t n)
{
	long *pids = calloc(n, sizeof *pids);
	int code = EX_OK;

	if (!pids)
		die_sys(EX_SYSTEM, "unable to keep pids");
	for (size_t i = 0; i < n; i++) {
		const struct item *it = model_find(m, names[i]);
		char letter = letter_for(rq, it);

		pids[i] = rq->verb == RESTART ? it->pid : 0;
		if (rq->dry) {
			printf("would %s %s (%s now)\n", verbs[rq->verb].name,
				shown(it->name), model_word(it));
			continue;
		}
		if (rq->verb == RELOAD && !it->pid) {
			warn("%s does not run, so there is nothing to reload",
				it->name);
			code = EX_NO;
			continue;
		}
		if (control_send(AT_FDCWD, it->dir, &letter, 1) == 0)
			continue;
		if (errno == ENXIO || errno == ENOENT)
			die(EX_NOSUPER,
				"unable to %s %s: no supervise "
				"watches %s",
				verbs[rq->verb].name, it->name, it->dir);
		die_sys(EX_SYSTEM, "unable to %s %s", verbs[rq->verb].name,
			it->name);
	}
	if (!rq->dry && !rq->nowait && rq->verb != RELOAD)
		code = change_wait(rq->scandir, names, n,
			rq->verb == STOP ? CHANGE_DOWN : CHANGE_READY, pids,
			rq->timeout_ms);
	free(pids);
	return code;
}

/* Of a dry run: what is as it is asked for. */
static void
say_already(const struct request *rq, const struct model *m, char *const *names,
	size_t n)
{
	for (size_t i = 0; i < n && rq->verb <= STOP; i++) {
		const struct item *it = model_find(m, names[i]);
		int up = it->type == ITEM_BUNDLE
			? rq->verb == START ? it->up == it->members : it->up > 0
			: model_is_up(it);

		if (it->num != DB_NONE && up == (rq->verb == START))
			printf("%s: %s already\n", shown(it->name),
				model_word(it));
	}
}

unsigned long long
change_seconds(const char *text)
{
	uint64_t ms;

	if (!num_duration(text, 1000, &ms))
		die(EX_MISUSE,
			"the timeout must be a time such as 30 or 2m, "
			"not '%s'",
			text);
	return ms;
}

static int
act(enum verb verb, int argc, char **argv)
{
	struct request rq = { .verb = verb };
	char **managed, **plain;
	size_t nm = 0, np = 0;
	int c, code = EX_OK, r, goes_on = 0;
	struct model m;

	opt_permute(&usages[verb], argc, argv);
	while ((c = opt_next(&usages[verb], argc, argv)) != -1) {
		switch (c) {
		case 'n':
			rq.dry = 1;
			break;
		case 's':
			rq.scandir = optarg;
			break;
		case 't':
			rq.timeout_ms = change_seconds(optarg);
			break;
		case 'W':
			rq.nowait = 1;
			break;
		}
	}
	if (optind == argc)
		opt_usage(&usages[verb]);
	managed = calloc((size_t)argc, sizeof *managed);
	plain = calloc((size_t)argc, sizeof *plain);
	if (!managed || !plain)
		die_sys(EX_SYSTEM, "unable to keep names");
	model_load(&m, rq.scandir);
	model_need_tree(&m);
	for (int i = optind; i < argc; i++) {
		const struct item *it = model_need(&m, argv[i]);

		if (it->num == DB_NONE)
			plain[np++] = argv[i];
		else
			managed[nm++] = argv[i];
	}
	if (nm)
		code = change_managed(&rq, &m, managed, nm);
	if (np) {
		r = change_plain(&rq, &m, plain, np);
		code = code ? code : r;
		goes_on = r == EX_TIMEOUT;
	}
	if (rq.dry)
		say_already(&rq, &m, argv + optind, (size_t)(argc - optind));
	if (!rq.dry) {
		r = say_results(
			&rq, &m, argv + optind, (size_t)(argc - optind));
		code = code ? code : r;
	}
	model_free(&m);
	/* What rc starts and is late is taken down again, which rc says. */
	if (goes_on)
		warn("not in time; it goes on in the background "
		     "(reeve wait, reeve status)");
	free(managed);
	free(plain);
	return fflush(stdout) ? EX_SYSTEM : code;
}

int
front_start(int argc, char **argv)
{
	return act(START, argc, argv);
}

int
front_stop(int argc, char **argv)
{
	return act(STOP, argc, argv);
}

int
front_restart(int argc, char **argv)
{
	return act(RESTART, argc, argv);
}

int
front_reload(int argc, char **argv)
{
	return act(RELOAD, argc, argv);
}

/* --- wait ------------------------------------------------------------------------ */

static const struct opt wait_opts[] = { { 'd', "down", 0,
						"wait until they are down" },
	{ 's', "scandir", "DIR", "services of this scan directory" },
	{ 't', "timeout", "SECONDS",
		"give up after this time (default: never)" },
	{ 'u', "up", 0, "wait until they run, ready or not" }, { 0, 0, 0, 0 } };
static const struct usage wait_usage = {
	"[-d|-u] [-s DIR] [-t SECONDS] NAME...",
	"Wait until services are up and ready, or with -d down, and say so.\n"
	"Nothing is changed.",
	wait_opts,
	"Exit status: 0 they are, 1 one failed, 99 not in time, 100 misuse or\n"
	"unknown name, 102 the tree does not run, 111 system error."
};

int
front_wait(int argc, char **argv)
{
	enum change_want want = CHANGE_READY;
	unsigned long long timeout_ms = 0;
	const char *scandir = 0;
	struct model m;
	int c, code;

	opt_permute(&wait_usage, argc, argv);
	while ((c = opt_next(&wait_usage, argc, argv)) != -1) {
		switch (c) {
		case 'd':
			want = CHANGE_DOWN;
			break;
		case 's':
			scandir = optarg;
			break;
		case 't':
			timeout_ms = change_seconds(optarg);
			break;
		case 'u':
			want = CHANGE_UP;
			break;
		}
	}
	if (optind == argc)
		opt_usage(&wait_usage);
	model_load(&m, scandir);
	model_need_tree(&m);
	model_free(&m);
	code = change_wait(scandir, argv + optind, (size_t)(argc - optind),
		want, 0, timeout_ms);
	model_load(&m, scandir);
	for (int i = optind; i < argc; i++) {
		const struct item *it = model_need(&m, argv[i]);

		if (code == EX_OK)
			say_result(it, want == CHANGE_DOWN ? STOP : START);
		else if (change_reached(it, want, 0) <= 0)
			warn("%s%s is %s%s%s",
				code == EX_TIMEOUT ? "not in time: " : "",
				it->name, model_word(it),
				it->why[0] ? ": " : "", it->why);
	}
	model_free(&m);
	return fflush(stdout) ? EX_SYSTEM : code;
}
