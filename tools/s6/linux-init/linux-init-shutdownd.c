/* linux-init-shutdownd.c - the early service that a shutdown is asked of:
 * runs rc.shutdown, then has svscan execute its finish script, which ends
 * everything as process 1.  See s6-linux-init-shutdownd(8).
 *
 * Nothing is killed from here: as long as svscan runs it would restart what
 * is killed, and which of the two is faster would be a matter of luck. */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/s6/linux-init/linuxinit.h"
#include "init/reaper.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/msg.h"
#include "lib/opt.h"
#include "lib/path.h"

static struct {
	const char *base;
	unsigned grace;
	int container, notify;
	struct li_request want;
	uint64_t deadline; /* 0: nothing is planned */
	unsigned char buf[256];
	size_t len;
} d = { .base = "/etc/s6-linux-init/current", .grace = LI_GRACE };

static const struct opt opts[] = { { 'd', "notification-fd", "FD",
					   "write a newline there when ready" },
	{ 'c', "basedir", "DIR", "what s6-linux-init-maker wrote" },
	{ 'g', "grace", "MS", "from SIGTERM to SIGKILL (3000)" },
	{ 'C', "container", 0, "in a container" },
	{ 'B', "no-logger", 0, "no catch-all logger" }, { 0, 0, 0, 0 } };
static const struct usage usage = {
	"[ -d notif ] [ -c basedir ] [ -g gracetime ] [ -C ] [ -B ]",
	"Wait for requests to shut down, and carry them out.", opts,
	"Exit status: 111 system error; never 0."
};

static void
run_script(void)
{
	char path[PATH_LEN];
	char *argv[] = { path, 0 };
	int w;
	pid_t pid, r;

	path_join(path, sizeof path, d.base, "scripts/rc.shutdown");
	pid = fork();
	if (pid < 0) {
		warn_sys("unable to fork for %s (going on without it)", path);
		return;
	}
	if (pid == 0) {
		execv(path, argv);
		die_sys(EX_NOTFOUND, "unable to execute %s", path);
	}
	while ((r = waitpid(pid, &w, 0)) < 0 && errno == EINTR)
		;
	if (r < 0)
		warn_sys("unable to wait for %s (going on)", path);
	else if (WIFSIGNALED(w))
		warn("%s was killed by signal %d (going on)", path,
			WTERMSIG(w));
	else if (WEXITSTATUS(w))
		warn("%s exited %d (going on)", path, WEXITSTATUS(w));
}

static void
hand_over(void)
{
	char buf[32];
	int n = snprintf(buf, sizeof buf, "%c %u\n", d.want.how,
		    d.want.grace_ms ? d.want.grace_ms : d.grace),
	    fd;

	if (file_write(AT_FDCWD, "../" LI_END, buf, (size_t)n, 0600, 0) < 0)
		warn_sys("unable to write %s (it will be a halt)", LI_END);
	buf[1] = '\n';
	if (d.container &&
		file_write(AT_FDCWD, LI_RESULTS "/haltcode", buf, 2, 0644, 0) <
			0)
		warn_sys("unable to write %s/haltcode", LI_RESULTS);
	do {
		fd = open("../.s6-svscan/control",
			O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0 && write(fd, "b", 1) == 1) {
			/* What comes now ends us with everything else. */
			for (;;)
				pause();
		}
		warn_sys("unable to tell svscan to finish (retrying in 1 s)");
		if (fd >= 0)
			close(fd);
		sleep(1);
	} while (1);
}

static void
take(const struct li_request *q)
{
	if (q->cancel) {
		if (d.deadline)
			info("the shutdown is cancelled");
		d.deadline = 0;
		return;
	}
	d.want = *q;
	/* 0 stands for nothing planned. */
	d.deadline = clock_now() + q->delay_ms + 1;
}

static void
listen_to(int fd)
{
	ssize_t n = read(fd, d.buf + d.len, sizeof d.buf - d.len);
	struct li_request q;
	size_t ignored = 0, got;
	int used;

	if (n <= 0)
		return;
	d.len += (size_t)n;
	got = d.len;
	while (d.len && (used = li_request_unpack(&q, d.buf, d.len)) != 0) {
		if (used < 0) {
			ignored++;
			used = 1;
		} else {
			take(&q);
		}
		d.len -= (size_t)used;
		memmove(d.buf, d.buf + used, d.len);
	}
	/* Half a request, that is not just cut by the end of our buffer, was
	 * written so, and must not become part of the next one. */
	if (got < sizeof d.buf) {
		ignored += d.len;
		d.len = 0;
	}
	if (ignored)
		warn("ignoring %zu bytes that are no request", ignored);
}

static int
make_fifo(void)
{
	int fd;

	if (mkfifo("fifo", 0600) < 0 && errno != EEXIST)
		die_sys(EX_SYSTEM, "unable to make the fifo");
	/* Both ends, so that there is never an end of file. */
	fd = open("fifo", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		die_sys(EX_SYSTEM, "unable to open the fifo");
	return fd;
}

int
main(int argc, char **argv)
{
	struct pollfd p;
	int c;

	prog_init(argv[0]);
	while ((c = opt_next(&usage, argc, argv)) != -1)
		switch (c) {
		case 'd':
			d.notify = (int)opt_uint("-d", optarg, 3, 1 << 20);
			break;
		case 'c':
			d.base = optarg;
			break;
		case 'g':
			d.grace = opt_uint("-g", optarg, 0, LI_GRACE_MAX);
			break;
		case 'C':
			d.container = 1;
			break;
		case 'B':
			break;
		}
	if (argc != optind)
		opt_usage(&usage);
	signal(SIGPIPE, SIG_IGN);
	/* Stopping services must not stop this one. */
	signal(SIGHUP, SIG_IGN);
	p = (struct pollfd){ .fd = make_fifo(), .events = POLLIN };
	if (d.notify) {
		if (write(d.notify, "\n", 1) < 0)
			warn_sys("unable to say that the service is ready");
		close(d.notify);
	}
	for (;;) {
		uint64_t now = clock_now();
		int ms = -1;

		if (d.deadline && now >= d.deadline) {
			/* Else the one who asked has done it. */
			if (d.want.delay_ms)
				li_record(d.want.how);
			run_script();
			hand_over();
		}
		if (d.deadline) {
			uint64_t left = d.deadline - now;

			ms = left > 1 << 30 ? 1 << 30 : (int)left;
		}
		if (poll(&p, 1, ms) < 0 && errno != EINTR)
			die_sys(EX_SYSTEM, "unable to poll");
		if (p.revents)
			listen_to(p.fd);
	}
}
