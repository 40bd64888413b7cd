/* linux-init-maker.c - write the directory that s6-linux-init boots from.
 * See s6-linux-init-maker(8).
 *
 * Its users edit it afterwards: the names in bin, env, scripts and run-image
 * are fixed.  All scripts are sh and hold one command each. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/s6/linux-init/linuxinit.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"
#include "lib/shquote.h"
#include "lib/words.h"

enum { TEXT = 65536 };

static struct {
	const char *base, *path, *dev, *dump, *runlevel, *skel, *user;
	const char *getty, *limits;
	char **env;
	int nenv;
	unsigned verbosity, mask, stamp, grace;
	int console, logout, remount, hands_off, container, no_logger, sync;
	int wait_fd;
} o = { .base = "/etc/s6-linux-init/current",
	.path = "/usr/bin:/bin",
	.runlevel = "default",
	.skel = "/etc/s6-linux-init/skel",
	.user = "root",
	.verbosity = 1,
	.mask = 022,
	.stamp = 1,
	.grace = LI_GRACE };
static const char *dir; /* what is being made */

static const struct opt opts[] = { { 'V', "verbosity", "N",
					   "of the boot: 0, 1, 2" },
	{ 'c', "basedir", "DIR",
		"where dir will be at boot\n"
		"(/etc/s6-linux-init/current)" },
	{ 'u', "log-user", "USER", "account of the catch-all logger (root)" },
	{ 'G', "early-getty", "CMDLINE", "an early service that runs this" },
	{ '1', "console-copy", 0, "catch-all output to the console too" },
	{ 'L', "logouthookd", 0,
		"an early service that removes logins from\n"
		"utmp when their process ends" },
	{ 'p', "initial-path", "PATH", "PATH of everything (/usr/bin:/bin)" },
	{ 'm', "umask", "OCTAL", "umask of everything (022)" },
	{ 't', "timestamp", "0..3",
		"catch-all stamps: none, TAI64N (default),"
		"\nISO 8601, both" },
	{ 'd', "slashdev", "DIR", "mount a devtmpfs there" },
	{ 's', "envdumpdir", "DIR", "keep the environment of process 1 there" },
	{ 'e', "env", "VAR=VALUE", "environment of everything; VAR: unset" },
	{ 'q', "grace", "MS", "from SIGTERM to SIGKILL at the end (3000)" },
	{ 'D', "default-runlevel", "NAME", "first argument of rc.init" },
	{ 'n', "no-unmount-slashrun", 0, "mount over /run, unmount nothing" },
	{ 'N', "hands-off-slashrun", 0, "/run is there already" },
	{ 'f', "skeleton", "DIR",
		"take the scripts from there\n"
		"(/etc/s6-linux-init/skel)" },
	{ 'R', "limits", "LIST",
		"hard limits: letters of reeve-softlimit with\n"
		"values, separated by commas" },
	{ 'C', "container", 0, "for a container" },
	{ 'B', "no-logger", 0, "no catch-all logger" },
	{ 'S', "sync", 0, "with -C: sync the disks at the end" },
	{ 'W', "wait", "FD", "at boot first wait for the end of FD" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -V verbosity ] [ -c basedir ] [ -u log_user ] "
	"[ -G early_getty_cmd ] [ -1 ] [ -L ] [ -p initial_path ] "
	"[ -m initial_umask ] [ -t timestamp_style ] [ -d slashdev ] "
	"[ -s env_store ] [ -e initial_envvar ... ] [ -q final_sleep_time ] "
	"[ -D initdefault ] [ -n | -N ] [ -f skeldir ] [ -R limits ] [ -C ] "
	"[ -B ] [ -S ] [ -W fd ] dir",
	"Write a directory for booting a container or a machine.", opts,
	"Exit status: 0 written, 100 misuse, 111 system error (and then\n"
	"dir is not there)."
};

static _Noreturn void
fail(const char *what, const char *on)
{
	int e = errno;

	path_remove(AT_FDCWD, dir);
	errno = e;
	die_sys(EX_SYSTEM, "unable to %s %s", what, on);
}

static const char *
in(const char *name)
{
	static char buf[PATH_LEN];

	if (path_join(buf, sizeof buf, dir, name) < 0)
		fail("use the path", name);
	return buf;
}

static void
make_dir(const char *name, unsigned mode)
{
	const char *p = in(name);

	if (mkdir(p, mode) < 0 || chmod(p, mode) < 0)
		fail("mkdir", p);
}

static void
put(const char *name, unsigned mode, const char *text)
{
	const char *p = in(name);

	if (file_write(AT_FDCWD, p, text, strlen(text), mode, 0) < 0 ||
		chmod(p, mode) < 0)
		fail("write", p);
}

/* --- sh scripts of one command */

static char text[TEXT];
static size_t len;

static void say_more(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
static void
say_more(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text + len, TEXT - len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= TEXT - len)
		die(EX_MISUSE, "a script would be longer than %d bytes", TEXT);
	len += (size_t)n;
}

static void
begin_script(void)
{
	len = 0;
	say_more("#!/bin/sh\n");
}

static void
word(const char *s)
{
	static char buf[TEXT];

	if (!shquote(buf, sizeof buf, s))
		die(EX_MISUSE, "a word would be longer than %d bytes", TEXT);
	say_more(" %s", buf);
}

static void
opt_word(const char *letter, const char *value)
{
	if (value) {
		word(letter);
		word(value);
	}
}

static void
opt_number(const char *letter, const char *fmt, unsigned n)
{
	char buf[32];

	/* Two fixed formats: decimal and octal. */
	if (*fmt == 'o')
		snprintf(buf, sizeof buf, "%04o", n);
	else
		snprintf(buf, sizeof buf, "%u", n);
	opt_word(letter, buf);
}

/* Full path of one of our programs, as a word. */
static void
program(const char *name)
{
	struct words w = { 0 };

	words_sister(&w, name);
	word(w.v[0]);
}

static void
end_script(const char *name)
{
	say_more("\n");
	put(name, 0755, text);
}

/* --- the parts */

static void
bin_init(void)
{
	char buf[32];

	begin_script();
	say_more("exec");
	if (o.limits) {
		char *copy = strdup(o.limits), *save = 0;

		program("softlimit");
		word("-H");
		for (char *s = copy ? strtok_r(copy, ",", &save) : 0; s;
			s = strtok_r(0, ",", &save)) {
			snprintf(buf, sizeof buf, "-%c", *s);
			word(buf);
			word(s + 1);
		}
		free(copy);
		word("--");
	}
	program("linux-init");
	opt_number("-v", "u", o.verbosity);
	opt_number("-m", "o", o.mask);
	opt_word("-c", o.base);
	opt_word("-p", o.path);
	opt_word("-s", o.dump);
	opt_word("-d", o.dev);
	opt_word("-D", o.runlevel);
	if (o.wait_fd)
		opt_number("-W", "u", (unsigned)o.wait_fd);
	if (o.remount)
		word("-n");
	if (o.hands_off)
		word("-N");
	if (o.container)
		word("-C");
	if (o.no_logger)
		word("-B");
	say_more(" -- \"$@\"");
	end_script("bin/init");
}

static void
bin_call(const char *name, const char *prog, const char *option)
{
	begin_script();
	say_more("exec");
	program(prog);
	if (option)
		word(option);
	say_more(" \"$@\"");
	end_script(name);
}

static void
bins(void)
{
	int n = o.container && !o.sync;

	make_dir("bin", 0755);
	bin_init();
	bin_call("bin/halt", "linux-init-hpr", n ? "-nh" : "-h");
	bin_call("bin/poweroff", "linux-init-hpr", n ? "-np" : "-p");
	bin_call("bin/reboot", "linux-init-hpr", n ? "-nr" : "-r");
	bin_call("bin/shutdown", "linux-init-shutdown", 0);
	if (!o.container)
		bin_call("bin/telinit", "linux-init-telinit", 0);
}

static void
envs(void)
{
	make_dir("env", 0755);
	for (int i = 0; i < o.nenv; i++) {
		char name[PATH_LEN], value[TEXT];
		const char *eq = strchr(o.env[i], '=');
		size_t n = eq ? (size_t)(eq - o.env[i]) : strlen(o.env[i]);

		if (!n || *o.env[i] == '.' || memchr(o.env[i], '/', n) ||
			n > 255) {
			path_remove(AT_FDCWD, dir);
			die(EX_MISUSE, "-e wants VAR=VALUE or VAR, not '%s'",
				o.env[i]);
		}
		snprintf(name, sizeof name, "env/%.*s", (int)n, o.env[i]);
		if (snprintf(value, sizeof value, "%s%s", eq ? eq + 1 : "",
			    eq ? "\n" : "") >= (int)sizeof value)
			fail("keep the value of", o.env[i]);
		put(name, 0644, value);
	}
}

static void
script(const char *name, int must)
{
	char from[PATH_LEN], to[PATH_LEN], *data;
	ssize_t n;

	if (path_join(from, sizeof from, o.skel, name) < 0)
		fail("use the path", o.skel);
	n = file_slurp(AT_FDCWD, from, &data, 1 << 20);
	if (n < 0) {
		if (errno == ENOENT && !must)
			return;
		fail("read", from);
	}
	snprintf(to, sizeof to, "%s", "scripts/");
	strcat(to, name);
	if (file_write(AT_FDCWD, in(to), data, (size_t)n, 0755, 0) < 0 ||
		chmod(in(to), 0755) < 0)
		fail("write", in(to));
	free(data);
}

static void
scripts(void)
{
	make_dir("scripts", 0755);
	script("rc.init", 1);
	script("rc.shutdown", 1);
	script("rc.shutdown.final", 0);
	if (!o.container)
		script("runlevel", 0);
}

/* What a signal to process 1 asks for: 0 for nothing. */
static void
signal_script(const char *sig, const char *option)
{
	char name[PATH_LEN];

	snprintf(name, sizeof name, "run-image/service/.s6-svscan/%s", sig);
	begin_script();
	if (option) {
		say_more("exec");
		program("linux-init-shutdown");
		word(option);
		say_more(" -- now");
	} else {
		say_more("exit 0");
	}
	end_script(name);
}

static void
end_scripts(void)
{
	static const char *const names[] = { "finish", "crash" };

	for (int crash = 0; crash < 2; crash++) {
		char name[PATH_LEN];

		snprintf(name, sizeof name, "run-image/service/.s6-svscan/%s",
			names[crash]);
		begin_script();
		if (crash) {
			program("linux-init-echo");
			say_more(" -- 'svscan failed: ending everything' >&2"
				 "\n");
		}
		say_more("exec");
		program("linux-init-finish");
		opt_word("-c", o.base);
		opt_number("-g", "u", o.grace);
		if (o.container)
			word("-C");
		if (o.sync)
			word("-S");
		if (crash)
			word("-x");
		end_script(name);
	}
}

static void
early(const char *service, const char *notify)
{
	char name[PATH_LEN];

	snprintf(name, sizeof name, "run-image/service/%s", service);
	make_dir(name, 0755);
	if (notify) {
		strcat(name, "/notification-fd");
		put(name, 0644, notify);
	}
}

static void
shutdownd(void)
{
	early(LI_SHUTDOWND, "3\n");
	if (mkfifo(in("run-image/service/" LI_SHUTDOWND "/fifo"), 0600) < 0)
		fail("make the fifo of", LI_SHUTDOWND);
	begin_script();
	say_more("exec");
	program("linux-init-shutdownd");
	word("-d3");
	opt_word("-c", o.base);
	opt_number("-g", "u", o.grace);
	if (o.container)
		word("-C");
	if (o.no_logger)
		word("-B");
	end_script("run-image/service/" LI_SHUTDOWND "/run");
}

static void
own_logs(uid_t *uid, gid_t *gid)
{
	struct passwd *pw = getpwnam(o.user);

	if (!pw) {
		path_remove(AT_FDCWD, dir);
		die(EX_MISUSE, "no such user: %s (-u)", o.user);
	}
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
}

static void
logger(void)
{
	uid_t uid;
	gid_t gid;

	if (o.no_logger)
		return;
	own_logs(&uid, &gid);
	make_dir("run-image/uncaught-logs", 02750);
	if (geteuid() == 0 &&
		(chown(in("run-image/uncaught-logs"), uid, gid) < 0 ||
			chmod(in("run-image/uncaught-logs"), 02750) < 0))
		fail("chown", in("run-image/uncaught-logs"));
	early(LI_LOGGER, "3\n");
	if (mkfifo(in("run-image/service/" LI_LOGGER "/fifo"), 0600) < 0)
		fail("make the fifo of", LI_LOGGER);
	begin_script();
	/* Standard error is svscan's own here, so is standard output then. */
	say_more("exec >&2 <fifo\nexec");
	if (strcmp(o.user, "root")) {
		program("setuidgid");
		word(o.user);
	}
	program("log");
	word("-bpd3");
	word("--");
	if (o.console)
		word("1");
	if (o.stamp & 1)
		word("t");
	if (o.stamp & 2)
		word("T");
	word(LI_RUN "/uncaught-logs");
	end_script("run-image/service/" LI_LOGGER "/run");
}

/* A local socket whose clients, at most max at a time, get prog. */
static void
local_service(const char *service, unsigned max, const char *prog)
{
	char name[PATH_LEN];

	early(service, "3\n");
	begin_script();
	/* ipcserver -1 writes to standard output: descriptor 3 it is. */
	say_more("exec >&3\nexec");
	program("ipcserver");
	say_more(" -1 -a 0700 -c %u -- s", max);
	program(prog);
	if (!strcmp(prog, "sudod")) {
		say_more(" -0 -1 -2 -t 30000 --");
		snprintf(name, sizeof name, "%s/scripts/runlevel", o.base);
		word(name);
	}
	snprintf(name, sizeof name, "run-image/service/%s/run", service);
	end_script(name);
}

static void
other_services(void)
{
	if (o.getty) {
		early("s6-linux-init-early-getty", 0);
		begin_script();
		say_more("exec %s", o.getty);
		end_script("run-image/service/s6-linux-init-early-getty/run");
	}
	if (o.logout)
		local_service(LI_LOGOUTHOOKD, 64, "linux-init-logouthookd");
	if (o.container)
		return;
	local_service(LI_RUNLEVELD, 1, "sudod");
}

static void
run_image(void)
{
	static const struct {
		const char *name, *machine, *container;
	} signals[] = { { "SIGTERM", 0, "-h" }, { "SIGINT", "-r", "-r" },
		{ "SIGQUIT", 0, 0 }, { "SIGUSR1", "-p", "-p" },
		{ "SIGUSR2", "-h", "-h" }, { "SIGPWR", "-p", "-p" },
		{ "SIGWINCH", 0, 0 } };

	make_dir("run-image", 0755);
	make_dir("run-image/service", 0755);
	make_dir("run-image/service/.s6-svscan", 0755);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		signal_script(signals[i].name,
			o.container ? signals[i].container
				    : signals[i].machine);
	end_scripts();
	shutdownd();
	logger();
	other_services();
	if (o.container) {
		make_dir("run-image/s6-linux-init-container-results", 0755);
		put("run-image/s6-linux-init-container-results/exitcode", 0644,
			"0\n");
	}
}

static void
options(int argc, char **argv)
{
	int c;

	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'V':
			o.verbosity = opt_uint("-V", optarg, 0, 99);
			break;
		case 'c':
			o.base = optarg;
			break;
		case 'u':
			o.user = optarg;
			break;
		case 'G':
			o.getty = optarg;
			break;
		case '1':
			o.console = 1;
			break;
		case 'L':
			o.logout = 1;
			break;
		case 'p':
			o.path = optarg;
			break;
		case 'm':
			o.mask = opt_octal("-m", optarg, 0777);
			break;
		case 't':
			o.stamp = opt_uint("-t", optarg, 0, 3);
			break;
		case 'd':
			o.dev = optarg;
			break;
		case 's':
			o.dump = optarg;
			break;
		case 'e':
			o.env[o.nenv++] = optarg;
			break;
		case 'q':
			o.grace = opt_uint("-q", optarg, 0, LI_GRACE_MAX);
			break;
		case 'D':
			o.runlevel = optarg;
			break;
		case 'n':
			o.remount = 1;
			o.hands_off = 0;
			break;
		case 'N':
			o.hands_off = 1;
			o.remount = 0;
			break;
		case 'f':
			o.skel = optarg;
			break;
		case 'R':
			o.limits = optarg;
			break;
		case 'C':
			o.container = 1;
			break;
		case 'B':
			o.no_logger = 1;
			break;
		case 'S':
			o.sync = 1;
			break;
		case 'W':
			o.wait_fd = (int)opt_uint("-W", optarg, 3, 1 << 20);
			break;
		}
}

int
main(int argc, char **argv)
{
	prog_init(argv[0]);
	o.env = calloc((size_t)argc, sizeof *o.env);
	options(argc, argv);
	if (argc - optind != 1)
		opt_usage(&usage);
	if (*o.base != '/')
		die(EX_MISUSE,
			"the base directory (-c) must be absolute, not"
			" '%s'",
			o.base);
	if (o.dump && *o.dump != '/')
		die(EX_MISUSE,
			"the directory of -s must be absolute, not"
			" '%s'",
			o.dump);
	dir = argv[optind];
	umask(0);
	if (mkdir(dir, 0755) < 0)
		die_sys(EX_SYSTEM, "unable to mkdir %s", dir);
	bins();
	envs();
	scripts();
	run_image();
	return 0;
}
