/* change.c - reeve start, stop, restart, reload, kill, wait.
 * What a database manages is changed by reeve-rc, which knows the
 * dependencies; what only lies in a scan directory is sent control letters,
 * as svc does. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/os.h"
#include "lib/shown.h"
#include "rc/run.h"
#include "supervise/control.h"
#include "supervise/event.h"
#include "tools/front/change.h"
#include "tools/front/front.h"
#include "tools/front/grid.h"
#include "tools/front/model.h"
#include "tools/front/watch.h"

enum { STUCK_MS = 10000, TICK_MS = 2000, AWAITED_MAX = 4, LIVE_MS = 200 };

/* --- progress -------------------------------------------------------------- */

static int progress_shown;
static unsigned long long last; /* what was waited for in a log */

static void
progress_clear(void)
{
	if (progress_shown)
		fputs("\r\033[K", stderr);
	progress_shown = 0;
}

struct awaited {
	char text[512];
	size_t len, count;
};

/* Add "web (starting for 4s)"; of many only the first few are named. */
static void
await(struct awaited *a, const struct item *it, long long now)
{
	int r;

	if (++a->count > AWAITED_MAX || a->len >= sizeof a->text)
		return;
	r = snprintf(a->text + a->len, sizeof a->text - a->len,
		model_since(it) ? "%s%s (%s for %s)" : "%s%s (%s)",
		a->len ? ", " : "", shown(it->name), model_word(it),
		front_duration(now - it->since));
	a->len += r > 0 ? (size_t)r : 0;
}

static void
progress(const struct awaited *a, unsigned long long began)
{
	unsigned long long s = (clock_now() - began) / 1000;
	int width = grid_width(2);
	char more[40] = "", line[640];

	if (a->count > AWAITED_MAX)
		snprintf(more, sizeof more, " and %zu more",
			a->count - AWAITED_MAX);
	snprintf(line, sizeof line, "%s%s",
		a->count ? a->text : "what was asked for", more);
	if (!width) {
		/* In a log, ever more rarely. */
		static unsigned long long next;

		if (s < next && began == last)
			return;
		last = began;
		next = s < 30 ? 2 * s : s + 30;
		say("after %llu s, still waiting for %s", s, line);
		return;
	}
	progress_clear();
	if (width > 24)
		fprintf(stderr, "%llus: waiting for %.*s", s, width - 24, line);
	fflush(stderr);
	progress_shown = 1;
}

/* What makes a change last: services on their way up or down, and oneshots
 * that are not done. */
static int
named(const char *name, char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(name, names[i]))
			return 1;
	return 0;
}

/* Said once of a command: what is waited for (names; 0: all that stops) does
 * not end at its signal. */
static void
say_stuck(const struct model *m, char *const *names, size_t n,
	unsigned long long began)
{
	static int said;
	uint64_t now = os_now();

	if (said || clock_now() - began < STUCK_MS)
		return;
	for (size_t i = 0; i < m->n; i++) {
		const struct item *it = &m->items[i];

		if (it->type == ITEM_BUNDLE || it->state != IS_STOPPING ||
			(names && !named(it->name, names, n)))
			continue;
		if (!said++)
			progress_clear();
		if (it->have_detail && it->detail.deadline > now)
			info("%s (pid %ld) has not ended yet; it is killed in "
			     "%s",
				it->name, it->pid,
				front_duration(
					(long long)((it->detail.deadline - now +
							    999999999) /
						1000000000)));
		else
			info("%s (pid %ld) has not ended yet, and nothing will "
			     "kill it: it has no timeout-kill (reeve kill "
			     "-s KILL %s does; reeve why %s)",
				it->name, it->pid, it->name, it->name);
	}
}

static void
progress_of_change(unsigned long long began)
{
	struct awaited a = { .len = 0 };
	struct model m;

	model_load(&m, 0);
	for (size_t i = 0; i < m.n; i++) {
		const struct item *it = &m.items[i];

		if (it->type != ITEM_BUNDLE &&
			(it->state == IS_STARTING || it->state == IS_STOPPING))
			await(&a, it, m.now);
	}
	/* One that dies before it is ready; or else a oneshot. */
	for (size_t i = 0; i < m.n && !a.count; i++)
		if (m.items[i].have_status && m.items[i].notifies &&
			!m.items[i].pid && m.items[i].status.wanted_up)
			await(&a, &m.items[i], m.now);
	progress(&a, began);
	say_stuck(&m, 0, 0, began);
	model_free(&m);
}

static void
woken(int sig)
{
	(void)sig; /* it only ends the pselect below */
}

int
change_run(char *const *argv)
{
	unsigned long long began = clock_now();
	struct sigaction ends = { .sa_handler = woken }, before;
	sigset_t chld, others;
	pid_t pid;
	char us[24];
	int w;

	snprintf(us, sizeof us, "%ld", (long)getpid());
	if (setenv(RUN_FRONT, us, 1) < 0)
		die_sys(EX_SYSTEM, "unable to start %s", argv[0]);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	/* sigtimedwait would do, but not every system has it. */
	sigprocmask(SIG_BLOCK, &chld, &others);
	sigaction(SIGCHLD, &ends, &before);
	pid = front_spawn(argv[0], argv, -1, -1);
	if (pid < 0)
		die_sys(EX_SYSTEM, "unable to start %s", argv[0]);
	for (;;) {
		struct timespec tick = { TICK_MS / 1000, 0 };
		pid_t r = waitpid(pid, &w, WNOHANG);

		if (r == pid)
			break;
		if (r < 0 && errno != EINTR)
			die_sys(EX_SYSTEM, "unable to wait for %s", argv[0]);
		if (pselect(0, 0, 0, 0, &tick, &others) == 0)
			progress_of_change(began);
	}
	sigaction(SIGCHLD, &before, 0);
	sigprocmask(SIG_SETMASK, &others, 0);
	progress_clear();
	return WIFSIGNALED(w) ? 128 + WTERMSIG(w) : WEXITSTATUS(w);
}

/* --- waiting ----------------------------------------------------------------- */

/* 1 reached, 0 not yet, -1 it will not come. */
static int
reached(const struct item *it, enum change_want want, long not_pid)
{
	if (want == CHANGE_GONE)
		return it->pid != not_pid;
	if (want == CHANGE_DOWN)
		return it->state == IS_STOPPED || it->state == IS_NOT_RUN ||
			it->state == IS_NONE_UP ||
			(it->state == IS_FAILED && !it->pid) ||
			it->state == IS_LOST;
	if (it->state == IS_FAILED || it->state == IS_LOST)
		return -1;
	if (not_pid && it->pid == not_pid)
		return 0;
	if (want == CHANGE_UP && it->pid && (it->state == IS_STARTING))
		return 1;
	return model_is_up(it);
}

int
change_wait(const char *scandir, char *const *names, size_t n,
	enum change_want want, const long *restarted,
	unsigned long long timeout_ms)
{
	struct pollfd *fds = calloc(n, sizeof *fds);
	struct listener *ls = calloc(n, sizeof *ls);
	unsigned long long began = clock_now(), told = began;
	int code = EX_TIMEOUT;
	struct model m;

	if (!fds || !ls)
		die_sys(EX_SYSTEM, "unable to wait");
	/* Subscribe first, look afterwards: nothing is missed between. */
	model_load(&m, scandir);
	for (size_t i = 0; i < n; i++) {
		const struct item *it = model_need(&m, names[i]);
		char path[PATH_LEN];

		fds[i].fd = -1;
		fds[i].events = POLLIN;
		if (it->dir &&
			path_join(path, sizeof path, it->dir, EVENT_DIR) == 0 &&
			event_listen(&ls[i], path) == 0)
			fds[i].fd = ls[i].fd;
	}
	for (;;) {
		unsigned long long now = clock_now();
		size_t good = 0, listening = 0;
		struct awaited a = { .len = 0 };
		int bad = 0, wait;

		model_free(&m);
		model_load(&m, scandir);
		for (size_t i = 0; i < n; i++) {
			const struct item *it = model_need(&m, names[i]);
			int r = reached(it, want, restarted ? restarted[i] : 0);

			if (r > 0)
				good++;
			else
				await(&a, it, m.now);
			bad |= r < 0;
			listening += fds[i].fd >= 0;
		}
		if (good == n) {
			code = EX_OK;
			break;
		}
		if (bad) {
			code = EX_NO;
			break;
		}
		if (timeout_ms && now - began >= timeout_ms)
			break;
		if (now - told >= TICK_MS) {
			progress(&a, began);
			if (want == CHANGE_DOWN)
				say_stuck(&m, names, n, began);
			told = now;
		}
		/* Oneshots and services not yet supervised send no events:
		 * look again soon. */
		wait = listening < n ? 200 : (int)(told + TICK_MS - now);
		if (timeout_ms &&
			(unsigned long long)wait > began + timeout_ms - now)
			wait = (int)(began + timeout_ms - now);
		if (poll(fds, n, wait) > 0)
			for (size_t i = 0; i < n; i++) {
				char buf[64];

				while (fds[i].fd >= 0 &&
					read(fds[i].fd, buf, sizeof buf) > 0)
					;
			}
	}
	progress_clear();
	for (size_t i = 0; i < n; i++)
		if (fds[i].fd >= 0)
			event_unlisten(&ls[i]);
	model_free(&m);
	free(fds);
	free(ls);
	return code;
}

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
				status_hidden(a) || named(a->name, names, n))
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

static unsigned long long
seconds(const char *text)
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
			rq.timeout_ms = seconds(optarg);
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

/* --- kill ---------------------------------------------------------------------- */

/* What a process will do about a signal. */
enum fate { GOES_ON, MAY_END, ENDS };
enum { CAUGHT_MS = 1000, ENDS_MS = 5000 };

static const struct opt kill_opts[] = { { 'g', "group", 0,
						"to its whole process group" },
	{ 's', "signal", "NAME", "the signal (default TERM)" },
	{ 'S', "scandir", "DIR", "a service of this scan directory" },
	{ 't', "timeout", "SECONDS",
		"wait so long for the process to end;\n"
		"0: do not wait" },
	{ 0, 0, 0, 0 } };
static const struct usage kill_usage = {
	"[-g] [-s SIGNAL] [-S DIR] [-t SECONDS] NAME...",
	"Send a signal to the main process of running services.  One that\n"
	"ends is started again, as after any death: reeve stop stops it.\n"
	"If it ends by the signal, that is waited for, so that reeve wait\n"
	"sees the next one.",
	kill_opts,
	"Exit status: 0 sent, 1 a service does not run, 99 it did not end\n"
	"within the timeout, 100 misuse or unknown name, 102 the tree does not\n"
	"run, 111 system error."
};

static enum fate
fate_of(long pid, int sig)
{
	switch (sig) {
	case SIGKILL:
		return ENDS;
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return GOES_ON;
	}
	switch (os_fate((pid_t)pid, sig)) {
	case FATE_IGNORED:
		return GOES_ON;
	case FATE_DEFAULT:
		return ENDS;
	case FATE_UNKNOWN:
		return MAY_END;
	case FATE_HANDLED:
		break;
	}
	/* It does something of its own; for these, it likely ends. */
	return sig == SIGTERM || sig == SIGINT || sig == SIGQUIT ||
			sig == SIGABRT
		? MAY_END
		: GOES_ON;
}

struct killed {
	char **names; /* those that were sent it */
	long *pids; /* and their processes */
	size_t n;
	unsigned long long ms; /* how long to wait for their end */
};

/* Its fate is asked before the signal: afterwards it may be too late. */
static int
kill_one(struct killed *k, const struct item *it, int sig, int group)
{
	enum fate fate;

	if (!it->pid) {
		warn("%s does not run (%s)", it->name, model_word(it));
		return EX_NO;
	}
	fate = fate_of(it->pid, sig);
	if (kill((pid_t)(group ? -it->pid : it->pid), sig) < 0) {
		warn_sys("unable to send %s to %s (pid %ld)", num_signame(sig),
			it->name, it->pid);
		return EX_SYSTEM;
	}
	k->names[k->n] = it->name;
	k->pids[k->n++] = it->pid;
	if (fate == ENDS)
		k->ms = ENDS_MS;
	else if (fate == MAY_END && k->ms < CAUGHT_MS)
		k->ms = CAUGHT_MS;
	return EX_OK;
}

/* One line for each, when they have ended or the time is over.  The number
 * of those that still run. */
static size_t
say_killed(const struct killed *k, const char *scandir, int sig)
{
	size_t left = 0;
	struct model m;

	model_load(&m, scandir);
	for (size_t i = 0; i < k->n; i++) {
		const struct item *it = model_find(&m, k->names[i]);
		int ended = !it || it->pid != k->pids[i];

		left += !ended;
		printf("%s: sent %s to pid %ld, which %s\n", shown(k->names[i]),
			num_signame(sig), k->pids[i],
			ended ? "ended" : "goes on");
	}
	model_free(&m);
	return left;
}

int
front_kill(int argc, char **argv)
{
	const char *name = "TERM", *scandir = 0;
	int c, sig, group = 0, limited = 0, code = EX_OK;
	unsigned long long limit = 0;
	struct killed k = { .n = 0 };
	struct model m;

	opt_permute(&kill_usage, argc, argv);
	while ((c = opt_next(&kill_usage, argc, argv)) != -1) {
		switch (c) {
		case 'g':
			group = 1;
			break;
		case 's':
			name = optarg;
			break;
		case 'S':
			scandir = optarg;
			break;
		case 't':
			limit = seconds(optarg);
			limited = 1;
			break;
		}
	}
	if (optind == argc)
		opt_usage(&kill_usage);
	sig = num_signal(name);
	if (!sig)
		die(EX_MISUSE,
			"there is no signal '%s' (TERM, HUP, USR1, 9 "
			"...)",
			name);
	k.names = calloc((size_t)argc, sizeof *k.names);
	k.pids = calloc((size_t)argc, sizeof *k.pids);
	if (!k.names || !k.pids)
		die_sys(EX_SYSTEM, "unable to keep pids");
	model_load(&m, scandir);
	model_need_tree(&m);
	for (int i = optind; i < argc; i++)
		if (model_need(&m, argv[i])->type != ITEM_LONGRUN)
			die(EX_MISUSE, "%s has no process: it is a %s", argv[i],
				model_find(&m, argv[i])->type == ITEM_ONESHOT
					? "oneshot"
					: "bundle");
	for (int i = optind; i < argc; i++) {
		int r = kill_one(&k, model_find(&m, argv[i]), sig, group);

		code = code ? code : r;
	}
	if (limited)
		k.ms = limit;
	if (k.n && k.ms)
		(void)change_wait(
			scandir, k.names, k.n, CHANGE_GONE, k.pids, k.ms);
	if (say_killed(&k, scandir, sig) && limit && !code)
		code = EX_TIMEOUT;
	model_free(&m);
	free(k.names);
	free(k.pids);
	return fflush(stdout) ? EX_SYSTEM : code;
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
			timeout_ms = seconds(optarg);
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
		else if (reached(it, want, 0) <= 0)
			warn("%s%s is %s%s%s",
				code == EX_TIMEOUT ? "not in time: " : "",
				it->name, model_word(it),
				it->why[0] ? ": " : "", it->why);
	}
	model_free(&m);
	return fflush(stdout) ? EX_SYSTEM : code;
}
