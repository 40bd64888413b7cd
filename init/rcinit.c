/* rcinit.c - what runs beside svscan when a machine starts: rc.init with a
 * shell on the console if it fails, the catch-all logger, the shell. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/bringup.h"
#include "init/os.h"
#include "init/reaper.h"
#include "lib/chain.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "rc/places.h"
#include "svscan/scandir.h"

#define LOG_DIR UNCAUGHT_LOGS

enum { LOG_WAIT_MS = 5000, SHELL_FAILED = 127 };

/* --- waiting ---------------------------------------------------------- */

static void
wait_for_svscan(struct boot *b)
{
	char c;

	close(b->ready[1]);
	if (b->ready[0] < 0 || read(b->ready[0], &c, 1) != 1)
		sleep(1);
	close(b->ready[0]);
}

/* The reading end that we hold keeps the early messages until then. */
static void
wait_for_log(struct boot *b)
{
	uint64_t until = clock_now() + LOG_WAIT_MS, now;
	char letters[64];

	if (b->log_keep < 0)
		return;
	while (b->log_up.fd >= 0 && (now = clock_now()) < until) {
		struct pollfd p = { .fd = b->log_up.fd, .events = POLLIN };
		ssize_t n;

		if (poll(&p, 1, (int)(until - now)) <= 0)
			continue;
		n = read(b->log_up.fd, letters, sizeof letters);
		if (n > 0 && memchr(letters, 'U', (size_t)n))
			break;
	}
	if (b->log_up.fd >= 0)
		event_unlisten(&b->log_up);
	close(b->log_keep);
}

/* --- the shell -------------------------------------------------------- */

static _Noreturn void
exec_shell(const char *console)
{
	static const char *const ways[][3] = {
		{ "/sbin/sulogin", "sulogin", 0 },
		{ "/usr/sbin/sulogin", "sulogin", 0 },
		{ "/bin/sh", "-sh", 0 },
		{ "/bin/busybox", "sh", 0 },
	};
	int fd;

	setsid();
	fd = open(console, O_RDWR);
	if (fd >= 0) {
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		if (fd > 2)
			close(fd);
		ioctl(0, TIOCSCTTY, 1);
	}
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		char *argv[3] = { 0, 0, 0 };

		/* exec does not write to them */
		memcpy(argv, ways[i] + 1, 2 * sizeof *argv);
		execv(ways[i][0], argv);
	}
	_exit(SHELL_FAILED);
}

int
boot_shell(const char *console, const char *why)
{
	char path[PATH_LEN];
	int fd, w, saved;
	pid_t pid;

	if (!*console ||
		path_join(path, sizeof path, *console == '/' ? "" : "/dev",
			console) < 0 ||
		access(path, R_OK | W_OK) < 0)
		machine_console(path, sizeof path);
	/* Say it where the shell will be. */
	saved = fcntl(2, F_DUPFD_CLOEXEC, 10);
	fd = open(path, O_WRONLY | O_NOCTTY | O_APPEND | O_CLOEXEC);
	if (fd >= 0)
		dup2(fd, 2);
	say("%s: a shell for root follows; leave it to go on", why);
	pid = fork();
	if (pid == 0)
		exec_shell(path);
	w = SHELL_FAILED << 8;
	while (pid > 0 && waitpid(pid, &w, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(w) && WEXITSTATUS(w) == SHELL_FAILED) {
		warn("there is no shell (/bin/sh)");
		pid = -1;
	}
	if (fd >= 0)
		close(fd);
	if (saved >= 0) {
		dup2(saved, 2);
		close(saved);
	}
	return pid > 0;
}

/* --- rc.init ---------------------------------------------------------- */

/* A line for people in front of the machine, and for the log. */
static void
tell(struct boot *b, const char *text)
{
	int saved = fcntl(2, F_DUPFD_CLOEXEC, 10);

	if (b->log_write >= 0)
		say("%s", text);
	if (b->console >= 0 && saved >= 0 && dup2(b->console, 2) >= 0)
		say("%s", text);
	if (saved >= 0) {
		dup2(saved, 2);
		close(saved);
	}
}

/* Which of the ways there is: the kernel's word, the directory's script, or
 * simply all services. */
static int
run_rc(struct boot *b)
{
	char path[PATH_LEN];
	char *argv[] = { path, 0 };
	pid_t pid;
	int w;

	if (*b->cmdline.rcinit)
		path_join(path, sizeof path, b->cmdline.rcinit);
	else if (path_join(path, sizeof path, b->basedir, "rc.init") < 0 ||
		!file_exists(AT_FDCWD, path))
		*path = 0;
	while ((pid = fork()) < 0)
		sleep(1);
	if (pid == 0) {
		if (!*path)
			_exit(boot_bring_up(b->start_ms, b->verbose));
		execv(path, argv);
		die_sys(errno == ENOENT ? EX_NOTFOUND : EX_NOEXEC,
			"unable to execute %s", path);
	}
	while (waitpid(pid, &w, 0) < 0)
		if (errno != EINTR)
			return 111;
	return reaper_code(w);
}

static void
enter_log(struct boot *b)
{
	if (b->log_write < 0)
		return;
	dup2(b->log_write, 1);
	dup2(b->log_write, 2);
	close(b->log_write);
}

void
boot_stage2(struct boot *b)
{
	char text[128];
	unsigned long up;
	int code, shell;

	setsid();
	enter_log(b);
	if (b->cmdline.shell)
		boot_shell(b->cmdline.console,
			"asked for by the kernel's "
			"command line, before anything is started");
	wait_for_svscan(b);
	wait_for_log(b);
	if (b->cmdline.single)
		boot_shell(b->cmdline.console, "single-user mode");
	for (;;) {
		code = run_rc(b);
		if (code == 0)
			break;
		snprintf(text, sizeof text,
			"rc.init failed with code %d, "
			"see %s",
			code, LOG_DIR);
		tell(b, text);
		shell = boot_shell(b->cmdline.console,
			"rc.init failed and will "
			"be run again after you leave");
		if (!shell) {
			tell(b, "the machine goes on with what is up");
			_exit(1);
		}
	}
	up = machine_uptime_ms();
	snprintf(text, sizeof text,
		"all services ready: %lu ms after the "
		"kernel handed over, %lu ms after it started",
		up - b->since_ms, up);
	tell(b, text);
	_exit(0);
}

/* --- for rc.init and the built-in way ---------------------------------- */

static int
run_step(char *const *argv)
{
	char path[PATH_LEN];
	pid_t pid = fork();
	int w;

	if (pid < 0)
		return -1;
	if (!pid) {
		if (chain_sister(path, sizeof path, argv[0]) == 0)
			execv(path, argv);
		die_sys(errno == ENOENT ? EX_NOTFOUND : EX_NOEXEC,
			"unable to execute %s", path);
	}
	while (waitpid(pid, &w, 0) < 0)
		if (errno != EINTR)
			return -1;
	return w;
}

int
boot_bring_up(uint64_t start_ms, int verbose)
{
	static struct initplaces at;
	struct bringup b;
	char err[512];
	int r;

	if (!initplaces_services(&at)) {
		warn("no definitions in /etc/reeve/sv or /usr/share/reeve/sv "
		     "and no database: nothing is started");
		return 0;
	}
	initplaces_choose(&at, access("/run", W_OK) == 0 ? "/run" : 0);
	if (chdir(at.scandir) < 0 ||
		bringup_plan(&b, at.boot, at.live, start_ms, verbose) < 0) {
		warn_sys("unable to use %s", at.scandir);
		return 1;
	}
	for (size_t i = 0; i < b.n; i++) {
		if (run_step(b.steps[i].argv) == 0)
			continue;
		if (!b.steps[i].may_fail) {
			warn("%s failed", b.steps[i].argv[0]);
			return 1;
		}
		r = bringup_failed(at.live, 0, err, sizeof err);
		warn("%s", err);
		return r;
	}
	return 0;
}

void
boot_catch_all(int echo)
{
	char path[PATH_LEN];
	char name[] = "reeve-log", opts[] = "-bpd3", dashes[] = "--";
	char one[] = "1", stamp[] = "t", size[] = "s1000000", dir[] = LOG_DIR;
	char *argv[10], **a = argv;
	int fd = open(SCANDIR_CATCHALL_FIFO, O_RDONLY);

	/* Made by an older process 1. */
	if (fd < 0 && errno == ENOENT)
		fd = open("fifo", O_RDONLY);
	if (fd < 0)
		die_sys(EX_SYSTEM, "unable to open fifo");
	dup2(fd, 0);
	close(fd);
	fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_APPEND);
	if (fd >= 0) {
		dup2(fd, 1);
		dup2(fd, 2);
		if (fd > 2)
			close(fd);
	}
	*a++ = name;
	*a++ = opts;
	*a++ = dashes;
	if (echo)
		*a++ = one;
	*a++ = stamp;
	*a++ = size;
	*a++ = dir;
	*a = 0;
	if (chain_sister(path, sizeof path, name) == 0)
		execv(path, argv);
	die_sys(EX_NOEXEC, "unable to execute %s", path);
}
