/* halt.c - the last steps of a machine: functions that return the next one.
 * Runs as process 1 in place of svscan (its finish hook), so nobody respawns
 * what it kills and nothing has to be told apart.  It never exits. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/ending.h"
#include "init/halt.h"
#include "init/reaper.h"
#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/path.h"

enum { UNMOUNT_TRIES = 20, UNMOUNT_APART_MS = 100, FINAL_MS = 30000 };

struct halt {
	enum machine_end how;
	uint64_t grace_ms;
	const char *basedir;
	sigset_t set;
	int tries;
};
/* A step does one thing and says which is next. */
struct step {
	struct step (*run)(struct halt *);
};

static struct step
end(struct halt *h)
{
	say("%s", ending_name(h->how));
	machine_end_now(h->how);
	warn_sys("unable to %s (trying again in 5 s)", ending_name(h->how));
	reaper_wait(&h->set, clock_now() + 5000);
	return (struct step){ end };
}

/* With the root read-only and all others gone; a busy system never waits. */
static struct step
run_final(struct halt *h)
{
	char path[PATH_LEN];
	char *argv[] = { path, 0 };
	uint64_t until = clock_now() + FINAL_MS;
	pid_t pid;
	int w;

	if (path_join(path, sizeof path, h->basedir, "rc.final") < 0 ||
		access(path, X_OK) < 0)
		return (struct step){ end };
	pid = fork();
	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, 0);
		execv(path, argv);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &w, WNOHANG) == 0)
		if (clock_now() >= until)
			break;
		else
			reaper_wait(&h->set, until);
	return (struct step){ end };
}

static void
cannot_unmount(const char *dir, int err)
{
	errno = err;
	warn_sys("unable to unmount %s", dir);
}

static void
say_nothing(const char *dir, int err)
{
	(void)dir;
	(void)err;
}

/* What was busy may be free a moment later: the kernel still closes files of
 * processes that are gone. */
static struct step
unmount_all(struct halt *h)
{
	int last = ++h->tries == UNMOUNT_TRIES, left;

	sync();
	left = machine_unmount_all(last ? cannot_unmount : say_nothing);
	if (left < 0)
		warn_sys("unable to unmount anything (synced)");
	if (left <= 0)
		return (struct step){ run_final };
	if (last) {
		warn("some file systems are still writable (synced)");
		return (struct step){ run_final };
	}
	reaper_wait(&h->set, clock_now() + UNMOUNT_APART_MS);
	return (struct step){ unmount_all };
}

static struct step
kill_all(struct halt *h)
{
	if (reaper_end(&h->set, clock_now() + h->grace_ms, 0, 0))
		say("some processes had to be killed");
	return (struct step){ unmount_all };
}

/* Messages to the console from here: the logger is one of those that end,
 * and needs to see the end of its input. */
static struct step
leave_log(struct halt *h)
{
	int fd = open(
		"/dev/console", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_APPEND);

	(void)h;
	if (fd >= 0) {
		fcntl(fd, F_SETFL, O_APPEND);
		dup2(fd, 1);
		dup2(fd, 2);
		if (fd > 2)
			close(fd);
	}
	for (fd = 3; fd < 32; fd++)
		close(fd);
	if (chdir("/") < 0)
		warn_sys("unable to go to /");
	return (struct step){ kill_all };
}

void
halt_run(enum machine_end how, uint64_t grace_ms, const char *basedir)
{
	static struct halt h;
	struct step step = { leave_log };

	h.how = how;
	h.grace_ms = grace_ms;
	h.basedir = basedir;
	reaper_block(&h.set, 0);
	for (;;)
		step = step.run(&h);
}
