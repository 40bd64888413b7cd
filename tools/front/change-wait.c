/* change-wait.c - wait for a change, and say every two seconds for what. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/os.h"
#include "lib/path.h"
#include "lib/shown.h"
#include "rc/run.h"
#include "supervise/event.h"
#include "tools/front/change.h"
#include "tools/front/front.h"
#include "tools/front/grid.h"

enum { STUCK_MS = 10000, TICK_MS = 2000, AWAITED_MAX = 4, AGAIN_MS = 200 };

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
int
change_named(const char *name, char *const *names, size_t n)
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
			(names && !change_named(it->name, names, n)))
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

/* 1 change_reached, 0 not yet, -1 it will not come. */
int
change_reached(const struct item *it, enum change_want want, long not_pid)
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

/* To their events, as far as they have any. */
static void
subscribe(const struct model *m, char *const *names, size_t n,
	struct listener *ls, struct pollfd *fds)
{
	for (size_t i = 0; i < n; i++) {
		const struct item *it = model_need(m, names[i]);
		char path[PATH_LEN];

		fds[i].fd = -1;
		fds[i].events = POLLIN;
		if (it->dir &&
			path_join(path, sizeof path, it->dir, EVENT_DIR) == 0 &&
			event_listen(&ls[i], path) == 0)
			fds[i].fd = ls[i].fd;
	}
}

/* That something happened is all that they say. */
static void
take_events(const struct pollfd *fds, size_t n)
{
	char buf[64];

	for (size_t i = 0; i < n; i++)
		while (fds[i].fd >= 0 && read(fds[i].fd, buf, sizeof buf) > 0)
			;
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
	model_need_all(&m);
	subscribe(&m, names, n, ls, fds);
	for (;;) {
		unsigned long long now = clock_now();
		size_t good = 0, listening = 0;
		struct awaited a = { .len = 0 };
		int bad = 0, wait;

		model_free(&m);
		model_load(&m, scandir);
		if (m.shortage) {
			if (timeout_ms && now - began >= timeout_ms)
				break;
			poll(0, 0, AGAIN_MS);
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			const struct item *it = model_need(&m, names[i]);
			int r = change_reached(
				it, want, restarted ? restarted[i] : 0);

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
			take_events(fds, n);
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
