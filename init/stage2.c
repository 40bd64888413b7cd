/* stage2.c - the process that stands beside svscan in a container: brings
 * the services up, runs the main command, and takes everything down again
 * when that ends, when the service marked `main' ends, or when told to.
 * It stays even with nothing to watch: a signal that came while it left
 * would be lost.  If it was killed, whoever is told of a signal (hook.c)
 * carries out the same stop. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <skalibs/selfpipe.h>

#include "init/alone.h"
#include "init/bringup.h"
#include "init/container.h"
#include "init/initdir.h"
#include "init/reaper.h"
#include "lib/chain.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "supervise/detail.h"
#include "supervise/event.h"
#include "supervise/status.h"

enum { SIGNAL_NONE = 0, SIGNAL_INPUT = -1 };

struct stage2 {
	struct container *c;
	int signals; /* selfpipe */
	pid_t command; /* main command, or 0 */
	pid_t tool; /* bring-up or stop under way, or 0 */
	int tool_status;
	int stop; /* signal that asked for it, or 0 */
	int ended; /* the container has to end */
	int code; /* with this exit code */
	char watched[PATH_LEN]; /* service directory of `main' */
	struct listener listener;
};

/* Next signal before the deadline (0: none), or SIGNAL_INPUT when fd can be
 * read (fd -1: none), or SIGNAL_NONE after the deadline. */
static int
next_event(struct stage2 *s, int fd, uint64_t deadline)
{
	struct pollfd p[2] = {
		{ .fd = s->signals, .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};
	uint64_t now;
	int ms, sig;

	for (;;) {
		sig = selfpipe_read();
		if (sig > 0)
			return sig;
		ms = -1;
		if (deadline) {
			now = clock_now();
			if (now >= deadline)
				return SIGNAL_NONE;
			ms = deadline - now > 1000000
				? 1000000
				: (int)(deadline - now) + 1;
		}
		if (poll(p, 2, ms) > 0 && !p[0].revents && p[1].revents)
			return SIGNAL_INPUT;
	}
}

static void
reap(struct stage2 *s)
{
	pid_t pid;
	int w;

	while ((pid = waitpid(-1, &w, WNOHANG)) > 0) {
		if (pid == s->tool) {
			s->tool = 0;
			s->tool_status = w;
		} else if (pid == s->command) {
			s->command = 0;
			s->ended = 1;
			s->code = s->c->pass.code[reaper_code(w) & 255];
			if (s->c->verbose)
				info("%s ended with code %d", s->c->command[0],
					s->code);
		}
	}
}

/* What every wait here does with a signal. */
static void
on_signal(struct stage2 *s, int sig)
{
	if (sig == SIGCHLD) {
		reap(s);
	} else if (alone_is_stop(s->c->stop_signal, sig)) {
		if (!s->stop)
			s->stop = sig;
		alone_pass(&s->c->pass, s->command, s->c->flags, sig);
	} else {
		alone_pass(&s->c->pass, s->command, s->c->flags, sig);
	}
}

/* svscan says a newline when it takes commands; before the end of file. */
static int
wait_ready(struct stage2 *s, int fd)
{
	char b = 0;
	int sig;

	for (;;) {
		sig = next_event(s, fd, 0);
		if (sig == SIGNAL_INPUT)
			break;
		on_signal(s, sig);
		if (s->stop)
			return 0;
	}
	if (read(fd, &b, 1) == 1 && b == '\n') {
		initdir_put(INITDIR_READY, 1);
		return 1;
	}
	die(EX_SYSTEM, "reeve-svscan ended before it was ready");
}

/* A child like us, with nothing of ours: old mask, default signals. */
static pid_t
start_child(struct stage2 *s)
{
	pid_t pid;

	while ((pid = fork()) < 0) {
		warn_sys("unable to start a process (trying again)");
		on_signal(s, next_event(s, -1, clock_now() + 100));
		if (s->stop)
			break;
	}
	if (pid == 0) {
		selfpipe_finish();
		sigprocmask(SIG_SETMASK, &s->c->old_mask, 0);
	}
	return pid;
}

/* Run one program of ours to its end.  Its wait status; -1 if a stop was
 * asked for first (unless the stop itself runs it) or the deadline came. */
static int
run_tool(struct stage2 *s, char *const *argv, uint64_t deadline, int stopping)
{
	char path[PATH_LEN];
	int sig;

	if (s->c->verbose > 1)
		info("running %s", argv[0]);
	s->tool = start_child(s);
	if (s->tool < 0) {
		s->tool = 0;
		return -1;
	}
	if (!s->tool) {
		if (chain_sister(path, sizeof path, argv[0]) == 0)
			execv(path, argv);
		die_sys(errno == ENOENT ? EX_NOTFOUND : EX_NOEXEC,
			"unable to execute %s", path);
	}
	while (s->tool) {
		sig = next_event(s, -1, deadline);
		on_signal(s, sig);
		if (s->tool && (sig == SIGNAL_NONE || (s->stop && !stopping))) {
			kill(s->tool, SIGTERM);
			s->tool = 0;
			return -1;
		}
	}
	return s->tool_status;
}

/* One step of the bring-up.  1 if it went well. */
static int
step(struct stage2 *s, char *const *argv)
{
	int w = run_tool(s, argv, 0, 0);

	return w == 0;
}

static int
bring_up(struct stage2 *s)
{
	struct bringup b;
	char err[512];
	int r = 0;

	if (bringup_plan(&b, s->c->at.boot, s->c->at.live, s->c->start_ms,
		    s->c->verbose) < 0)
		die(EX_SYSTEM, "a path of the tree is too long");
	for (size_t i = 0; i < b.n; i++) {
		if (step(s, b.steps[i].argv))
			continue;
		if (s->stop)
			return 0;
		if (!b.steps[i].may_fail) {
			warn("%s failed: the container ends",
				b.steps[i].argv[0]);
			return -1;
		}
		r = 1;
	}
	if (r == 0)
		return 0;
	/* Some service did not start. */
	r = bringup_failed(s->c->at.live, s->c->require, err, sizeof err);
	if (r)
		warn("%s: the container ends", err);
	else
		warn("%s: going on without", err);
	return r ? -1 : 0;
}

static void
watch_main_service(struct stage2 *s)
{
	char event[PATH_LEN];

	if (s->c->command ||
		!bringup_main(s->c->at.live, s->watched, sizeof s->watched))
		return;
	if (path_join(event, sizeof event, s->watched, EVENT_DIR) < 0 ||
		event_listen(&s->listener, event) < 0) {
		warn_sys("unable to watch %s: its end will not be noticed",
			s->watched);
		*s->watched = 0;
	}
}

/* It has finished for good, which may have been before we listened. */
static void
judge_main_service(struct stage2 *s)
{
	struct status st;
	struct detail d;

	if (!*s->watched || detail_read(&d, AT_FDCWD, s->watched) < 0 ||
		!detail_finished(&d) ||
		status_read(&st, AT_FDCWD, s->watched) < 0)
		return;
	s->ended = 1;
	s->code = s->c->pass.code[reaper_code(st.wstat) & 255];
	if (s->c->verbose)
		info("%s ended with code %d", path_base(s->watched), s->code);
}

static void
look_at_main_service(struct stage2 *s)
{
	char letters[64];

	if (read(s->listener.fd, letters, sizeof letters) > 0)
		judge_main_service(s);
}

static void
start_command(struct stage2 *s)
{
	s->command = start_child(s);
	if (s->command < 0) {
		s->command = 0;
		return;
	}
	if (s->command)
		return;
	if (s->c->cwd >= 0 && fchdir(s->c->cwd) < 0)
		die_sys(EX_SYSTEM, "unable to go back to the first directory");
	alone_child(s->c->command, &s->c->old_mask, s->c->flags);
}

/* Until the main command or service ends, or a stop is asked for. */
static void
watch(struct stage2 *s)
{
	int sig;

	while (!s->ended && !s->stop) {
		sig = next_event(s, *s->watched ? s->listener.fd : -1, 0);
		if (sig == SIGNAL_INPUT)
			look_at_main_service(s);
		else
			on_signal(s, sig);
	}
}

static uint64_t
part(uint64_t since, uint64_t grace, int percent)
{
	return since + grace * (unsigned)percent / 100;
}

static void
stop_command(struct stage2 *s, uint64_t deadline)
{
	while (s->command) {
		int sig = next_event(s, -1, deadline);

		if (sig == SIGNAL_NONE) {
			say("%s did not end in time: killed", s->c->command[0]);
			kill(s->command, SIGKILL);
			deadline = 0;
		}
		on_signal(s, sig);
	}
}

/* Everything down in order, then svscan told to end; it executes the finish
 * hook, which kills what is left. */
static _Noreturn void
stop(struct stage2 *s)
{
	uint64_t since = clock_now(), grace = s->c->grace_ms;
	uint64_t services = part(since, grace, STOP_SERVICES);
	struct bringup b;
	struct status st;
	int w = 0;

	initdir_put(INITDIR_KILLAT, part(since, grace, STOP_KILL));
	stop_command(s, part(since, grace, STOP_MAIN));
	if (s->ended)
		initdir_put(INITDIR_CODE, (unsigned)s->code);
	if (bringup_exists(s->c->at.live)) {
		if (bringup_stop_plan(&b, s->c->at.live, s->c->verbose) == 0)
			w = run_tool(s, b.steps[0].argv, services, 1);
		if (w)
			say("not all services ended in order: "
			    "what is left will be killed");
	}
	if (!s->ended && *s->watched &&
		status_read(&st, AT_FDCWD, s->watched) == 0)
		initdir_put(INITDIR_CODE, (unsigned)reaper_code(st.wstat));
	initdir_put(INITDIR_STOPPER, (unsigned long)getpid());
	initdir_drop(INITDIR_PID);
	selfpipe_finish();
	sigprocmask(SIG_SETMASK, &s->c->old_mask, 0);
	if (!w && bringup_tell(".s6-svscan/control", "t") == 0) {
		/* svscan waits for its supervises, the finish hook ends us. */
		while (clock_now() < services)
			poll(0, 0, (int)(services - clock_now()));
	}
	if (bringup_tell(".s6-svscan/control", "b") < 0)
		warn_sys("unable to tell svscan to end");
	_exit(0);
}

static void
listen_to_signals(struct stage2 *s)
{
	sigset_t set = s->c->set;

	sigprocmask(SIG_SETMASK, &s->c->old_mask, 0);
	s->signals = selfpipe_init();
	if (s->signals < 0 || selfpipe_trapset(&set) < 0)
		die_sys(EX_SYSTEM, "unable to trap signals");
}

void
stage2_run(struct container *c, int ready_fd)
{
	static struct stage2 s;

	s.c = c;
	listen_to_signals(&s);
	if (wait_ready(&s, ready_fd)) {
		close(ready_fd);
		if (bring_up(&s) < 0) {
			s.ended = 1;
			s.code = 1;
		} else if (!s.stop) {
			watch_main_service(&s);
			judge_main_service(&s);
			if (c->command)
				start_command(&s);
		}
		watch(&s);
	}
	stop(&s);
}

void
stage2_stop(void)
{
	static struct container c;
	static struct stage2 s;

	c.grace_ms = initdir_get(INITDIR_GRACE, 10000);
	c.verbose = (int)initdir_get(INITDIR_VERBOSE, 0);
	if (!initdir_get_text(INITDIR_LIVE, c.at.live, sizeof c.at.live))
		*c.at.live = 0;
	reaper_block(&c.set, &c.old_mask);
	s.c = &c;
	s.stop = SIGTERM;
	listen_to_signals(&s);
	stop(&s);
}
