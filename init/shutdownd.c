/* shutdownd.c - the service that ends a machine: waits for a request, tells
 * the people, runs rc.shutdown within a time limit, and then has svscan
 * execute its finish hook, which as process 1 does the rest (halt.c). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/bringup.h"
#include "init/delay.h"
#include "init/ending.h"
#include "init/initdir.h"
#include "init/reaper.h"
#include "init/wall.h"
#include "lib/chain.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/path.h"

enum { GRACE_MS = 3000, LIMIT_MS = 120000, TELL_MS = 2000, LOGIN_MS = 300000 };
#define NOLOGIN "/run/nologin"

static const struct opt options[] = {
	{ 'c', "basedir", "DIR",
		"directory with rc.shutdown [that of "
		"reeve-init]" },
	{ 'g', "grace", "TIME",
		"from TERM to KILL for what is left, where "
		"the request\ndoes not say [3s]" },
	{ 't', "timeout", "TIME",
		"limit for rc.shutdown [that of "
		"reeve-init, 2min]" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = { "[OPTION]...",
	"Wait in a service directory for requests to end the machine, and "
	"carry them out.\nAn argument is ignored, so that a run file can name "
	"this program as interpreter.",
	options, 0 };

struct daemon {
	char basedir[PATH_LEN], live[PATH_LEN];
	uint64_t grace_ms, limit_ms;
	int fd; /* requests */
	unsigned char buf[256];
	size_t len;
	int asked; /* a request is pending */
	struct ending request;
	uint64_t due; /* when, monotonic */
	uint64_t mark; /* last announcement */
};

static uint64_t
duration(const char *what, const char *text)
{
	uint64_t ms;

	if (!num_duration(text, 1000, &ms) || ms > 86400000)
		die(EX_MISUSE,
			"%s: expected a time such as 10s, at most 1d, "
			"not %s",
			what, text);
	return ms;
}

/* --- the end ----------------------------------------------------------- */

static pid_t
start_stop_script(struct daemon *d)
{
	char path[PATH_LEN], prog[PATH_LEN];
	char *script[] = { path, 0 }, **argv = script;
	struct bringup b;
	pid_t pid;

	if (path_join(path, sizeof path, d->basedir, "rc.shutdown") < 0 ||
		!file_exists(AT_FDCWD, path)) {
		if (!bringup_exists(d->live) ||
			bringup_stop_plan(&b, d->live, 1) < 0 ||
			chain_sister(prog, sizeof prog, b.steps[0].argv[0]) < 0)
			return 0;
		argv = b.steps[0].argv;
		memcpy(path, prog, sizeof path);
	}
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		execv(path, argv);
		die_sys(EX_NOEXEC, "unable to execute %s", path);
	}
	if (pid < 0)
		warn_sys("unable to run %s (going on without)", path);
	return pid;
}

/* Within its limit; what it waits for is told by itself, that it waits by
 * us. */
static void
run_stop_script(struct daemon *d)
{
	pid_t pid = start_stop_script(d);
	uint64_t since = clock_now(), told = since, now;
	sigset_t set, old;
	int w;

	if (pid <= 0)
		return;
	reaper_block(&set, &old);
	while (waitpid(pid, &w, WNOHANG) == 0) {
		now = clock_now();
		if (now - since >= d->limit_ms) {
			warn("rc.shutdown did not end in %llu s: killed, "
			     "what is up will be ended by signals",
				(unsigned long long)d->limit_ms / 1000);
			kill(-pid, SIGKILL);
			while (waitpid(pid, &w, 0) < 0 && errno == EINTR)
				;
			w = 0;
			break;
		}
		if (now - told >= TELL_MS) {
			told = now;
			say("waiting for rc.shutdown, %llu s of %llu",
				(unsigned long long)(now - since) / 1000,
				(unsigned long long)d->limit_ms / 1000);
		}
		reaper_wait(&set,
			told + TELL_MS < since + d->limit_ms
				? told + TELL_MS
				: since + d->limit_ms);
	}
	/* TERM ends us like everything else. */
	sigprocmask(SIG_SETMASK, &old, 0);
	if (w)
		warn("rc.shutdown ended with code %d (going on)",
			reaper_code(w));
}

static _Noreturn void
end_machine(struct daemon *d)
{
	uint64_t grace =
		d->request.grace_ms ? d->request.grace_ms : d->grace_ms;

	say("going down for %s", ending_name(d->request.how));
	run_stop_script(d);
	while (initdir_put(INITDIR_END, d->request.how) < 0 ||
		initdir_put(INITDIR_GRACE, grace) < 0 ||
		bringup_tell(".s6-svscan/control", "b") < 0) {
		warn_sys("unable to tell process 1 (trying again)");
		sync();
		sleep(1);
	}
	for (;;)
		pause();
}

/* --- requests ---------------------------------------------------------- */

static void
take(struct daemon *d, const struct ending *r)
{
	if (r->cancel) {
		if (d->asked)
			say("%s cancelled", ending_name(d->request.how));
		d->asked = 0;
		unlink(NOLOGIN);
		return;
	}
	d->asked = 1;
	d->request = *r;
	d->due = clock_now() + r->delay_ms;
	d->mark = UINT64_MAX;
	say("%s %s", ending_name(r->how), delay_text(r->delay_ms));
}

static void
read_requests(struct daemon *d)
{
	struct ending r;
	ssize_t n = read(d->fd, d->buf + d->len, sizeof d->buf - d->len);
	size_t used = 0, ignored = 0;
	int k;

	if (n <= 0)
		return;
	d->len += (size_t)n;
	while ((k = ending_unpack(&r, d->buf + used, d->len - used)) != 0) {
		if (k > 0)
			take(d, &r);
		else
			ignored++;
		used += k > 0 ? (size_t)k : 1;
	}
	/* A request is written whole, so it is whole here, unless it lies
	 * across the end of our buffer; the rest would come to be half of
	 * the next one, and end the machine at another time. */
	if (d->len < sizeof d->buf) {
		ignored += d->len - used;
		used = d->len;
	}
	if (ignored)
		warn("ignoring %zu bytes that are no request", ignored);
	memmove(d->buf, d->buf + used, d->len - used);
	d->len -= used;
}

/* Tell the people if it is time; the wait until the next thing to do. */
static int
announce(struct daemon *d)
{
	uint64_t now = clock_now(), left, next;
	char text[128];

	if (!d->asked)
		return -1;
	left = d->due > now ? d->due - now : 0;
	if (delay_announce(left, &d->mark, &next) && d->request.delay_ms) {
		snprintf(text, sizeof text, "The machine goes down for %s %s.",
			ending_name(d->request.how), delay_text(left));
		/* The first one was told by reeve-shutdown. */
		if (left < d->request.delay_ms)
			wall_tell(text);
	}
	if (left <= LOGIN_MS && left && file_exists(AT_FDCWD, NOLOGIN) <= 0 &&
		file_write(AT_FDCWD, NOLOGIN, "The machine is going down.\n",
			27, 0644, 0) < 0)
		warn_sys("unable to write " NOLOGIN " (logins go on)");
	if (!left)
		end_machine(d);
	if (left > LOGIN_MS && left - LOGIN_MS < next)
		next = left - LOGIN_MS;
	return next > 1000000 ? 1000000 : (int)next + 1;
}

static void
set_up(struct daemon *d)
{
	if (chdir("..") < 0)
		die_sys(EX_SYSTEM, "unable to go to the scan directory");
	if (!*d->basedir &&
		!initdir_get_text(
			INITDIR_BASEDIR, d->basedir, sizeof d->basedir))
		die(EX_MISUSE,
			"no " INITDIR "/" INITDIR_BASEDIR
			" in the scan directory: reeve-init did not start "
			"this machine (give -c)");
	if (!initdir_get_text(INITDIR_LIVE, d->live, sizeof d->live))
		*d->live = 0;
	if (!d->limit_ms)
		d->limit_ms = initdir_get(INITDIR_STOP, LIMIT_MS);
	if (mkfifo(ENDING_FIFO, 0600) < 0 && errno != EEXIST)
		die_sys(EX_SYSTEM, "unable to make " ENDING_FIFO);
	d->fd = open(ENDING_FIFO, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (d->fd < 0)
		die_sys(EX_SYSTEM, "unable to open " ENDING_FIFO);
}

int
main(int argc, char **argv)
{
	static struct daemon d;
	int o;

	prog_init(argv[0]);
	d.grace_ms = GRACE_MS;
	prog_name = "reeve-shutdownd";
	while ((o = opt_next(&usage, argc, argv)) >= 0)
		switch (o) {
		case 'c':
			if (path_absolute(d.basedir, sizeof d.basedir, optarg) <
				0)
				die_sys(EX_MISUSE, "unable to use %s", optarg);
			break;
		case 'g':
			d.grace_ms = duration("--grace", optarg);
			break;
		case 't':
			d.limit_ms = duration("--timeout", optarg);
			break;
		}
	set_up(&d);
	for (;;) {
		struct pollfd p = { .fd = d.fd, .events = POLLIN };

		if (poll(&p, 1, announce(&d)) > 0)
			read_requests(&d);
	}
}
