/* boot.c - the steps from the kernel's first process to svscan, each a
 * function in one list.  A step that cannot be done is told on the console
 * and left out: process 1 never exits, and a machine that boots half is
 * better than one that does not.  Described in reeve-init(8). */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/initdir.h"
#include "init/os.h"
#include "lib/chain.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/version.h"
#include "rc/places.h"
#include "svscan/scandir.h"

#define LOG_SERVICE SCANDIR_CATCHALL /* svscan -X looks for this name */
#define LOG_FIFO LOG_SERVICE "/" SCANDIR_CATCHALL_FIFO
#define END_SERVICE "reeve-shutdownd"
#define LOG_DIR UNCAUGHT_LOGS
#define READY_FD 3
enum { SCANDIR_TRIES = 5, SCANDIR_APART_MS = 100 };
#define CONSOLE_FD 4

/* --- the steps -------------------------------------------------------- */

/* The kernel gives us no descriptor at all if there is no /dev/console. */
static void
have_descriptors(struct boot *b)
{
	struct stat st;
	int fd;

	(void)b;
	if (stat("/dev/null", &st) < 0 || stat("/dev/console", &st) < 0) {
		mkdir("/dev", 0755);
		machine_fill_dev();
	}
	/* Those that svscan will be told of are taken until then. */
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < CONSOLE_FD);
	for (fd = 3; fd <= CONSOLE_FD; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void
have_console(struct boot *b)
{
	int fd = open(
		"/dev/console", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_APPEND);

	if (fd < 0)
		return; /* messages go where they went before */
	fcntl(fd, F_SETFL, O_APPEND);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
	(void)b;
}

static void
be_a_session(struct boot *b)
{
	umask(b->umask);
	if (chdir("/") < 0)
		warn_sys("unable to go to /");
	setsid(); /* fails if the kernel did it, which is as good */
}

static void
mount_one(const char *type, const char *what, const char *dir, const char *opts)
{
	if (machine_mount(type, what, dir, opts) < 0 && errno != EBUSY)
		warn_sys("unable to mount %s on %s", type, dir);
}

static void
mount_kernel_views(struct boot *b)
{
	if (b->no_mounts)
		return;
	if (!machine_is_mounted("/proc"))
		mount_one("proc", "proc", "/proc", "nosuid,noexec,nodev");
	if (!machine_is_mounted("/sys"))
		mount_one("sysfs", "sys", "/sys", "nosuid,noexec,nodev");
}

/* TYPE:DIR, TYPE:DEVICE:DIR or TYPE:DEVICE:DIR:OPTIONS. */
static void
mount_word(const char *text)
{
	char buf[PATH_LEN], *part[4] = { buf, 0, 0, 0 };
	int n = 1;

	if (path_join(buf, sizeof buf, text) < 0)
		return;
	for (char *p = buf; n < 4 && (p = strchr(p, ':')); n++) {
		*p++ = 0;
		part[n] = p;
	}
	if (n == 1)
		warn("--mount %s: expected TYPE:DIR or "
		     "TYPE:DEVICE:DIR[:OPTIONS]",
			text);
	else if (n == 2)
		mount_one(part[0], part[0], part[1], "");
	else
		mount_one(part[0], part[1], part[2], n == 4 ? part[3] : "");
}

static void
mount_told(struct boot *b)
{
	for (int i = 0; i < b->nmounts; i++)
		mount_word(b->mounts[i]);
}

static void
read_words(struct boot *b)
{
	static char text[4096];

	cmdline_init(&b->cmdline);
	machine_cmdline(text, sizeof text);
	if (cmdline_read(&b->cmdline, text))
		warn("a reeve word of the kernel command line is wrong: %s",
			text);
	for (char **a = b->args; a && *a; a++)
		cmdline_take(&b->cmdline, *a, strlen(*a));
	if (b->cmdline.verbose >= 0)
		b->verbose = b->cmdline.verbose;
	if (b->cmdline.debug) {
		b->verbose = 2;
		b->echo = 1;
	}
}

/* A directory of files: name and value (its first line). */
static void
read_environment(struct boot *b)
{
	char path[PATH_LEN], value[4096];
	struct dirent *e;
	DIR *d;
	ssize_t n;

	setenv("PATH", b->path, 1);
	if (path_join(path, sizeof path, b->basedir, "env") < 0 ||
		!(d = opendir(path)))
		return;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		n = file_read(dirfd(d), e->d_name, value, sizeof value - 1);
		if (n < 0) {
			warn_sys("unable to read %s/%s", path, e->d_name);
			continue;
		}
		value[n] = 0;
		value[strcspn(value, "\n")] = 0;
		if (n)
			setenv(e->d_name, value, 1);
		else
			unsetenv(e->d_name);
	}
	closedir(d);
}

/* What an initramfs left there (a mount in memory) is kept. */
static void
have_run(struct boot *b)
{
	if (b->keep_run || b->no_mounts)
		return;
	if (machine_is_mounted("/run") && machine_in_memory("/run"))
		return;
	mount_one("tmpfs", "run", "/run", "mode=755,nosuid,nodev");
}

static void
choose_places(struct boot *b)
{
	initplaces_services(&b->at);
	if (access("/run", W_OK) == 0)
		initplaces_choose(&b->at, "/run");
	else
		initplaces_choose(&b->at, 0);
}

static void
write_file(const char *path, const char *text, unsigned mode)
{
	if (file_write(AT_FDCWD, path, text, strlen(text), mode, 0) < 0)
		warn_sys("unable to write %s", path);
}

/* A run file needs no shell: its interpreter is one of our programs. */
static void
make_service(const char *name, const char *program, const char *args)
{
	char path[PATH_LEN], self[PATH_LEN], text[PATH_LEN * 2];

	mkdir(name, 0755);
	if (path_join(path, sizeof path, name, "run") < 0 ||
		chain_sister(self, sizeof self, program) < 0 ||
		snprintf(text, sizeof text, "#!%s%s\n", self, args) < 0)
		return;
	write_file(path, text, 0755);
}

static void
make_hooks(struct boot *b)
{
	static const char *const names[] = {
		"SIGINT",
		"SIGTERM",
		"SIGPWR",
		"SIGUSR1",
		"SIGUSR2",
		"SIGWINCH",
		"finish",
		"crash",
	};
	char path[PATH_LEN], to[PATH_LEN], self[PATH_LEN];

	if (chain_sister(self, sizeof self, "reeve-init") < 0)
		return;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		/* The directory's own script, if it has one. */
		if (path_join(to, sizeof to, b->basedir, names[i]) < 0 ||
			path_join(path, sizeof path, ".s6-svscan", names[i]) <
				0)
			continue;
		if (symlink(access(to, X_OK) == 0 ? to : self, path) < 0)
			warn_sys("unable to make %s", path);
	}
}

static void
make_scandir(struct boot *b)
{
	int tries = 0;

	/* Nothing works without it. */
	while (path_mkdirs(b->at.scandir, 0755) < 0 ||
		chdir(b->at.scandir) < 0) {
		warn_sys("unable to use %s", b->at.scandir);
		if (tries++ < SCANDIR_TRIES)
			usleep(SCANDIR_APART_MS * 1000);
		else if (!boot_shell(b->cmdline.console, "no scan directory"))
			sleep(60);
	}
	/* Of an initramfs whose svscan is gone. */
	path_remove(AT_FDCWD, ".s6-svscan");
	path_remove(AT_FDCWD, LOG_SERVICE);
	path_remove(AT_FDCWD, END_SERVICE);
	if (mkdir(".s6-svscan", 0700) < 0 || mkdir(INITDIR, 0700) < 0 ||
		initdir_put_text(INITDIR_BASEDIR, b->basedir) < 0 ||
		initdir_put_text(INITDIR_LIVE, b->at.live) < 0 ||
		initdir_put(INITDIR_STOP, b->stop_ms) < 0 ||
		initdir_put(INITDIR_VERBOSE, (unsigned)b->verbose) < 0)
		warn_sys("unable to write to %s/.s6-svscan", b->at.scandir);
	make_hooks(b);
	make_service(END_SERVICE, "reeve-shutdownd", "");
}

/* The log is a fifo.  It has a reader from the first moment, so nothing
 * written before the logger runs is lost; that reader goes when the logger
 * is there, so that nobody ever waits for a logger that is dead. */
static void
make_log(struct boot *b)
{
	b->log_write = b->log_keep = -1;
	if (b->no_log)
		return;
	make_service(LOG_SERVICE, "reeve-init",
		b->echo ? " --catch-all-echo" : " --catch-all");
	write_file(LOG_SERVICE "/notification-fd", "3\n", 0644);
	if (path_mkdirs(LOG_DIR, 02750) < 0 ||
		mkdir(LOG_SERVICE "/" SCANDIR_CATCHALL_DIR, 0700) < 0 ||
		mkfifo(LOG_FIFO, 0600) < 0) {
		warn_sys("unable to make the log (messages stay here)");
		return;
	}
	b->log_keep = open(LOG_FIFO, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	b->log_write = open(LOG_FIFO, O_WRONLY | O_CLOEXEC);
	fchmod(b->log_write, FILE_PIPE_MODE);
	if (event_make(AT_FDCWD, LOG_SERVICE "/event", (gid_t)-1, 0) < 0 ||
		event_listen(&b->log_up, LOG_SERVICE "/event") < 0)
		b->log_up.fd = -1;
}

static void
have_pipe(struct boot *b)
{
	if (pipe(b->ready) < 0) {
		b->ready[0] = b->ready[1] = -1;
		warn_sys("unable to make a pipe");
	}
	for (int i = 0; i < 2 && b->ready[i] >= 0; i++)
		fcntl(b->ready[i], F_SETFD, FD_CLOEXEC);
	b->console = fcntl(2, F_DUPFD_CLOEXEC, CONSOLE_FD + 1);
}

/* A second process waits for svscan and starts rc.init. */
static void
fork_stage2(struct boot *b)
{
	pid_t pid;

	while ((pid = fork()) < 0) {
		warn_sys("unable to start a process (trying again)");
		sleep(1);
	}
	if (pid == 0)
		boot_stage2(b);
}

static void
take_keys(struct boot *b)
{
	(void)b;
	if (machine_take_keys() < 0 && errno != ENOSYS)
		warn_sys("unable to take ctrl-alt-del");
}

/* Everything from here is a message of a service, and goes to the log. */
static void
enter_log(struct boot *b)
{
	if (b->ready[1] >= 0)
		dup2(b->ready[1], READY_FD);
	if (b->log_write >= 0) {
		dup2(2, CONSOLE_FD);
		dup2(b->log_write, 1);
		dup2(b->log_write, 2);
	}
}

static const struct {
	const char *name;
	void (*run)(struct boot *);
} steps[] = {
	{ "descriptors", have_descriptors },
	{ "console", have_console },
	{ "session", be_a_session },
	{ "kernel file systems", mount_kernel_views },
	{ "kernel command line", read_words },
	{ "environment", read_environment },
	{ "run directory", have_run },
	{ "early mounts", mount_told },
	{ "places", choose_places },
	{ "scan directory", make_scandir },
	{ "log", make_log },
	{ "pipe", have_pipe },
	{ "keys", take_keys },
	{ "rc.init", fork_stage2 },
	{ "log entry", enter_log },
};

/* --- becoming svscan -------------------------------------------------- */

static void
exec_svscan(struct boot *b)
{
	char path[PATH_LEN];
	char name[] = "reeve-svscan", ready[] = "-d3", console[] = "-X4";
	char dashes[] = "--";
	char *argv[6], **a = argv;

	*a++ = name;
	if (b->ready[1] >= 0)
		*a++ = ready;
	if (b->log_write >= 0)
		*a++ = console;
	*a++ = dashes;
	*a++ = b->at.scandir;
	*a = 0;
	if (chain_sister(path, sizeof path, name) == 0)
		execv(path, argv);
	if (b->console >= 0)
		dup2(b->console, 2);
	warn_sys("unable to execute %s", path);
}

/* die() in a step, which is a bug or a machine without any memory. */
static void
last_resort(void)
{
	while (getpid() == 1)
		if (!boot_shell("", "process 1 cannot go on"))
			sleep(60);
}

void
boot_run(struct boot *b)
{
	sigset_t none;

	sigemptyset(&none);
	atexit(last_resort);
	b->since_ms = machine_uptime_ms();
	b->console = -1;
	cmdline_init(&b->cmdline);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (b->cmdline.debug)
			say("step: %s", steps[i].name);
		steps[i].run(b);
		if (steps[i].run == have_console)
			say("reeve %s", reeve_version);
	}
	sigprocmask(SIG_SETMASK, &none, 0);
	for (;;) {
		exec_svscan(b);
		/* Without svscan there is nothing else to do. */
		if (!boot_shell(
			    b->cmdline.console, "svscan cannot be executed"))
			sleep(60);
	}
}
