/* linux-init-finish.c - the end, as process 1 in svscan's place: end all
 * processes, then the container or the machine.
 * See s6-linux-init-finish(8). */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/s6/linux-init/linuxinit.h"
#include "init/os.h"
#include "init/reaper.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/path.h"

static struct {
	const char *base;
	unsigned grace;
	int container, sync, crashed;
} o = { .base = "/etc/s6-linux-init/current", .grace = LI_GRACE };

static const struct opt opts[] = { { 'c', "basedir", "DIR",
					   "what s6-linux-init-maker wrote" },
	{ 'g', "grace", "MS", "from SIGTERM to SIGKILL (3000)" },
	{ 'C', "container", 0, "in a container" },
	{ 'S', "sync", 0, "with -C: sync the disks" },
	{ 'x', "crashed", 0, "svscan failed: exit 111 unless told another" },
	{ 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -c basedir ] [ -g gracetime ] [ -C ] [ -S ] [ -x ]",
	"As process 1, end every process and then the container or machine.",
	opts,
	"Exit status: the number in the file exitcode of\n" LI_RESULTS ", or 0."
};

/* What the last one to write there wants, blanks and newline or not. */
static int
exit_code(void)
{
	char buf[64], *s = buf;
	ssize_t n = file_read(
		AT_FDCWD, LI_RESULTS "/exitcode", buf, sizeof buf - 1);
	unsigned u;

	if (n < 0) {
		if (errno != ENOENT)
			warn_sys("unable to read %s/exitcode", LI_RESULTS);
		return o.crashed ? EX_SYSTEM : 0;
	}
	buf[n] = 0;
	s += strspn(s, " \t\r\n");
	s[strcspn(s, " \t\r\n")] = 0;
	if (!*s)
		return 0;
	if (!num_uint(s, &u)) {
		warn("%s/exitcode is no number: '%s' (exiting 111)", LI_RESULTS,
			s);
		return EX_SYSTEM;
	}
	if (!u && o.crashed)
		return EX_SYSTEM;
	return (int)(u & 255);
}

static char
how_to_end(void)
{
	char buf[64], *nl;
	ssize_t n = file_read(AT_FDCWD, LI_END, buf, sizeof buf - 1);
	unsigned ms;

	if (n < 3)
		return 'h';
	buf[n] = 0;
	nl = strchr(buf, '\n');
	if (nl)
		*nl = 0;
	if (num_uint(buf + 2, &ms) && ms <= LI_GRACE_MAX)
		o.grace = ms;
	return buf[0];
}

static void
end_processes(void)
{
	sigset_t set;

	/* The catch-all logger ends when nobody can write to it any more. */
	close(0);
	dup2(2, 1);
	reaper_block(&set, 0);
	if (reaper_end(&set, clock_now() + o.grace, 0, 0))
		warn("some processes had to be killed after %u ms", o.grace);
}

static void
final_script(void)
{
	char path[PATH_LEN];
	char *argv[] = { path, 0 };
	sigset_t none;
	pid_t pid;

	path_join(path, sizeof path, o.base, "scripts/rc.shutdown.final");
	if (access(path, X_OK) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, 0);
		execv(path, argv);
		_exit(EX_NOTFOUND);
	}
	if (pid > 0)
		while (waitpid(pid, 0, 0) < 0 && errno == EINTR)
			;
}

static void
not_unmounted(const char *dir, int err)
{
	warn("unable to unmount %s: %s", dir, strerror(err));
}

int
main(int argc, char **argv)
{
	char how;
	int c, code;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'c':
			o.base = optarg;
			break;
		case 'g':
			o.grace = opt_uint("-g", optarg, 0, LI_GRACE_MAX);
			break;
		case 'C':
			o.container = 1;
			break;
		case 'S':
			o.sync = 1;
			break;
		case 'x':
			o.crashed = 1;
			break;
		}
	if (argc != optind)
		opt_usage(&usage);
	if (getpid() != 1)
		die(EX_MISUSE, "only for process 1, by .s6-svscan/finish");
	how = how_to_end();
	end_processes();
	code = exit_code();
	if (!o.container) {
		machine_unmount_all(not_unmounted);
		final_script();
	}
	if (!o.container || o.sync)
		sync();
	if (o.container && how == 'h')
		return code;
	machine_end_now(li_end(how));
	if (o.container)
		return code;
	/* A machine whose process 1 exits panics: say so and stay. */
	warn_sys("unable to end the machine");
	for (;;)
		pause();
}
