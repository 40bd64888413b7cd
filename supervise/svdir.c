/* svdir.c - FORMAT service directory; see svdir.h and reeve-servicedir(5).
 * Everything is read anew when it is needed, so it can be edited while the
 * service runs.  No large buffers: supervise is to stay small. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/path.h"
#include "supervise/detail.h"
#include "supervise/svdir.h"
#include "supervise/tally.h"

enum { NAME_ROOM = 32, LINE = 64 };

const struct svfile svdir_files[] = {
	{ "run", SV_EXEC, 0, 0, 0, "the service; it stays in the foreground" },
	{ "finish", SV_EXEC, 0, 0, 0,
		"runs after each end of run; gets exit "
		"code, signal, name and process group" },
	{ "notification-fd", SV_NUMBER, 0, INT_MAX, 0,
		"descriptor on which "
		"run writes a newline when it is ready" },
	{ "lock-fd", SV_NUMBER, 0, INT_MAX, 0,
		"descriptor that holds a lock "
		"as long as any process of the service lives" },
	{ "timeout-kill", SV_NUMBER, 0, UINT_MAX, 0,
		"ms from the down signal "
		"to SIGKILL; 0: never" },
	{ "flag-timeout-killpg", SV_FLAG, 0, 0, 0,
		"then kill the process "
		"group" },
	{ "timeout-finish", SV_NUMBER, 5000, UINT_MAX, 0,
		"ms until finish is "
		"killed; 0: never" },
	{ "max-death-tally", SV_NUMBER, TALLY_DEFAULT, TALLY_MAX, 0,
		"how many "
		"deaths are remembered" },
	{ "down-signal", SV_SIGNAL, SIGTERM, 0, 0, "signal that stops it" },
	{ "reload-signal", SV_SIGNAL, SIGHUP, 0, 0,
		"signal that makes it "
		"reload" },
	{ "flag-newpidns", SV_FLAG, 0, 0, 0,
		"run it in its own pid namespace" },
	{ "down", SV_FLAG, 0, 0, 0, "do not start it when supervise starts" },
	{ "def", SV_DIR, 0, 0, 1,
		"link to the directory that holds all the "
		"files above but down" },
	{ "stdin-fifo", SV_PATH, 0, 0, 1, "fifo that is its standard input" },
	{ "stdout-fifo", SV_PATH, 0, 0, 1, "fifo that is its standard output" },
	{ "restart", SV_WORD, 0, 0, 1,
		"always, on-failure, on-success, "
		"on-signal or never" },
	{ "success-codes", SV_LIST, 0, 0, 1,
		"exit codes and signals that are "
		"a success, as 0 is" },
	{ "no-restart-codes", SV_LIST, 0, 0, 1,
		"and those after which it is "
		"not started again" },
	{ "restart-delay", SV_NUMBER, 0, UINT_MAX, 1,
		"least ms before each "
		"restart" },
	{ "backoff", SV_PAIR, 0, 0, 1,
		"least and greatest delay in ms before "
		"a restart after a fast death" },
	{ "stop", SV_EXEC, 0, 0, 1,
		"runs instead of the down signal; gets the "
		"pid and the name" },
	{ "reload", SV_EXEC, 0, 0, 1,
		"runs instead of the reload signal, in "
		"the same way" },
	{ "down-signal-to", SV_FLAG, 0, 0, 1,
		"what run leaves behind is left "
		"to finish, and killed behind that" },
	{ "cgroup", SV_PATH, 0, 0, 1,
		"cgroup that it runs in and that is "
		"emptied when it ends" },
	{ "flag-kill-group", SV_FLAG, 0, 0, 1,
		"kill what is left of its "
		"process group when run ends" },
	{ "flag-kill-orphans", SV_FLAG, 0, 0, 1,
		"kill all descendants that "
		"run leaves behind (Linux)" },
	{ 0 }
};

const struct svfile *
svdir_find(const char *name)
{
	for (const struct svfile *f = svdir_files; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	return 0;
}

static int
in_dir(char *path, size_t max, const char *dir, const char *name)
{
	return *dir ? path_join(path, max, dir, name)
		    : path_join(path, max, name);
}

int
svdir_line(const char *path, char *buf, size_t max)
{
	ssize_t r = file_read(AT_FDCWD, path, buf, max - 1);
	char *nl;

	if (r < 0) {
		*buf = 0;
		return errno == ENOENT ? 0 : -1;
	}
	nl = memchr(buf, '\n', (size_t)r);
	if (!nl && (size_t)r == max - 1) {
		errno = EINVAL;
		return -1;
	}
	buf[nl ? nl - buf : r] = 0;
	if (strlen(buf) != (size_t)(nl ? nl - buf : r) || !*buf) {
		errno = EINVAL;
		return -1;
	}
	return (int)strlen(buf);
}

/* Line of a file of a definition: length, 0 absent or (with a message)
 * unreadable; -1 and errno if only just now. */
static int
line(const char *dir, const char *name, char *buf, size_t max, const char *what)
{
	char path[DETAIL_DEF + NAME_ROOM];
	int r = in_dir(path, sizeof path, dir, name) < 0
		? -1
		: svdir_line(path, buf, max);

	if (r >= 0)
		return r;
	if (file_shortage(errno))
		return -1;
	if (errno == EINVAL)
		warn("%s: expected %s on the first line; it is ignored", path,
			what);
	else
		warn_sys("unable to read %s (going on without it)", path);
	return 0;
}

static void
not_now(const char *dir, const char *name)
{
	warn_sys("unable to read %s%s%s (going on without it)", dir,
		*dir ? "/" : "", name);
}

int
svdir_number_if(const char *dir, const char *name, unsigned *u)
{
	const struct svfile *f = svdir_find(name);
	char buf[LINE];
	unsigned n;
	int r = line(dir, name, buf, sizeof buf, "a number");

	if (r <= 0)
		return r;
	if (!num_uint(buf, &n) || n > f->max) {
		warn("%s%s%s: expected a number of at most %u, not '%s'; it "
		     "is ignored",
			dir, *dir ? "/" : "", name, f->max, buf);
		return 0;
	}
	*u = n;
	return 1;
}

unsigned
svdir_number(const char *dir, const char *name)
{
	unsigned u = svdir_find(name)->number;

	if (svdir_number_if(dir, name, &u) < 0)
		not_now(dir, name);
	return u;
}

int
svdir_signal(const char *dir, const char *name)
{
	const struct svfile *f = svdir_find(name);
	char buf[LINE];
	int sig, r = line(dir, name, buf, sizeof buf, "a signal");

	if (r < 0)
		not_now(dir, name);
	if (r <= 0)
		return (int)f->number;
	sig = num_signal(buf);
	if (sig)
		return sig;
	warn("%s%s%s: expected the name or number of a signal, not '%s'; "
	     "%s is used",
		dir, *dir ? "/" : "", name, buf, num_signame((int)f->number));
	return (int)f->number;
}

int
svdir_flag(const char *dir, const char *name)
{
	char path[DETAIL_DEF + NAME_ROOM];

	return in_dir(path, sizeof path, dir, name) == 0 &&
		access(path, F_OK) == 0;
}

int
svdir_path(const char *dir, const char *name, char *buf, size_t max)
{
	int r = line(dir, name, buf, max, "a path");

	return r > 0 ? 1 : r;
}

int
svdir_hold(const char *path)
{
	int flags = O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
	int fd = open(path, flags);

	if (fd >= 0 || errno != ENOENT ||
		(mkfifo(path, 0600) < 0 && errno != EEXIST))
		return fd;
	return open(path, flags);
}

enum restart
svdir_restart(const char *dir)
{
	static const char *const words[] = { "always", "on-failure", "never",
		"on-success", "on-signal" };
	char buf[LINE];
	int r = line(dir, "restart", buf, sizeof buf, "a word");

	if (r < 0)
		not_now(dir, "restart");
	if (r <= 0)
		return RESTART_ALWAYS;
	for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(buf, words[i]))
			return (enum restart)i;
	warn("%s%srestart: expected always, on-failure, on-success, "
	     "on-signal or never, not '%s'; "
	     "always is used",
		dir, *dir ? "/" : "", buf);
	return RESTART_ALWAYS;
}

void
svdir_backoff(const char *dir, unsigned *min, unsigned *max)
{
	char buf[LINE], *second;
	unsigned a, b;
	int r = line(dir, "backoff", buf, sizeof buf, "two numbers of ms");

	*min = BACKOFF_MIN;
	*max = BACKOFF_MAX;
	if (r < 0)
		not_now(dir, "backoff");
	if (r <= 0)
		return;
	second = strchr(buf, ' ');
	if (second)
		*second++ = 0;
	if (second && num_uint(buf, &a) && num_uint(second, &b) && a <= b) {
		*min = a;
		*max = b;
		return;
	}
	if (second)
		second[-1] = ' ';
	warn("%s%sbackoff: expected 'MIN MAX' in ms with MIN at most MAX, not "
	     "'%s'; %u %u is used",
		dir, *dir ? "/" : "", buf, BACKOFF_MIN, BACKOFF_MAX);
}

/* "5" or "5-9". */
static int
code_in(char *word, unsigned code)
{
	unsigned a, b;
	char *to = strchr(word, '-');

	if (to)
		*to++ = 0;
	if (!num_uint(word, &a) || !num_uint(to ? to : word, &b))
		return 0;
	return a <= code && code <= b;
}

int
svdir_lists(const char *dir, const char *name, int wstat)
{
	char buf[LINE], *word = buf, *next;
	int r = line(dir, name, buf, sizeof buf, "exit codes and signals");

	if (r < 0)
		not_now(dir, name);
	for (; r > 0 && word; word = next) {
		next = strchr(word, ' ');
		if (next)
			*next++ = 0;
		if (*word >= '0' && *word <= '9' ? WIFEXITED(wstat) &&
					code_in(word,
						(unsigned)WEXITSTATUS(wstat))
						 : WIFSIGNALED(wstat) &&
					num_signal(word) == WTERMSIG(wstat))
			return 1;
	}
	return 0;
}
