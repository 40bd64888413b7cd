/* schedule.c - run a command at times, for ever.  See reeve-schedule(1).
 * The compiler makes it the run of a service with a `schedule'.  It waits on
 * the wall clock by an absolute timer, so a clock that is set is noticed;
 * nothing wakes it in between.  The command never runs twice at once. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

#include "config.h"
#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "rc/compile/cron.h"
#include "rc/lastrun.h"

enum { LATE = 120 }; /* seconds after which a run counts as missed */

struct schedule {
	struct cron cron;
	const char *text; /* borrowed; the times as they were given */
	char **argv; /* borrowed; the command */
	const char *keep; /* borrowed; where the record is kept too */
	int notify; /* -1: nobody asks whether this is ready */
	int missed; /* make up for a run that was missed */
	unsigned jitter_ms;
#ifdef HAS_POSIX_TIMERS
	timer_t timer; /* follows steps of the clock */
#endif
	struct timespec due; /* next, with its jitter */
	pid_t child; /* 0: none runs */
	time_t last; /* start of the last run, 0 if never */
	time_t next;
	int ending; /* asked to end; waits for the child */
};

static const struct opt opts[] = {
	{ '3', "notification-fd", "FD",
		"write a newline there when it waits "
		"for its time" },
	{ 'm', "missed", 0,
		"if a run was missed while this was not running, "
		"run\nonce at the beginning" },
	{ 'r', "record", "FILE",
		"keep the record of the last run there too, "
		"where it\noutlives the machine" },
	{ 'j', "jitter", "MS", "start up to so many ms later, at random" },
	{ 'p', "print", "N", "print the next N times and exit" }, { 0 }
};
static const struct usage usage = {
	"[-3 fd] [-m] [-r file] [-j ms] [--] times program [argument...]",
	"Run a program at times: five fields as in crontab, @daily and the "
	"like, or\n\"every DURATION\".",
	opts,
	"SIGUSR1 runs it now; SIGTERM ends it after a run that is going on, "
	"to which it is\npassed.  The file last-run in the working directory "
	"has start, end and result of\nthe last run.\n"
	"Exit status: 0 ended by SIGTERM, 100 misuse, 111 system error."
};

/* Have SIGALRM come at s->due.  Where a timer cannot follow the wall clock,
 * look at it once a minute. */
static void
wait_until_due(struct schedule *s)
{
#ifdef HAS_POSIX_TIMERS
	struct itimerspec when = { .it_value = s->due };

	if (timer_settime(s->timer, TIMER_ABSTIME, &when, 0) < 0)
		warn_sys("unable to set a timer (nothing will run)");
#else
	time_t left = s->due.tv_sec - time(0);

	alarm(left < 1 ? 1 : left > 60 ? 60 : (unsigned)left);
#endif
}

static void
arm(struct schedule *s)
{
	unsigned ms = s->jitter_ms ? (unsigned)random() % s->jitter_ms : 0;

	s->due = (struct timespec){ .tv_sec = s->next + ms / 1000,
		.tv_nsec = (long)(ms % 1000) * 1000000 };
	wait_until_due(s);
}

static void
plan(struct schedule *s, time_t now)
{
	s->next = cron_next(&s->cron,
		s->cron.every_s && s->last && s->last <= now ? s->last : now);
	if (s->next == (time_t)-1) {
		warn("'%s' never comes round (waiting for SIGTERM)", s->text);
		return;
	}
	if (s->next <= now)
		s->next = now + 1;
	arm(s);
}

static int
make_parent(const char *file)
{
	char dir[PATH_LEN], *slash;

	if (path_join(dir, sizeof dir, file) < 0)
		return -1;
	slash = strrchr(dir, '/');
	if (!slash || slash == dir)
		return 0;
	*slash = 0;
	return path_mkdirs(dir, 0755);
}

/* A copy that outlives the machine, if one is wanted, is worth a sync. */
static void
record(const struct schedule *s, int wstat)
{
	struct lastrun r = { s->last, time(0), wstat };
	char text[LASTRUN_LINE];
	size_t n = lastrun_pack(text, &r);

	if (file_write(AT_FDCWD, LASTRUN_FILE, text, n, 0644, 0) < 0)
		warn_sys("unable to write %s (going on)", LASTRUN_FILE);
	if (s->keep &&
		(make_parent(s->keep) < 0 ||
			file_write(AT_FDCWD, s->keep, text, n, 0644, 1) < 0))
		warn_sys("unable to write %s (going on)", s->keep);
}

static time_t
recorded(const struct schedule *s)
{
	struct lastrun r;

	if (lastrun_read(&r, AT_FDCWD, LASTRUN_FILE) ||
		(s->keep && lastrun_read(&r, AT_FDCWD, s->keep)))
		return (time_t)r.start;
	return 0;
}

static void
run(struct schedule *s)
{
	sigset_t none;

	if (s->child) {
		info("the last run still goes on: this one is left out");
		return;
	}
	s->last = time(0);
	s->child = fork();
	if (s->child < 0) {
		warn_sys("unable to fork (this run is left out)");
		s->child = 0;
	} else if (!s->child) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, 0);
		chain_exec(s->argv);
	}
}

static void
reap(struct schedule *s)
{
	int wstat;
	pid_t pid;

	while ((pid = waitpid(-1, &wstat, WNOHANG)) > 0) {
		if (pid != s->child)
			continue;
		s->child = 0;
		record(s, wstat);
		if (WIFSIGNALED(wstat))
			warn("run ended by signal %s",
				num_signame(WTERMSIG(wstat)));
		else if (WEXITSTATUS(wstat))
			warn("run failed with exit code %d",
				WEXITSTATUS(wstat));
	}
}

static void
print_times(struct schedule *s, unsigned n)
{
	time_t t = time(0);

	while (n--) {
		char text[64];
		struct tm tm;

		t = cron_next(&s->cron, t);
		if (t == (time_t)-1 || !localtime_r(&t, &tm))
			break;
		strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
		puts(text);
	}
	exit(fflush(stdout) ? EX_SYSTEM : EX_OK);
}

static void
start(struct schedule *s, sigset_t *set)
{
	static const int signals[] = { SIGALRM, SIGCHLD, SIGTERM, SIGINT,
		SIGHUP, SIGUSR1 };
#ifdef HAS_POSIX_TIMERS
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGALRM };
#endif
	time_t now = time(0), missed;

	sigemptyset(set);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaddset(set, signals[i]);
	sigprocmask(SIG_BLOCK, set, 0);
	/* From here on a signal is no surprise. */
	if (s->notify >= 0) {
		if (write(s->notify, "\n", 1) < 0)
			warn_sys("unable to tell that this is ready");
		close(s->notify);
	}
#ifdef HAS_POSIX_TIMERS
	if (timer_create(CLOCK_REALTIME, &event, &s->timer) < 0)
		die_sys(EX_SYSTEM, "unable to make a timer");
#endif
	srandom((unsigned)getpid() ^ (unsigned)now);
	s->last = recorded(s);
	missed = s->last ? cron_next(&s->cron, s->last) : (time_t)-1;
	if ((s->missed && missed != (time_t)-1 && missed < now))
		run(s);
	plan(s, now);
}

/* A machine that slept, or a clock that was set, missed the time: that is
 * as if this had not been running. */
static void
due(struct schedule *s, time_t now)
{
	if (now - s->due.tv_sec > LATE && !s->missed && !s->cron.every_s)
		info("a run is %lld s late: it is left out",
			(long long)(now - s->due.tv_sec));
	else
		run(s);
	plan(s, now);
}

int
main(int argc, char **argv)
{
	struct schedule s = { .notify = -1 };
	const char *what;
	unsigned print = 0;
	sigset_t set;
	int o, sig;

	prog_init(argv[0]);
	while ((o = opt_next(&usage, argc, argv)) != -1) {
		switch (o) {
		case '3':
			s.notify = (int)opt_uint(
				"notification fd", optarg, 3, 65535);
			break;
		case 'm':
			s.missed = 1;
			break;
		case 'r':
			s.keep = optarg;
			break;
		case 'j':
			s.jitter_ms = opt_uint("jitter", optarg, 0, 86400000);
			break;
		case 'p':
			print = opt_uint("number of times", optarg, 1, 1000000);
			break;
		default:
			break;
		}
	}
	if (argc - optind < (print ? 1 : 2))
		opt_usage(&usage);
	s.text = argv[optind];
	s.argv = argv + optind + 1;
	if (!cron_parse(&s.cron, s.text, &what))
		die(EX_MISUSE, "invalid time '%s': %s", s.text, what);
	if (print)
		print_times(&s, print);
	start(&s, &set);
	while (!s.ending || s.child) {
		if (sigwait(&set, &sig))
			continue;
		switch (sig) {
		case SIGALRM:
			if (s.ending)
				break;
			if (time(0) < s.due.tv_sec) {
				wait_until_due(&s);
				break;
			}
			due(&s, time(0));
			break;
		case SIGUSR1:
			if (!s.ending)
				run(&s);
			break;
		case SIGCHLD:
			reap(&s);
			break;
		default:
			s.ending |= sig != SIGHUP;
			if (s.child)
				kill(s.child, sig);
			break;
		}
	}
	return EX_OK;
}
