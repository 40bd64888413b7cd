/* svscan.c - one supervise for each directory of the scan directory.
 * Set-up, the loop, signals and commands; what they do is act.c.  May be
 * process 1, and then must never exit: after set-up nothing here does, but
 * by finish or, as the last resort, crash.  See reeve-svscan(1). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/nofile.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/os.h"
#include "lib/path.h"
#include "lib/spawn.h"
#include "lib/trap.h"
#include "svscan/act.h"
#include "svscan/output.h"
#include "svscan/reexec.h"
#include "svscan/scandir.h"

enum { OPT_SELF_CHECK = OPT_LONG, OPT_RESUME };
enum {
	SERVICES_MIN = 4,
	SERVICES_MAX = 160000,
	SERVICES = 20000,
	NAME_MIN = 11,
	NAME_TOP = 1019,
	NAME = 251
};

static const struct opt opts[] = { { 'd', "notification-fd", "FD",
					   "write a newline to FD, and close "
					   "it, when commands\nare accepted" },
	{ 'X', "console-holder", "FD",
		"give FD as standard error to the "
		"service\n" SCANDIR_CATCHALL ", and to finish or crash" },
	{ 'C', "services-max", "N",
		"supervise at most N directories, "
		"loggers counted\n[20000; 4 to 160000]" },
	{ 'c', 0, "N", "same as -C (as in older versions of s6)" },
	{ 'L', "name-max", "N",
		"skip names longer than N bytes [251; 11 to "
		"1019]" },
	{ 't', "timeout", "MS",
		"scan every MS milliseconds [0: only when "
		"told]" },
	{ OPT_SELF_CHECK, "self-check", 0,
		"only say that this program runs "
		"here, by exit status 0,\nand, with --resume, that it can "
		"go on from that" },
	{ OPT_RESUME, "resume", "FD",
		"go on for the program that executed "
		"this one" },
	{ 0 } };
static const struct usage usage = {
	"[-d fd] [-X fd] [-C n] [-L n] [-t ms] scandir",
	"Keep a supervise running for each directory in scandir.", opts,
	"SIGALRM: scan.  SIGHUP: scan, and end what is gone.  SIGTERM, "
	"SIGINT: stop all\nservices, then execute " SCANDIR_FINISH
	".  SIGQUIT: the same, loggers too.\nSIGABRT: execute it at once.  "
	"A program " SCANDIR_CONTROL_DIR "/SIGTERM (or HUP, INT, QUIT,\nUSR1, "
	"USR2, PWR, WINCH) is started instead of what that signal does.\n"
	"Exit status: 100 misuse or another svscan is there, 111 system "
	"error."
};

/* --- set-up */

static int
parse_fd(const char *what, const char *text)
{
	unsigned fd = opt_uint(what, text, 3, 1 << 20);

	if (fcntl((int)fd, F_GETFD) < 0)
		die_sys(EX_MISUSE, "%s %u", what, fd);
	return (int)fd;
}

static unsigned
clamp(const char *what, const char *text, unsigned min, unsigned max)
{
	unsigned u = opt_uint(what, text, 0, ~0u);

	return u < min ? min : u > max ? max : u;
}

static void
fill_standard_fds(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
			open("/dev/null", O_RDWR) != fd)
			die_sys(EX_SYSTEM, "unable to open /dev/null");
}

static const char *
find_supervise(void)
{
	static char path[PATH_LEN];
	const char *env = getenv("REEVE_SUPERVISE");

	if (env && *env ? path_absolute(path, sizeof path, env) < 0
			: chain_sister(path, sizeof path, "reeve-supervise") <
				0)
		die_sys(EX_SYSTEM, "unable to find reeve-supervise");
	if (access(path, X_OK) < 0)
		die_sys(EX_SYSTEM, "unable to execute %s", path);
	return path;
}

/* The new svscan runs, and can read the state of the running one; so does the
 * new supervise, if this comes back with exit status 0. */
static _Noreturn void
self_check(struct svscan *v, int state)
{
	const char *path = find_supervise();
	char copy[PATH_LEN], word[] = "--self-check";
	char *argv[3] = { copy, word, 0 };

	if (state >= 0 && reexec_resume(v, state) < 0)
		die(EX_SYSTEM,
			"unable to understand the state of the running "
			"program");
	strcpy(copy, path);
	execv(path, argv);
	die_sys(EX_SYSTEM, "unable to execute %s", path);
}

static void
allocate(struct svscan *v, unsigned max)
{
	if (table_init(&v->table, max, v->name_max) < 0 ||
		!(v->fds = calloc(
			  max + 1, sizeof *v->fds + sizeof *v->fd_slots)))
		die_sys(EX_SYSTEM, "unable to allocate for %u services", max);
	v->fd_slots = (int *)(v->fds + max + 1);
}

static void
open_control_dir(struct svscan *v, const char *scandir)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	mode_t mask = umask(0);

	if (mkdir(SCANDIR_CONTROL_DIR, 0700) < 0 && errno != EEXIST)
		die_sys(EX_SYSTEM, "unable to create directory %s/%s", scandir,
			SCANDIR_CONTROL_DIR);
	v->lock = open(
		SCANDIR_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
	if (v->lock < 0)
		die_sys(EX_SYSTEM, "unable to open %s/%s", scandir,
			SCANDIR_LOCK);
	if (fcntl(v->lock, F_SETLK, &l) < 0) {
		if (errno == EAGAIN || errno == EACCES)
			die(EX_MISUSE, "another svscan already runs on %s",
				scandir);
		die_sys(EX_SYSTEM, "unable to lock %s/%s", scandir,
			SCANDIR_LOCK);
	}
	scandir_ends(v->lock, 0);
	if (mkfifo(SCANDIR_CONTROL, 0600) < 0) {
		if (errno != EEXIST)
			die_sys(EX_SYSTEM, "unable to create fifo %s/%s",
				scandir, SCANDIR_CONTROL);
		v->inherited = 1;
	}
	v->control = open(SCANDIR_CONTROL, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (v->control < 0)
		die_sys(EX_SYSTEM, "unable to open %s/%s", scandir,
			SCANDIR_CONTROL);
	umask(mask);
}

/* s6-svscan does this when it starts; under our own name an entry that
 * dangles is left to whoever made it. */
static int
remove_if_dangling(void *arg, const char *name)
{
	struct stat st;

	(void)arg;
	if (name[0] != '.' && stat(name, &st) < 0 && errno == ENOENT &&
		lstat(name, &st) == 0 && S_ISLNK(st.st_mode))
		unlink(name);
	return 0;
}

static void
remove_dangling(void)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	os_each_name(fd, remove_if_dangling, 0);
	close(fd);
}

static void
notify(int fd)
{
	if (fd < 0)
		return;
	if (write(fd, "\n", 1) < 0)
		warn_sys("unable to write to descriptor %d (going on)", fd);
	close(fd);
}

/* --- ending */

static void
execute(const struct svscan *v, const char *path)
{
	char copy[64];
	char *argv[2] = { copy, 0 };

	strcpy(copy, path);
	if (v->console >= 0) {
		dup2(v->console, 2);
		close(v->console);
	}
	trap_release();
	nofile_set(v->files);
	execv(path, argv);
}

static _Noreturn void
leave(const struct svscan *v)
{
	execute(v, SCANDIR_FINISH);
	if (errno == ENOENT)
		_exit(0);
	warn_sys("unable to execute %s", SCANDIR_FINISH);
	execute(v, SCANDIR_CRASH);
	die_sys(EX_SYSTEM, "unable to execute %s", SCANDIR_CRASH);
}

static _Noreturn void
crash(const struct svscan *v)
{
	warn_sys("unable to go on; executing %s", SCANDIR_CRASH);
	execute(v, SCANDIR_CRASH);
	die_sys(EX_SYSTEM, "unable to execute %s", SCANDIR_CRASH);
}

/* --- signals and commands */

static void
event(struct svscan *v, enum scan_event e)
{
	switch (e) {
	case SCAN_REAP:
		svscan_reap(v);
		break;
	case SCAN_SCAN:
		v->quiet = 0;
		svscan_scan(v);
		break;
	case SCAN_HUP:
		v->quiet = 0;
		svscan_scan(v);
		svscan_nuke(v, 0);
		break;
	case SCAN_NUKE:
		svscan_nuke(v, 0);
		break;
	case SCAN_NUKE_ALL:
		svscan_nuke(v, 1);
		break;
	case SCAN_TERM:
		svscan_stop(v, 0);
		break;
	case SCAN_QUIT:
		svscan_stop(v, 1);
		break;
	case SCAN_ABORT:
		v->abort = 1;
		break;
	case SCAN_REEXEC:
		reexec_begin(v);
		break;
	}
}

/* .s6-svscan/SIGxxx, if there is one, is started instead.  1 if so. */
static int
diverted(struct svscan *v, int sig)
{
	char path[64], *argv[2] = { path, 0 };
	struct spawn sp = { .file = path,
		.argv = argv,
		.handled = svscan_signals,
		.before = svscan_files_back,
		.before_arg = v };

	if (path_join(path, sizeof path, SCANDIR_CONTROL_DIR,
		    num_signame(sig)) < 0 ||
		access(path, X_OK) < 0)
		return 0;
	if (spawn(&sp) < 0)
		warn_sys("unable to start %s (the signal is lost)", path);
	return 1;
}

static void
obey_signals(struct svscan *v)
{
	if (trap_took(SIGCHLD))
		svscan_reap(v);
	if (trap_took(SIGALRM))
		event(v, SCAN_SCAN);
	if (trap_took(SIGABRT))
		event(v, SCAN_ABORT);
	for (int i = 0; svscan_signals[i]; i++) {
		int sig = svscan_signals[i];

		if (!trap_took(sig) || diverted(v, sig))
			continue;
		if (sig == SIGHUP)
			event(v, SCAN_HUP);
		else if (sig == SIGTERM || sig == SIGINT)
			event(v, SCAN_TERM);
		else if (sig == SIGQUIT)
			event(v, SCAN_QUIT);
	}
}

static void
obey_control(struct svscan *v)
{
	char buf[64];
	ssize_t r;
	int nuke = 0;

	while ((r = read(v->control, buf, sizeof buf)) > 0) {
		for (ssize_t i = 0; i < r && !v->abort; i++) {
			const struct scan_command *c = scandir_command(buf[i]);

			if (!c)
				warn("unknown command byte %d ignored",
					(unsigned char)buf[i]);
			else if (c->event == SCAN_NUKE ||
				c->event == SCAN_NUKE_ALL)
				/* After a scan that is asked for with it. */
				nuke = c->event == SCAN_NUKE_ALL || nuke == 2
					? 2
					: 1;
			else
				event(v, c->event);
		}
	}
	if (nuke)
		event(v, nuke == 2 ? SCAN_NUKE_ALL : SCAN_NUKE);
}

/* --- the loop */

static nfds_t
collect_fds(struct svscan *v)
{
	nfds_t n = 1;

	v->fds[0] = (struct pollfd){ v->control, POLLIN, 0 };
	for (unsigned i = 0; v->foreign && i < v->table.high; i++)
		if (v->table.slots[i].used && v->table.slots[i].pidfd >= 0) {
			v->fd_slots[n] = (int)i;
			v->fds[n++] = (struct pollfd){ v->table.slots[i].pidfd,
				POLLIN, 0 };
		}
	return n;
}

static void
obey_clock(struct svscan *v)
{
	uint64_t now = os_now();

	if (v->scan_at && v->scan_at <= now)
		svscan_scan(v);
	if (v->start_at && v->start_at <= now)
		svscan_start(v);
	if (v->look_at && v->look_at <= now)
		svscan_look(v);
	if (v->check_until && v->check_until <= now)
		reexec_late(v);
}

static _Noreturn void
loop(struct svscan *v)
{
	unsigned failures = 0;

	for (;;) {
		nfds_t n = collect_fds(v);
		int r = trap_wait(v->fds, n,
			trap_earlier(v->look_at,
				trap_earlier(v->scan_at,
					trap_earlier(
						v->start_at, v->check_until))));

		if (r < 0 && errno != EINTR) {
			/* ENOMEM passes; anything else would not. */
			if (errno != ENOMEM && ++failures > 100)
				crash(v);
			poll(0, 0, 100);
		}
		obey_signals(v);
		if (r > 0) {
			failures = 0;
			for (nfds_t i = 1; i < n; i++)
				if (v->fds[i].revents &&
					v->table.slots[v->fd_slots[i]].pidfd ==
						v->fds[i].fd)
					svscan_foreign_ended(v, v->fd_slots[i]);
			if (v->fds[0].revents)
				obey_control(v);
		}
		obey_clock(v);
		if (v->become)
			reexec_become(v);
		if (v->abort || (v->stopping && !svscan_busy(v)))
			leave(v);
	}
}

static const char *start_dir; /* 0 once we are there */

/* die() while starting: process 1 must not end, so its crash hook has to
 * find a way. */
static void
not_process_1(void)
{
	char path[64] = SCANDIR_CRASH, *argv[] = { path, 0 };

	if (start_dir && chdir(start_dir) < 0)
		return;
	trap_release();
	execv(path, argv);
}

/* What is not in struct svscan. */
struct asked {
	unsigned max;
	int notify, resume, check;
};

static void
options(struct svscan *v, struct asked *a, int argc, char **argv)
{
	int c;

	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'd':
			a->notify = parse_fd("notification-fd", optarg);
			break;
		case 'X':
			v->console = parse_fd("console-holder", optarg);
			break;
		case 'C':
		case 'c':
			a->max = clamp("services-max", optarg, SERVICES_MIN,
				SERVICES_MAX);
			break;
		case 'L':
			v->name_max =
				clamp("name-max", optarg, NAME_MIN, NAME_TOP);
			break;
		case 't':
			v->rescan_every =
				(uint64_t)opt_uint("timeout", optarg, 0, ~0u) *
				1000000;
			break;
		case OPT_SELF_CHECK:
			a->check = 1;
			break;
		case OPT_RESUME:
			a->resume = (int)opt_uint("resume", optarg, 3, 1 << 30);
			break;
		default:
			break;
		}
}

int
main(int argc, char **argv)
{
	struct svscan v = { .control = -1,
		.lock = -1,
		.console = -1,
		.reaped = -1,
		.name_max = NAME };
	struct asked a = { .max = SERVICES, .notify = -1, .resume = -1 };

	prog_init(argv[0]);
	if (getpid() == 1 && argc > 1) {
		start_dir = argv[argc - 1];
		atexit(not_process_1);
	}
	options(&v, &a, argc, argv);
	if (a.check) {
		allocate(&v, a.max);
		self_check(&v, a.resume);
	}
	if (argc - optind != 1)
		opt_usage(&usage);
	v.scandir = argv[optind];
	v.supervise_name = prog_as_s6 ? "s6-supervise" : "reeve-supervise";
	allocate(&v, a.max);
	/* The scripts that reeve-rc-compile makes look there. */
	if (chain_export() < 0)
		die_sys(EX_SYSTEM, "unable to set REEVE_BIN");
	if (a.resume >= 0) {
		v.supervise = find_supervise();
		svscan_files(&v);
		output_apart(v.low);
		trap_signals(svscan_signals);
		if (reexec_resume(&v, a.resume) < 0)
			crash(&v);
		svscan_reap(&v);
		loop(&v);
	}
	fill_standard_fds();
	v.supervise = find_supervise();
	if (chdir(argv[optind]) < 0)
		die_sys(EX_SYSTEM, "unable to change directory to %s",
			argv[optind]);
	start_dir = 0;
	open_control_dir(&v, argv[optind]);
	if (v.console >= 0)
		fcntl(v.console, F_SETFD, FD_CLOEXEC);
	trap_signals(svscan_signals);
	if (getpid() != 1 && os_subreaper() < 0 && errno != ENOSYS)
		warn_sys("unable to become the parent of orphans (going on)");
	if (prog_as_s6)
		remove_dangling();
	svscan_files(&v);
	output_apart(v.low);
	notify(a.notify);
	svscan_scan(&v);
	loop(&v);
}
