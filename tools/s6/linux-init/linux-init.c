/* linux-init.c - process 1 of a directory made by s6-linux-init-maker: a
 * list of steps, then it becomes reeve-svscan.  See s6-linux-init(8).
 *
 * The child (stage 2) runs rc.init when svscan is ready: told by svscan on a
 * pipe (-B), or by the catch-all logger, which opens its fifo to read. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/s6/linux-init/linuxinit.h"
#include "init/os.h"
#include "lib/copy.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "lib/words.h"

extern char **environ;

static struct {
	unsigned verbosity, mask;
	const char *base, *path, *dump, *dev, *runlevel;
	int remount, hands_off, container, no_logger, wait_fd;
	char **args;
} o = { .verbosity = 1,
	.mask = 022,
	.base = "/etc/s6-linux-init/current",
	.path = "/usr/bin:/bin",
	.runlevel = "default",
	.wait_fd = -1 };

static const struct opt opts[] = {
	{ 'v', "verbosity", "N", "0 errors, 1 a banner, 2 every step" },
	{ 'c', "basedir", "DIR", "what s6-linux-init-maker wrote" },
	{ 'p', "initial-path", "PATH", "PATH of everything" },
	{ 's', "envdumpdir", "DIR", "write the environment we got there" },
	{ 'm', "umask", "OCTAL", "umask of everything (022)" },
	{ 'd', "slashdev", "DIR", "mount a devtmpfs there" },
	{ 'D', "default-runlevel", "NAME", "first argument of rc.init" },
	{ 'n', "no-unmount-slashrun", 0, "mount over /run, unmount nothing" },
	{ 'N', "hands-off-slashrun", 0, "/run is there already" },
	{ 'C', "container", 0, "in a container" },
	{ 'B', "no-logger", 0, "no catch-all logger" },
	{ 'W', "readiness-fd", "FD", "first wait for the end of this" },
	{ 0, 0, 0, 0 }
};
static const struct usage usage = {
	"[ -v verbosity ] [ -c basedir ] [ -p initpath ] [ -s envdumpdir ] "
	"[ -m initmask ] [ -d dev ] [ -D initdefault ] [ -n | -N ] [ -C ] "
	"[ -B ] [ -W fd ] args...",
	"Process 1: set /run up, run scripts/rc.init beside, become svscan.",
	opts,
	"Only useful from the bin/init that s6-linux-init-maker\n"
	"writes.  Does not exit, but 111 if a step fails."
};

static void
step(const char *what)
{
	if (o.verbosity >= 2)
		info("%s", what);
}

static void
wait_for_starter(void)
{
	char c;
	ssize_t r;

	if (o.wait_fd < 0)
		return;
	step("waiting for whoever starts us");
	do
		r = read(o.wait_fd, &c, 1);
	while (r > 0 || (r < 0 && errno == EINTR));
	close(o.wait_fd);
}

static void
mounts(void)
{
	if (o.dev &&
		machine_mount("devtmpfs", "dev", o.dev, "nosuid,noexec") < 0 &&
		errno != EBUSY)
		warn_sys("unable to mount a devtmpfs on %s", o.dev);
	if (o.hands_off)
		return;
	step("mounting /run");
	if (machine_mount("tmpfs", "tmpfs", LI_RUN, "mode=0755,nosuid,nodev") <
			0 &&
		errno != EBUSY)
		die_sys(EX_SYSTEM, "unable to mount a tmpfs on %s", LI_RUN);
}

static void
copy_image(void)
{
	char from[PATH_LEN], failed[PATH_LEN];

	step("copying the run image");
	if (path_join(from, sizeof from, o.base, "run-image") < 0 ||
		copy_tree(from, LI_RUN, failed, sizeof failed) < 0)
		die_sys(EX_SYSTEM, "unable to copy %s to %s", failed, LI_RUN);
}

/* Values may hold newlines; reeve-envdir -f reads them whole. */
static void
dump_env(void)
{
	char path[PATH_LEN];

	if (!o.dump)
		return;
	if (path_mkdirs(o.dump, 0700) < 0)
		die_sys(EX_SYSTEM, "unable to mkdir %s", o.dump);
	chmod(o.dump, 0700);
	for (char **e = environ; *e; e++) {
		char *eq = strchr(*e, '='), *text;
		size_t n;

		if (!eq || eq == *e || memchr(*e, '/', (size_t)(eq - *e)) ||
			**e == '.')
			continue;
		n = strlen(eq + 1);
		text = malloc(n + 1);
		if (!text)
			die_sys(EX_SYSTEM, "unable to allocate");
		memcpy(text, eq + 1, n);
		text[n] = '\n';
		*eq = 0;
		if (path_join(path, sizeof path, o.dump, *e) < 0 ||
			file_write(AT_FDCWD, path, text, n + 1, 0644, 0) < 0)
			warn_sys("unable to write %s of the environment", *e);
		*eq = '=';
		free(text);
	}
}

/* The environment of everything: PATH and the directory env, no more. */
static void
new_env(void)
{
	static char *empty[] = { 0 };
	char dir[PATH_LEN];
	struct dirent *e;
	DIR *d;

	environ = empty;
	if (setenv("PATH", o.path, 1) < 0 ||
		path_join(dir, sizeof dir, o.base, "env") < 0)
		die_sys(EX_SYSTEM, "unable to set PATH");
	d = opendir(dir);
	if (!d) {
		if (errno != ENOENT)
			warn_sys("unable to read %s", dir);
		return;
	}
	while ((e = readdir(d))) {
		char *value;
		ssize_t n;

		if (*e->d_name == '.' || strchr(e->d_name, '='))
			continue;
		n = file_slurp(dirfd(d), e->d_name, &value, 1 << 20);
		if (n < 0) {
			warn_sys("unable to read %s/%s", dir, e->d_name);
			continue;
		}
		if (n && value[n - 1] == '\n')
			value[--n] = 0;
		else if (!n) {
			unsetenv(e->d_name);
			free(value);
			continue;
		}
		for (ssize_t i = 0; i < n; i++)
			if (!value[i])
				value[i] = '\n';
		setenv(e->d_name, value, 1);
		free(value);
	}
	closedir(d);
}

/* A write end whose reader is to come: open a reader to get it, and close
 * that again.  Until the logger reads, what svscan says is lost. */
static int
log_fifo(void)
{
	int r, w;

	if (mkfifo(LI_LOGFIFO, 0600) < 0 && errno != EEXIST)
		die_sys(EX_SYSTEM, "unable to make %s", LI_LOGFIFO);
	r = open(LI_LOGFIFO, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	w = r < 0 ? -1 : open(LI_LOGFIFO, O_WRONLY | O_CLOEXEC);
	if (w < 0)
		die_sys(EX_SYSTEM, "unable to open %s", LI_LOGFIFO);
	close(r);
	return w;
}

static const char *
runlevel(void)
{
	static const char *const words[] = { "default", "2", "3", "4", "5" };

	for (char **a = o.args; !o.container && *a; a++)
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (!strcmp(*a, words[i]))
				return words[i];
	return o.runlevel;
}

static _Noreturn void
stage2(int ready)
{
	struct words w = { 0 };
	char c;

	setsid();
	if (ready >= 0) {
		while (read(ready, &c, 1) < 0 && errno == EINTR)
			;
		close(ready);
	} else {
		/* Blocks until the logger has opened it to read. */
		int fd = open(LI_LOGFIFO, O_WRONLY);

		if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
			die_sys(EX_SYSTEM, "unable to open %s", LI_LOGFIFO);
		if (fd > 2)
			close(fd);
	}
	words_fmt(&w, "%s/scripts/rc.init", o.base);
	words_add(&w, runlevel());
	words_all(&w, o.args);
	words_exec(&w);
}

static void
stdin_null(void)
{
	int fd = open("/dev/null", O_RDONLY);

	if (fd > 0) {
		dup2(fd, 0);
		close(fd);
	}
}

static _Noreturn void
become_svscan(int notify, int logfd)
{
	struct words w = { 0 };
	int console = -1;

	words_sister(&w, "svscan");
	if (notify >= 0) {
		words_fmt(&w, "-d%d", notify);
	} else {
		console = fcntl(2, F_DUPFD, 3);
		if (console < 0 || dup2(logfd, 1) < 0 || dup2(logfd, 2) < 0)
			die_sys(EX_SYSTEM, "unable to move stdout and stderr");
		close(logfd);
		words_fmt(&w, "-X%d", console);
	}
	words_add(&w, "--");
	words_add(&w, LI_SCANDIR);
	execv(w.v[0], w.v);
	/* Nobody reads the log: say it where it can be seen. */
	if (console >= 0)
		dup2(console, 2);
	words_exec(&w);
}

static void
begin(void)
{
	int ready[2] = { -1, -1 }, logfd = -1;
	pid_t pid;

	if (o.no_logger) {
		if (pipe(ready) < 0)
			die_sys(EX_SYSTEM, "unable to make a pipe");
		/* svscan wants a number of its own for it. */
		if (ready[1] < 3)
			die(EX_SYSTEM,
				"standard input, output and error must"
				" be open");
	} else {
		logfd = log_fifo();
	}
	pid = fork();
	if (pid < 0)
		die_sys(EX_SYSTEM, "unable to fork");
	if (pid == 0) {
		if (ready[1] >= 0)
			close(ready[1]);
		if (logfd >= 0)
			close(logfd);
		stage2(ready[0]);
	}
	if (ready[0] >= 0)
		close(ready[0]);
	if (!o.container)
		machine_take_keys();
	stdin_null();
	become_svscan(ready[1], logfd);
}

static void
become_telinit(char **argv)
{
	struct words w = { 0 };

	words_sister(&w, "linux-init-telinit");
	words_all(&w, argv);
	words_exec(&w);
}

int
main(int argc, char **argv)
{
	int c;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'v':
			o.verbosity = opt_uint("-v", optarg, 0, 99);
			break;
		case 'c':
			o.base = optarg;
			break;
		case 'p':
			o.path = optarg;
			break;
		case 's':
			o.dump = optarg;
			break;
		case 'm':
			o.mask = opt_octal("-m", optarg, 0777);
			break;
		case 'd':
			o.dev = optarg;
			break;
		case 'D':
			o.runlevel = optarg;
			break;
		case 'n':
			o.remount = 1;
			break;
		case 'N':
			o.hands_off = 1;
			break;
		case 'C':
			o.container = 1;
			break;
		case 'B':
			o.no_logger = 1;
			break;
		case 'W':
			o.wait_fd = (int)opt_uint("-W", optarg, 3, 1 << 20);
			break;
		}
	o.args = argv + optind;
	if (getpid() != 1) {
		if (o.container)
			die(EX_MISUSE, "must be process 1 of its container");
		become_telinit(o.args);
	}
	wait_for_starter();
	if (chdir("/") < 0)
		die_sys(EX_SYSTEM, "unable to chdir to /");
	umask(022);
	setsid();
	if (o.verbosity && !o.container)
		say("starting, base directory %s", o.base);
	mounts();
	copy_image();
	dump_env();
	new_env();
	umask(o.mask);
	begin();
	return EX_SYSTEM;
}
